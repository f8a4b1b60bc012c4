import type { Collection } from '../collections/collection.js';
import { postingTable, sparseTable } from '../collections/place-tables.store.js';
import { textArray } from '../postgres/binary.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { RecordWrite, WriteMode } from './record.js';

/** The sparse vectors of a batch as two more columns of its rows, each an array's text: lists of lists are no arrays in SQL. */
export function sparseInput(records: readonly RecordWrite[]): { readonly columns: Sql; readonly arrays: Sql } {
  const terms = records.map(({ sparse }) => (sparse == null ? null : `{${sparse.indices.join(',')}}`));
  const weights = records.map(({ sparse }) => (sparse == null ? null : `{${sparse.values.join(',')}}`));
  return {
    columns: sql`, terms, weights`,
    arrays: sql`, ${textArray(terms)}::text[], ${textArray(weights)}::text[]`,
  };
}

/**
 * What follows the records' rows in the same statement: their sparse vectors under new sids with postings, and the postings
 * of the ones they replace removed. A replacement without a sparse vector removes the one there was.
 */
export function sparseRows(collection: Collection, namespace: string, mode: WriteMode): Sql {
  const scope = (table: Sql): Sql => sql`${table}.collection_id = ${collection.id} AND ${table}.namespace = ${namespace}`;
  // a record that was inserted had none, whatever the mode; one that is kept is not among the written
  const replaces = mode.existing === 'replace';
  return sql`,
    sparse_input AS MATERIALIZED (
      SELECT w.rid, i.terms::bigint[] AS terms, i.weights::real[] AS weights, nextval('polyvec.rid') AS sid
      FROM written w JOIN input i USING (id)),
    old_sparse AS MATERIALIZED (
      SELECT s.rid, s.sid, s.terms FROM sparse_input i JOIN ${sparseTable(collection)} s ON ${scope(sql`s`)} AND s.rid = i.rid
      WHERE i.terms IS NOT NULL OR ${replaces}),
    removed_postings AS (
      DELETE FROM ${postingTable(collection)} p USING old_sparse o, unnest(o.terms) AS t (term)
      WHERE ${scope(sql`p`)} AND p.term = t.term AND p.sid = o.sid),
    removed_sparse AS (
      DELETE FROM ${sparseTable(collection)} s USING sparse_input i
      WHERE ${replaces} AND i.terms IS NULL AND ${scope(sql`s`)} AND s.rid = i.rid),
    written_sparse AS (
      INSERT INTO ${sparseTable(collection)} (collection_id, namespace, rid, sid, terms, weights)
      SELECT ${collection.id}, ${namespace}, i.rid, i.sid, i.terms, i.weights FROM sparse_input i WHERE i.terms IS NOT NULL
      ON CONFLICT (collection_id, namespace, rid)
        DO UPDATE SET sid = excluded.sid, terms = excluded.terms, weights = excluded.weights),
    written_postings AS (
      INSERT INTO ${postingTable(collection)} (collection_id, namespace, term, sid, weight)
      SELECT ${collection.id}, ${namespace}, t.term, i.sid, t.weight
      FROM sparse_input i CROSS JOIN LATERAL unnest(i.terms, i.weights) AS t (term, weight))`;
}

/** What follows the deletion of records, `deleted`, in the same statement. */
export function deletedSparseRows(collection: Collection): Sql {
  return sql`,
    deleted_sparse AS (
      DELETE FROM ${sparseTable(collection)} s USING deleted d
      WHERE s.collection_id = d.collection_id AND s.namespace = d.namespace AND s.rid = d.rid
      RETURNING s.namespace, s.sid, s.terms),
    deleted_postings AS (
      DELETE FROM ${postingTable(collection)} p USING deleted_sparse s, unnest(s.terms) AS t (term)
      WHERE p.collection_id = ${collection.id} AND p.namespace = s.namespace AND p.term = t.term AND p.sid = s.sid)`;
}
