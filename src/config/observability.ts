import { duration, oneOf, setting } from './values.js';

/** The settings of what an operator sees of requests; a part of the gateway's. */
export const OBSERVABILITY_SETTINGS = {
  serverTiming: setting(
    'POLYVEC_SERVER_TIMING',
    'on',
    oneOf('off', 'on'),
    'Whether answers carry `Server-Timing`: the time that a request took, and of it what the database and the wait for a connection took.',
  ),
  requestLog: setting(
    'POLYVEC_REQUEST_LOG',
    'errors',
    oneOf('off', 'errors', 'all'),
    'Which requests get a line in the log: none, those that failed here (500 and above) or were slow, or all.',
  ),
  slowRequestMs: setting('POLYVEC_SLOW_REQUEST_MS', 1_000, duration, 'A request that takes longer than this is slow.'),
  logFormat: setting(
    'POLYVEC_LOG_FORMAT',
    'auto',
    oneOf('auto', 'json', 'text'),
    'How log lines look: `json`, `text` for people, or `auto`: text when standard error is a terminal.',
  ),
} as const;
