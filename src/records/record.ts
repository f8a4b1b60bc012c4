import type { Field } from '../collections/collection.js';
import type { Filter } from '../filters/filter.js';

/** A sparse vector: the values at some indices, zero everywhere else. Indices are uint32 and differ from each other. */
export interface SparseVector {
  readonly indices: readonly number[];
  /** Float32, as many as there are indices. */
  readonly values: Float32Array;
}

/** One record to be written. What is null is absent: kept by a merge, cleared by a replacement. */
export interface RecordWrite {
  readonly id: string;
  /** Float32 components. */
  readonly embedding: Float32Array | null;
  readonly sparse?: SparseVector | null;
  readonly document: string | null;
  readonly uri: string | null;
  /** A JSON object's text, without null values; a float's text has a point, an integer's has none. */
  readonly metadata: string | null;
  /** Keys that a merge removes. */
  readonly removedKeys: readonly string[];
  /** Whether a merge without a document removes the one that is there. Absent: no. */
  readonly removesDocument?: boolean;
}

/** The records of one request, in its order, and the metadata fields that occur in them. */
export interface RecordBatch extends RecordBatchFields {
  readonly records: readonly RecordWrite[];
}

interface RecordBatchFields {
  readonly fields: readonly Field[];
}

/** What happens to ids that exist, and to those that do not. */
export interface WriteMode {
  /** `keep`: nothing changes. `replace`: the record becomes what is given. `merge`: what is given replaces, per metadata key. */
  readonly existing: 'keep' | 'replace' | 'merge';
  readonly missing: 'insert' | 'skip';
}

/** Of a document that is cut. */
export const CUT_CHARACTERS = 2_048;

/** The parts of a record that a reader wants. The id is always there. */
export interface Parts {
  /** `cut`: no more than its first characters, one more than `CUT_CHARACTERS` where it is longer. */
  readonly document: boolean | 'cut';
  readonly uri: boolean;
  readonly metadata: boolean;
  /**
   * `binary`: in hexadecimal digits, which costs neither side the printing and parsing of numbers; see `embeddingOf`.
   * `unit`: as text, brought to the length one; a zero vector stays zero.
   */
  readonly embedding: boolean | 'binary' | 'unit';
  readonly sparse?: boolean;
}

