import type { BodyDialect } from '../../../http/validate.js';

/**
 * Null means that a field is absent, and no body at all means an empty object. A field that a request does not declare is ignored, at
 * the top of a body and in the objects within it, as on the real server; a filter alone refuses what it does not know. Media types are
 * the middleware's business.
 */
export const ABSENT_NULLS: BodyDialect = { anyMediaType: true, nullIsAbsent: true, fieldOf: (key) => key };

/** The same, for requests in which null means something. */
export const MEANT_NULLS: BodyDialect = { ...ABSENT_NULLS, nullIsAbsent: false };

/** The fields of searches, by their other names. */
export const SEARCH_ALIASES: Readonly<Record<string, string>> = {
  text: 'query',
  query_vector: 'vector',
  embedding: 'vector',
  top_k: 'limit',
  k: 'limit',
  max_results: 'limit',
  similarity_threshold: 'threshold',
  score_threshold: 'threshold',
  include_vector: 'with_vector',
  include_metadata: 'with_payload',
};

/** Searches, whose fields have several names. */
export const SEARCH: BodyDialect = { ...ABSENT_NULLS, fieldOf: (key) => SEARCH_ALIASES[key] ?? key };
