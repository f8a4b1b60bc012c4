import type { Collection } from '../collections/collection.js';
import { type Sql, sql } from '../postgres/sql.js';

/** Where searches by sparse vectors in metadata are: the protocol that has them knows one namespace. */
export const SPARSE_KEY_NAMESPACE = '';

/**
 * What follows a change of records in the same statement, where postings of their metadata may have been built: `changed`, rows with
 * a `rid`, are listed as changed.
 */
export function sparseChanges(collection: Collection, namespace: string, changed: Sql): Sql {
  if (!collection.sparseKeysIndexed || namespace !== SPARSE_KEY_NAMESPACE) return sql``;
  return sql`,
    sparse_changes AS (
      INSERT INTO polyvec.sparse_changes (collection_id, rid) SELECT ${collection.id}::bigint, c.rid FROM ${changed} c)`;
}
