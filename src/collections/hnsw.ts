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

const DEFAULT_M = 16;
/** With less, recall on clustered data is low whatever the search parameters are. */
const LEAST_EF_CONSTRUCTION = 128;

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

/** The graph that indexes of the collection get. */
export function graphOf(collection: Collection): Required<Pick<HnswParameters, 'm' | 'efConstruction'>> {
  const asked = hnswParameters(collection);
  const m = clamp(Math.round(asked.m ?? DEFAULT_M), 2, 100);
  return { m, efConstruction: clamp(Math.round(asked.efConstruction ?? 0), Math.max(LEAST_EF_CONSTRUCTION, 2 * m), 1000) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
