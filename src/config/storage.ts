import { count, duration, oneOf, positive, setting, share } from './values.js';

/** The smallest recall that can be asked for. */
export const LEAST_RECALL = 0.5;

/** The settings of tiers, vector indexes and their maintenance; a part of the gateway's. */
export const STORAGE_SETTINGS = {
  dedicatedMinFloats: setting(
    'POLYVEC_DEDICATED_MIN_FLOATS',
    4_000_000,
    positive,
    'A collection with more components (records × dimension) than this moves to tables of its own.',
  ),
  indexMinFloats: setting(
    'POLYVEC_INDEX_MIN_FLOATS',
    4_000_000,
    positive,
    'A namespace with more components outside its HNSW index than this gets them indexed, in the background.',
  ),
  places: setting(
    'POLYVEC_PLACES',
    'large',
    oneOf('large', 'all'),
    'Which collections get tables and a schema of their own: `large` ones, or `all` that have a dimension.',
  ),
  namespacePlaceFloats: setting(
    'POLYVEC_NAMESPACE_PLACE_FLOATS',
    0,
    count,
    'A namespace of a large Pinecone index with more components than this gets a schema of its own, so that one index spreads over the nodes of a cluster. Writes to the index wait while its rows are copied. `0`: none does.',
  ),
  maintenanceIntervalMs: setting(
    'POLYVEC_MAINTENANCE_INTERVAL_MS',
    2_000,
    duration,
    'How long after a write the background work looks whether there is some.',
  ),
  indexMemoryMb: setting(
    'POLYVEC_INDEX_MEMORY_MB',
    2_048,
    positive,
    'The most memory that Postgres may use to build one index, in MiB. An index that does not fit is built many times slower.',
  ),
  indexQuantization: setting(
    'POLYVEC_INDEX_QUANTIZATION',
    'auto',
    oneOf('auto', 'off', 'half', 'binary'),
    'What new HNSW indexes hold: whole vectors (`off`), 16-bit components, or one bit each (what they find is compared again, exactly). `auto`: what keeps the recall at the least cost, by measurement. Above 2,000 dimensions it is at most `half`, above 4,000 `binary`.',
  ),
  indexCacheMb: setting(
    'POLYVEC_INDEX_CACHE_MB',
    0,
    count,
    'The memory that all vector indexes together may fill, in MiB: one that would go beyond it holds less of each vector, as long as the recall is kept. `0`: what the server says in `effective_cache_size`; on the embedded engine 96 for graphs of whole vectors.',
  ),
  recall: setting(
    'POLYVEC_RECALL',
    0.98,
    share(LEAST_RECALL, 1),
    'The share of the ten nearest records that searches are to find. Background work measures how far a search has to look for it in each indexed namespace. `1`: every vector is compared, and no index is used.',
  ),
  trigramIndexes: setting(
    'POLYVEC_TRIGRAM_INDEXES',
    'off',
    oneOf('off', 'on'),
    'Whether dedicated tables get a trigram index on documents, where the extension `pg_trgm` can be had: substring searches get faster, writes slower.',
  ),
  minFreeDiskMb: setting(
    'POLYVEC_MIN_FREE_DISK_MB',
    32,
    positive,
    'With less free disk than this, in MiB, the embedded engine refuses writes (507), and goes on with reads.',
  ),
} as const;
