import { type ApiOperation, below } from '../../../http/api-description.js';
import { V1_OPERATIONS } from './v1-operations.js';

const TENANT = '/api/v2/tenants/{tenant}';
const DATABASE = `${TENANT}/databases/{database}`;
const COLLECTION = `${DATABASE}/collections/{collection_id}`;
const NO_NODE = 501;
const PAGE = ['limit', 'offset'];

const SYSTEM: Readonly<Record<string, ApiOperation>> = below('/api/v2', 'System', {
  'GET ': { id: 'root', summary: 'Returns the time', answer: 'Heartbeat' },
  'GET /heartbeat': { id: 'heartbeat', summary: 'Returns the time', answer: 'Heartbeat' },
  'GET /version': { id: 'version', summary: 'The release whose behaviour is followed', answer: 'Version' },
  'GET /healthcheck': { id: 'healthcheck', summary: 'Whether the database answers', status: [200, 503], answer: 'Health' },
  'GET /pre-flight-checks': { id: 'pre_flight_checks', summary: 'Limits that clients keep', answer: 'Checks' },
  'GET /auth/identity': { id: 'get_user_identity', summary: 'The tenant and the databases of the key', answer: 'Identity' },
  'POST /reset': { id: 'reset', summary: 'Deletes everything, where the settings allow it', answer: 'True' },
});

const DOCUMENTS: Readonly<Record<string, ApiOperation>> = below('', 'System', {
  'GET /openapi.json': { id: 'openapi', summary: 'This document', answer: 'Document' },
  'GET /docs': { id: 'docs', summary: 'This document as a page', answer: 'Page', answerType: 'text/html' },
});

const TENANTS: Readonly<Record<string, ApiOperation>> = {
  ...below('/api/v2/tenants', 'Tenants', {
    'POST ': { id: 'create_tenant', summary: 'Creates a tenant', body: 'CreateTenantRequest', answer: 'Nothing' },
    'GET /{tenant}': { id: 'get_tenant', summary: 'Describes a tenant', answer: 'Tenant' },
    'PATCH /{tenant}': {
      id: 'update_tenant',
      summary: 'Gives a tenant its resource name, once',
      body: 'UpdateTenantRequest',
      answer: 'Nothing',
    },
  }),
  ...below(`${TENANT}/databases`, 'Databases', {
    'POST ': { id: 'create_database', summary: 'Creates a database', body: 'CreateDatabaseRequest', answer: 'Nothing' },
    'GET ': { id: 'list_databases', summary: 'Lists databases', query: PAGE, answer: 'Databases' },
    'GET /{database}': { id: 'get_database', summary: 'Describes a database', answer: 'Database' },
    'DELETE /{database}': { id: 'delete_database', summary: 'Deletes a database and what is in it', answer: 'Nothing' },
  }),
};

const COLLECTIONS: Readonly<Record<string, ApiOperation>> = {
  ...below(`${DATABASE}/collections`, 'Collections', {
    'POST ': {
      id: 'create_collection',
      summary: 'Creates a collection, or finds it when asked to',
      body: 'CreateCollectionRequest',
      answer: 'Collection',
    },
    'GET ': { id: 'list_collections', summary: 'Lists collections', query: PAGE, answer: 'Collections' },
    'GET /by-id/{uuid}': { id: 'get_collection_by_id', summary: 'Describes a collection, by its UUID', answer: 'Collection' },
    'GET /{collection_id}': { id: 'get_collection', summary: 'Describes a collection, by its name', answer: 'Collection' },
    'PUT /{collection_id}': {
      id: 'update_collection',
      summary: 'Changes the name, the metadata or the configuration of a collection, by its UUID',
      body: 'UpdateCollectionRequest',
      answer: 'Nothing',
    },
    'DELETE /{collection_id}': { id: 'delete_collection', summary: 'Deletes a collection, by its name', answer: 'Nothing' },
  }),
  ...below(COLLECTION, 'Collections', {
    'POST /fork': {
      id: 'fork_collection',
      summary: 'Makes a collection of all that this one is now',
      body: 'ForkRequest',
      answer: 'Collection',
    },
    'GET /fork_count': { id: 'fork_count', summary: 'Counts the forks in the tree of the collection', answer: 'ForkCount' },
  }),
  ...below('', 'Collections', {
    [`GET ${DATABASE}/collections_count`]: { id: 'count_collections', summary: 'Counts collections', answer: 'Count' },
    'GET /api/v2/collections/{crn}': {
      id: 'get_collection_by_crn',
      summary: 'Describes a collection, by its resource name',
      answer: 'Collection',
    },
  }),
};

const RECORDS: Readonly<Record<string, ApiOperation>> = below(COLLECTION, 'Records', {
  'POST /add': { id: 'collection_add', summary: 'Adds records', body: 'AddRequest', status: 201, answer: 'Nothing' },
  'POST /update': { id: 'collection_update', summary: 'Changes records', body: 'UpdateRequest', answer: 'Nothing' },
  'POST /upsert': { id: 'collection_upsert', summary: 'Adds or changes records', body: 'UpsertRequest', answer: 'Nothing' },
  'POST /get': { id: 'collection_get', summary: 'Reads records by ids and filters', body: 'GetRequest', answer: 'Records' },
  'POST /query': { id: 'collection_query', summary: 'Finds the nearest records', body: 'QueryRequest', answer: 'Matches' },
  'POST /search': {
    id: 'collection_search',
    summary: 'Ranks records by expressions over distances',
    body: 'SearchRequest',
    answer: 'SearchResults',
  },
  'POST /delete': { id: 'collection_delete', summary: 'Deletes records', body: 'DeleteRequest', answer: 'Deleted' },
  'GET /count': { id: 'collection_count', summary: 'Counts records', query: ['read_level'], answer: 'Count' },
  'GET /indexing_status': { id: 'indexing_status', summary: 'How much of it is indexed', answer: 'IndexingStatus' },
});

const REFUSED: Readonly<Record<string, ApiOperation>> = below(COLLECTION, 'Not served', {
  'POST /functions/attach': {
    id: 'attach_function',
    summary: 'As on a single node',
    body: 'AttachFunctionRequest',
    refusal: NO_NODE,
  },
  'GET /functions/{function}': { id: 'get_attached_function', summary: 'As on a single node', refusal: 404 },
  'POST /attached_functions/{function}/detach': {
    id: 'detach_function',
    summary: 'As on a single node',
    body: 'DetachFunctionRequest',
    refusal: NO_NODE,
  },
});

/** Every operation of Chroma's API, of both versions. */
export const OPERATIONS: Readonly<Record<string, ApiOperation>> = {
  ...SYSTEM,
  ...TENANTS,
  ...COLLECTIONS,
  ...RECORDS,
  ...REFUSED,
  ...V1_OPERATIONS,
  ...DOCUMENTS,
};
