import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { vectorArray } from '../../postgres/binary.js';
import { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import type { Match, SearchRequest } from '../record.js';
import { liveCollection, partColumns, type RecordRow, recordTable, toRecord } from '../record-tables.js';
import { DISTANCES, float32 } from './record-distance.store.js';
import { candidateCount, nearest, preparations } from './record-nearest.store.js';
import type { Outcome, SearchPlan } from './search-plan.js';

type MatchRow = RecordRow & Readonly<{ candidates: string | null; query: string | null; distance: string }>;

/** Written out: a spread with a member behind it costs a tenth of a search's time in the gateway. */
function toMatch(row: MatchRow): Match {
  const { id, document, uri, metadata, embedding, sparse } = toRecord(row);
  return { id, document, uri, metadata, embedding, sparse, distance: row.distance };
}

/** What a search has found: for each query its matches. */
export interface SearchResult extends Outcome {
  readonly matches: readonly (readonly Match[])[];
}

@Injectable()
export class RecordSearchStore {
  constructor(private readonly database: Database) {}

  /**
   * For each query its nearest selected records, nearest first, equals in the order of first insert, by the plan. Queries must have
   * the collection's dimension. One statement for all queries; the selection is evaluated once.
   */
  async search(
    collection: Collection,
    namespace: string,
    request: SearchRequest,
    plan: SearchPlan,
  ): Promise<SearchResult | 'stale'> {
    // hits first, their records after: left to the planner, a table without statistics has led to a scan per record
    const { keyListsByIndex } = this.database.traits;
    // one more than the limit shows whether it falls among equal distances
    const wanted = plan.kind === 'index' ? request.limit + 1 : request.limit;
    const rows = await this.database.query<MatchRow>(sql`
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
        WHERE EXISTS (SELECT FROM live))
      SELECT ${candidateCount(plan)} AS candidates, h.query, ${float32(sql`h.distance`)} AS distance, record.*
      FROM live LEFT JOIN (hits h CROSS JOIN LATERAL (
        SELECT ${partColumns(collection, request.parts)} FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = h.rid OFFSET 0) AS record) ON TRUE
      ORDER BY h.query, h.distance, h.rid`);
    const [first] = rows;
    if (first === undefined) return 'stale';
    const matches: Match[][] = request.queries.map(() => []);
    for (const row of rows) {
      if (row.query !== null) matches[Number(row.query) - 1]?.push(toMatch(row));
    }
    const candidates = first.candidates === null ? null : Number(first.candidates);
    const isTied = matches.some((list) => list.length > request.limit && list.at(-1)?.distance === list.at(-2)?.distance);
    const found = Math.min(...matches.map(({ length }) => length), request.limit);
    return { matches: matches.map((list) => list.slice(0, request.limit)), candidates, found, isTied };
  }
}
