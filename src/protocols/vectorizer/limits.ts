/** Vectorizer's limits and defaults, beside those that are settings (`config/vectorizer.ts`, `limits/`). */

/** Of a collection's name, in characters. */
export const MAX_NAME_CHARACTERS = 255;
/** How an index is built and searched unless a collection says otherwise. */
export const DEFAULT_HNSW = { m: 16, ef_construction: 200, ef_search: 100 } as const;
/** What a collection may say of that; `ef_construction` is at least twice `m`, too. */
export const HNSW_RANGES = {
  m: [2, 100],
  ef_construction: [4, 1000],
  ef_search: [1, 1000],
  seed: [0, Number.MAX_SAFE_INTEGER],
} as const satisfies Readonly<Record<string, readonly [least: number, most: number]>>;

/** Of an id, in UTF-8. */
export const MAX_ID_BYTES = 256;
/** Of a sparse vector. */
export const MAX_SPARSE_INDEX = 0xffff_ffff;

/** How a long text is split, in bytes of UTF-8. */
export const DEFAULT_CHUNKING = { size: 2048, overlap: 256 } as const;
/** Longer texts are split, in bytes of UTF-8. */
export const MAX_UNSPLIT_BYTES = 2048;
/** More chunks of one text than that mean that it was split by mistake. */
export const MAX_CHUNKS = 100_000;

/** Of a list of vectors; a larger limit is cut. */
export const DEFAULT_PAGE = 10;
export const MAX_PAGE = 1_000;
/** Of lists and searches; a larger one is cut, but on Qdrant's routes, where it is refused. */
export const MAX_OFFSET = 1_000_000;

/** Hits of a search; a larger limit is cut. */
export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 10_000;
/** Longer answers show vectors only when they are asked for. */
export const MAX_LIMIT_WITH_VECTORS = 100;
/** Points of a page that shows vectors, on Qdrant's routes; one without them is as long as a search. */
export const MAX_POINTS_WITH_VECTORS = 1_000;
/** Searches of one request that run at the same time: it must not take every connection. */
export const SEARCHES_AT_ONCE = 4;

/** Hybrid searches: the weight of the dense list, and the length of either; a longer one is cut. */
export const DEFAULT_ALPHA = 0.7;
export const DEFAULT_LIST_LENGTH = 20;
export const MAX_LIST_LENGTH = 10_000;

/** Searches of several collections. */
export const DEFAULT_TOTAL_LIMIT = 20;
export const DEFAULT_LIMIT_PER_COLLECTION = 5;
/** The threshold of semantic searches. */
export const DEFAULT_SIMILARITY = 0.5;
