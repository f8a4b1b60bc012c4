import { type ApiOperation, below } from '../../../http/api-description.js';

const SCOPE = ['tenant', 'database'];

/** The operations of API v1, for clients before 0.5.16. */
export const V1_OPERATIONS: Readonly<Record<string, ApiOperation>> = {
  ...below('/api/v1', 'API v1', {
    'GET ': { id: 'v1_root', summary: 'Returns the time', answer: 'Heartbeat' },
    'GET /heartbeat': { id: 'v1_heartbeat', summary: 'Returns the time', answer: 'Heartbeat' },
    'GET /version': { id: 'v1_version', summary: 'The release whose behaviour is followed', answer: 'Version' },
    'GET /pre-flight-checks': { id: 'v1_pre_flight_checks', summary: 'Limits that clients keep', answer: 'Checks' },
    'POST /reset': { id: 'v1_reset', summary: 'Deletes everything, where the settings allow it', answer: 'True' },
    'POST /tenants': { id: 'v1_create_tenant', summary: 'Creates a tenant', body: 'CreateTenantRequest', answer: 'Null' },
    'GET /tenants/{tenant}': { id: 'v1_get_tenant', summary: 'Describes a tenant', answer: 'Tenant' },
    'POST /databases': {
      id: 'v1_create_database',
      summary: 'Creates a database',
      query: ['tenant'],
      body: 'CreateDatabaseRequest',
      answer: 'Null',
    },
    'GET /databases/{database}': {
      id: 'v1_get_database',
      summary: 'Describes a database',
      query: ['tenant'],
      answer: 'Database',
    },
    'GET /collections': {
      id: 'v1_list_collections',
      summary: 'Lists collections',
      query: [...SCOPE, 'limit', 'offset'],
      answer: 'V1Collections',
    },
    'GET /count_collections': { id: 'v1_count_collections', summary: 'Counts collections', query: SCOPE, answer: 'Count' },
    'POST /collections': {
      id: 'v1_create_collection',
      summary: 'Creates a collection, or finds it when asked to',
      query: SCOPE,
      body: 'CreateCollectionRequest',
      answer: 'V1Collection',
    },
    'GET /collections/{collection_id}': {
      id: 'v1_get_collection',
      summary: 'Describes a collection, by its name',
      query: SCOPE,
      answer: 'V1Collection',
    },
    'DELETE /collections/{collection_id}': {
      id: 'v1_delete_collection',
      summary: 'Deletes a collection, by its name',
      query: SCOPE,
      answer: 'Null',
    },
    'PUT /collections/{collection_id}': {
      id: 'v1_update_collection',
      summary: 'Changes a collection, by its UUID',
      body: 'UpdateCollectionRequest',
      answer: 'Null',
    },
  }),
  ...below('/api/v1/collections/{collection_id}', 'API v1', {
    'POST /add': { id: 'v1_add', summary: 'Adds records', body: 'AddRequest', status: 201, answer: 'True' },
    'POST /update': { id: 'v1_update', summary: 'Changes records', body: 'UpdateRequest', answer: 'Null' },
    'POST /upsert': { id: 'v1_upsert', summary: 'Adds or changes records', body: 'UpsertRequest', answer: 'Null' },
    'POST /get': { id: 'v1_get', summary: 'Reads records by ids and filters', body: 'V1GetRequest', answer: 'V1Records' },
    'POST /query': { id: 'v1_query', summary: 'Finds the nearest records', body: 'V1QueryRequest', answer: 'V1Matches' },
    'POST /delete': { id: 'v1_delete', summary: 'Deletes records', body: 'V1DeleteRequest', answer: 'Ids' },
    'GET /count': { id: 'v1_count', summary: 'Counts records', answer: 'Count' },
  }),
};
