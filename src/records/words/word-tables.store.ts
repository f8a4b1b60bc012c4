import type { Collection } from '../../collections/collection.js';
import { type Sql, sql } from '../../postgres/sql.js';

export const PENDING_WORDS = sql`polyvec.pending_words`;
export const WORD_TEXTS = sql`polyvec.word_texts`;
export const WORD_POSTINGS = sql`polyvec.word_postings`;
export const WORD_COUNTS = sql`polyvec.word_counts`;

/**
 * What follows a write or a deletion in the same statement, which has the rows `source` with their `rid`: the word index is behind
 * for them. Nothing for a collection without one.
 */
export function pendingWords(collection: Collection, namespace: string, source: Sql): Sql {
  if (collection.wordIndex === 'none') return sql``;
  return sql`, pending_words AS (
    INSERT INTO ${PENDING_WORDS} (collection_id, namespace, rid)
    SELECT ${collection.id}, ${namespace}, changed.rid FROM ${source} AS changed)`;
}

/** The text-search configuration whose words are indexed. */
export const WORD_CONFIGURATION = sql`'pg_catalog.simple'::regconfig`;
