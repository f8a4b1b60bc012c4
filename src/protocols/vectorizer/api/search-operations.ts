import { type ApiOperation, below } from '../../../http/api-description.js';

const COLLECTION = '/collections/{collection}';
const SEARCH = { body: 'SearchRequest', answer: 'SearchResults' };
const BATCH_SEARCH = { body: 'BatchSearchRequest', answer: 'BatchSearchResults' };
const HYBRID = { body: 'HybridRequest', answer: 'HybridResults' };
const INTELLIGENT = { body: 'IntelligentRequest', answer: 'IntelligentResults' };

/** Searches, with their collection in the body or in the path. */
export const SEARCH_OPERATIONS: Readonly<Record<string, ApiOperation>> = below('', 'Searches', {
  'POST /search': { id: 'search', summary: 'Searches by vector, text or filter', ...SEARCH },
  [`POST ${COLLECTION}/search`]: { id: 'search_in', summary: 'Searches by vector, text or filter', ...SEARCH },
  [`POST ${COLLECTION}/search/text`]: { id: 'search_text', summary: 'Searches by text', ...SEARCH },
  [`POST ${COLLECTION}/search/file`]: {
    id: 'search_file',
    summary: 'Reads the vectors of a file',
    body: 'FileSearchRequest',
    answer: 'FileSearchResults',
  },
  [`POST ${COLLECTION}/explain`]: {
    id: 'explain',
    summary: 'Explains how a search by vector is carried out',
    body: 'SearchRequest',
    answer: 'Explanation',
  },
  'POST /batch_search': { id: 'batch_search', summary: 'Several searches, each with its own outcome', ...BATCH_SEARCH },
  [`POST ${COLLECTION}/batch_search`]: {
    id: 'batch_search_in',
    summary: 'Several searches, each with its own outcome',
    ...BATCH_SEARCH,
  },
  'POST /hybrid_search': { id: 'hybrid_search', summary: 'Searches by vector and by words', ...HYBRID },
  [`POST ${COLLECTION}/hybrid_search`]: { id: 'hybrid_search_in', summary: 'Searches by vector and by words', ...HYBRID },
  'POST /intelligent_search': { id: 'intelligent_search', summary: 'Searches several collections', ...INTELLIGENT },
  [`POST ${COLLECTION}/intelligent_search`]: { id: 'intelligent_search_in', summary: 'Searches one', ...INTELLIGENT },
  'POST /semantic_search': { id: 'semantic_search', summary: 'Searches with a least score', ...INTELLIGENT },
  [`POST ${COLLECTION}/semantic_search`]: {
    id: 'semantic_search_in',
    summary: 'Searches with a least score',
    ...INTELLIGENT,
  },
  'POST /contextual_search': { id: 'contextual_search', summary: 'Searches with two filters', ...INTELLIGENT },
  'POST /multi_collection_search': {
    id: 'multi_collection_search',
    summary: 'Searches the collections that are named',
    ...INTELLIGENT,
  },
});
