import { duration, MAX_DURATION_MS, setting, wholeNumber } from './values.js';

/** The settings of starting, stopping and staying connected; a part of the gateway's. */
export const LIFECYCLE_SETTINGS = {
  workers: setting<number | 'auto'>(
    'POLYVEC_WORKERS',
    1,
    workers,
    'Processes that share the ports, each with a pool of its own: a number, or `auto` for as many as there are cores. The embedded engine has one.',
  ),
  drainDelayMs: setting<number | undefined>(
    'POLYVEC_DRAIN_DELAY_MS',
    undefined,
    wholeNumber(0, MAX_DURATION_MS),
    'How long a stop goes on taking requests while `/readyz` says 503, for load balancers to notice. Unset: 0 on loopback addresses, 5000 on others.',
  ),
  keepAliveTimeoutMs: setting(
    'POLYVEC_KEEP_ALIVE_TIMEOUT_MS',
    65_000,
    duration,
    'How long an idle HTTP/1 connection is kept. Load balancers must part with theirs sooner; most do after 60 s.',
  ),
} as const;

function workers(value: string): number | 'auto' {
  if (value === 'auto') return 'auto';
  if (/^[1-9]\d{0,2}$/.test(value)) return Number(value);
  throw new Error('a whole number from 1 to 999, or auto');
}
