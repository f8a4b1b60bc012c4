import { Injectable } from '@nestjs/common';
import type { Collection, Metric } from '../../collections/collection.js';
import { postingTable, recordTable, sparseTable } from '../../collections/place-tables.store.js';
import { vector } from '../../postgres/binary.js';
import { Database } from '../../postgres/database.js';
import { keepingPlan, type Sql, sql } from '../../postgres/sql.js';
import type { Position, RankedRecord, RankRequest, SparseVector } from '../record.js';
import { isOf, partColumns, positionOf, type RecordRow, theOne, toRecord } from '../record-tables.js';
import { nearestFloat32, rounded, SCORES } from './record-distance.store.js';
import { candidateCount, isPlanKept, nearest, preparations } from './record-nearest.store.js';
import { COMPLETE, type Outcome, type SearchPlan } from './search-plan.js';

/** How the limit treats equals: cut anywhere, or not among them. */
type Ties = 'cut' | 'kept';
type RankRow = RecordRow & Readonly<{ lsn: string; candidates: string | null; rid: string | null; score: string }>;

const ORDERS: Readonly<Record<Metric, Sql>> = { l2: sql`ASC`, ip: sql`DESC`, cosine: sql`DESC` };

/** Written out: a spread with a member behind it costs a tenth of a search's time in the gateway. */
function toRanked(row: RankRow): RankedRecord {
  const { id, document, uri, metadata, embedding, sparse } = toRecord(row);
  return { id, document, uri, metadata, embedding, sparse, score: row.score };
}

/** What a ranking has found. */
export interface RankResult extends Position, Outcome {
  readonly records: readonly RankedRecord[];
}

/** Ranks records by their score. */
@Injectable()
export class RecordRankStore {
  constructor(private readonly database: Database) {}

  /**
   * The best records, best first, equals by id, those beyond float32 by their true score; what the collection's rows cannot be scored by is left out. One statement,
   * and a second one when the limit falls among equals, of which the first ids are meant.
   */
  async rank(collection: Collection, namespace: string, request: RankRequest, plan: SearchPlan): Promise<RankResult | 'stale'> {
    // one more than the limit shows whether it falls among equal scores
    const rows = await this.statement(collection, namespace, request, plan, 'cut');
    const [first] = rows;
    if (first === undefined) return 'stale';
    const { limit } = request;
    const tied = rows.length > limit && rows[limit - 1]?.score === rows[limit]?.score;
    // a graph does not return all records of that score
    const ranked = tied ? await this.statement(collection, namespace, request, COMPLETE, 'kept') : rows;
    const found = ranked.filter((row) => row.rid !== null).slice(0, limit);
    return {
      lsn: first.lsn,
      records: found.map(toRanked),
      found: found.length,
      isTied: false,
      candidates: first.candidates === null ? null : Number(first.candidates),
    };
  }

  private async statement(
    collection: Collection,
    namespace: string,
    request: RankRequest,
    plan: SearchPlan,
    ties: Ties,
  ): Promise<readonly RankRow[]> {
    const { embedding, sparse, limit } = request;
    // sparse scores are inner products, whatever the metric
    const order = embedding === null ? ORDERS.ip : ORDERS[collection.metric];
    const rows =
      embedding === null
        ? sparseScores(collection, namespace, request)
        : this.denseScores(collection, namespace, request, plan, embedding, sparse);
    const cut = ties === 'cut' ? sql`, s.rid LIMIT ${limit + 1}` : sql` FETCH FIRST ${limit} ROWS WITH TIES`;
    const statement = sql`
      WITH position AS MATERIALIZED (${positionOf(collection, namespace)}),
      ${preparations(collection, namespace, request, plan)},
      scores AS (${rows}),
      hits AS MATERIALIZED (
        SELECT s.rid, s.score FROM scores s WHERE EXISTS (SELECT 1 FROM position) ORDER BY s.score ${order} ${cut})
      SELECT position.lsn, ${candidateCount(plan)} AS candidates, h.rid, ${nearestFloat32(sql`h.score`)} AS score, record.*
      FROM position LEFT JOIN (hits h CROSS JOIN LATERAL (
        SELECT ${partColumns(collection, request.parts)}, r.id AS key FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND ${isOf(sql`r.rid`, sql`h.rid`)}
        ${theOne(sql`r.rid`)}) AS record) ON TRUE
      ORDER BY h.score ${order}, record.key`;
    return this.database.query<RankRow>(keepingPlan(statement, isPlanKept(request, plan)));
  }

  private denseScores(
    collection: Collection,
    namespace: string,
    request: RankRequest,
    plan: SearchPlan,
    embedding: Float32Array,
    sparse: SparseVector | null,
  ): Sql {
    const { keyListsByIndex } = this.database.traits;
    const vectors = nearest(collection, namespace, request, plan, { wanted: request.limit + 1, keyListsByIndex });
    const query = sql`(SELECT ${vector(embedding)}::vector AS embedding) AS q`;
    const score = SCORES[collection.metric];
    if (sparse === null) return sql`SELECT v.rid, ${score} AS score FROM ${query}, ${vectors}`;
    return sql`
      SELECT s.rid, ${rounded(sql`s.score`)} AS score FROM (
        SELECT d.rid, d.score + COALESCE(p.score, 0) AS score
        FROM (SELECT v.rid, ${score} AS score FROM ${query}, ${vectors}) AS d
        LEFT JOIN (${overlaps(collection, namespace, sparse)}) AS p USING (rid)) AS s`;
  }
}

/** Records that share an index with the query. Their rows are asked for: a posting may be older than its record's end. */
function sparseScores(collection: Collection, namespace: string, request: RankRequest): Sql {
  if (request.sparse === null) return sql`SELECT NULL::bigint AS rid, NULL::float8 AS score WHERE FALSE`;
  const restricted = request.ids !== undefined || request.filter !== undefined;
  return sql`
    SELECT p.rid, ${rounded(sql`p.score`)} AS score FROM (${overlaps(collection, namespace, request.sparse)}) AS p
    WHERE p.score <> 0 AND ${
      restricted
        ? sql`p.rid IN (SELECT c.rid FROM candidates c)`
        : sql`EXISTS (SELECT 1 FROM ${recordTable(collection)} r
            WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = p.rid)`
    }`;
}

/** The inner products of the query with every stored sparse vector that shares an index with it. */
function overlaps(collection: Collection, namespace: string, query: SparseVector): Sql {
  return sql`
    SELECT s.rid, o.score FROM (
      SELECT p.sid, sum(p.weight::float8 * q.weight::float8) AS score
      FROM unnest(${`{${query.indices.join(',')}}`}::bigint[], ${`{${query.values.join(',')}}`}::real[]) AS q (term, weight)
      JOIN ${postingTable(collection)} p ON p.collection_id = ${collection.id} AND p.namespace = ${namespace} AND p.term = q.term
      GROUP BY p.sid) AS o
    JOIN ${sparseTable(collection)} s ON s.collection_id = ${collection.id} AND s.namespace = ${namespace} AND s.sid = o.sid`;
}
