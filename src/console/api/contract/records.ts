/** One line of the filter builder. Numbers are numbers, as JSON has them. */
export interface Condition {
  /** A metadata field; null: the document. */
  readonly field: string | null;
  readonly op: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin' | 'contains' | 'not_contains' | 'exists';
  /** A list for `in` and `nin`; `exists`: true or false. Of the document only `contains` and `not_contains`, with text. */
  readonly value: string | number | boolean | readonly (string | number | boolean)[];
}

/** Of no condition: everything. Its meaning is Chroma's; see {@link FilterSyntaxes} for the others'. */
export interface FilterInput {
  readonly match: 'all' | 'any';
  readonly conditions: readonly Condition[];
}

/** POST `/collections/{uuid}/filter-syntaxes` with a {@link FilterInput}: the same filter as clients write it. */
export interface FilterSyntaxes {
  /** Python's or JavaScript's arguments as JSON; null: none, or, where `why` says so, that Chroma has no such condition. */
  readonly chroma: { readonly where: string | null; readonly whereDocument: string | null; readonly why: string | null };
  /** JSON text; null: that protocol has no such condition, `why` says which. Beside a text, `why` says where it selects others. */
  readonly pinecone: { readonly filter: string | null; readonly why: string | null };
  readonly vectorizer: { readonly filter: string | null; readonly why: string | null };
  /** The predicate as the gateway runs it, with its values written in, for reading and for psql. */
  readonly sql: string;
}

/** POST `/collections/{uuid}/records`: in the order of first insert, never by OFFSET. */
export interface RecordQuery {
  readonly namespace: string;
  readonly filter?: FilterInput;
  /** Only these, at most 200; then `filter`, `after` and `limit` do not count. */
  readonly ids?: readonly string[];
  /** `next` of the page before. */
  readonly after?: string;
  /** At most 200. */
  readonly limit: number;
  /** Embeddings come only with `ids`. */
  readonly embeddings?: boolean;
}

/** POST `/collections/{uuid}/matching`: of at most 5,000 ids those whose records a filter selects. */
export interface MatchingIds {
  readonly ids: readonly string[];
}

export interface RecordPage {
  readonly records: readonly RecordRow[];
  readonly next: string | null;
}

export interface RecordRow {
  readonly id: string;
  /** At most 2,048 characters; `isCut` where it is longer and `ids` did not ask for it. */
  readonly document: string | null;
  readonly isCut: boolean;
  readonly uri: string | null;
  /** A JSON object's text as stored, or null. */
  readonly metadata: string | null;
  /** Its length, and at most 32 of its components evenly spaced, for a sparkline; null without an embedding. */
  readonly vector: { readonly norm: number; readonly dimension: number; readonly glimpse: readonly number[] } | null;
  readonly hasSparse: boolean;
  /** Only where asked for. */
  readonly embedding?: readonly number[] | null;
}

/** GET `/collections/{uuid}/record?namespace=&id=`: the record as the clients of each protocol get it, by their own shapers. */
export interface Faces {
  /** JSON text; null: that protocol does not show it, `why` says why. */
  readonly chroma: Face;
  readonly pinecone: Face;
  readonly vectorizer: Face;
  /** The statement that reads the row, and the row as JSON text. */
  readonly sql: { readonly statement: string; readonly row: string };
}

export interface Face {
  readonly request: string;
  readonly answer: string | null;
  readonly why: string | null;
  /** Numbers of docs/differences.md that bear on it, as `D12`. */
  readonly differences: readonly string[];
}

/** PUT `/collections/{uuid}/record`: adds or replaces. An absent part stays as it is; null removes it. Answers a {@link RecordRow}. */
export interface RecordEdit {
  readonly namespace: string;
  readonly id: string;
  readonly document?: string | null;
  /** A JSON object's text. */
  readonly metadata?: string | null;
  readonly embedding?: readonly number[];
  /** With `true` a record of that id is refused (409). */
  readonly isNew?: boolean;
}

/** POST `/collections/{uuid}/search`: exactly one of `text`, `embedding` and `ids`. */
export interface SearchInput {
  readonly namespace: string;
  /** Needs a model. */
  readonly text?: string;
  readonly embedding?: readonly number[];
  /** Like these records: by the mean of their embeddings, without themselves. */
  readonly ids?: readonly string[];
  readonly filter?: FilterInput;
  /** At most 100. */
  readonly limit: number;
  /** Compares with every record that the filter selects. */
  readonly exact?: boolean;
}

export interface SearchResult {
  readonly hits: readonly (RecordRow & { readonly distance: number })[];
  /** What was searched with, to search again or to copy. */
  readonly embedding: readonly number[];
  /** As `x-polyvec-plan` has it. */
  readonly plan: string;
  /** The plan as a sentence. */
  readonly planInWords: string;
  readonly timing: { readonly totalMs: number; readonly databaseMs: number; readonly poolMs: number };
}

/** POST `/collections/{uuid}/delete-preview`. */
export interface DeleteInput {
  readonly namespace: string;
  /** One of both, at most 100,000 ids. A filter without conditions selects everything. */
  readonly ids?: readonly string[];
  readonly filter?: FilterInput;
}

export interface DeletePreview {
  /** Counted up to 100,000. */
  readonly count: number;
  readonly isMore: boolean;
  /** At most 20. */
  readonly examples: readonly RecordRow[];
  /** For POST `/collections/{uuid}/delete` with {@link DeleteConfirmation}; valid five minutes, for this caller and selection. */
  readonly token: string;
}

/** 409 when there are more records than `expected` by now, or others; else NDJSON, a {@link DeleteLine} as each part is gone. */
export interface DeleteConfirmation {
  readonly token: string;
  readonly selection: DeleteInput;
  readonly expected: number;
}

/** Many records are deleted in parts: who ends the connection ends it between two of them. Without the last line it was cut. */
export type DeleteLine =
  /** `of`: null where more are selected than are counted. */
  | { readonly kind: 'progress'; readonly deleted: number; readonly of: number | null }
  | { readonly kind: 'done'; readonly deleted: number }
  /** What is counted here is gone all the same. */
  | { readonly kind: 'failed'; readonly deleted: number; readonly message: string };
