/**
 * The fields of Pinecone's published requests, spelt as on the wire, over every API version up to 2026-07. Objects within a
 * request stand beside it. A name with a version is what a request of that name became.
 */
const CONTROL_PLANE = {
  CreateIndexRequest: ['name', 'dimension', 'metric', 'deletion_protection', 'tags', 'spec', 'vector_type'],
  CreateIndexRequestSpec: ['serverless', 'pod', 'byoc'],
  IndexSpec: ['serverless', 'pod', 'byoc'],
  ServerlessSpec: ['cloud', 'region', 'read_capacity', 'source_collection', 'schema'],
  PodSpec: ['environment', 'replicas', 'shards', 'pod_type', 'pods', 'metadata_config', 'source_collection'],
  CreateIndexRequestSpecPod: ['environment', 'replicas', 'shards', 'pod_type', 'pods', 'metadata_config', 'source_collection'],
  ByocSpec: ['environment', 'read_capacity', 'schema'],
  ReadCapacityOnDemandSpec: ['mode'],
  ReadCapacityDedicatedSpec: ['mode', 'dedicated'],
  ReadCapacityDedicatedConfig: ['node_type', 'scaling', 'manual'],
  ScalingConfigManual: ['shards', 'replicas'],
  'CreateIndexRequest 2026-07': [
    'name',
    'deployment',
    'schema',
    'cmek_id',
    'read_capacity',
    'tags',
    'deletion_protection',
    'source_collection',
    'source_backup_id',
  ],
  ManagedDeployment: ['deployment_type', 'cloud', 'region', 'environment'],
  ByocDeployment: ['deployment_type', 'environment'],
  PodDeployment: ['deployment_type', 'environment', 'replicas', 'shards', 'pod_type'],
  CreateIndexSchema: ['fields'],
  DenseVectorField: ['type', 'description', 'dimension', 'metric'],
  SparseVectorField: ['type', 'description'],
  StringField: ['type', 'description', 'full_text_search'],
  CreateIndexForModelRequest: ['name', 'cloud', 'region', 'deletion_protection', 'tags', 'schema', 'read_capacity', 'embed'],
  CreateIndexForModelRequestEmbed: ['model', 'metric', 'field_map', 'dimension', 'read_parameters', 'write_parameters'],
  FieldMap: ['text'],
  ConfigureIndexRequest: ['spec', 'deletion_protection', 'tags', 'embed'],
  ConfigureIndexRequestSpec: ['serverless', 'pod', 'byoc'],
  ConfigureIndexRequestSpecPod: ['replicas', 'pod_type'],
  ConfigureIndexRequestSpecServerless: ['read_capacity'],
  ConfigureIndexRequestEmbed: ['model', 'field_map', 'read_parameters', 'write_parameters'],
  'ConfigureIndexRequest 2026-07': ['deployment', 'schema', 'read_capacity', 'tags', 'deletion_protection'],
  PatchIndexDeploymentRequest: ['replicas', 'pod_type'],
  PatchIndexSchema: ['fields'],
  PatchSemanticTextField: ['type', 'model', 'write_parameters', 'read_parameters'],
  CreateBackupRequest: ['name', 'description'],
  CreateIndexFromBackupRequest: ['name', 'tags', 'deletion_protection', 'read_capacity'],
  CreateCollectionRequest: ['name', 'source'],
  EmbedRequest: ['model', 'parameters', 'inputs'],
  RerankRequest: ['model', 'query', 'top_n', 'return_documents', 'rank_fields', 'documents', 'parameters'],
  ListModelsRequest: ['type', 'vector_type'],
} as const;

