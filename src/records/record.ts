import type { Field } from '../collections/collection.js';
import type { Filter } from '../filters/filter.js';

/** One record to be written. What is null is absent: kept by a merge, cleared by a replacement. */
export interface RecordWrite {
  readonly id: string;
  /** Float32 components. */
  readonly embedding: Float32Array | null;
  readonly document: string | null;
  readonly uri: string | null;
  /** A JSON object's text, without null values; a float's text has a point, an integer's has none. */
  readonly metadata: string | null;
  /** Keys that a merge removes. */
  readonly removedKeys: readonly string[];
}

/** The records of one request, in its order, and the metadata fields that occur in them. */
export interface RecordBatch {
  readonly records: readonly RecordWrite[];
  readonly fields: readonly Field[];
}

/** What happens to ids that exist, and to those that do not. */
export interface WriteMode {
  /** `keep`: nothing changes. `replace`: the record becomes what is given. `merge`: what is given replaces, per metadata key. */
  readonly existing: 'keep' | 'replace' | 'merge';
  readonly missing: 'insert' | 'skip';
}

/** The parts of a record that a reader wants. The id is always there. */
export interface Parts {
  readonly document: boolean;
  readonly uri: boolean;
  readonly metadata: boolean;
  readonly embedding: boolean;
}

/** A record as it was read. Parts that were not asked for are null, too. */
export interface StoredRecord {
  readonly id: string;
  readonly document: string | null;
  readonly uri: string | null;
  /** A JSON object's text. */
  readonly metadata: string | null;
  /** A JSON array's text. */
  readonly embedding: string | null;
}

/** Which records are meant; all conditions hold at once. Absent: no condition. */
export interface Selection {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: Filter | undefined;
}

/** A selection, in the order of first insert, from `offset` on, at most `limit`. */
export interface ReadRequest extends Selection {
  readonly parts: Parts;
  readonly offset: number;
  readonly limit: number | null;
}

/** The nearest `limit` of the selected records to each query. */
export interface SearchRequest extends Selection {
  readonly queries: readonly Float32Array[];
  readonly parts: Parts;
  readonly limit: number;
}

/** A record that a search found. */
export interface Match extends StoredRecord {
  /** Float32 text; `NaN` and `Infinity` occur. */
  readonly distance: string;
}

/** The first `limit` of the selected records, in the order of first insert; null: all. */
export interface DeleteRequest extends Selection {
  readonly limit: number | null;
  /** Whether the caller wants to know which ones they were. */
  readonly listIds: boolean;
}

/** What a delete removed. */
export interface Deletion {
  readonly count: number;
  /** Empty unless asked for. */
  readonly ids: readonly string[];
}
