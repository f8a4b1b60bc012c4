/** Every limit and default of Pinecone's protocol. Those that an operator may change are settings, `config/pinecone.ts`. */

/** Searches. */
export const MAX_TOP_K = 10_000;
export const SCAN_FACTOR = { min: 0.5, max: 4 } as const;
export const MAX_CANDIDATES = 100_000;
/** Values of one `$in` or `$nin`. */
export const MAX_FILTER_VALUES = 10_000;

/** Records named or sent by one request. */
export const MAX_FETCH_IDS = 1_000;
export const MAX_DELETE_IDS = 1_000;
/** Records of text: every one is embedded. */
export const MAX_TEXT_RECORDS = 96;

/** Documents. */
export const MAX_DOCUMENTS = 1_000;
export const MAX_SCORE_BY = 100;
/** Words and phrases that a search of documents ranks by, each in one field. */
export const MAX_RANKED_TEXTS = 100;

/** Pages of the data plane. */
export const DEFAULT_PAGE = 100;
export const MAX_PAGE = 100;
export const MAX_METADATA_PAGE = 10_000;

/** Pages of the control plane. */
export const DEFAULT_LIST_PAGE = 10;
export const MAX_LIST_PAGE = 100;

/** Backup schedules: how long a backup is kept. */
export const MAX_RETENTION_DAYS = 3_650;

/** Names, in characters. */
export const MAX_NAME_LENGTH = 45;
export const MAX_ID_LENGTH = 512;
export const MAX_NAMESPACE_LENGTH = 512;

/** Vectors. */
export const MAX_NON_ZEROS = 2_048;
export const MAX_SPARSE_INDEX = 0xffff_ffff;

/** Tags of an index; lengths in characters. */
export const MAX_TAGS = 20;
export const MAX_TAG_KEY_LENGTH = 80;
export const MAX_TAG_VALUE_LENGTH = 120;

/** Fields of an index' schema, in bytes. */
export const MAX_FIELD_NAME_BYTES = 64;
export const MAX_DESCRIPTION_BYTES = 256;

/** As much of a refused metadata value as its error quotes, in characters. */
export const MAX_QUOTED_LENGTH = 100;

/** gRPC: calls in progress on one connection, and objects and lists within each other in one Struct. */
export const MAX_CONCURRENT_CALLS = 100;
export const MAX_STRUCT_DEPTH = 101;

/** Token buckets that are kept; those that have not been used the longest are full again, or nearly, and go first. */
export const MAX_BUCKETS = 100_000;

const MiB = 1024 * 1024;

/** Pinecone's published rates, per second. */
export const RATES = {
  namespace: {
    queries: 100,
    upserts: 100,
    sparseUpserts: 10,
    upsertBytes: 50 * MiB,
    updates: 100,
    deletes: 100,
    deletedRecords: 5_000,
    changesByMetadata: 5,
    fetchesByMetadata: 5,
  },
  index: {
    readUnits: 2_000,
    deletedRecords: 5_000,
    changesByMetadata: 500,
    fetches: 100,
    lists: 200,
    stats: 100,
  },
} as const;

/** Characters that the URI of an import may have. */
export const MAX_IMPORT_URI = 1_500;