/** A record as it was read. Parts that were not asked for are null, too. */
export interface StoredRecord {
  readonly id: string;
  readonly document: string | null;
  readonly uri: string | null;
  /** A JSON object's text. */
  readonly metadata: string | null;
  /** A JSON array's text, or pgvector's binary form in hexadecimal digits, as it was asked for. */
  readonly embedding: string | null;
  /** JSON arrays' texts. */
  readonly sparse: { readonly indices: string; readonly values: string } | null;
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

/** Takes the pages of a read. */
export interface RecordSink {
  readonly take: (records: readonly StoredRecord[]) => Promise<void>;
  /** Pages already taken are void. */
  readonly restart: () => Promise<void>;
  /** What it keeps of the pages in memory, in bytes; absent: all of them. */
  readonly heldBytes?: () => number;
}

/** A selection, in the order of first insert, after a record's number, at most `limit`. */
export interface CursorRequest extends Selection {
  readonly parts: Parts;
  readonly after: string | undefined;
  readonly limit: number;
}

/** A selection, in the bytewise order of ids, after one of them, at most `limit`. */
export interface PageRequest extends Selection {
  readonly parts: Parts;
  /** What the ids begin with. */
  readonly prefix?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The nearest `limit` of the selected records to each query. */
export interface SearchRequest extends Selection {
  readonly queries: readonly Float32Array[];
  readonly parts: Parts;
  readonly limit: number;
}

/**
 * The nearest `limit` of the selected records by the sparse vectors under a metadata key: 1 less the inner product, of those that share
 * an index with the query. `weighted` multiplies each value of the query by the inverse document frequency of its index (BM25's).
 */
export interface SparseSearchRequest extends Selection {
  readonly key: string;
  readonly query: SparseVector;
  readonly weighted: boolean;
  readonly limit: number;
}

/** A record that a search found. */
export interface Match extends StoredRecord {
  /** Float32 text; `Infinity` and `-Infinity` stand for what is beyond, in the order of the true distances. */
  readonly distance: string;
  /** An integer's text; the numbers of records are in the order of first insert. */
  readonly number: string;
}

/**
 * The best `limit` of the selected records to a query, equals in the bytewise order of ids. `cosine` scores by cosine similarity, `ip` by the
 * inner product, dense and sparse added, the highest first; `l2` by the squared distance, the lowest first. A sparse
 * query alone finds only records that share an index with it.
 */
export interface RankRequest extends Selection {
  readonly embedding: Float32Array | null;
  readonly sparse: SparseVector | null;
  readonly parts: Parts;
  readonly limit: number;
}

/** Words to rank by. */
export interface RankedText {
  /** A metadata field; null: the document. */
  readonly field: string | null;
  readonly text: string;
  /** What the score is multiplied by. */
  readonly weight: number;
  /** Records that do not match get no score from this text. */
  readonly filter?: Filter | undefined;
}

/** A record that was ranked. */
export interface RankedRecord extends StoredRecord {
  /** Float32 text, finite: what is beyond is the largest or the least, in the order of the true scores. */
  readonly score: string;
}

/** A namespace's write counter, as text: every change that it counts is in what was read. `0`: never written. */
export interface Position {
  readonly lsn: string;
}

/** What a write says of its namespace: its counter after the write, null when there is no such namespace. */
export interface WriteOutcome {
  readonly lsn: string | null;
}

/** What is merged into the metadata of every selected record. */
export interface MetadataPatch extends RecordBatchFields {
  /** A JSON object's text. */
  readonly metadata: string | null;
  readonly document: string | null;
  readonly uri: string | null;
  /** These go. Absent: none. */
  readonly removedKeys?: readonly string[];
  /** Whether, without a document, the one that is there goes, too. Absent: no. */
  readonly removesDocument?: boolean;
  /** Of every record. Absent: each keeps its own. */
  readonly embedding?: Float32Array | null;
}

/** A change of parts of one record; what is null stays as it is. */
export interface RecordPatch {
  readonly id: string;
  /** Float32 components. */
  readonly embedding: Float32Array | null;
  readonly document: string | null;
  /** A JSON object's text: the new metadata, or a merge patch (RFC 7396) of what is there. */
  readonly metadata: { readonly kind: 'replacement' | 'patch'; readonly text: string } | null;
}

/** How much there is in a namespace of a collection. */
export interface CollectionSize {
  readonly count: number;
  /** Metadata and documents as they are stored, without their vectors. */
  readonly payloadBytes: number;
  /** Different texts of the field that names a record's source. */
  readonly sources: number;
}

/** What a patch of a selection did. */
export interface SelectionPatched extends WriteOutcome {
  /** The records that were patched, in the order of first insert. */
  readonly ids: readonly string[];
  /** Records in the namespace. */
  readonly scanned: number;
}

/** The first `limit` of the selected records, in the order of first insert; null: all. */
export interface DeleteRequest extends Selection {
  readonly limit: number | null;
  /** Whether the caller wants to know which ones they were. */
  readonly listIds: boolean;
  /** Whether the caller wants to know how many records there were in the namespace before. */
  readonly countAll?: boolean;
}

/** What a delete removed. */
export interface Deletion extends WriteOutcome {
  readonly count: number;
  /** In the order of first insert; empty unless asked for. */
  readonly ids: readonly string[];
  /** Records in the namespace before; 0 unless asked for. */
  readonly scanned: number;
}

/** Which records a selection has had, as far as can be compared later. */
export interface Fingerprint {
  readonly count: number;
  /** Another one once a record has come, gone or been written again; null without records. */
  readonly fingerprint: string | null;
}
