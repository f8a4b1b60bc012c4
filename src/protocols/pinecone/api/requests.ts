import type { RequestType } from '../../../http/request-schema.js';
import {
  ANYTHING,
  BOOLEAN,
  COUNT,
  described,
  eitherOf,
  listOf,
  NUMBER,
  OBJECT,
  objectOf,
  oneOf,
  ref,
  type Schema,
  type Schemas,
  TEXT,
} from '../../../http/schema.js';
import { FREQUENCIES } from '../../../snapshots/backup-schedule.js';
import { SearchRecordsRequest } from '../data/record-requests.js';
import {
  CreateNamespaceRequest,
  DeleteRequest,
  DescribeIndexStatsRequest,
  FetchByMetadataRequest,
  QueryRequest,
  UpdateRequest,
  UpsertRequest,
} from '../data/requests.js';
import {
  DeleteDocumentsRequest,
  FetchDocumentsRequest,
  ListDocumentsRequest,
  SearchDocumentsRequest,
  UpdateDocumentsRequest,
  UpsertDocumentsRequest,
} from '../documents/requests.js';
import { StartImportRequest } from '../imports/requests.js';
import {
  ConfigureIndexRequest,
  ConfigureSchemaIndexRequest,
  CreateForModelRequest,
  CreateIndexRequest,
  CreateSchemaIndexRequest,
} from '../indexes/requests.js';
import { EmbedRequest, RerankRequest } from '../inference/requests.js';
import { MAX_RETENTION_DAYS, MAX_TOP_K } from '../limits.js';
import {
  CreateBackupRequest,
  CreateBackupScheduleRequest,
  CreateCollectionRequest,
  RestoreBackupRequest,
  UpdateBackupScheduleRequest,
} from '../snapshots/requests.js';

const NAMESPACE = described(TEXT, 'The default namespace unless given.');
const FILTER = ref('Filter');
const IDS = listOf(TEXT);
const VALUES = listOf(NUMBER);
const TAGS = ref('Tags');
const CAPACITY = described(OBJECT, 'Given back as it was asked for; without effect.');
const RETENTION = objectOf({ expire_after_days: { type: 'integer', minimum: 1, maximum: MAX_RETENTION_DAYS } });
const FIELDS = described(objectOf({ fields: OBJECT }), 'Fields, by name.');
const METRIC = oneOf('cosine', 'euclidean', 'dotproduct');
const PLACE: Schemas = { cloud: oneOf('aws', 'gcp', 'azure'), region: TEXT };
const PARAMETERS: Schemas = { read_parameters: OBJECT, write_parameters: OBJECT };

const SPEC = eitherOf(
  objectOf({ serverless: objectOf(PLACE, { read_capacity: OBJECT, schema: OBJECT, source_collection: TEXT }) }),
  objectOf({
    pod: objectOf(
      { environment: TEXT },
      { pod_type: TEXT, replicas: COUNT, shards: COUNT, pods: COUNT, metadata_config: OBJECT, source_collection: TEXT },
    ),
  }),
  objectOf({ byoc: objectOf({ environment: TEXT }, { read_capacity: OBJECT, schema: OBJECT }) }),
);

const TOP_K: Schema = { type: 'integer', minimum: 1, maximum: MAX_TOP_K };

const SCORE_BY: Schema = objectOf(
  { type: oneOf('text', 'query_string', 'dense_vector', 'sparse_vector') },
  { field: TEXT, fields: IDS, query: TEXT, values: VALUES, sparse_values: OBJECT },
);

const SEARCH_QUERY: Schema = objectOf(
  { top_k: TOP_K },
  {
    inputs: described(OBJECT, '`{"text": …}`: the text to search for.'),
    vector: objectOf({}, { values: VALUES, sparse_values: VALUES, sparse_indices: listOf(COUNT) }),
    id: TEXT,
    filter: FILTER,
    match_terms: described(OBJECT, 'Terms that a hit must have; for the sparse model alone.'),
  },
);

const RERANK: Schema = objectOf({ model: TEXT, rank_fields: listOf(TEXT) }, { top_n: COUNT, query: TEXT, parameters: OBJECT });

