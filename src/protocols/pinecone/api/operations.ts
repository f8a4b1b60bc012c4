import { type ApiOperation, below } from '../../../http/api-description.js';
import { ref } from '../../../http/schema.js';

type Operations = Readonly<Record<string, ApiOperation>>;

const PAGE = ['limit', 'paginationToken'];
const UNIMPLEMENTED = 400;

const INDEXES: Operations = below('/indexes', 'Indexes', {
  'GET ': { id: 'list_indexes', summary: 'Lists indexes', answer: 'Indexes' },
  'POST ': {
    id: 'create_index',
    summary: 'Creates an index',
    body: ['CreateIndexRequest', 'CreateSchemaIndexRequest'],
    status: 201,
    answer: 'Index',
  },
  'POST /create-for-model': {
    id: 'create_index_for_model',
    summary: 'Creates an index that embeds text',
    body: 'CreateForModelRequest',
    status: 201,
    answer: 'Index',
  },
  'GET /{name}': { id: 'describe_index', summary: 'Describes an index', answer: 'Index' },
  'PATCH /{name}': {
    id: 'configure_index',
    summary: 'Changes tags, protection and what else may change. 200 to clients that take nothing else',
    body: ['ConfigureIndexRequest', 'ConfigureSchemaIndexRequest'],
    isBodyOptional: true,
    status: [202, 200],
    answer: 'Index',
  },
  'DELETE /{name}': { id: 'delete_index', summary: 'Deletes an index', status: 202 },
});

const SNAPSHOTS: Operations = {
  ...below('/indexes/{index}', 'Backups', {
    'POST /backups': {
      id: 'create_backup',
      summary: 'Makes a backup, complete when the answer comes. 200 to clients that take nothing else',
      body: 'CreateBackupRequest',
      isBodyOptional: true,
      status: [201, 200],
      answer: 'Backup',
    },
    'GET /backups': {
      id: 'list_index_backups',
      summary: 'Lists the backups of an index',
      query: ['include_deleted', ...PAGE],
      answer: 'Backups',
    },
  }),
  ...below('/backups', 'Backups', {
    'GET ': { id: 'list_project_backups', summary: 'Lists backups', query: PAGE, answer: 'Backups' },
    'GET /{id}': { id: 'describe_backup', summary: 'Describes a backup', answer: 'Backup' },
    'DELETE /{id}': { id: 'delete_backup', summary: 'Deletes a backup', status: 202 },
    'POST /{id}/create-index': {
      id: 'create_index_from_backup',
      summary: 'Makes an index of a backup',
      body: 'RestoreBackupRequest',
      status: 202,
      answer: 'Restore',
    },
  }),
  ...below('/restore-jobs', 'Backups', {
    'GET ': { id: 'list_restore_jobs', summary: 'Lists what became of backups', query: PAGE, answer: 'RestoreJobs' },
    'GET /{id}': { id: 'describe_restore_job', summary: 'What became of a backup', answer: 'RestoreJob' },
  }),
  ...below('/collections', 'Collections', {
    'GET ': { id: 'list_collections', summary: 'Lists collections', answer: 'Collections' },
    'POST ': {
      id: 'create_collection',
      summary: 'Makes a collection of a pod index',
      body: 'CreateCollectionRequest',
      status: 201,
      answer: 'Collection',
    },
    'GET /{name}': { id: 'describe_collection', summary: 'Describes a collection', answer: 'Collection' },
    'DELETE /{name}': { id: 'delete_collection', summary: 'Deletes a collection', status: 202 },
  }),
};

const INFERENCE: Operations = below('', 'Inference', {
  'POST /embed': { id: 'embed', summary: 'Makes vectors of texts', body: 'EmbedRequest', answer: 'Embeddings' },
  'POST /rerank': { id: 'rerank', summary: 'Ranks documents', body: 'RerankRequest', answer: 'Ranking' },
  'GET /models': { id: 'list_models', summary: 'Lists models', query: ['type', 'vector_type'], answer: 'Models' },
  'GET /models/{name}': { id: 'get_model', summary: 'Describes a model', answer: 'Model' },
});

const VECTORS: Operations = below('', 'Vectors', {
  'POST /vectors/upsert': { id: 'upsert_vectors', summary: 'Writes vectors', body: 'UpsertRequest', answer: 'Upserted' },
  'POST /query': { id: 'query_vectors', summary: 'Finds the nearest vectors', body: 'QueryRequest', answer: 'Matches' },
  'GET /vectors/fetch': {
    id: 'fetch_vectors',
    summary: 'Reads vectors by ids',
    requiredQuery: ['ids'],
    query: ['namespace'],
    answer: 'Vectors',
  },
  'POST /vectors/fetch_by_metadata': {
    id: 'fetch_vectors_by_metadata',
    summary: 'Reads vectors by a filter',
    body: 'FetchByMetadataRequest',
    isBodyOptional: true,
    answer: 'Vectors',
  },
  'POST /vectors/update': { id: 'update_vector', summary: 'Changes vectors', body: 'UpdateRequest', answer: 'Updated' },
  'POST /vectors/delete': { id: 'delete_vectors', summary: 'Deletes vectors', body: 'DeleteRequest', answer: 'Nothing' },
  'DELETE /vectors/delete': {
    id: 'delete_vectors_by_query',
    summary: 'Deletes vectors, by the query string',
    query: ['ids', 'deleteAll', 'namespace'],
    answer: 'Nothing',
  },
  'GET /vectors/list': {
    id: 'list_vectors',
    summary: 'Lists ids',
    query: ['prefix', ...PAGE, 'namespace'],
    answer: 'Ids',
  },
  'POST /describe_index_stats': {
    id: 'describe_index_stats',
    summary: 'Counts vectors by namespace',
    body: 'DescribeIndexStatsRequest',
    isBodyOptional: true,
    answer: 'Stats',
  },
  'GET /describe_index_stats': {
    id: 'describe_index_stats_by_query',
    summary: 'Counts vectors by namespace',
    answer: 'Stats',
  },
});

