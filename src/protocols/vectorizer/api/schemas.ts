import {
  ANYTHING,
  BOOLEAN,
  COUNT,
  described,
  eitherOf,
  INTEGER,
  listOf,
  mapOf,
  NULL,
  NUMBER,
  OBJECT,
  objectOf,
  oneOf,
  orNull,
  ref,
  type Schema,
  type Schemas,
  TEXT,
  TIME,
  UUID,
} from '../../../http/schema.js';
import { QDRANT_SCHEMAS } from './qdrant-schemas.js';
import { SEARCH_SCHEMAS, SHOWN_VECTOR } from './search-schemas.js';

const BATCH_STATUS = oneOf('success', 'partial', 'error');
const HNSW = objectOf({ m: COUNT, ef_construction: COUNT, ef_search: COUNT }, { seed: COUNT });
/** The id of what had none is absent. */
const report = (status: Schema): Schema => objectOf({ status }, { index: COUNT, id: TEXT, error: TEXT });
const reports = listOf(report(oneOf('ok', 'error')));
const OUTCOME = oneOf('ok', 'missing_in_src', 'dst_insert_failed');

const CATALOG: Schemas = {
  Collection: objectOf(
    {
      name: TEXT,
      vector_count: COUNT,
      document_count: COUNT,
      dimension: COUNT,
      metric: oneOf('Cosine', 'Euclidean', 'DotProduct'),
      embedding_provider: described(TEXT, '`none`: the collection takes no texts.'),
      created_at: TIME,
      updated_at: TIME,
      last_updated: TIME,
      size: objectOf({
        total: TEXT,
        total_bytes: COUNT,
        index: TEXT,
        index_bytes: COUNT,
        payload: TEXT,
        payload_bytes: COUNT,
      }),
      quantization: objectOf({ enabled: BOOLEAN, type: TEXT, bits: COUNT }),
      normalization: objectOf({ enabled: BOOLEAN, level: TEXT }),
      status: oneOf('ready'),
      error_message: NULL,
      indexing_status: objectOf({
        status: oneOf('completed'),
        progress: NUMBER,
        total_documents: COUNT,
        processed_documents: COUNT,
        errors: COUNT,
        start_time: TIME,
        end_time: TIME,
        hnsw_config: HNSW,
      }),
    },
    {
      similarity_metric: oneOf('cosine', 'euclidean', 'dot_product'),
      hnsw_config: described(HNSW, 'With `with_config`.'),
      description: described(orNull(TEXT), 'With `with_config`.'),
    },
  ),
  Collections: objectOf({ collections: listOf(ref('Collection')), total_collections: COUNT }),
  Created: eitherOf(
    objectOf({ message: TEXT, collection: TEXT, name: TEXT, dimension: COUNT, metric: TEXT, status: oneOf('created') }),
    ref('Collection'),
  ),
  EmptyCollections: objectOf({ status: TEXT, empty_collections: listOf(TEXT), collections: listOf(TEXT), count: COUNT }),
  CleanedUp: objectOf({
    status: TEXT,
    message: TEXT,
    deleted_count: COUNT,
    dry_run: BOOLEAN,
    success: BOOLEAN,
    removed: COUNT,
    collections: listOf(TEXT),
  }),
  DeletedCollection: objectOf({ message: TEXT, status: oneOf('deleted'), collection: TEXT }),
  CollectionStats: objectOf({
    vector_count: COUNT,
    indexed_count: COUNT,
    memory_usage_bytes: COUNT,
    disk_usage_bytes: COUNT,
  }),
  Saved: objectOf({ success: BOOLEAN, message: TEXT, flushed: BOOLEAN }),
  Renamed: objectOf({ old_name: TEXT, new_name: TEXT, alias_retained: BOOLEAN, status: oneOf('ok') }),
  Ttl: objectOf({ collection: TEXT, ttl_secs: orNull(NUMBER) }, { status: oneOf('ok') }),
  Job: objectOf(
    { job_id: UUID, collection: TEXT, state: oneOf('completed'), progress: NUMBER },
    { params: HNSW, target_encoding: TEXT },
  ),
};

