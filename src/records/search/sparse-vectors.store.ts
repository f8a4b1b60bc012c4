import type { Collection } from '../../collections/collection.js';
import { recordTable } from '../../collections/place-tables.store.js';
import { documentOf, valueAt } from '../../filters/compile-path.js';
import { join, type Sql, sql } from '../../postgres/sql.js';
import type { Selection, SparseSearchRequest, SparseVector } from '../record.js';
import { selected } from '../record-tables.js';

export type SparseKeyQuery = Pick<SparseSearchRequest, 'key' | 'query'>;

/** Queries of more terms read every vector under their key. */
const MOST_LOOKED_UP = 200;

/** As `term` and `weight`. */
export function termsOf({ indices, values }: SparseVector): Sql {
  return sql`
    SELECT q.term, q.weight FROM unnest(${`{${indices.join(',')}}`}::bigint[], ${`{${values.join(',')}}`}::float8[]) AS q (term, weight)`;
}

/** `rid`, `indices` and `weights` of the selected records' sparse vectors under a key that share an index with the query, and perhaps of others. */
export function vectorsSharing(
  collection: Collection,
  namespace: string,
  { key, query }: SparseKeyQuery,
  { ids, filter }: Selection,
): Sql {
  return vectorsAmong(key, sql`${selected(collection, namespace, { ids, filter })} AND ${sharesTerm(key, query)}`);
}

/** As above, of all records with numbers above `low`, up to `high`, whatever their indices. */
export function vectorsBetween(
  collection: Collection,
  namespace: string,
  key: string,
  { low, high }: { readonly low: string; readonly high: string },
): Sql {
  return vectorsAmong(
    key,
    sql`${recordTable(collection)} r WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace}
      AND r.rid > ${low}::bigint AND r.rid <= ${high}::bigint`,
  );
}

/** As above, of the records with the numbers of `numbered`, rows with a `rid`, which are looked up one by one. */
export function vectorsOf(collection: Collection, namespace: string, key: string, numbered: Sql): Sql {
  return vectorsAmong(
    key,
    sql`${numbered} AS n CROSS JOIN LATERAL (
      SELECT t.rid, t.metadata FROM ${recordTable(collection)} t
      WHERE t.collection_id = ${collection.id} AND t.namespace = ${namespace} AND t.rid = n.rid OFFSET 0) AS r WHERE TRUE`,
  );
}

/**
 * The lists are read from their text, which is several times as fast as element by element; nothing is read of lists that are
 * no numbers, or have more digits than an index or a float32 can have.
 */
function vectorsAmong(key: string, records: Sql): Sql {
  const value = valueAt(key);
  const array = (list: Sql, type: Sql): Sql => sql`CASE WHEN ${ARE_NUMBERS} THEN translate(${list}, '[]', '{}')::${type} END`;
  return sql`
    SELECT t.rid, ${array(sql`t.indices`, sql`bigint[]`)} AS indices, ${array(sql`t.weights`, sql`float8[]`)} AS weights
    FROM (
      SELECT r.rid, ${value} ->> 'indices' AS indices, ${value} ->> 'values' AS weights
      FROM ${records} AND COALESCE(${value} ->> '#type' = 'sparse_vector', FALSE)
      OFFSET 0) AS t
    OFFSET 0`;
}

const ARE_NUMBERS = sql`t.indices ~ '^\\[[0-9, ]*\\]$' AND t.indices !~ '[0-9]{16}'
  AND t.weights ~ '^\\[[-0-9., ]*\\]$' AND t.weights !~ '[0-9]{60}'`;

/** A condition that the index on the metadata can look up. */
function sharesTerm(key: string, { indices }: SparseVector): Sql {
  if (indices.length > MOST_LOOKED_UP) return sql`TRUE`;
  const terms = indices.map((index) => sql`r.metadata @> ${documentOf([key, 'indices'], `[${String(index)}]`)}::jsonb`);
  return sql`(${join(terms, ' OR ')})`;
}
