import type { Metric, ProtocolName, VectorType } from '../collections/collection.js';
import type { RecordWrite } from '../records/record.js';

/** A record on its way. Its metadata is a JSON object's text as Chroma's API stores it: a float has a point, an integer has none. */
export interface CopyRecord extends Pick<RecordWrite, 'id' | 'embedding' | 'sparse' | 'document' | 'uri' | 'metadata'> {
  /** Absent: the default one. */
  readonly namespace?: string;
}

/** What names a record within its collection. */
export type RecordName = Pick<CopyRecord, 'id' | 'namespace'>;

/** A record that cannot be copied, and why. */
export interface Reject extends RecordName {
  readonly reason: string;
  /** The record, if it lacks nothing but a vector. */
  readonly unembedded?: Omit<CopyRecord, 'embedding'>;
}

/** What a source says of one of its collections. */
export interface SourceCollection {
  /** Names it within the source, always the same way. */
  readonly key: string;
  readonly tenant: string;
  readonly database: string;
  readonly name: string;
  readonly metric: Metric;
  /** Null: not known, there is no vector yet. */
  readonly dimension: number | null;
  /** A JSON object's text. */
  readonly metadata: string | null;
  readonly records: number;
  /** Another one whenever its records may have changed. */
  readonly fingerprint: string;
  /** What a person should know before the start. */
  readonly warnings: readonly string[];
  /** What only a Polyvec database knows of a collection; absent: a Chroma collection of dense vectors. */
  readonly catalog?: CatalogEntry;
}

/** What a collection is, besides its metric and dimension. */
export interface CatalogEntry {
  readonly protocol: ProtocolName;
  readonly vectorType: VectorType;
  /** A JSON object's text, a key per protocol. */
  readonly settings: string;
}

/** Some records that follow each other in the source. */
export interface Chunk {
  readonly records: readonly CopyRecord[];
  readonly rejects: readonly Reject[];
  /** Reading goes on behind this chunk from here. */
  readonly cursor: string;
}

/** A search that both sides carry out. */
export interface ShadowQuery {
  /** What a person knows it by. */
  readonly label: string;
  readonly namespace: string;
  readonly embedding: Float32Array;
  /** A JSON object's text, as the servers of both sides understand it. */
  readonly filter: string | null;
}

/** What a search has found. */
export interface Nearest {
  readonly id: string;
  /** As the core has it: smaller is nearer. */
  readonly distance: number;
}

/** Where records come from. It is only read: not a byte of it changes. */
export interface Source {
  /** Names the source before a person and in checkpoints, without secrets. */
  readonly label: string;
  collections(): Promise<readonly SourceCollection[]>;
  /** The records behind the cursor, always in the same order; null: all of them. */
  read(collection: SourceCollection, after: string | null): AsyncIterable<Chunk>;
  /** What its own server finds nearest; absent: there is none. */
  nearest?(collection: SourceCollection, query: ShadowQuery, limit: number): Promise<readonly Nearest[]>;
  /** @throws Error when it has changed since it was opened */
  requireUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/** Where a collection goes, by name. */
export interface Destination {
  readonly tenant: string;
  readonly database: string;
  readonly name: string;
}

/** How far a collection has come, as the target remembers it. */
export interface Checkpoint {
  /** Null: nothing has been read yet. */
  readonly cursor: string | null;
  /** Records that are there. */
  readonly records: number;
  readonly rejects: number;
  /** The sum of the checksums of those records. */
  readonly checksum: bigint;
}

export const NOTHING_YET: Checkpoint = { cursor: null, records: 0, rejects: 0, checksum: 0n };

/** What stands at a destination. */
export type Standing =
  /** Nothing, or an empty collection. */
  | { readonly kind: 'new' }
  /** This very copy has begun before. */
  | { readonly kind: 'begun'; readonly checkpoint: Checkpoint; readonly isSourceUnchanged: boolean }
  /** This very copy has been finished before. */
  | {
      readonly kind: 'finished';
      readonly checkpoint: Checkpoint;
      readonly isSourceUnchanged: boolean;
      /** Nobody else has written to it since; undefined: that cannot be told. */
      readonly isTargetUnchanged?: boolean | undefined;
    }
  /** A copy of something else is under way. */
  | { readonly kind: 'another'; readonly source: string }
  /** A collection that has records which are not from this copy. */
  | { readonly kind: 'occupied'; readonly records: number };

/** What happens to ids that the destination has from elsewhere; `newer-fail`: as `overwrite`, unless others have written there since this copy. */
export const CONFLICT_POLICIES = ['fail', 'skip', 'overwrite', 'newer-fail'] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];
/** Those of a target that cannot tell when it was written to. */
export const MERGE_POLICIES = ['fail', 'skip', 'overwrite'] as const satisfies readonly ConflictPolicy[];

/** A collection in the target that is being filled. */
export interface Filling {
  /** Nothing is in it but what this copy has written, whatever was there before. */
  readonly isWhole: boolean;
  /** How far a component of a vector may be from what was written, as a share of the vector's length: 0, it is the same to the bit. */
  readonly tolerance: number;
  /** How long the server may take to show what it has been sent, in milliseconds; absent: it shows it at once. */
  readonly settleMs?: number | undefined;
  /** Writes a chunk and remembers `next` in place of `previous`: both or neither, wherever the target allows it. */
  write(records: readonly CopyRecord[], previous: Checkpoint, next: Checkpoint): Promise<void>;
  /** Writes and remembers nothing: several may be under way at once, and a batch may come twice; absent: `write` alone can write. */
  send?(records: readonly CopyRecord[]): Promise<void>;
  /** All records that are there, in any order. */
  records(): AsyncIterable<readonly CopyRecord[]>;
  /** Those of these records that are there. */
  find(names: readonly RecordName[]): Promise<readonly CopyRecord[]>;
  count(): Promise<number>;
  /** What its own server finds nearest; absent: there is none. */
  nearest?(query: ShadowQuery, limit: number): Promise<readonly Nearest[]>;
  /** From now on clients see it, if they did not before. */
  finish(): Promise<void>;
}

/** Where records go to. */
export interface Target {
  readonly label: string;
  /** What it can do about records from elsewhere besides failing. */
  readonly policies: readonly ConflictPolicy[];
  /** What is in the way of copying this collection there, a sentence each; found without a change. */
  problemsOf(collection: SourceCollection, destination: Destination): Promise<readonly string[]>;
  /** What of records, and of collections, it cannot hold, listed for a person; absent: it holds everything. */
  readonly cannotHold?: string;
  /** What of this collection it has no place for, a sentence each: records go there without it; absent: nothing. */
  warningsOf?(collection: SourceCollection): readonly string[];
  standing(source: string, collection: SourceCollection, destination: Destination): Promise<Standing>;
  /** Why the target cannot hold this record; undefined when it can. */
  problemOf(collection: SourceCollection, record: CopyRecord): string | undefined;
  /** Begins, or goes on. */
  fill(source: string, collection: SourceCollection, destination: Destination, policy: ConflictPolicy): Promise<Filling>;
  /** What a finished copy has filled: to be read. */
  finished(destination: Destination): Promise<Filling>;
  /** Removes what an unfinished copy has written, as far as nobody else has seen it. */
  discard(destination: Destination): Promise<void>;
  close(): Promise<void>;
}
