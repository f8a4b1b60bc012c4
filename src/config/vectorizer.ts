import { duration, MiB, type Port, port, positive, setting, strictly } from './values.js';

/** The settings of Vectorizer's port; a part of the gateway's. */
export const VECTORIZER_SETTINGS = {
  vectorizerPort: setting<Port>(
    'POLYVEC_VECTORIZER_PORT',
    15_002,
    port,
    "Vectorizer's port. `0`: any free port; `off`: not served.",
  ),
  vectorizerDimension: setting(
    'POLYVEC_VECTORIZER_DIMENSION',
    512,
    positive,
    'The dimension of Vectorizer collections that are created without one.',
  ),
  vectorizerExpiryIntervalMs: setting(
    'POLYVEC_VECTORIZER_EXPIRY_INTERVAL_MS',
    30_000,
    duration,
    'How often expired vectors of Vectorizer collections are removed.',
  ),
  vectorizerMaxBodyBytes: strictly(
    setting('POLYVEC_VECTORIZER_MAX_BODY_BYTES', 100 * MiB, positive, "The largest request body of Vectorizer's API."),
    64 * MiB,
  ),
} as const;
