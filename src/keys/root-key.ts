import { readFileSync } from 'node:fs';
import { type Config, ConfigError } from '../config/config.js';
import { digestOf } from './api-key.js';

const MIN_LENGTH = 32;

/** The digest of the root key that the settings give; undefined without one. @throws ConfigError for a file that has none */
export function rootDigest({ rootKey, rootKeyFile }: Pick<Config, 'rootKey' | 'rootKeyFile'>): Buffer | undefined {
  if (rootKeyFile === undefined) return rootKey === undefined ? undefined : digestOf(rootKey);
  try {
    const text = readFileSync(rootKeyFile, 'utf8').trim();
    if (text.length >= MIN_LENGTH) return digestOf(text);
  } catch (error) {
    throw new ConfigError([`POLYVEC_ROOT_KEY_FILE cannot be read: ${String((error as NodeJS.ErrnoException).code)}`]);
  }
  throw new ConfigError([`POLYVEC_ROOT_KEY_FILE must hold at least ${String(MIN_LENGTH)} characters`]);
}
