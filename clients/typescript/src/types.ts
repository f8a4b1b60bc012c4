export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export interface SearchOptions {
  /** At most this many results: 10 unless given, up to 10,000. */
  readonly limit?: number;
  readonly filter?: JsonObject | null;
  /** Leaves out results with a lower score. */
  readonly similarity_threshold?: number;
  readonly with_vector?: boolean;
  readonly with_payload?: boolean;
  /** Is searched for instead of the query's text. */
  readonly vector?: readonly number[];
}

export interface SearchResult {
  readonly id: string;
  /** Higher is better; 0 when nothing was compared. */
  readonly score: number;
  /** Null when vectors were not asked for. */
  readonly vector: readonly number[] | null;
  /** Null when payloads were not asked for. */
  readonly payload: JsonObject | null;
  /** The payload again. */
  readonly metadata: JsonObject | null;
  /** The text that the vector was made of, when the server has it. */
  readonly content?: string | null;
}

export interface Vector {
  readonly id: string;
  readonly collection: string;
  readonly vector: readonly number[];
  readonly payload: JsonObject;
  /** The payload again. */
  readonly metadata: JsonObject;
  /** The text that the vector was made of, when the server has it. */
  readonly content?: string | null;
}

export interface UpdatedVector extends Vector {
  readonly message: string;
  readonly status: string;
}

/** What is given changes, the rest stays. */
export interface VectorChanges {
  readonly text?: string;
  readonly vector?: readonly number[];
  /** Is merged; null as a value removes its key. */
  readonly metadata?: JsonObject;
}

export interface BatchUpdate extends VectorChanges {
  readonly id: string;
  /** Replaces the whole payload; null empties it. */
  readonly payload?: JsonObject | null;
}

/** What became of one entry of a batch. */
export interface EntryReport {
  /** Its place in the request. */
  readonly index: number;
  readonly id?: string;
  readonly status: 'ok' | 'error';
  /** Why it failed. */
  readonly error?: string;
}

export interface DeleteReport {
  readonly collection: string;
  readonly count: number;
  readonly deleted: number;
  readonly failed: number;
  readonly results: readonly EntryReport[];
}

export interface FilterDeleteReport {
  readonly collection: string;
  /** How many vectors the collection held before. */
  readonly scanned: number;
  readonly matched: number;
  readonly deleted: number;
  readonly results: readonly { readonly id: string; readonly status: string }[];
}

export interface BatchUpdateReport {
  readonly collection: string;
  readonly count: number;
  readonly updated: number;
  readonly failed: number;
  readonly results: readonly EntryReport[];
}

/** Settings beyond these are sent as they are. */
export interface CollectionOptions {
  /** 512 unless given. */
  readonly dimension?: number;
  /** Cosine unless given. */
  readonly metric?: 'cosine' | 'euclidean' | 'dot_product';
  readonly [setting: string]: JsonValue | undefined;
}

export interface Collection {
  readonly name: string;
  readonly dimension: number;
  readonly vector_count: number;
  readonly similarity_metric: 'cosine' | 'euclidean' | 'dot_product';
  readonly [key: string]: JsonValue;
}

export interface Health {
  readonly status: string;
  readonly version: string;
  readonly [key: string]: JsonValue;
}
