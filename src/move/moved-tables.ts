/** What becomes of a table when its database is moved. */
export type TableFate =
  /** Its rows are copied as they are, all at once, when everything else is there. Columns in `renewed` get the default instead. */
  | { readonly kind: 'catalog'; readonly renewed?: readonly string[] }
  /** Its rows belong to collections or snapshots, and go with them. */
  | { readonly kind: 'records' }
  /** It is about the database that it is in. */
  | { readonly kind: 'left'; readonly reason: string };

/**
 * Every table of the schema, those of single collections excepted, by name. A table that refers to another is after it: rows are
 * copied in this order.
 */
export const TABLES: Readonly<Record<string, TableFate>> = {
  tenants: { kind: 'catalog' },
  databases: { kind: 'catalog' },
  collections: {
    kind: 'catalog',
    renewed: ['place', 'moving', 'late_indexes', 'document_index', 'sparse_keys_indexed', 'word_index', 'word_sources'],
  },
  collection_fields: { kind: 'catalog' },
  collection_ports: { kind: 'catalog' },
  collection_aliases: { kind: 'catalog' },
  namespaces: { kind: 'catalog' },
  forks: { kind: 'catalog' },
  snapshots: { kind: 'catalog' },
  snapshot_namespaces: { kind: 'catalog' },
  restore_jobs: { kind: 'catalog' },
  // the target's gateways go on with them; the source's are to be stopped by then
  backup_schedules: { kind: 'catalog' },
  backup_runs: { kind: 'catalog' },
  api_keys: { kind: 'catalog' },
  // with its collections, so that what has begun goes on in the target
  copies: { kind: 'catalog' },
  // one that is not finished goes on where the target's gateways have the same files
  bulk_imports: { kind: 'catalog' },
  pool_records: { kind: 'records' },
  pool_vectors: { kind: 'records' },
  pool_sparse: { kind: 'records' },
  pool_postings: { kind: 'records' },
  snapshot_records: { kind: 'records' },
  snapshot_vectors: { kind: 'records' },
  pending_words: { kind: 'left', reason: "the target's gateways index the words again" },
  word_texts: { kind: 'left', reason: "the target's gateways index the words again" },
  word_postings: { kind: 'left', reason: "the target's gateways index the words again" },
  word_counts: { kind: 'left', reason: "the target's gateways index the words again" },
  migrations: { kind: 'left', reason: 'the target has its own' },
  vector_indexes: { kind: 'left', reason: "the target's gateways build them" },
  recall_measurements: { kind: 'left', reason: "the target's gateways measure their own indexes" },
  sparse_key_indexes: { kind: 'left', reason: "the target's gateways build the postings" },
  sparse_segments: { kind: 'left', reason: "the target's gateways build the postings" },
  sparse_key_postings: { kind: 'left', reason: "the target's gateways build the postings" },
  sparse_changes: { kind: 'left', reason: 'they are about postings, which the target builds anew' },
  secrets: { kind: 'left', reason: 'what they sign is good for minutes' },
  leases: { kind: 'left', reason: 'they are held by processes of the source' },
  place_counts: { kind: 'left', reason: "the target's gateways count for themselves" },
  released_ports: { kind: 'left', reason: "they rest for clients of the source's gateways" },
  dropped_collections: { kind: 'left', reason: 'what is deleted is not moved' },
};

/** Every sequence of the schema: whether the target goes on where the source has stopped. */
export const SEQUENCES: Readonly<Record<string, 'continued' | 'left'>> = {
  tenants_id_seq: 'continued',
  collections_id_seq: 'continued',
  rid: 'continued',
  vector_seq: 'continued',
  vector_indexes_id_seq: 'left',
  sparse_change_seq: 'left',
  pending_word_seq: 'left',
};

/** The tables that are copied row by row, in their order. */
export const CATALOG: readonly { readonly table: string; readonly renewed: readonly string[] }[] = Object.entries(TABLES).flatMap(
  ([table, fate]) => (fate.kind === 'catalog' ? [{ table, renewed: fate.renewed ?? [] }] : []),
);

/** The sequences that go on. */
export const CONTINUED: readonly string[] = Object.entries(SEQUENCES).flatMap(([name, fate]) =>
  fate === 'continued' ? [name] : [],
);