const DATA_PLANE = {
  UpsertRequest: ['vectors', 'namespace'],
  Vector: ['id', 'values', 'sparseValues', 'metadata'],
  SparseValues: ['indices', 'values'],
  QueryRequest: [
    'namespace',
    'topK',
    'filter',
    'includeValues',
    'includeMetadata',
    'queries',
    'vector',
    'sparseVector',
    'id',
    'scanFactor',
    'maxCandidates',
  ],
  FetchRequest: ['ids', 'namespace'],
  FetchByMetadataRequest: ['namespace', 'filter', 'limit', 'paginationToken'],
  UpdateRequest: ['id', 'values', 'sparseValues', 'setMetadata', 'namespace', 'filter', 'dryRun'],
  DeleteRequest: ['ids', 'deleteAll', 'namespace', 'filter'],
  ListRequest: ['prefix', 'limit', 'paginationToken', 'namespace'],
  DescribeIndexStatsRequest: ['filter'],
  'DescribeIndexStatsRequest GET': ['filter'],
  ListNamespacesRequest: ['paginationToken', 'limit', 'prefix'],
  DescribeNamespaceRequest: ['namespace'],
  DeleteNamespaceRequest: ['namespace'],
  CreateNamespaceRequest: ['name', 'schema'],
  CreateNamespaceRequestSchema: ['fields'],
  CreateNamespaceRequestSchemaFieldsValue: ['filterable'],
  UpsertRecord: ['_id', 'id'],
  SearchRecordsRequest: ['query', 'fields', 'rerank'],
  SearchRecordsRequestQuery: ['top_k', 'filter', 'inputs', 'vector', 'id', 'match_terms'],
  SearchRecordsInputs: ['text'],
  SearchRecordsVector: ['values', 'sparse_values', 'sparse_indices'],
  SearchRecordsRequestRerank: ['model', 'rank_fields', 'top_n', 'parameters', 'query'],
  UpsertDocumentsRequest: ['documents'],
  SearchDocumentsRequest: ['score_by', 'top_k', 'include_fields', 'filter'],
  FetchDocumentsRequest: ['ids', 'filter', 'include_fields', 'pagination_token', 'limit'],
  UpdateDocumentsRequest: ['documents', 'filter', 'set_fields', 'remove_fields'],
  DeleteDocumentsRequest: ['ids', 'filter', 'delete_all'],
  ListDocumentsRequest: ['prefix', 'limit', 'pagination_token'],
  DocumentRecord: ['_id'],
  UpdateDocumentRecord: ['_id', '_remove_fields'],
} as const;

export const PUBLISHED = { ...CONTROL_PLANE, ...DATA_PLANE } as const;

export type PublishedName = keyof typeof PUBLISHED;

/** Requests of calls that are refused as a whole. */
export const UNSERVED: readonly string[] = [
  'BackupScheduleRequestSchedule',
  'CreateBackupScheduleRequest',
  'UpdateBackupScheduleRequest',
  'StartImportRequest',
];

/** Types of official clients that have no fields of their own, or whose objects are kept as they are sent. */
export const OPAQUE: readonly string[] = [
  'IndexDeploymentRequest',
  'CreateIndexRequestSpecPodMetadataConfig',
  'EmbedRequestInputsInner',
];

/** Messages of the gRPC service that a request is, or holds; spelt as JSON spells them. */
export const GRPC_MESSAGES = {
  UpsertRequest: PUBLISHED.UpsertRequest,
  Vector: PUBLISHED.Vector,
  SparseValues: PUBLISHED.SparseValues,
  QueryRequest: PUBLISHED.QueryRequest,
  FetchRequest: PUBLISHED.FetchRequest,
  FetchByMetadataRequest: PUBLISHED.FetchByMetadataRequest,
  UpdateRequest: PUBLISHED.UpdateRequest,
  DeleteRequest: PUBLISHED.DeleteRequest,
  ListRequest: PUBLISHED.ListRequest,
  DescribeIndexStatsRequest: PUBLISHED.DescribeIndexStatsRequest,
  ListNamespacesRequest: PUBLISHED.ListNamespacesRequest,
  DescribeNamespaceRequest: PUBLISHED.DescribeNamespaceRequest,
  DeleteNamespaceRequest: PUBLISHED.DeleteNamespaceRequest,
  CreateNamespaceRequest: PUBLISHED.CreateNamespaceRequest,
  MetadataSchema: PUBLISHED.CreateNamespaceRequestSchema,
  MetadataFieldProperties: PUBLISHED.CreateNamespaceRequestSchemaFieldsValue,
} as const;
