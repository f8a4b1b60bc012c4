/** What has come into a collection from elsewhere, or is coming: by `polyvec copy` or `import`, or by a bulk import of files. */
export interface Transfer {
  readonly kind: 'copy' | 'import';
  /** The collection; null while clients do not see it. */
  readonly uuid: string | null;
  /** Where it is, or will be. */
  readonly tenant: string;
  readonly database: string;
  readonly name: string;
  /** Of an import: what names it within its collection; null of a copy. */
  readonly number: number | null;
  /** As the command, or the client, named it. */
  readonly source: string;
  /** A copy is in progress until it is finished, whether or not its command runs. */
  readonly status: 'Pending' | 'InProgress' | 'Failed' | 'Completed' | 'Cancelled';
  readonly records: number;
  readonly rejects: number;
  /** Records that the files have; null where that is not known. */
  readonly total: number | null;
  /** Why the first record was left out, or the whole failed. */
  readonly error: string | null;
  /** Null of a copy. */
  readonly createdAt: Date | null;
  readonly finishedAt: Date | null;
}
