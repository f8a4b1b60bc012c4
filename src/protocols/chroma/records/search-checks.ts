import type { Collection } from '../../../collections/collection.js';
import { GatewayError } from '../../../errors.js';
import { isJsonObject, type Json } from '../../../http/json.js';
import { ChromaError, invalidArgument, unprocessable } from '../chroma-error.js';
import { requireIndexes } from '../collections/collection-schema.js';
import { type FilterUse, MODERN, parseWhere } from '../filter/parse-filter.js';

/** What a search needs of a collection's schema. */
interface SearchUse {
  readonly filter: readonly FilterUse[];
  /** The keys of its sparse `$knn`s. */
  readonly sparseKeys: readonly string[];
}

/** Where a `$knn` without a key searches. */
const EMBEDDING_KEY = '#embedding';

/** What the searches of a request need. @throws ChromaError 422 for a filter that is none */
export function readSearches(searches: readonly unknown[]): readonly SearchUse[] {
  return (searches as readonly Json[]).map((search, index) => {
    const fields = isJsonObject(search) ? search : new Map<string, Json>();
    return { filter: readFilter(fields.get('filter'), index), sparseKeys: sparseKeysOf(fields.get('rank')) };
  });
}

/** @throws ChromaError 400 for the first search that needs an index which the schema has switched off */
export function requireSearchable(collection: Collection, searches: readonly SearchUse[]): void {
  for (const { filter, sparseKeys } of searches) {
    requireIndexes(collection, filter);
    for (const key of sparseKeys) {
      throw invalidArgument(`Cannot filter using metadata key '${key}' with type 'SparseVector' because indexing is disabled`);
    }
  }
}

function readFilter(filter: Json | undefined, index: number): readonly FilterUse[] {
  // here, and only here, an empty object is no filter
  if (isJsonObject(filter) && filter.size === 0) return [];
  try {
    return parseWhere(filter, MODERN)?.uses ?? [];
  } catch (error) {
    const { detail } = error instanceof GatewayError ? error : {};
    if (detail?.kind === 'invalid' && detail.subject === 'pattern') {
      throw unprocessable(`searches[${String(index)}].filter`, `Regex syntax errror: ${detail.reason}`);
    }
    if (error instanceof ChromaError) throw unprocessable(`searches[${String(index)}].filter`, error.message);
    throw error;
  }
}

/** Depth first. A single node has no index of sparse vectors, under any key. */
function sparseKeysOf(rank: Json | undefined): readonly string[] {
  if (Array.isArray(rank)) return (rank as readonly Json[]).flatMap(sparseKeysOf);
  if (!isJsonObject(rank)) return [];
  const knn = rank.get('$knn');
  if (!isJsonObject(knn)) return [...rank.values()].flatMap(sparseKeysOf);
  const key = knn.get('key');
  return isJsonObject(knn.get('query')) ? [typeof key === 'string' ? key : EMBEDDING_KEY] : [];
}
