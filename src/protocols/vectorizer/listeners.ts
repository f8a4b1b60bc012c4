import type { Config } from '../../config/config.js';
import type { Listener } from '../../http/listeners.js';

/** Vectorizer's port. */
export function vectorizerListeners(config: Config): readonly Listener[] {
  const { vectorizerPort: port, vectorizerMaxBodyBytes: maxBodyBytes } = config;
  return [{ name: 'vectorizer', prefix: '/vectorizer', port, setting: 'POLYVEC_VECTORIZER_PORT', maxBodyBytes }];
}
