/** Every limit and default of the protocol. What an operator may change is in `config/`. */

export const MAX_U32 = 0xffff_ffff;
export const MIN_I64 = -(2n ** 63n);
export const MAX_I64 = 2n ** 63n - 1n;
export const MAX_U64 = 2n ** 64n - 1n;

/** Characters of a collection's or a database's name. */
export const NAME_LENGTH = { min: 3, max: 512 } as const;
/** Characters of the longest name in API v1. */
export const V1_LONGEST_NAME = 63;
/** Code points of the shortest tenant's name, and of the shortest database's name in a path. */
export const SHORTEST_NAME = 3;

/** Results of a query that does not say how many. A get and a list without a limit are not limited. */
export const DEFAULT_RESULTS = 10;

/** Reads of the database by the searches of one request: each takes one for its page, and one for each limit of its ranks. */
export const MAX_SEARCH_STATEMENTS = 1_000;
/** Operators of ranks times the records that they are about, in one request: some seconds of the process. */
export const MAX_RANK_STEPS = 5_000_000;

/** The columns that a get or a query may ask for. */
export const INCLUDES = ['distances', 'documents', 'embeddings', 'metadatas', 'uris'] as const;
export type Include = (typeof INCLUDES)[number];
export const DEFAULT_GET_INCLUDE: readonly Include[] = ['documents', 'metadatas'];
export const DEFAULT_QUERY_INCLUDE: readonly Include[] = ['documents', 'metadatas', 'distances'];

/** API v1 also knows `data`, which is never there. */
export const V1_INCLUDES = [...INCLUDES, 'data'] as const;
export type V1Include = (typeof V1_INCLUDES)[number];
export const V1_DEFAULT_GET_INCLUDE: readonly V1Include[] = ['metadatas', 'documents'];
export const V1_DEFAULT_QUERY_INCLUDE: readonly V1Include[] = ['metadatas', 'documents', 'distances'];

export const READ_LEVELS = ['index_and_wal', 'index_only', 'index_and_bounded_wal'] as const;

/** The least `batch_size` and `sync_threshold` of a schema and of `hnsw:*` metadata; a configuration may have less. */
export const SMALLEST_BATCH = 2;
