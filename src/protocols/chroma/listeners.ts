import type { Config } from '../../config/config.js';
import type { Listener } from '../../http/listeners.js';

/** Chroma's port. */
export function chromaListeners(config: Config): readonly Listener[] {
  return [{ name: 'chroma', prefix: '/chroma', port: config.chromaPort, setting: 'POLYVEC_CHROMA_PORT' }];
}
