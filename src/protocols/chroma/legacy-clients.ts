import type { Response } from 'express';
import type { Config } from '../../config/config.js';

/** Python clients from 0.5.16 to 0.6.3 name their HTTP library, later ones themselves. */
const LEGACY_PYTHON = /^python-(?:httpx|requests)\//;

/** Where a response says that it is for such a client. */
export const LEGACY_CLIENT = 'chromaLegacyClient';

/** Whether a client of API v2 reads what servers before 1.0 answered: by its user agent, or as the settings say. */
export function isLegacyClient({ chromaLegacyConfiguration }: Config, agent = ''): boolean {
  if (chromaLegacyConfiguration !== 'auto') return chromaLegacyConfiguration === 'always_legacy';
  return LEGACY_PYTHON.test(agent);
}

/** Whether the answer is for such a client. */
export function isForLegacyClient(response: Response): boolean {
  return response.locals[LEGACY_CLIENT] === true;
}
