import { Injectable } from '@nestjs/common';
import type { Collection, Metric } from '../collections/collection.js';
import { vectorArray } from '../postgres/binary.js';
import { Database } from '../postgres/database.js';
import { sql, type Sql } from '../postgres/sql.js';
import type { Match, SearchRequest, Selection } from './record.js';
import { liveCollection, partColumns, recordTable, selected, toRecord, vectorTable, type RecordRow } from './record-tables.js';

type MatchRow = RecordRow & Readonly<{ query: string; distance: string }>;

/**
 * The distance of the vector row `v` to the query `q`, as float32: what is shown is what is compared, so that equals are equals. Functions, not operators: the squared distance has none. A zero vector
 * has no angle to anything; its cosine distance counts as 1.
 */
const DISTANCES: Readonly<Record<Metric, Sql>> = {
  l2: sql`vector_l2_squared_distance(v.embedding, q.embedding)::real`,
  ip: sql`(1 - inner_product(v.embedding, q.embedding))::real`,
  cosine: sql`COALESCE(NULLIF(cosine_distance(v.embedding, q.embedding), 'NaN'), 1)::real`,
};

@Injectable()
export class RecordSearchStore {
  constructor(private readonly database: Database) {}

  /**
   * For each query its nearest selected records, nearest first, equals in the order of first insert: exact. Queries must have
   * the collection's dimension. One statement for all queries; the selection is evaluated once. When no query finds
   * anything, ask `RecordStore.isLive` whether the collection is stale.
   */
  async search(collection: Collection, namespace: string, request: SearchRequest): Promise<readonly (readonly Match[])[]> {
    // hits first, their records after: left to the planner, a table without statistics has led to a scan per record
    const rows = await this.database.query<MatchRow>(sql`
      WITH candidates AS MATERIALIZED (${candidates(collection, namespace, request)}),
      hits AS MATERIALIZED (
        SELECT q.query, h.rid, h.distance
        FROM unnest(${vectorArray(request.queries, this.database.vectorOid)}::vector[])
          WITH ORDINALITY AS q (embedding, query)
        CROSS JOIN LATERAL (
          SELECT v.rid, ${DISTANCES[collection.metric]} AS distance
          FROM ${candidateVectors(collection, namespace, request, this.database.traits.keyListsByIndex)}
          ORDER BY distance, v.rid LIMIT ${request.limit}) AS h
        WHERE EXISTS (${liveCollection(collection)}))
      SELECT h.query, h.distance, record.*
      FROM hits h CROSS JOIN LATERAL (
        SELECT ${partColumns(collection, request.parts)} FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = h.rid OFFSET 0) AS record
      ORDER BY h.query, h.distance, h.rid`);
    const matches: Match[][] = request.queries.map(() => []);
    for (const row of rows) matches[Number(row.query) - 1]?.push({ ...toRecord(row), distance: row.distance });
    return matches;
  }
}

/** The rids of the selected records, found once for all queries; none are needed when every record is selected. */
export function candidates(collection: Collection, namespace: string, request: Selection): Sql {
  return isRestricted(request) ? sql`SELECT r.rid FROM ${selected(collection, namespace, request)}` : sql`SELECT`;
}

/** The vector rows `v` to compare: the whole namespace, or the candidates', each looked up by its key. */
export function candidateVectors(collection: Collection, namespace: string, request: Selection, keyListsByIndex: boolean): Sql {
  const table = sql`${vectorTable(collection)} v`;
  const scope = sql`v.collection_id = ${collection.id} AND v.namespace = ${namespace}`;
  if (!isRestricted(request)) return sql`${table} WHERE ${scope}`;
  // half the cost of the join, where the planner can be trusted with it
  if (keyListsByIndex) return sql`${table} WHERE ${scope} AND v.rid = ANY (ARRAY(SELECT c.rid FROM candidates c))`;
  return sql`candidates c CROSS JOIN LATERAL (
    SELECT v.rid, v.embedding FROM ${table} WHERE ${scope} AND v.rid = c.rid OFFSET 0) AS v`;
}

function isRestricted(request: Selection): boolean {
  return request.ids !== undefined || request.filter !== undefined;
}
