import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { inPlace, recordTable } from '../../collections/place-tables.store.js';
import type { Queryable } from '../../postgres/database.js';
import { type Sql, sql } from '../../postgres/sql.js';
import { SPARSE_KEY_NAMESPACE } from '../changed-records.store.js';
import type { Match, SparseSearchRequest } from '../record.js';
import { recordCount, selected } from '../record-tables.js';
import { float32, rounded } from './record-distance.store.js';
import { type SparseKeyQuery, termsOf, vectorsOf, vectorsSharing } from './sparse-vectors.store.js';

/** A record that a search by sparse vectors found. */
export type SparseKeyMatch = Pick<Match, 'id' | 'number' | 'distance'>;

/** How many records a namespace has, and how many of them have an index in their sparse vectors. */
export interface Frequencies {
  readonly records: number;
  readonly holders: ReadonlyMap<number, number>;
}

/** How far the postings of a key go. */
export interface SparseCoverage {
  /** Records with higher numbers have none. */
  readonly through: string;
  /** Records that are not in the postings as they are now, some of them perhaps counted twice; counted up to a limit. */
  readonly pending: number;
}

/** With more records than this that must be read one by one, the index of metadata is the faster way. */
const MOST_PENDING = 2_000;

/**
 * Searches by sparse vectors in the metadata, exactly: by the postings where they have been built, with the records that have changed since
 * read one by one; else by the index of metadata. An object that is no sparse vector, which another protocol may write, is none. A read
 * must be of the snapshot that its coverage was read in.
 */
@Injectable()
export class SparseKeyStore {
  /** What the postings of a key are good for; undefined: nothing. */
  async coverage(
    queryable: Queryable,
    collection: Collection,
    namespace: string,
    key: string,
  ): Promise<SparseCoverage | undefined> {
    if (!collection.sparseKeysIndexed || namespace !== SPARSE_KEY_NAMESPACE) return undefined;
    const [row] = await queryable.query<{ through: string; pending: string }>(coverageOf(collection, key, MOST_PENDING + 1));
    const pending = Number(row?.pending);
    return row === undefined || pending > MOST_PENDING ? undefined : { through: row.through, pending };
  }

