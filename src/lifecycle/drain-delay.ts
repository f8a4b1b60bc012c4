import type { Config } from '../config/config.js';
import { isLoopback } from '../keys/open-access.js';

/** What a load balancer needs to see `/readyz` fail a few times. */
const BALANCER_DELAY_MS = 5_000;

/** How long a stop goes on serving, in milliseconds; where only this machine connects, there is no load balancer in front. */
export function drainDelayOf({ host, drainDelayMs }: Pick<Config, 'host' | 'drainDelayMs'>): number {
  return drainDelayMs ?? (isLoopback(host) ? 0 : BALANCER_DELAY_MS);
}
