import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { recordTable } from '../../collections/place-tables.store.js';
import { tooLargeAnswer } from '../../postgres/answer-budget.js';
import { vectorArray } from '../../postgres/binary.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { keepingPlan, type Sql, sql } from '../../postgres/sql.js';
import { inOneGo, inSteps, isLong, isStep, type Sliced } from '../../slices.js';
import type { Match, SearchRequest } from '../record.js';
import { isOf, liveCollection, partBytes, partColumns, type RecordRow, theOne, toRecord } from '../record-tables.js';
import { DISTANCES, float32 } from './record-distance.store.js';
import { candidateCount, isPlanKept, nearest, preparations } from './record-nearest.store.js';
import type { Outcome, SearchPlan } from './search-plan.js';

type MatchRow = RecordRow &
  Readonly<{ rid: string; candidates: string | null; query: string | null; distance: string; answer_bytes: string | null }>;

/** More matches than that are weighed before their records are read: several queries may have found the same large ones. */
const LIGHT_MATCHES = 100;

/** Written out: a spread with a member behind it costs a tenth of a search's time in the gateway. */
function toMatch(row: MatchRow): Match {
  const { id, document, uri, metadata, embedding, sparse } = toRecord(row);
  return { id, document, uri, metadata, embedding, sparse, distance: row.distance, number: row.rid };
}

/** What a search has found: for each query its matches. */
export interface SearchResult extends Outcome {
  readonly matches: readonly (readonly Match[])[];
}

/** About as many bytes as the records of all hits have, each as often as it was found. */
function weightOf(collection: Collection, namespace: string, request: SearchRequest): Sql {
  return sql`
    SELECT sum(found.times * record.bytes) AS bytes
    FROM (SELECT h.rid, count(*) AS times FROM hits h GROUP BY h.rid) AS found
    CROSS JOIN LATERAL (
      SELECT ${partBytes(collection, request.parts)} AS bytes FROM ${recordTable(collection)} r
      WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = found.rid OFFSET 0) AS record`;
}

@Injectable()
export class RecordSearchStore {
  constructor(private readonly database: Database) {}

  /**
   * For each query its nearest selected records, nearest first, equals in the order of first insert, by the plan. Queries must have
   * the collection's dimension. One statement for all queries; the selection is evaluated once. Many results of several queries are
   * read only when they fit into the answer.
   * @throws GatewayError `invalid limit` when they do not
   */
  async search(
    collection: Collection,
    namespace: string,
    request: SearchRequest,
    plan: SearchPlan,
    queryable: Queryable = this.database,
  ): Promise<SearchResult | 'stale'> {
    const count = request.queries.length * request.limit;
    const mostBytes = request.queries.length > 1 && count > LIGHT_MATCHES ? this.database.answerBytes : undefined;
    const statement = this.statement(collection, namespace, request, plan, mostBytes);
    const rows = await queryable.query<MatchRow>(keepingPlan(statement, mostBytes === undefined && isPlanKept(request, plan)));
    const [first] = rows;
    if (first === undefined) return 'stale';
    const bytes = Number(first.answer_bytes);
    if (mostBytes !== undefined && bytes > mostBytes) throw tooLargeAnswer(mostBytes, bytes);
    const making = toResult(request, rows, first.candidates === null ? null : Number(first.candidates));
    return isLong(request.queries.length) ? inSteps(making) : inOneGo(making);
  }

  private statement(
    collection: Collection,
    namespace: string,
    request: SearchRequest,
    plan: SearchPlan,
    mostBytes: number | undefined,
  ): Sql {
    // hits first, their records after: left to the planner, a table without statistics has led to a scan per record
    const { keyListsByIndex } = this.database.traits;
    // one more than the limit shows whether it falls among equal distances
    const wanted = plan.kind === 'index' ? request.limit + 1 : request.limit;
    const isWeighed = mostBytes !== undefined;
    return sql`
      WITH live AS MATERIALIZED (${liveCollection(collection)}),
      ${preparations(collection, namespace, request, plan)},
      hits AS MATERIALIZED (
        SELECT q.query, h.rid, h.distance
        FROM unnest(${vectorArray(request.queries, this.database.vectorOid)}::vector[])
          WITH ORDINALITY AS q (embedding, query)
        CROSS JOIN LATERAL (
          SELECT v.rid, ${DISTANCES[collection.metric]} AS distance
          FROM ${nearest(collection, namespace, request, plan, { wanted, keyListsByIndex })}
          ORDER BY distance, v.rid LIMIT ${wanted}) AS h
        WHERE EXISTS (SELECT 1 FROM live))
      ${isWeighed ? sql`, weight AS MATERIALIZED (${weightOf(collection, namespace, request)})` : sql``}
      SELECT ${candidateCount(plan)} AS candidates, ${isWeighed ? sql`(SELECT bytes FROM weight)` : sql`NULL`} AS answer_bytes,
        h.query, h.rid, ${float32(sql`h.distance`)} AS distance, record.*
      FROM live LEFT JOIN (hits h CROSS JOIN LATERAL (
        SELECT ${partColumns(collection, request.parts)} FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND ${isOf(sql`r.rid`, sql`h.rid`)}
          ${isWeighed ? sql`AND (SELECT bytes FROM weight) <= ${mostBytes}` : sql``} ${theOne(sql`r.rid`)}) AS record) ON TRUE
      ORDER BY h.query, h.distance, h.rid`;
  }
}

function* toResult(request: SearchRequest, rows: readonly MatchRow[], candidates: number | null): Sliced<SearchResult> {
  const matches: Match[][] = [];
  for (let query = 0; query < request.queries.length; query += 1) matches.push([]);
  for (const [index, row] of rows.entries()) {
    if (row.query !== null) matches[Number(row.query) - 1]?.push(toMatch(row));
    if (isStep(index)) yield;
  }
  let found = request.limit;
  let isTied = false;
  for (const [index, list] of matches.entries()) {
    found = Math.min(found, list.length);
    if (list.length > request.limit) {
      isTied ||= list.at(-1)?.distance === list.at(-2)?.distance;
      list.length = request.limit;
    }
    if (isStep(index)) yield;
  }
  return { matches, candidates, found, isTied };
}
