import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { documentOf, valueAt } from '../../filters/compile-path.js';
import type { Queryable } from '../../postgres/database.js';
import { join, type Sql, sql } from '../../postgres/sql.js';
import type { Match, Selection, SparseSearchRequest, SparseVector } from '../record.js';
import { recordTable } from '../../collections/place.js';
import { recordCount, selected } from '../record-tables.js';
import { float32, rounded } from './record-distance.store.js';

/** A record that a search by sparse vectors found. */
export type SparseKeyMatch = Pick<Match, 'id' | 'number' | 'distance'>;

/** How many records a namespace has, and how many of them have an index in their sparse vectors. */
export interface Frequencies {
  readonly records: number;
  readonly holders: ReadonlyMap<number, number>;
}

type SparseKeyQuery = Pick<SparseSearchRequest, 'key' | 'query'>;

/** Searches by sparse vectors in the metadata, exactly. An object that is no sparse vector, which another protocol may write, is none. */
@Injectable()
export class SparseKeyStore {
  /**
   * The nearest records, nearest first, equals in the order of first insert: 1 less the inner product, rounded to float32. Reads every
   * selected record that shares an index with the query.
   */
  async nearest(
    queryable: Queryable,
    collection: Collection,
    namespace: string,
    request: SparseSearchRequest,
  ): Promise<readonly SparseKeyMatch[]> {
    return queryable.query<SparseKeyMatch & Record<string, string>>(sql`
      WITH query AS MATERIALIZED (${termsOf(request.query)}),
      products AS (
        SELECT v.rid, sum(q.weight * e.weight) AS product
        FROM (${vectors(collection, namespace, request, request)}) AS v
        CROSS JOIN LATERAL unnest(v.indices, v.weights) AS e (term, weight)
        JOIN query q ON q.term = e.term
        GROUP BY v.rid),
      distances AS (
        SELECT p.rid, ${rounded(sql`(1 - p.product)`)} AS distance FROM (
          SELECT p.rid, ${rounded(sql`p.product`)} AS product FROM products p) AS p),
      hits AS MATERIALIZED (SELECT d.rid, d.distance FROM distances d ORDER BY d.distance, d.rid LIMIT ${request.limit})
      SELECT record.id, h.rid AS number, ${float32(sql`h.distance`)} AS distance
      FROM hits h CROSS JOIN LATERAL (
        SELECT COALESCE(r.long_id, r.id) AS id FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = h.rid OFFSET 0) AS record
      ORDER BY h.distance, h.rid`);
  }

  /** For the indices of the request's query, whatever records it selects. */
  async frequencies(
    queryable: Queryable,
    collection: Collection,
    namespace: string,
    request: SparseKeyQuery,
  ): Promise<Frequencies> {
    const rows = await queryable.query<{ records: string; term: string | null; holders: string | null }>(sql`
      WITH query AS MATERIALIZED (${termsOf(request.query)}),
      found AS (
        SELECT q.term, count(*) AS holders
        FROM (${vectors(collection, namespace, request, {})}) AS v
        CROSS JOIN LATERAL unnest(v.indices) AS e (term)
        JOIN query q ON q.term = e.term
        GROUP BY q.term)
      SELECT size.records, f.term::text AS term, f.holders
      FROM (SELECT ${recordCount(collection, namespace)} AS records) AS size LEFT JOIN found f ON TRUE`);
    const holders = rows.flatMap((row) => (row.term === null ? [] : [[Number(row.term), Number(row.holders)] as const]));
    return { records: Number(rows[0]?.records ?? 0), holders: new Map(holders) };
  }
}

/** Queries of more terms read every vector under their key. */
const MOST_LOOKED_UP = 200;

/** As `term` and `weight`. */
function termsOf({ indices, values }: SparseVector): Sql {
  return sql`
    SELECT q.term, q.weight FROM unnest(${`{${indices.join(',')}}`}::bigint[], ${`{${values.join(',')}}`}::float8[]) AS q (term, weight)`;
}

/**
 * `rid`, `indices` and `weights` of the selected records' sparse vectors under a key that share an index with the query, and perhaps of
 * others. The lists are read from their text, which is several times as fast as element by element; nothing is read of lists that are
 * no numbers, or have more digits than an index or a float32 can have.
 */
function vectors(collection: Collection, namespace: string, { key, query }: SparseKeyQuery, { ids, filter }: Selection): Sql {
  const value = valueAt(key);
  const array = (list: Sql, type: Sql): Sql => sql`CASE WHEN ${ARE_NUMBERS} THEN translate(${list}, '[]', '{}')::${type} END`;
  return sql`
    SELECT t.rid, ${array(sql`t.indices`, sql`bigint[]`)} AS indices, ${array(sql`t.weights`, sql`float8[]`)} AS weights
    FROM (
      SELECT r.rid, ${value} ->> 'indices' AS indices, ${value} ->> 'values' AS weights
      FROM ${selected(collection, namespace, { ids, filter })}
        AND COALESCE(${value} ->> '#type' = 'sparse_vector', FALSE) AND ${sharesTerm(key, query)}
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