const VECTORS: Schemas = {
  Inserted: objectOf({
    message: TEXT,
    vectors_created: COUNT,
    vector_ids: listOf(TEXT),
    collection: TEXT,
    chunked: BOOLEAN,
    id: orNull(TEXT),
    status: oneOf('inserted'),
  }),
  BatchInserted: objectOf({
    collection: TEXT,
    inserted: COUNT,
    failed: COUNT,
    count: COUNT,
    results: listOf(
      objectOf(
        { index: COUNT, client_id: orNull(TEXT), status: oneOf('ok', 'error') },
        { vector_ids: listOf(TEXT), vectors_created: COUNT, chunked: BOOLEAN, error: TEXT, error_type: TEXT },
      ),
    ),
    ids: listOf(TEXT),
    status: BATCH_STATUS,
    inserted_count: COUNT,
    failed_count: COUNT,
    errors: listOf(TEXT),
  }),
  Vector: SHOWN_VECTOR({}),
  VectorOf: SHOWN_VECTOR({ collection: TEXT }),
  Vectors: objectOf({ vectors: listOf(ref('Vector')), total: COUNT, limit: COUNT, offset: COUNT, message: orNull(TEXT) }),
  Updated: SHOWN_VECTOR({ message: TEXT, status: oneOf('updated'), collection: TEXT }),
  Expiry: objectOf({ id: TEXT, collection: TEXT, expires_at: orNull(INTEGER), status: oneOf('ok') }),
  BatchUpdated: objectOf({
    collection: TEXT,
    count: COUNT,
    updated: COUNT,
    failed: COUNT,
    results: reports,
    status: BATCH_STATUS,
  }),
  UpdatedByFilter: objectOf({
    scanned: COUNT,
    matched: COUNT,
    updated: COUNT,
    results: listOf(report(oneOf('updated'))),
    collection: TEXT,
  }),
  Deleted: objectOf({ message: TEXT, success: BOOLEAN, id: TEXT, status: oneOf('deleted') }),
  BatchDeleted: objectOf({
    collection: TEXT,
    count: COUNT,
    deleted: COUNT,
    failed: COUNT,
    results: reports,
    status: oneOf('success'),
    deleted_count: COUNT,
    failed_count: COUNT,
    errors: listOf(TEXT),
  }),
  DeletedByFilter: objectOf({
    scanned: COUNT,
    matched: COUNT,
    deleted: COUNT,
    results: listOf(report(oneOf('deleted'))),
    collection: TEXT,
    status: oneOf('success'),
    deleted_count: COUNT,
  }),
  Transferred: objectOf(
    { src: TEXT, dst: TEXT, requested: COUNT, failed: COUNT, results: listOf(report(OUTCOME)) },
    { moved: COUNT, copied: COUNT },
  ),
};

const SYSTEM: Schemas = {
  Health: objectOf({
    status: oneOf('healthy', 'unhealthy'),
    timestamp: TIME,
    version: TEXT,
    gateway_version: TEXT,
    cache: OBJECT,
  }),
  Status: objectOf({ online: BOOLEAN, version: TEXT, uptime_seconds: COUNT, collections_count: COUNT }),
  Stats: objectOf({
    collections: COUNT,
    total_collections: COUNT,
    total_vectors: COUNT,
    uptime_seconds: COUNT,
    version: TEXT,
    default_quantization: TEXT,
    compression_ratio: NUMBER,
    providers: listOf(objectOf({ name: TEXT, dimension: orNull(COUNT), default: BOOLEAN })),
    default_provider: TEXT,
    total_size_bytes: COUNT,
    memory_usage_bytes: COUNT,
    disk_usage_bytes: COUNT,
  }),
  Progress: objectOf({
    overall_status: oneOf('completed'),
    is_indexing: BOOLEAN,
    collections: listOf(OBJECT),
    total_collections: COUNT,
    completed_collections: COUNT,
    processing_collections: COUNT,
  }),
  Metrics: described(TEXT, 'Lines of the text format of Prometheus.'),
  Embedding: objectOf({ embedding: listOf(NUMBER), text: TEXT, dimension: COUNT, model: TEXT, provider: TEXT }),
};

/** The answers of Vectorizer's API, and their parts. */
export const SCHEMAS: Schemas = {
  Error: objectOf(
    {
      error_type: described(TEXT, 'The stable name of the error.'),
      message: TEXT,
      status_code: INTEGER,
    },
    { details: mapOf(ANYTHING), error: described(TEXT, 'The same as `error_type`, where a key is missing or not enough.') },
  ),
  ...CATALOG,
  ...VECTORS,
  ...SEARCH_SCHEMAS,
  ...SYSTEM,
  ...QDRANT_SCHEMAS,
  HnswSent: objectOf(
    {},
    {
      m: { type: 'integer', minimum: 2, maximum: 100 },
      ef_construction: described({ type: 'integer', minimum: 4, maximum: 1000 }, 'At least twice `m`.'),
      ef_search: { type: 'integer', minimum: 1, maximum: 1000 },
      seed: COUNT,
    },
  ),
  Sparse: objectOf({ indices: listOf({ type: 'integer', minimum: 0, maximum: 0xffff_ffff }), values: listOf(NUMBER) }),
  Filter: described(
    eitherOf(OBJECT, listOf(OBJECT)),
    "Conditions on the payload: values by field, a list of conditions, or Qdrant's `must`, `should` and `must_not`.",
  ),
};