const CONTROL: Readonly<Record<string, RequestType>> = {
  CreateIndexRequest: {
    type: CreateIndexRequest,
    fields: {
      spec: SPEC,
      dimension: described({ type: 'integer', minimum: 0, maximum: 16_000 }, 'For dense vectors.'),
      metric: METRIC,
      vector_type: oneOf('dense', 'sparse'),
      tags: TAGS,
    },
    description: 'Before API version 2026-07.',
  },
  CreateSchemaIndexRequest: {
    type: CreateSchemaIndexRequest,
    fields: {
      deployment: objectOf({}, { deployment_type: oneOf('managed', 'byoc'), environment: TEXT, ...PLACE }),
      schema: FIELDS,
      read_capacity: CAPACITY,
      tags: TAGS,
      source_backup_id: described(TEXT, 'Refused: an index out of a backup is made by the call of the backup.'),
    },
    description: 'From API version 2026-07 on.',
  },
  CreateForModelRequest: {
    type: CreateForModelRequest,
    fields: {
      embed: objectOf({ model: TEXT, field_map: objectOf({ text: TEXT }) }, { metric: METRIC, dimension: COUNT, ...PARAMETERS }),
      tags: TAGS,
      read_capacity: CAPACITY,
      schema: FIELDS,
    },
  },
  ConfigureIndexRequest: {
    type: ConfigureIndexRequest,
    fields: { spec: OBJECT, tags: TAGS, embed: objectOf({ model: TEXT }, { field_map: OBJECT, ...PARAMETERS }) },
    description: 'Before API version 2026-07.',
  },
  ConfigureSchemaIndexRequest: {
    type: ConfigureSchemaIndexRequest,
    fields: { deployment: OBJECT, schema: FIELDS, read_capacity: CAPACITY, tags: TAGS },
    description: 'From API version 2026-07 on. Other fields are refused.',
  },
  CreateBackupRequest: { type: CreateBackupRequest },
  CreateBackupScheduleRequest: {
    type: CreateBackupScheduleRequest,
    fields: {
      schedule: objectOf({ type: oneOf('time-based'), frequency: oneOf(...FREQUENCIES) }),
      retention: RETENTION,
    },
    required: ['schedule', 'retention'],
  },
  UpdateBackupScheduleRequest: {
    type: UpdateBackupScheduleRequest,
    fields: { frequency: oneOf(...FREQUENCIES), retention: RETENTION },
    description: 'What is absent stays. Another frequency, and enabling, plan the next run anew.',
  },
  StartImportRequest: { type: StartImportRequest, fields: { errorMode: objectOf({}, { onError: oneOf('abort', 'continue') }) } },
  RestoreBackupRequest: { type: RestoreBackupRequest, fields: { tags: TAGS, read_capacity: CAPACITY } },
  CreateCollectionRequest: { type: CreateCollectionRequest },
  EmbedRequest: {
    type: EmbedRequest,
    fields: { inputs: { ...listOf(eitherOf(objectOf({ text: TEXT }), TEXT)), minItems: 1 }, parameters: OBJECT },
  },
  RerankRequest: {
    type: RerankRequest,
    fields: { documents: { ...listOf(eitherOf(OBJECT, TEXT)), minItems: 1 }, parameters: OBJECT },
  },
};

/** The bodies of Pinecone's API. */
export const REQUESTS: Readonly<Record<string, RequestType>> = {
  ...CONTROL,
  UpsertRequest: {
    type: UpsertRequest,
    fields: { vectors: { ...listOf(ref('Vector')), minItems: 1 }, namespace: NAMESPACE },
    required: ['vectors'],
  },
  QueryRequest: {
    type: QueryRequest,
    fields: {
      namespace: NAMESPACE,
      vector: VALUES,
      sparseVector: ref('SparseValues'),
      filter: FILTER,
      queries: described(ANYTHING, 'Refused: one query per request.'),
    },
  },
  FetchByMetadataRequest: { type: FetchByMetadataRequest, fields: { namespace: NAMESPACE, filter: FILTER } },
  UpdateRequest: {
    type: UpdateRequest,
    fields: {
      namespace: NAMESPACE,
      values: VALUES,
      sparseValues: ref('SparseValues'),
      setMetadata: ref('Metadata'),
      filter: FILTER,
    },
    description: 'A change of one vector, by `id`, or of the metadata of all that match `filter`.',
  },
  DeleteRequest: {
    type: DeleteRequest,
    fields: { ids: IDS, namespace: NAMESPACE, filter: FILTER },
    description: 'One of `ids`, `deleteAll` and `filter`.',
  },
  DescribeIndexStatsRequest: { type: DescribeIndexStatsRequest, fields: { filter: FILTER } },
  CreateNamespaceRequest: { type: CreateNamespaceRequest, fields: { schema: FIELDS } },
  SearchRecordsRequest: {
    type: SearchRecordsRequest,
    fields: { query: SEARCH_QUERY, fields: IDS, rerank: RERANK },
    required: ['query'],
  },
  UpsertDocumentsRequest: {
    type: UpsertDocumentsRequest,
    fields: { documents: { ...listOf(objectOf({ _id: TEXT })), minItems: 1 } },
    required: ['documents'],
  },
  UpdateDocumentsRequest: {
    type: UpdateDocumentsRequest,
    fields: {
      documents: listOf(objectOf({ _id: TEXT }, { _remove_fields: IDS })),
      filter: FILTER,
      set_fields: OBJECT,
      remove_fields: IDS,
    },
  },
  DeleteDocumentsRequest: { type: DeleteDocumentsRequest, fields: { ids: IDS, filter: FILTER, delete_all: BOOLEAN } },
  SearchDocumentsRequest: {
    type: SearchDocumentsRequest,
    fields: { score_by: { ...listOf(SCORE_BY), minItems: 1 }, top_k: TOP_K, include_fields: IDS, filter: FILTER },
    required: ['score_by', 'top_k'],
  },
  FetchDocumentsRequest: {
    type: FetchDocumentsRequest,
    fields: { ids: IDS, filter: FILTER, include_fields: IDS, limit: COUNT },
  },
  ListDocumentsRequest: { type: ListDocumentsRequest, fields: { limit: COUNT } },
};
