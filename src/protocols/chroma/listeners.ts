import type { Config } from '../../config/config.js';
import type { Listener } from '../../http/listeners.js';

/** Chroma's port. */
export function chromaListeners(config: Config): readonly Listener[] {
  const { chromaPort: port, maxBodyBytes, chromaMaxWriteBytes } = config;
  const accepted = Math.max(maxBodyBytes, chromaMaxWriteBytes);
  return [{ name: 'chroma', prefix: '/chroma', port, setting: 'POLYVEC_CHROMA_PORT', maxBodyBytes: accepted }];
}
