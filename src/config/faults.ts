import { duration, positive, setting } from './values.js';

/** The settings of what happens while the database is slow, crowded or gone; a part of the gateway's. */
export const FAULT_SETTINGS = {
  poolTimeoutMs: setting<number | undefined>(
    'POLYVEC_POOL_TIMEOUT_MS',
    undefined,
    duration,
    'The longest a request waits for a connection; then the answer is 503. Unset: 2,000 on a server; 30,000 on the embedded engine, which runs one statement at a time.',
  ),
  poolMaxWaiting: setting<number | undefined>(
    'POLYVEC_POOL_MAX_WAITING',
    undefined,
    positive,
    'How many requests may wait for a connection; one more is answered 503 at once. Unset: 10 for each connection on a server, 100 on the embedded engine.',
  ),
  connectTimeoutMs: setting(
    'POLYVEC_CONNECT_TIMEOUT_MS',
    2_000,
    duration,
    'The longest that opening a connection to Postgres may take.',
  ),
} as const;
