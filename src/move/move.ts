import type { RowTables } from '../collections/place-tables.store.js';

/** Where rows are: the number that they carry, and their tables. */
export interface RowPlace extends RowTables {
  readonly id: string;
  /** Whether some may have a sparse vector. */
  readonly hasSparse: boolean;
}

/** Whose rows they are. */
export interface Owner extends RowPlace {
  readonly kind: 'collection' | 'snapshot';
  readonly uuid: string;
  readonly tenant: string;
  readonly database: string;
  /** What to call it before a person, within its database. */
  readonly name: string;
  readonly dimension: number | null;
  /** As the catalog counts them. */
  readonly records: number;
  /** Another one whenever its rows may have changed. */
  readonly fingerprint: string;
}

/** The record that a page ends with; the next one begins behind it. */
export interface Position {
  readonly namespace: string;
  readonly rid: string;
}

/** Before the first record. */
export const START: Position = { namespace: '', rid: '0' };

/** A record with its vectors. Values are text as Postgres writes it, the embedding its binary form in hexadecimal digits. */
export interface RecordRow extends Position {
  readonly id: string;
  readonly long_id: string | null;
  readonly document: string | null;
  readonly uri: string | null;
  readonly metadata: string;
  readonly embedding: string | null;
  readonly seq: string | null;
  readonly sid: string | null;
  readonly terms: string | null;
  readonly weights: string | null;
}

/** A column, and its type in SQL. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** How far an owner's rows have got. */
export interface Part extends Pick<RowPlace, 'id' | 'place' | 'recordTable' | 'vectorTable'> {
  readonly fingerprint: string;
  readonly position: Position;
  readonly records: number;
  readonly milliseconds: number;
  readonly isCopied: boolean;
}

/** What a namespace's rows come to, whatever their order. */
export interface NamespaceDigest {
  readonly namespace: string;
  readonly records: number;
  readonly checksum: string;
}

/** How an owner's rows in one database compare with those in the other. */
export interface Comparison {
  readonly label: string;
  readonly records: number;
  readonly seconds: number;
  /** Empty: they are equal. */
  readonly differences: readonly string[];
}

/** Whether the rows are in tables that nothing else is in. */
export function isDedicated({ recordTable }: Pick<RowPlace, 'recordTable'>): boolean {
  return recordTable !== 'pool_records' && recordTable !== 'snapshot_records';
}
