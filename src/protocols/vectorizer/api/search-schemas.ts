import {
  ANYTHING,
  COUNT,
  described,
  listOf,
  NUMBER,
  OBJECT,
  objectOf,
  oneOf,
  orNull,
  ref,
  type Schema,
  type Schemas,
  TEXT,
  TIME,
} from '../../../http/schema.js';

/** A vector as answers show it, with more beside it. */
export const SHOWN_VECTOR = (more: Schemas): Schema =>
  objectOf(
    {
      id: TEXT,
      vector: orNull(listOf(NUMBER)),
      data: described(listOf(NUMBER), 'The same; empty for none.'),
      payload: orNull(OBJECT),
      metadata: described(orNull(OBJECT), 'The same as `payload`.'),
      ...more,
    },
    { content: described(TEXT, 'The text that the vector was made of.') },
  );

const RESULTS: Schemas = {
  results: listOf(ref('Hit')),
  query_type: oneOf('filter', 'vector', 'text'),
  limit: COUNT,
  collection: TEXT,
  total_results: COUNT,
  total: COUNT,
};

/** The answers of searches. */
export const SEARCH_SCHEMAS: Schemas = {
  Hit: SHOWN_VECTOR({ score: NUMBER }),
  SearchResults: objectOf(RESULTS, { query: TEXT }),
  FileSearchResults: objectOf({ results: listOf(ref('Hit')), file_path: TEXT, limit: COUNT, collection: TEXT }),
  BatchSearchResults: objectOf({
    collection: TEXT,
    count: COUNT,
    succeeded: COUNT,
    failed: COUNT,
    results: listOf(
      objectOf(
        { index: COUNT, status: oneOf('ok', 'error') },
        { ...RESULTS, query: orNull(TEXT), error: TEXT, error_type: TEXT },
      ),
    ),
  }),
  HybridResults: objectOf({
    results: listOf(ref('Hit')),
    query: TEXT,
    query_sparse: ANYTHING,
    limit: COUNT,
    collection: TEXT,
    alpha: NUMBER,
    algorithm: oneOf('rrf', 'weighted', 'alpha'),
    total_results: COUNT,
  }),
  IntelligentResults: objectOf(
    {
      results: listOf(
        objectOf({
          id: TEXT,
          doc_id: TEXT,
          content: TEXT,
          score: NUMBER,
          collection: TEXT,
          payload: orNull(OBJECT),
          metadata: orNull(OBJECT),
          score_breakdown: objectOf({ relevance: NUMBER, final_score: NUMBER }),
        }),
      ),
      metadata: OBJECT,
      tool_metadata: OBJECT,
      api_version: TEXT,
      timestamp: TIME,
      query: TEXT,
      queries_generated: listOf(TEXT),
      collections_searched: listOf(TEXT),
      total_results: COUNT,
      duration_ms: NUMBER,
    },
    { collection: described(TEXT, 'Of a search in one.') },
  ),
  Explanation: objectOf({
    collection: TEXT,
    k: COUNT,
    results: listOf(objectOf({ id: TEXT, score: NUMBER, payload: orNull(OBJECT) })),
    trace: objectOf({
      visited_nodes: COUNT,
      ef_search: COUNT,
      hnsw_search_ms: NUMBER,
      payload_filter_evals: COUNT,
      quantization_score_ms: NUMBER,
      total_ms: NUMBER,
    }),
  }),
};
