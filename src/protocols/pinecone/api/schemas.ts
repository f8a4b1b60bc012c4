import {
  ANYTHING,
  BOOLEAN,
  COUNT,
  described,
  INTEGER,
  listOf,
  mapOf,
  NUMBER,
  OBJECT,
  objectOf,
  oneOf,
  orNull,
  ref,
  type Schemas,
  TEXT,
  TIME,
  UUID,
} from '../../../http/schema.js';
import { FREQUENCIES } from '../../../snapshots/backup-schedule.js';
import { MAX_ID_LENGTH, MAX_SPARSE_INDEX, MAX_TAGS } from '../limits.js';

const PAGINATION = objectOf({ next: described(TEXT, 'The token of the next page.') });
const USAGE = objectOf({ readUnits: COUNT });
const COUNT_OR_TEXT = described({ type: ['integer', 'string'] }, 'A string from API version 2026-07 on.');
const VECTOR_TYPE = oneOf('dense', 'sparse');
const METRIC = oneOf('cosine', 'euclidean', 'dotproduct');
const VECTOR: Schemas = { values: listOf(NUMBER), sparseValues: ref('SparseValues'), metadata: ref('Metadata') };
const ERROR: Schemas = { error: objectOf({ code: TEXT, message: TEXT }), status: INTEGER };

const INDEXES: Schemas = {
  Index: objectOf(
    {
      name: TEXT,
      host: described(TEXT, 'Where its vectors are reached: a host with a port, or a URL.'),
      status: objectOf({ ready: BOOLEAN, state: oneOf('Ready', 'ScalingUp') }),
      deletion_protection: oneOf('enabled', 'disabled'),
    },
    {
      dimension: COUNT,
      metric: METRIC,
      vector_type: VECTOR_TYPE,
      spec: described(OBJECT, 'Before API version 2026-07.'),
      embed: described(OBJECT, 'How text becomes vectors.'),
      deployment: described(OBJECT, 'From API version 2026-07 on.'),
      schema: described(OBJECT, 'From API version 2026-07 on.'),
      read_capacity: OBJECT,
      tags: orNull(OBJECT),
      source_collection: TEXT,
      source_backup_id: TEXT,
      cmek_id: TEXT,
    },
  ),
  Indexes: objectOf({ indexes: listOf(ref('Index')) }),
  Backup: objectOf(
    {
      backup_id: UUID,
      source_index_name: TEXT,
      source_index_id: UUID,
      status: oneOf('Ready'),
      cloud: TEXT,
      region: TEXT,
      record_count: COUNT,
      namespace_count: COUNT,
      size_bytes: COUNT,
      created_at: TIME,
    },
    {
      name: TEXT,
      description: TEXT,
      dimension: COUNT,
      metric: METRIC,
      schema: OBJECT,
      tags: orNull(OBJECT),
      source_index_deleted_at: TIME,
    },
  ),
  Backups: objectOf({ data: listOf(ref('Backup')) }, { pagination: PAGINATION }),
  BackupSchedule: objectOf({
    schedule_id: UUID,
    name: TEXT,
    index_id: UUID,
    project_id: TEXT,
    schedule_type: oneOf('time-based'),
    frequency: oneOf(...FREQUENCIES),
    retention_expire_after_days: INTEGER,
    enabled: BOOLEAN,
    next_scheduled_run: orNull(TIME),
    created_at: TIME,
  }),
  BackupSchedules: objectOf({ data: listOf(ref('BackupSchedule')) }, { pagination: orNull(PAGINATION) }),
  BackupRun: objectOf(
    {
      backup_id: UUID,
      source_index_name: TEXT,
      source_index_id: UUID,
      status: oneOf('Initializing', 'Ready', 'InitializationFailed'),
      cloud: TEXT,
      region: TEXT,
      created_at: TIME,
    },
    {
      name: TEXT,
      description: TEXT,
      schema: OBJECT,
      record_count: COUNT,
      namespace_count: COUNT,
      size_bytes: COUNT,
      tags: orNull(OBJECT),
      source_index_deleted_at: TIME,
    },
  ),
  BackupRuns: objectOf({ data: listOf(ref('BackupRun')) }, { pagination: orNull(PAGINATION) }),
  Restore: objectOf({ restore_job_id: UUID, index_id: UUID }),
  RestoreJob: objectOf(
    {
      restore_job_id: UUID,
      backup_id: UUID,
      target_index_name: TEXT,
      target_index_id: UUID,
      status: oneOf('Pending', 'InProgress', 'Completed', 'Failed'),
      created_at: TIME,
    },
    { completed_at: TIME, percent_complete: NUMBER },
  ),
  RestoreJobs: objectOf({ data: listOf(ref('RestoreJob')) }, { pagination: PAGINATION }),
  StartedImport: objectOf({ id: TEXT }),
  Import: objectOf(
    {
      id: TEXT,
      uri: TEXT,
      status: oneOf('Pending', 'InProgress', 'Failed', 'Completed', 'Cancelled'),
      createdAt: TIME,
      percentComplete: NUMBER,
      recordsImported: COUNT,
    },
    { finishedAt: TIME, error: described(TEXT, 'Why it failed, or the first record that was left out.') },
  ),
  Imports: objectOf({ data: listOf(ref('Import')) }, { pagination: PAGINATION }),
  Collection: objectOf(
    { name: TEXT, size: COUNT, status: oneOf('Ready'), vector_count: COUNT, environment: TEXT },
    { dimension: COUNT },
  ),
  Collections: objectOf({ collections: listOf(ref('Collection')) }),
};

