import { type ApiOperation, below } from '../../../http/api-description.js';

type Operations = Readonly<Record<string, ApiOperation>>;

const COLLECTIONS: Operations = below('/qdrant/collections', 'Qdrant', {
  'GET ': { id: 'qdrant_list_collections', summary: 'Lists collections', answer: 'QdrantCollections' },
  'GET /{collection}': { id: 'qdrant_get_collection', summary: 'Describes a collection', answer: 'QdrantCollection' },
  'PUT /{collection}': {
    id: 'qdrant_create_collection',
    summary: 'Creates a collection',
    body: 'QdrantCreateRequest',
    answer: 'QdrantDone',
  },
  'DELETE /{collection}': { id: 'qdrant_delete_collection', summary: 'Deletes a collection', answer: 'QdrantDone' },
});

const POINTS: Operations = below('/qdrant/collections/{collection}/points', 'Qdrant', {
  'PUT ': { id: 'qdrant_upsert', summary: 'Writes points', body: 'QdrantUpsertRequest', answer: 'QdrantWritten' },
  'POST /delete': {
    id: 'qdrant_delete',
    summary: 'Deletes points',
    body: 'QdrantDeleteRequest',
    answer: 'QdrantWritten',
  },
  'GET ': {
    id: 'qdrant_get_points',
    summary: 'Reads points by ids',
    requiredQuery: ['ids'],
    query: ['with_payload', 'with_vector'],
    answer: 'QdrantPoints',
  },
  'POST ': {
    id: 'qdrant_retrieve',
    summary: 'Reads points by ids',
    body: 'QdrantRetrieveRequest',
    answer: 'QdrantPoints',
  },
  'POST /count': {
    id: 'qdrant_count',
    summary: 'Counts points',
    body: 'QdrantCountRequest',
    isBodyOptional: true,
    answer: 'QdrantCount',
  },
  'POST /scroll': {
    id: 'qdrant_scroll',
    summary: 'Lists points, in the order of their ids',
    body: 'QdrantScrollRequest',
    isBodyOptional: true,
    answer: 'QdrantPage',
  },
  'POST /search': {
    id: 'qdrant_search',
    summary: 'Finds the nearest points',
    body: 'QdrantSearchRequest',
    answer: 'QdrantHits',
  },
});

/** The routes for Qdrant's clients. */
export const QDRANT_OPERATIONS: Operations = { ...COLLECTIONS, ...POINTS };
