import type { FilterInput } from './records.js';

/** GET `/requests`: NDJSON, a line a request as it ends, the last 500 first; an empty line every 15 s. At most 5 viewers, else 429. */
export interface RequestLine {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly protocol: string;
  readonly operation: string;
  /** Null where the request is for none, or the gateway does not know. */
  readonly collection: string | null;
  readonly status: string;
  readonly totalMs: number;
  readonly databaseMs: number;
  readonly poolMs: number;
  readonly bytes: number;
  readonly plans: readonly string[];
  /** The public part of the key. */
  readonly keyId: string | null;
}

/** POST `/collections/{uuid}/quality`: NDJSON, a {@link QualityLine} as each namespace is measured. One job an instance, else 429; ends when the connection does. */
export interface QualityInput {
  /** 10 to 200. */
  readonly queries: number;
  readonly filter?: FilterInput;
}

export type QualityLine =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  | {
      readonly kind: 'namespace';
      readonly namespace: string;
      readonly queries: number;
      /** Recall@10 of searches as clients get them, against exact ones; null: nothing to compare. */
      readonly recall: number | null;
      /** The share of vectors that no index holds yet. */
      readonly unindexed: number;
      /** Ids of the vectors that were asked for with the lowest recall, at most 10. */
      readonly worst: readonly { readonly id: string; readonly recall: number }[];
      readonly plan: string;
    }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * POST `/collections/{uuid}/map`: one streamed answer, `application/octet-stream`. First a line of JSON ({@link MapHeader}) that ends
 * with a newline, then `count` points of `dimensions` signed bytes each: the sample's embeddings through a seeded random projection,
 * scaled to -127…127 by the same factor. One job an instance, else 429.
 */
export interface MapInput {
  readonly namespace: string;
  readonly filter?: FilterInput;
  /** At most 10,000 on the embedded engine, 100,000 on a server. */
  readonly count: number;
  readonly seed: number;
  /** Metadata field whose values come along for colouring. */
  readonly colorBy?: string;
}

export interface MapHeader {
  readonly count: number;
  readonly total: number;
  readonly dimensions: number;
  readonly seed: number;
  readonly ids: readonly string[];
  /** In the order of `ids`; null: the field is missing there. */
  readonly colors: readonly (string | number | boolean | null)[] | null;
}