const INFERENCE: Schemas = {
  Embeddings: objectOf({
    model: TEXT,
    vector_type: VECTOR_TYPE,
    data: listOf(
      objectOf(
        { vector_type: VECTOR_TYPE },
        {
          values: listOf(NUMBER),
          sparse_values: listOf(NUMBER),
          sparse_indices: listOf(COUNT),
          sparse_tokens: listOf(TEXT),
        },
      ),
    ),
    usage: objectOf({ total_tokens: COUNT }),
  }),
  Ranking: objectOf({
    model: TEXT,
    data: listOf(objectOf({ index: COUNT, score: NUMBER }, { document: OBJECT })),
    usage: objectOf({ rerank_units: COUNT }),
  }),
  Model: objectOf(
    {
      model: TEXT,
      short_description: TEXT,
      type: oneOf('embed', 'rerank'),
      modality: oneOf('text'),
      max_batch_size: COUNT,
      max_sequence_length: COUNT,
      provider_name: TEXT,
      supported_parameters: listOf(OBJECT),
    },
    {
      vector_type: VECTOR_TYPE,
      default_dimension: COUNT,
      supported_dimensions: listOf(COUNT),
      supported_metrics: listOf(METRIC),
    },
  ),
  Models: objectOf({ models: listOf(ref('Model')) }),
};

const VECTORS: Schemas = {
  Upserted: objectOf({ upsertedCount: COUNT }),
  Matches: objectOf({
    results: described({ ...listOf(ANYTHING), maxItems: 0 }, 'Always empty.'),
    matches: listOf(objectOf({ id: TEXT, score: NUMBER, values: listOf(NUMBER) }, VECTOR)),
    namespace: TEXT,
    usage: USAGE,
  }),
  Vectors: objectOf(
    { vectors: mapOf(objectOf({ id: TEXT, values: listOf(NUMBER) }, VECTOR)), namespace: TEXT, usage: USAGE },
    { pagination: PAGINATION },
  ),
  Ids: objectOf({ vectors: listOf(objectOf({ id: TEXT })), namespace: TEXT, usage: USAGE }, { pagination: PAGINATION }),
  Updated: objectOf({}, { matchedRecords: described(COUNT, 'Of an update by filter.') }),
  Nothing: described(objectOf({}), 'There is nothing to tell.'),
  Stats: objectOf(
    {
      namespaces: mapOf(objectOf({ vectorCount: COUNT })),
      indexFullness: NUMBER,
      totalVectorCount: COUNT,
      metric: METRIC,
      vectorType: VECTOR_TYPE,
    },
    { dimension: COUNT },
  ),
  Namespace: objectOf(
    { name: TEXT, record_count: COUNT_OR_TEXT },
    { schema: OBJECT, indexed_fields: objectOf({ fields: listOf(TEXT) }), size_bytes: TEXT },
  ),
  Namespaces: objectOf({ namespaces: listOf(ref('Namespace')), total_count: COUNT }, { pagination: PAGINATION }),
  Hits: objectOf({
    result: objectOf({ hits: listOf(objectOf({ _id: TEXT, _score: NUMBER, fields: OBJECT })) }),
    usage: objectOf({ read_units: COUNT, embed_total_tokens: COUNT }, { rerank_units: COUNT }),
  }),
  UpsertedDocuments: objectOf({ upserted_count: COUNT }),
  MatchedDocuments: objectOf({}, { matched_records: described(COUNT, 'Of a call with a filter.') }),
  DocumentMatches: objectOf({
    matches: listOf(objectOf({ _id: TEXT, _score: NUMBER })),
    namespace: TEXT,
    usage: objectOf({ read_units: COUNT }),
  }),
  Documents: objectOf(
    { documents: mapOf(objectOf({ _id: TEXT })), namespace: TEXT, usage: objectOf({ read_units: COUNT }) },
    { pagination: PAGINATION },
  ),
  DocumentIds: objectOf(
    { documents: listOf(objectOf({ _id: TEXT })), namespace: TEXT, usage: objectOf({ read_units: COUNT }) },
    { pagination: PAGINATION },
  ),
};

/** The answers of Pinecone's API, and their parts. */
export const SCHEMAS: Schemas = {
  Error: objectOf(ERROR),
  IndexError: described(
    objectOf({ code: described(INTEGER, "gRPC's status code."), message: TEXT, details: listOf(ANYTHING) }, ERROR),
    'Of an index. The records of integrated inference also have what the errors of the control plane have.',
  ),
  ...INDEXES,
  ...INFERENCE,
  ...VECTORS,
  Vector: objectOf({ id: { type: 'string', minLength: 1, maxLength: MAX_ID_LENGTH } }, VECTOR),
  SparseValues: objectOf({
    indices: listOf({ type: 'integer', minimum: 0, maximum: MAX_SPARSE_INDEX }),
    values: listOf(NUMBER),
  }),
  Metadata: described(mapOf(ANYTHING), 'Texts, numbers, booleans and lists of texts, by key.'),
  Tags: described(mapOf(TEXT), `Up to ${String(MAX_TAGS)}; an empty text takes a tag away.`),
  Filter: described(
    OBJECT,
    'A condition on a field, `{"year": {"$gte": 2020}}`, or conditions joined by `$and` and `$or`. Operators: ' +
      '`$eq` `$ne` `$gt` `$gte` `$lt` `$lte` `$in` `$nin` `$exists`.',
  ),
  Record: described(mapOf(ANYTHING), 'One JSON object per line: `_id`, the field that is embedded, and metadata.'),
};