  /** The nearest records, nearest first, equals in the order of first insert: 1 less the inner product, rounded to float32. */
  async nearest(
    queryable: Queryable,
    collection: Collection,
    namespace: string,
    request: SparseSearchRequest,
    coverage?: SparseCoverage,
  ): Promise<readonly SparseKeyMatch[]> {
    const products =
      coverage === undefined
        ? sumsOf(vectorsSharing(collection, namespace, request, request))
        : postedProducts(collection, namespace, request, coverage);
    return queryable.query<SparseKeyMatch & Record<string, string>>(sql`
      WITH query AS MATERIALIZED (${termsOf(request.query)}),
      ${coverage === undefined ? sql`` : pendingRecords(collection, coverage)}
      products AS (${products}),
      distances AS (
        SELECT p.rid, ${rounded(sql`(1 - p.product)`)} AS distance FROM (
          SELECT p.rid, ${rounded(sql`p.product`)} AS product FROM products p OFFSET 0) AS p),
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
    coverage?: SparseCoverage,
  ): Promise<Frequencies> {
    const found =
      coverage === undefined
        ? holdersAmong(vectorsSharing(collection, namespace, request, {}))
        : postedHolders(collection, namespace, request, coverage);
    const rows = await queryable.query<{ records: string; term: string | null; holders: string | null }>(sql`
      WITH query AS MATERIALIZED (${termsOf(request.query)}),
      ${coverage === undefined ? sql`` : pendingRecords(collection, coverage)}
      found AS (${found})
      SELECT size.records, f.term::text AS term, f.holders
      FROM (SELECT ${recordCount(collection, namespace)} AS records) AS size LEFT JOIN found f ON TRUE`);
    const holders = rows.flatMap((row) => (row.term === null ? [] : [[Number(row.term), Number(row.holders)] as const]));
    return { records: Number(rows[0]?.records ?? 0), holders: new Map(holders) };
  }
}

/** `through` and `pending`, the latter of two counts up to `limit` each; no row where the key has no postings. */
export function coverageOf(collection: Collection, key: string, limit: number): Sql {
  return sql`
    SELECT s.through, (
        SELECT count(*) FROM (SELECT FROM ${inPlace(collection, 'sparse_changes')} c WHERE c.collection_id = ${collection.id} LIMIT ${limit}) AS c)
      + (SELECT count(*) FROM (${recordsAfter(collection, sql`s.through`)} LIMIT ${limit}) AS r) AS pending
    FROM (
      SELECT COALESCE((
        SELECT s.high FROM ${inPlace(collection, 'sparse_segments')} s WHERE s.collection_id = i.collection_id ORDER BY s.low DESC LIMIT 1), 0) AS through
      FROM ${inPlace(collection, 'sparse_key_indexes')} i WHERE i.collection_id = ${collection.id} AND ${key}::text = ANY (i.keys)) AS s`;
}

/** The numbers of the records above one. */
export function recordsAfter(collection: Collection, through: Sql): Sql {
  return sql`SELECT r.rid FROM ${recordTable(collection)} r
    WHERE r.collection_id = ${collection.id} AND r.namespace = ${SPARSE_KEY_NAMESPACE} AND r.rid > ${through}`;
}

/** The records that the postings do not have as they are now; each once. */
function pendingRecords(collection: Collection, { through }: SparseCoverage): Sql {
  return sql`pending AS MATERIALIZED (
    SELECT c.rid FROM ${inPlace(collection, 'sparse_changes')} c WHERE c.collection_id = ${collection.id}
    UNION ${recordsAfter(collection, sql`${through}::bigint`)}),`;
}

/** `rid` and `product` of vectors that share an index with `query`. */
function sumsOf(vectors: Sql): Sql {
  return sql`
    SELECT v.rid, sum(q.weight * e.weight) AS product
    FROM (${vectors}) AS v CROSS JOIN LATERAL unnest(v.indices, v.weights) AS e (term, weight)
    JOIN query q ON q.term = e.term
    GROUP BY v.rid`;
}

function holdersAmong(vectors: Sql): Sql {
  return sql`
    SELECT q.term, count(*) AS holders
    FROM (${vectors}) AS v CROSS JOIN LATERAL unnest(v.indices) AS e (term)
    JOIN query q ON q.term = e.term
    GROUP BY q.term`;
}

/** The postings `p` of the terms `q` of a query, looked up one by one: a planner without statistics would rather read all of them. */
function postings(collection: Collection, key: string): Sql {
  return sql`query q CROSS JOIN LATERAL (
    SELECT p.rids, p.weights FROM ${inPlace(collection, 'sparse_key_postings')} p
    WHERE p.collection_id = ${collection.id} AND p.key = ${key} AND p.term = q.term OFFSET 0) AS p`;
}

function postedProducts(collection: Collection, namespace: string, request: SparseSearchRequest, coverage: SparseCoverage): Sql {
  const { key, ids, filter } = request;
  const isCurrent = coverage.pending === 0 ? sql`TRUE` : sql`NOT EXISTS (SELECT FROM pending n WHERE n.rid = i.rid)`;
  const isSelected = sql`u.rid IN (SELECT r.rid FROM ${selected(collection, namespace, { ids, filter })})`;
  const changed =
    coverage.pending === 0
      ? sql``
      : sql`UNION ALL ${sumsOf(vectorsOf(collection, namespace, key, sql`(SELECT rid FROM pending)`))}`;
  return sql`
    SELECT u.rid, u.product FROM (
      SELECT i.rid, i.product FROM (
        SELECT e.rid, sum(e.product) AS product FROM (
          SELECT unnest(p.rids) AS rid, unnest(p.weights) * q.weight AS product FROM ${postings(collection, key)}) AS e
        GROUP BY e.rid) AS i
      WHERE ${isCurrent} ${changed}) AS u
    WHERE ${ids === undefined && filter === undefined ? sql`TRUE` : isSelected}`;
}

function postedHolders(collection: Collection, namespace: string, { key }: SparseKeyQuery, coverage: SparseCoverage): Sql {
  const posted = sql`SELECT q.term, sum(cardinality(p.rids)) AS holders FROM ${postings(collection, key)} GROUP BY q.term`;
  if (coverage.pending === 0) return posted;
  return sql`
    SELECT h.term, sum(h.holders) AS holders FROM (
      ${posted}
      UNION ALL
      SELECT e.term, -count(*) AS holders FROM (SELECT q.term, unnest(p.rids) AS rid FROM ${postings(collection, key)}) AS e
      WHERE e.rid IN (SELECT n.rid FROM pending n) GROUP BY e.term
      UNION ALL
      ${holdersAmong(vectorsOf(collection, namespace, key, sql`(SELECT rid FROM pending)`))}) AS h
    GROUP BY h.term`;
}
