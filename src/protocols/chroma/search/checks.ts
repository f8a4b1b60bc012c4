import type { Collection } from '../../../collections/collection.js';
import { requireDimension } from '../../../records/dimension.js';
import { invalidArgument } from '../chroma-error.js';
import { requireIndexes, schemaOf } from '../collections/collection-schema.js';
import { sparseIndexOf } from '../collections/configuration/schema.js';
import { requireFinite } from '../wire/embeddings.js';
import type { SparseQuery } from './read-rank.js';
import type { GroupBy, Search } from './requests.js';

const NOT_FIELDS: ReadonlySet<string> = new Set(['#document', '#embedding', '#metadata']);
const SCORE = '#score';

/**
 * What Chroma checks of searches whose types are right, in its order: the values of all of them first, then what the collection's schema
 * allows. @throws ChromaError 400, GatewayError `invalid dimension`
 */
export function requireSearches(collection: Collection, searches: readonly Search[]): void {
  for (const [index, search] of searches.entries()) requireValues(search, `searches[${String(index)}]`);
  for (const { filter, rank } of searches) {
    requireIndexes(collection, filter?.uses ?? []);
    for (const { query, key } of rank?.knns ?? []) {
      if (query instanceof Float32Array || sparseIndexOf(schemaOf(collection), key) !== undefined) continue;
      throw invalidArgument(`Cannot filter using metadata key '${key}' with type 'SparseVector' because indexing is disabled`);
    }
  }
  for (const [index, { rank }] of searches.entries()) {
    const queries = (rank?.knns ?? []).flatMap(({ query }) => (query instanceof Float32Array ? [query] : []));
    requireFinite(`searches[${String(index)}].rank`, queries);
    if (collection.dimension === null) continue;
    // each for itself: the error names the first one that does not fit
    for (const query of queries) requireDimension(collection, [query]);
  }
}

function requireValues({ rank, groupBy }: Search, path: string): void {
  for (const { query } of rank?.knns ?? []) {
    const problem = query instanceof Float32Array ? undefined : problemOfSparse(query);
    if (problem !== undefined) throw invalid(`${path}.rank`, `Invalid sparse vector in KNN query: ${problem}`);
  }
  const problem = problemOfGroups(groupBy);
  if (problem !== undefined) throw invalid(`${path}.group_by`, problem);
  if (groupBy.keys.length > 0 && rank === undefined) {
    throw invalid(`${path}.__all__`, 'group_by requires rank expression to be specified');
  }
}

function problemOfSparse({ indices, values, tokens }: SparseQuery): string | undefined {
  if (indices.length !== values.length || (tokens !== null && tokens.length !== indices.length)) {
    return 'Sparse vector indices, values, and tokens (when present) must have the same length';
  }
  const isSorted = indices.every((index, place) => place === 0 || index > (indices[place - 1] ?? 0));
  return isSorted ? undefined : 'Sparse vector indices must be sorted in strictly ascending order (no duplicates)';
}

function problemOfGroups({ keys, aggregate }: GroupBy): string | undefined {
  if (keys.length > 0 !== (aggregate !== undefined)) {
    return 'group_by keys and aggregate must both be specified or both be omitted';
  }
  if (keys.some((key) => key === SCORE || NOT_FIELDS.has(key))) {
    return 'group_by keys must be metadata fields (cannot use #score, #document, #embedding, or #metadata)';
  }
  if (aggregate === undefined) return undefined;
  if (aggregate.keys.length === 0) return 'aggregate keys must not be empty';
  if (aggregate.k === 0) return 'aggregate k must be greater than 0';
  if (aggregate.keys.some((key) => NOT_FIELDS.has(key))) {
    return 'aggregate keys must be metadata fields or #score (cannot use #document, #embedding, or #metadata)';
  }
  return undefined;
}

function invalid(path: string, text: string): Error {
  return invalidArgument(`Validation error: ${path}: ${text}`);
}
