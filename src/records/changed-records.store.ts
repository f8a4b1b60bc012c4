import type { Collection } from '../collections/collection.js';
import { inPlace } from '../collections/place-tables.store.js';
import { type Sql, sql } from '../postgres/sql.js';

/** Where searches by sparse vectors in metadata are: the protocol that has them knows one namespace. */
export const SPARSE_KEY_NAMESPACE = '';

/**
 * What follows a change of records in the same statement: `changed`, rows with a `rid`, are listed for the indexes that are built
 * in the background, of words in texts and of sparse vectors in metadata, which are behind for them. Nothing for a collection
 * without such an index.
 */
export function noteChanged(collection: Collection, namespace: string, changed: Sql, parts: 'all' | 'metadata' = 'all'): Sql {
  const hasSparse = collection.sparseKeysIndexed && namespace === SPARSE_KEY_NAMESPACE;
  const hasWords =
    collection.wordIndex !== 'none' && (parts === 'all' || collection.wordSources.some(({ field }) => field !== null));
  return sql`${hasSparse ? changedSparse(collection, changed) : sql``}${hasWords ? changedWords(collection, namespace, changed) : sql``}`;
}

function changedSparse(collection: Collection, changed: Sql): Sql {
  return sql`, sparse_changes AS (
    INSERT INTO ${inPlace(collection, 'sparse_changes')} (collection_id, rid) SELECT ${collection.id}::bigint, c.rid FROM ${changed} c)`;
}

function changedWords(collection: Collection, namespace: string, changed: Sql): Sql {
  return sql`, pending_words AS (
    INSERT INTO ${inPlace(collection, 'pending_words')} (collection_id, namespace, rid)
    SELECT ${collection.id}, ${namespace}, c.rid FROM ${changed} c)`;
}
