import { Injectable } from '@nestjs/common';
import type { Collection, IndexContent, RecallMeasurement } from '../../collections/collection.js';
import { vectorTable } from '../../collections/place-tables.store.js';
import { vectorArray } from '../../postgres/binary.js';
import { Database } from '../../postgres/database.js';
import { type Sql, sql } from '../../postgres/sql.js';
import { isOutOfRange } from '../../postgres/sqlstate.js';
import { embeddingOf } from '../embedding-of.js';
import { UNINDEXED } from '../record-tables.js';
import { DISTANCES } from './record-distance.store.js';
import { formDistance, nearest, preparations } from './record-nearest.store.js';
import { COMPLETE, type IndexPlan, type SearchPlan } from './search-plan.js';

/** A search that recall is measured by. */
export interface RecallQuery {
  readonly embedding: Float32Array;
  /** The stored vector that it is, which does not count as found; null when it is none. */
  readonly rid: string | null;
  /** Whether a client has sent it. */
  readonly isRecent: boolean;
}

/** A vector that a search has found. */
export interface Neighbour {
  readonly rid: string;
  readonly distance: number;
}

/** Vectors by their numbers: those above `low`, up to `high`, or all of them. */
export interface NumberRange {
  readonly low: bigint;
  readonly high: bigint | null;
}

/** A vector with its distance as an index of a form sees it. */
export interface FormNeighbour extends Neighbour {
  readonly formDistance: number;
}

type FormNeighbourRow = Readonly<{ rid: string; distance: string; form_distance: string }>;
type NeighbourRow = Readonly<{ query: string; rid: string; distance: string }>;

/** What recall is measured by, and what was measured. */
@Injectable()
export class RecallStore {
  constructor(private readonly database: Database) {}

  /** Some of the vectors in a namespace that an index can hold: the same ones each time, after the first `skipped`, and no neighbours. */
  async sample(collection: Collection, namespace: string, count: number, skipped = 0): Promise<readonly RecallQuery[]> {
    const rows = await this.database.query<{ rid: string; embedding: string }>(sql`
      SELECT v.rid, encode(vector_send(v.embedding), 'hex') AS embedding FROM (
        SELECT rid FROM ${vectorTable(collection)} WHERE namespace = ${namespace} AND seq < ${UNINDEXED}::bigint
        ORDER BY hashint8(rid), rid LIMIT ${count} OFFSET ${skipped}) AS s
      JOIN ${vectorTable(collection)} v ON v.collection_id = ${collection.id} AND v.namespace = ${namespace} AND v.rid = s.rid
      ORDER BY hashint8(v.rid), v.rid`);
    return rows.map(({ rid, embedding }) => ({ rid, embedding: embeddingOf(embedding), isRecent: false }));
  }

  /** Stored vectors by their rids; those that are gone are left out. */
  async embeddings(
    collection: Collection,
    namespace: string,
    rids: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const known = rids.filter((rid) => rid !== '');
    const rows = await this.database.query<{ rid: string; embedding: string }>(sql`
      SELECT v.rid, encode(vector_send(v.embedding), 'hex') AS embedding FROM ${vectorTable(collection)} v
      WHERE v.collection_id = ${collection.id} AND v.namespace = ${namespace} AND v.rid = ANY (${known}::text[]::bigint[])`);
    return new Map(rows.map(({ rid, embedding }) => [rid, embeddingOf(embedding)]));
  }

  /** The end of a range that begins after `low` and has `rows` vectors, null when no more than that are left. */
  async endOfRange(collection: Collection, namespace: string, low: bigint, rows: number): Promise<bigint | null> {
    const [row] = await this.database.query<{ high: string }>(sql`
      SELECT v.seq AS high FROM ${vectorTable(collection)} v
      WHERE v.namespace = ${namespace} AND v.seq > ${low} AND v.seq < ${UNINDEXED}::bigint
      ORDER BY v.seq OFFSET ${rows - 1} LIMIT 1`);
    return row === undefined ? null : BigInt(row.high);
  }

  /** The nearest vectors of the range for each query, all of them compared, nearest first. */
  async exactly(
    collection: Collection,
    namespace: string,
    queries: readonly RecallQuery[],
    wanted: number,
    range: NumberRange,
  ): Promise<readonly (readonly Neighbour[])[]> {
    const rows = sql`${vectorTable(collection)} v
      WHERE v.collection_id = ${collection.id} AND v.namespace = ${namespace} ${within(range)}`;
    return this.neighbours(collection, namespace, queries, wanted, COMPLETE, rows);
  }

