import type { Metric, VectorType } from '../../../collections/collection.js';
import type { Namespace } from '../../../records/namespace.js';
import type { RankedRecord, StoredRecord } from '../../../records/record.js';

/** Results of the operations, before a transport shapes them. `lsn` is the namespace's write counter, as text. */

/** The read units of every read: what a unit is worth is the service's business. */
export const READ_UNITS = 1;

export interface WriteResult {
  readonly lsn: string;
}

export interface UpsertResult extends WriteResult {
  readonly upsertedCount: number;
}

export interface UpdateResult extends WriteResult {
  /** Only for an update by filter. */
  readonly matchedRecords: number | undefined;
}

export interface DeleteResult extends WriteResult {
  readonly deletedCount: number;
}

export interface ReadResult {
  readonly lsn: string;
  /** As the request spelt it. */
  readonly namespace: string;
}

export interface QueryResult extends ReadResult {
  readonly matches: readonly RankedRecord[];
}

export interface FetchResult extends ReadResult {
  readonly records: readonly StoredRecord[];
  /** The next page's token. */
  readonly next: string | undefined;
}

export interface ListResult extends ReadResult {
  readonly ids: readonly string[];
  readonly next: string | undefined;
}

export interface StatsResult {
  /** The highest counter of the index' namespaces. */
  readonly lsn: string;
  readonly namespaces: readonly { readonly name: string; readonly count: number }[];
  readonly total: number;
  readonly dimension: number | null;
  readonly metric: Metric;
  readonly vectorType: VectorType;
}

export interface NamespacesResult {
  readonly namespaces: readonly Namespace[];
  readonly total: number;
  readonly next: string | undefined;
}

/** A record that a search by text found. */
export interface Hit {
  readonly id: string;
  /** Float32 text. */
  readonly score: string;
  /** A JSON object's text. */
  readonly metadata: string | null;
}

export interface SearchRecordsResult {
  readonly hits: readonly Hit[];
  readonly embedTokens: number;
  /** Undefined without a rerank. */
  readonly rerankUnits: number | undefined;
  readonly lsn: string;
}
