import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { valueAt } from '../../filters/compile-path.js';
import type { Queryable } from '../../postgres/database.js';
import { type Sql, sql } from '../../postgres/sql.js';
import type { Match, Selection, SparseSearchRequest, SparseVector } from '../record.js';
import { recordCount, recordTable, selected } from '../record-tables.js';
import { float32, rounded } from './record-distance.store.js';

/** A record that a search by sparse vectors found. */
export type SparseKeyMatch = Pick<Match, 'id' | 'number' | 'distance'>;

/** How many records a namespace has, and how many of them have an index in their sparse vectors. */
export interface Frequencies {
  readonly records: number;
  readonly holders: ReadonlyMap<number, number>;
}

/** Searches by sparse vectors in the metadata, exactly. An object that is no sparse vector, which another protocol may write, is none. */
@Injectable()
export class SparseKeyStore {
  /**
   * The nearest records, nearest first, equals in the order of first insert: 1 less the inner product, rounded to float32. Reads every
   * selected record that has a sparse vector under the key.
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
        SELECT v.rid, sum(q.weight * ${WEIGHT}) AS product
        FROM (${vectors(collection, namespace, request.key, request)}) AS v
        CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements(v.indices), jsonb_array_elements(v.weights)) AS e (term, weight)
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
    { key, query }: Pick<SparseSearchRequest, 'key' | 'query'>,
  ): Promise<Frequencies> {
    const rows = await queryable.query<{ records: string; term: string | null; holders: string | null }>(sql`
      WITH query AS MATERIALIZED (${termsOf(query)}),
      found AS (
        SELECT q.term, count(*) AS holders
        FROM (${vectors(collection, namespace, key, {})}) AS v
        CROSS JOIN LATERAL jsonb_array_elements(v.indices) AS e (term)
        JOIN query q ON q.term = e.term
        GROUP BY q.term)
      SELECT size.records, f.term::text AS term, f.holders
      FROM (SELECT ${recordCount(collection, namespace)} AS records) AS size LEFT JOIN found f ON TRUE`);
    const holders = rows.flatMap((row) => (row.term === null ? [] : [[Number(row.term), Number(row.holders)] as const]));
    return { records: Number(rows[0]?.records ?? 0), holders: new Map(holders) };
  }
}

/**
 * The weight `e.weight` as a float8. In the order of jsonb, only numbers are between two numbers; a float32's text has no more than 60
 * decimals, and what has more could be too small for a float8.
 */
const WEIGHT = sql`CASE WHEN e.weight BETWEEN '-3.5e38'::jsonb AND '3.5e38'::jsonb THEN round(e.weight::numeric, 60)::float8 ELSE 0 END`;

/** As `term` and `weight`. Terms are compared as jsonb: what another protocol wrote there need not be integers. */
function termsOf({ indices, values }: SparseVector): Sql {
  return sql`
    SELECT to_jsonb(q.term) AS term, q.weight FROM unnest(${`{${indices.join(',')}}`}::bigint[], ${`{${values.join(',')}}`}::float8[])
      AS q (term, weight)`;
}

/** `rid`, `indices` and `weights` of the sparse vectors under a key. */
function vectors(collection: Collection, namespace: string, key: string, { ids, filter }: Selection): Sql {
  const value = valueAt(key);
  const list = (name: string): Sql =>
    sql`CASE WHEN jsonb_typeof(${value} -> ${name}::text) = 'array' THEN ${value} -> ${name}::text ELSE '[]' END`;
  return sql`
    SELECT r.rid, ${list('indices')} AS indices, ${list('values')} AS weights
    FROM ${selected(collection, namespace, { ids, filter })} AND COALESCE(${value} ->> '#type' = 'sparse_vector', FALSE)
    OFFSET 0`;
}
