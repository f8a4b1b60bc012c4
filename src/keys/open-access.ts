import { isIPv4 } from 'node:net';
import { type Config, ConfigError } from '../config/config.js';

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Without keys, anyone who reaches a port may delete everything: other machines reach it only when a setting says so explicitly.
 * @throws ConfigError
 */
export function requireSafeAddress({ auth, host, allowOpenAccess }: Pick<Config, 'auth' | 'host' | 'allowOpenAccess'>): void {
  if (auth === 'keys' || allowOpenAccess || isLoopback(host)) return;
  throw new ConfigError([
    `POLYVEC_HOST=${host} lets others in, and POLYVEC_AUTH=off lets them do everything: set POLYVEC_AUTH=keys (and make a key with ` +
      '`polyvec keys create`), or, if you mean it, POLYVEC_ALLOW_OPEN_ACCESS=true',
  ]);
}
