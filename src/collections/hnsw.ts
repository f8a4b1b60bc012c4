import type { Collection } from './collection.js';

/** What a collection was configured with for its graph; absent: left to us. */
export interface HnswParameters {
  /** Neighbours of a vector. */
  readonly m?: number;
  /** Candidates that are looked at for a vector's neighbours. */
  readonly efConstruction?: number;
  /** Candidates that a search looks at: at least. */
  readonly efSearch?: number;
}

/** What Chroma and Vectorizer remember of a collection whose creator said nothing of `efSearch`. */
export const ECHOED_EF_SEARCH = 100;

/** The key of a collection's settings that is no protocol's, and holds `HnswParameters`. */
export const HNSW_SETTING = 'hnsw';

const known = new WeakMap<Collection, HnswParameters>();

/** What the collection was configured with. */
export function hnswParameters(collection: Collection): HnswParameters {
  const before = known.get(collection);
  if (before !== undefined) return before;
  const settings = JSON.parse(collection.settings) as { readonly [HNSW_SETTING]?: HnswParameters };
  const parameters = settings[HNSW_SETTING] ?? {};
  known.set(collection, parameters);
  return parameters;
}
