import { type ApiOperation, below } from '../../../http/api-description.js';
import { QDRANT_OPERATIONS } from './qdrant-operations.js';
import { SEARCH_OPERATIONS } from './search-operations.js';
import { VECTOR_OPERATIONS } from './vector-operations.js';

type Operations = Readonly<Record<string, ApiOperation>>;

const COLLECTION = '/collections/{collection}';
const UNIMPLEMENTED = 501;

const SYSTEM: Operations = below('', 'System', {
  'GET /health': { id: 'health', summary: 'Whether the database answers', status: [200, 503], answer: 'Health' },
  'GET /status': { id: 'status', summary: 'Whether the gateway is there', answer: 'Status' },
  'GET /stats': { id: 'stats', summary: 'Totals over all collections', answer: 'Stats' },
  'GET /indexing/progress': { id: 'indexing_progress', summary: 'How far indexing is', answer: 'Progress' },
  'GET /prometheus/metrics': { id: 'metrics', summary: 'Metrics', answer: 'Metrics', answerType: 'text/plain' },
  'POST /embed': { id: 'embed', summary: 'Makes a vector of a text', body: 'EmbedRequest', answer: 'Embedding' },
});

const COLLECTIONS: Operations = below('/collections', 'Collections', {
  'GET ': { id: 'list_collections', summary: 'Lists collections', answer: 'Collections' },
  'POST ': {
    id: 'create_collection',
    summary: 'Creates a collection',
    body: 'CreateCollectionRequest',
    answer: 'Created',
  },
  'GET /empty': { id: 'list_empty_collections', summary: 'Lists collections without vectors', answer: 'EmptyCollections' },
  'DELETE /cleanup': {
    id: 'clean_up_collections',
    summary: 'Deletes the collections without vectors that were made through this API',
    query: ['dry_run'],
    answer: 'CleanedUp',
  },
  'GET /{collection}': {
    id: 'get_collection',
    summary: 'Describes a collection',
    query: ['with_config'],
    answer: 'Collection',
  },
  'PATCH /{collection}': {
    id: 'update_collection',
    summary: 'Changes what of a collection may change',
    body: 'UpdateCollectionRequest',
    isBodyOptional: true,
    answer: 'Collection',
  },
  'PUT /{collection}': {
    id: 'replace_collection',
    summary: 'The same as PATCH',
    body: 'UpdateCollectionRequest',
    isBodyOptional: true,
    answer: 'Collection',
  },
  'DELETE /{collection}': { id: 'delete_collection', summary: 'Deletes a collection', answer: 'DeletedCollection' },
  'GET /{collection}/stats': { id: 'collection_stats', summary: 'Counts of a collection', answer: 'CollectionStats' },
});

const MAINTENANCE: Operations = below(COLLECTION, 'Maintenance', {
  'POST /force-save': { id: 'force_save', summary: 'Nothing to do: what is answered is saved', answer: 'Saved' },
  'POST /rename': {
    id: 'rename_collection',
    summary: 'Renames a collection; the old name stays an alias',
    body: 'RenameRequest',
    answer: 'Renamed',
  },
  'GET /ttl': { id: 'get_ttl', summary: 'How long new vectors live', answer: 'Ttl' },
  'POST /ttl': { id: 'set_ttl', summary: 'Says how long new vectors live', body: 'TtlRequest', answer: 'Ttl' },
  'POST /reindex': {
    id: 'reindex_collection',
    summary: 'Changes the parameters of the index',
    body: 'ReindexRequest',
    isBodyOptional: true,
    answer: 'Job',
  },
  'POST /reencode': {
    id: 'reencode_collection',
    summary: 'Changes the encoding that is reported',
    body: 'ReencodeRequest',
    answer: 'Job',
  },
});

const REFUSED: Operations = below(COLLECTION, 'Not served', {
  'POST /snapshot': { id: 'create_snapshot', summary: 'Snapshots', refusal: UNIMPLEMENTED },
  'GET /snapshots': { id: 'list_snapshots', summary: 'Snapshots', refusal: UNIMPLEMENTED },
  'POST /snapshots/{id}/restore': { id: 'restore_snapshot', summary: 'Snapshots', refusal: UNIMPLEMENTED },
});

/** Every operation of Vectorizer's API. */
export const OPERATIONS: Operations = {
  ...COLLECTIONS,
  ...VECTOR_OPERATIONS,
  ...SEARCH_OPERATIONS,
  ...MAINTENANCE,
  ...SYSTEM,
  ...QDRANT_OPERATIONS,
  ...REFUSED,
};