  /**
   * The `wanted` vectors of the range that are nearest to the query when all are compared as an index of this form holds them, in that
   * order, which `formDistance` says. Undefined: the form cannot hold one of them.
   */
  async byForm(
    collection: Collection,
    namespace: string,
    query: RecallQuery,
    wanted: number,
    content: IndexContent,
    range: NumberRange,
  ): Promise<readonly FormNeighbour[] | undefined> {
    const embeddings = vectorArray([query.embedding], this.database.vectorOid);
    // an index on the same expression would be used, were it not for the sum
    const rows = this.database.query<FormNeighbourRow>(sql`
      SELECT v.rid, ${DISTANCES[collection.metric]} AS distance, v.form_distance
      FROM unnest(${embeddings}::vector[]) AS q (embedding)
      CROSS JOIN LATERAL (
        SELECT v.rid, v.embedding, (${formDistance(collection, content)})::float8 + 0 AS form_distance
        FROM ${vectorTable(collection)} v
        WHERE v.collection_id = ${collection.id} AND v.namespace = ${namespace} ${within(range)} ORDER BY 3, 1 LIMIT ${wanted}) AS v
      ORDER BY v.form_distance, v.rid`);
    try {
      return (await rows).map(({ rid, distance, form_distance }) => ({
        ...{ rid, distance: Number(distance), formDistance: Number(form_distance) },
      }));
    } catch (error) {
      if (isOutOfRange(error)) return undefined;
      throw error;
    }
  }

  /** As searches of the namespace find them by the plan, nearest first. */
  async byIndex(
    collection: Collection,
    namespace: string,
    queries: readonly RecallQuery[],
    wanted: number,
    plan: IndexPlan,
  ): Promise<readonly (readonly Neighbour[])[]> {
    const rows = nearest(collection, namespace, {}, plan, { wanted, keyListsByIndex: this.database.traits.keyListsByIndex });
    return this.neighbours(collection, namespace, queries, wanted, plan, rows);
  }

  /** Keeps a measurement in the place of an earlier one. False, when the collection or one of the indexes is gone. */
  async save(collection: Collection, measured: Omit<RecallMeasurement, 'measuredAt'>): Promise<boolean> {
    const { namespace, target, indexes, rows, queries, recentQueries, points, contents, forms } = measured;
    const saved = await this.database.query(sql`
      WITH saved AS (
        INSERT INTO polyvec.recall_measurements AS m (
          collection_id, namespace, target, indexes, rows, queries, recent_queries, points, contents, forms)
        SELECT c.id, ${namespace}, ${target}::float8, ${indexes}::text[], ${rows}::bigint, ${queries}::integer,
          ${recentQueries}::integer, ${JSON.stringify(points)}::json, ${contents}::text[], ${JSON.stringify(forms)}::json
        FROM polyvec.collections c WHERE c.id = ${collection.id} AND ${indexes.length}::integer = (
          SELECT count(*) FROM polyvec.vector_indexes i
          WHERE i.collection_id = c.id AND i.id = ANY (${indexes}::text[]::bigint[]) AND i.state = 'ready')
        ON CONFLICT (collection_id, namespace) DO UPDATE SET
          target = excluded.target, indexes = excluded.indexes, rows = excluded.rows, queries = excluded.queries,
          recent_queries = excluded.recent_queries, points = excluded.points, contents = excluded.contents,
          forms = excluded.forms, measured_at = now()
        RETURNING m.collection_id)
      UPDATE polyvec.collections SET epoch = epoch + 1 WHERE id = (SELECT collection_id FROM saved) RETURNING id`);
    return saved.length > 0;
  }

  private async neighbours(
    collection: Collection,
    namespace: string,
    queries: readonly RecallQuery[],
    wanted: number,
    plan: SearchPlan,
    vectors: Sql,
  ): Promise<readonly (readonly Neighbour[])[]> {
    const embeddings = vectorArray(
      queries.map(({ embedding }) => embedding),
      this.database.vectorOid,
    );
    const rows = await this.database.query<NeighbourRow>(sql`
      WITH ${preparations(collection, namespace, {}, plan)}
      SELECT q.query, h.rid, h.distance
      FROM unnest(${embeddings}::vector[]) WITH ORDINALITY AS q (embedding, query)
      CROSS JOIN LATERAL (
        SELECT v.rid, ${DISTANCES[collection.metric]} AS distance FROM ${vectors} ORDER BY distance, v.rid LIMIT ${wanted}) AS h
      ORDER BY q.query, h.distance, h.rid`);
    const found: Neighbour[][] = queries.map(() => []);
    for (const { query, rid, distance } of rows) found[Number(query) - 1]?.push({ rid, distance: Number(distance) });
    return found;
  }
}

function within({ low, high }: NumberRange): Sql {
  const above = low === 0n ? sql`` : sql`AND v.seq > ${low}`;
  return high === null ? above : sql`${above} AND v.seq <= ${high}`;
}
