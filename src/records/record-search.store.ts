import { Injectable } from '@nestjs/common';
import type { Collection, Metric } from '../collections/collection.js';
import { vectorArray } from '../postgres/binary.js';
import { Database } from '../postgres/database.js';
import { sql, type Sql } from '../postgres/sql.js';
import type { Match, SearchRequest } from './record.js';
import {
  liveCollection,
  partColumns,
  recordTable,
  selected,
  toRecord,
  vectorJoin,
  vectorTable,
  type RecordRow,
} from './record-tables.js';

type MatchRow = RecordRow & Readonly<{ query: string; distance: string }>;

/**
 * The distance of the vector row `v` to the query `q`. Functions, not operators: the squared distance has none. A zero vector
 * has no angle to anything; its cosine distance counts as 1.
 */
const DISTANCES: Readonly<Record<Metric, Sql>> = {
  l2: sql`vector_l2_squared_distance(v.embedding, q.embedding)`,
  ip: sql`1 - inner_product(v.embedding, q.embedding)`,
  cosine: sql`COALESCE(NULLIF(cosine_distance(v.embedding, q.embedding), 'NaN'), 1)`,
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
    const rows = await this.database.query<MatchRow>(sql`
      SELECT q.query, h.distance::real AS distance, ${partColumns(request.parts)}
      FROM unnest(${vectorArray(request.queries, this.database.vectorOid)}::vector[])
        WITH ORDINALITY AS q (embedding, query)
      CROSS JOIN LATERAL (
        SELECT v.rid, ${DISTANCES[collection.metric]} AS distance FROM ${vectorTable(collection)} v
        WHERE v.collection_id = ${collection.id} AND v.namespace = ${namespace} ${restriction(collection, namespace, request)}
        ORDER BY distance, v.rid LIMIT ${request.limit}) AS h
      JOIN ${recordTable(collection)} r
        ON r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = h.rid
      ${vectorJoin(collection, request.parts)}
      WHERE EXISTS (${liveCollection(collection)})
      ORDER BY q.query, h.distance, h.rid`);
    const matches: Match[][] = request.queries.map(() => []);
    for (const row of rows) matches[Number(row.query) - 1]?.push({ ...toRecord(row), distance: row.distance });
    return matches;
  }
}

/** Nothing when every record is selected; else the rids of those that are, found once, before the first distance. */
function restriction(collection: Collection, namespace: string, request: SearchRequest): Sql {
  if (request.ids === undefined && request.filter === undefined) return sql``;
  return sql`AND v.rid = ANY (ARRAY(
    SELECT r.rid FROM ${recordTable(collection)} r WHERE ${selected(collection, namespace, request)}))`;
}
