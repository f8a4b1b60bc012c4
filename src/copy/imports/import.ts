/** What becomes of an import; the words are Pinecone's. */
export type ImportStatus = 'Pending' | 'InProgress' | 'Failed' | 'Completed' | 'Cancelled';

/** How far an import has come. */
export interface ImportProgress {
  /** Null: nothing has been imported yet. */
  readonly cursor: string | null;
  readonly records: number;
  readonly rejects: number;
  /** Why the first record was left out that was; null: none was. */
  readonly error: string | null;
}

/** Files that a client has asked to be imported into a collection. */
export interface BulkImport extends ImportProgress {
  /** Names it within its collection, from 1 on. */
  readonly number: number;
  /** The collection. */
  readonly uuid: string;
  readonly uri: string;
  /** Whether a record that cannot be imported ends it. */
  readonly isStrict: boolean;
  readonly status: ImportStatus;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** Of the files, when it began; null: it has not. */
  readonly fingerprint: string | null;
  /** Records that the files have. */
  readonly total: number;
}
