/**
 * The fields of Chroma's requests as they are published: of v2 by the types that the JavaScript client 3.5 is generated with, and by
 * what the Python client 1.5.9 sends; of v1 by the request models of the servers 0.4.24 to 0.6.3.
 */

const RECORDS = ['ids', 'embeddings', 'documents', 'uris', 'metadatas'];
const CONDITIONS = ['ids', 'where', 'where_document'];

/** The bodies of API v2, by the names that the real server gives them. */
export const V2_BODIES = {
  CreateTenantPayload: ['name'],
  UpdateTenantPayload: ['resource_name'],
  CreateDatabasePayload: ['name'],
  CreateCollectionPayload: ['name', 'metadata', 'configuration', 'schema', 'get_or_create'],
  UpdateCollectionPayload: ['new_name', 'new_metadata', 'new_configuration'],
  AddCollectionRecordsPayload: RECORDS,
  UpdateCollectionRecordsPayload: RECORDS,
  UpsertCollectionRecordsPayload: RECORDS,
  GetRequestPayload: [...CONDITIONS, 'limit', 'offset', 'include'],
  QueryRequestPayload: [...CONDITIONS, 'query_embeddings', 'n_results', 'include'],
  DeleteCollectionRecordsPayload: [...CONDITIONS, 'limit'],
  SearchRequestPayload: ['searches', 'read_level'],
  ForkCollectionPayload: ['new_name'],
  AttachFunctionRequest: ['name', 'function_id', 'output_collection', 'params'],
  DetachFunctionRequest: ['delete_output'],
} as const;

/** The bodies of API v1, by the names of the servers' models. */
export const V1_BODIES = {
  CreateTenant: ['name'],
  CreateDatabase: ['name'],
  CreateCollection: ['name', 'metadata', 'configuration', 'get_or_create'],
  UpdateCollection: ['new_name', 'new_metadata'],
  AddEmbedding: RECORDS,
  UpdateEmbedding: RECORDS,
  GetEmbedding: [...CONDITIONS, 'sort', 'limit', 'offset', 'include'],
  QueryEmbedding: ['where', 'where_document', 'query_embeddings', 'n_results', 'include'],
  DeleteEmbedding: CONDITIONS,
} as const;

/** The objects within `configuration` and `new_configuration`. Any other field of them is an error. */
export const HNSW_FIELDS = [
  'space',
  'ef_construction',
  'ef_search',
  'max_neighbors',
  'num_threads',
  'batch_size',
  'resize_factor',
  'sync_threshold',
];
export const SPANN_FIELDS = [
  'space',
  'ef_construction',
  'ef_search',
  'max_neighbors',
  'merge_threshold',
  'reassign_neighbor_count',
  'search_nprobe',
  'split_threshold',
  'write_nprobe',
];
export const HNSW_UPDATE_FIELDS = ['batch_size', 'ef_search', 'max_neighbors', 'num_threads', 'resize_factor', 'sync_threshold'];
export const SPANN_UPDATE_FIELDS = ['ef_search', 'search_nprobe'];

/** The parameters of query strings, by operation. */
export const QUERY_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  list_databases: ['limit', 'offset'],
  list_collections: ['limit', 'offset'],
  collection_count: ['read_level'],
  // read by nobody: the body says how many
  collection_query: ['limit', 'offset'],
  v1_create_database: ['tenant'],
  v1_get_database: ['tenant'],
  v1_list_collections: ['tenant', 'database', 'limit', 'offset'],
  v1_count_collections: ['tenant', 'database'],
  v1_create_collection: ['tenant', 'database'],
  v1_get_collection: ['tenant', 'database'],
  v1_delete_collection: ['tenant', 'database'],
};
