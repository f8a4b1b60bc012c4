import type { Config } from '../config/config.js';
import { isLoopback } from '../keys/open-access.js';

/** What the console may do at most. */
export type ConsoleMode = 'on' | 'read-only' | 'off';

/** As it is set; where anybody else reaches the port without a key, it changes nothing unless a setting says so. */
export function consoleModeOf(config: Pick<Config, 'console' | 'auth' | 'host'>): ConsoleMode {
  if (config.console !== undefined) return config.console;
  return config.auth === 'off' && !isLoopback(config.host) ? 'read-only' : 'on';
}
