/** GET `/imports`: what `polyvec copy` and `import`, and imports of files, have brought and bring into collections; at most 500. */
export interface ImportList {
  /** Whether imports of files can be started: `POLYVEC_IMPORT_ROOT` is set. */
  readonly isServed: boolean;
  /** Unfinished ones first, then the newest. */
  readonly imports: readonly ImportRow[];
}

export interface ImportRow {
  /** `copy`: by a command of the operator's; it is in progress until it is finished, whether or not the command runs. */
  readonly kind: 'copy' | 'import';
  /** The collection; null while clients do not see it. */
  readonly uuid: string | null;
  readonly tenant: string;
  readonly database: string;
  readonly name: string;
  /** Of an import; null of a copy. */
  readonly number: number | null;
  /** The place as it was named; of a copy only what kind it is, unless an operator asks. */
  readonly source: string;
  readonly status: 'Pending' | 'InProgress' | 'Failed' | 'Completed' | 'Cancelled';
  readonly records: number;
  /** Left out. */
  readonly rejects: number;
  /** Null: it is not known. */
  readonly total: number | null;
  readonly error: string | null;
  readonly createdAt: string | null;
  readonly finishedAt: string | null;
}

/** POST `/collections/{uuid}/imports`; answers 201 with `{number}`. DELETE `/collections/{uuid}/imports/{number}` cancels. */
export interface NewImport {
  /** A file or a folder in Pinecone's layout, below the folder of the collection's tenant in `POLYVEC_IMPORT_ROOT`. */
  readonly path: string;
  /** A record that cannot be imported ends it. */
  readonly isStrict: boolean;
}
