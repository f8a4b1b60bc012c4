import type { Collection } from './collection.js';

/** A collection, with what the catalog knows of its contents: nothing is counted for it. */
export interface CollectionOverview {
  readonly collection: Collection;
  /** Of all namespaces. */
  readonly records: number;
  readonly namespaces: number;
  /** When these were counted; null: now. */
  readonly countedAt: Date | null;
  /** Vector indexes of children that searches use, and the vectors in them. */
  readonly childIndexes: { readonly count: number; readonly vectors: number };
  /** Those within the caller's reach, by name. */
  readonly aliases: readonly string[];
  /** The lowest of its own; null: it has none. */
  readonly port: number | null;
}

/** Which collections are listed: those of a tenant or a database, or all, after a uuid. */
export interface OverviewPage {
  readonly tenant?: string | undefined;
  readonly database?: string | undefined;
  readonly after?: string | undefined;
  /** Of these alone, by uuid. */
  readonly only?: readonly string[] | undefined;
  readonly limit: number;
}