const NAMESPACES: Operations = below('/namespaces', 'Namespaces', {
  'GET ': { id: 'list_namespaces', summary: 'Lists namespaces', query: ['prefix', ...PAGE], answer: 'Namespaces' },
  'POST ': {
    id: 'create_namespace',
    summary: 'Creates a namespace',
    body: 'CreateNamespaceRequest',
    answer: 'Namespace',
  },
  'GET /{namespace}': { id: 'describe_namespace', summary: 'Describes a namespace', answer: 'Namespace' },
  'DELETE /{namespace}': { id: 'delete_namespace', summary: 'Deletes a namespace and what is in it', answer: 'Nothing' },
});

const RECORDS: Operations = below('/records/namespaces/{namespace}', 'Records', {
  'POST /upsert': {
    id: 'upsert_records',
    summary: 'Writes records of text, one JSON object per line',
    content: ['application/x-ndjson', ref('Record')],
    status: 201,
  },
  'POST /search': {
    id: 'search_records',
    summary: 'Searches by text, vector or id',
    body: 'SearchRecordsRequest',
    answer: 'Hits',
  },
});

const SCHEDULES: Operations = {
  ...below('/indexes/{index}/backup-schedules', 'Backup schedules', {
    'GET ': { id: 'list_backup_schedules', summary: 'Lists the schedules of an index', query: PAGE, answer: 'BackupSchedules' },
    'POST ': {
      id: 'create_backup_schedule',
      summary: 'Lets the gateway back up an index again and again',
      body: 'CreateBackupScheduleRequest',
      status: 201,
      answer: 'BackupSchedule',
    },
  }),
  ...below('/backup-schedules/{id}', 'Backup schedules', {
    'GET ': { id: 'describe_backup_schedule', summary: 'Describes a schedule', answer: 'BackupSchedule' },
    'PATCH ': {
      id: 'update_backup_schedule',
      summary: 'Changes, disables or enables a schedule',
      body: 'UpdateBackupScheduleRequest',
      isBodyOptional: true,
      answer: 'BackupSchedule',
    },
    'DELETE ': { id: 'delete_backup_schedule', summary: 'Deletes a schedule; its backups stay', status: 204 },
    'GET /history': {
      id: 'list_backup_schedule_history',
      summary: 'Lists the backups of a schedule, and its next run',
      query: PAGE,
      answer: 'BackupRuns',
    },
  }),
};

const IMPORTS: Operations = below('/bulk/imports', 'Imports', {
  'GET ': { id: 'list_bulk_imports', summary: 'Lists imports', query: PAGE, answer: 'Imports' },
  'POST ': {
    id: 'start_bulk_import',
    summary: 'Imports Parquet files; 400 unless POLYVEC_IMPORT_ROOT is set',
    body: 'StartImportRequest',
    answer: 'StartedImport',
  },
  'GET /{id}': { id: 'describe_bulk_import', summary: 'How far an import has come', answer: 'Import' },
  'DELETE /{id}': { id: 'cancel_bulk_import', summary: 'Cancels an import; what it has written stays' },
});

const DOCUMENTS: Operations = below('/namespaces/{namespace}/documents', 'Documents', {
  'POST /upsert': {
    id: 'upsert_documents',
    summary: 'Writes documents. Documents need API version 2026-07',
    body: 'UpsertDocumentsRequest',
    status: 202,
    answer: 'UpsertedDocuments',
  },
  'POST /update': {
    id: 'update_documents',
    summary: 'Changes fields of documents, by id or by a filter',
    body: 'UpdateDocumentsRequest',
    status: 202,
    answer: 'MatchedDocuments',
  },
  'POST /delete': {
    id: 'delete_documents',
    summary: 'Deletes documents by id, by a filter, or all',
    body: 'DeleteDocumentsRequest',
    status: 202,
    answer: 'MatchedDocuments',
  },
  'POST /search': {
    id: 'search_documents',
    summary: 'Searches documents by words or by a vector',
    body: 'SearchDocumentsRequest',
    answer: 'DocumentMatches',
  },
  'POST /fetch': {
    id: 'fetch_documents',
    summary: 'Reads documents by id or by a filter',
    body: 'FetchDocumentsRequest',
    answer: 'Documents',
  },
  'POST /list': { id: 'list_documents', summary: 'Lists ids of documents', body: 'ListDocumentsRequest', answer: 'DocumentIds' },
});

const REFUSED: Operations = {
  ...below('/namespaces/{namespace}/documents', 'Not served', {
    'POST /{operation}': { id: 'documents', summary: 'Other calls of the documents API', refusal: UNIMPLEMENTED },
  }),
};

/** Every operation of Pinecone's API, of the control plane and of an index. */
export const OPERATIONS: Operations = {
  ...VECTORS,
  ...RECORDS,
  ...DOCUMENTS,
  ...NAMESPACES,
  ...INDEXES,
  ...SNAPSHOTS,
  ...SCHEDULES,
  ...INFERENCE,
  ...IMPORTS,
  ...REFUSED,
};
