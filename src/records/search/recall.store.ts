import { Injectable } from '@nestjs/common';
import type { Collection, IndexContent, RecallMeasurement } from '../../collections/collection.js';
import { vectorTable } from '../../collections/place-tables.store.js';
import { vectorArray } from '../../postgres/binary.js';
import { Database } from '../../postgres/database.js';
import { type Sql, sql } from '../../postgres/sql.js';
import { isOutOfRange } from '../../postgres/sqlstate.js';
import { embeddingOf } from '../embedding-of.js';
import { indexedForm } from '../maintenance/vector-index.store.js';
import { UNINDEXED } from '../record-tables.js';
import { DISTANCES, ROUGH_DISTANCES } from './record-distance.store.js';
import { formDistance, formOperator, nearest, preparations } from './record-nearest.store.js';
import type { IndexPlan } from './search-plan.js';

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

/** A query with the distance beyond which nothing is asked for. */
export interface BoundQuery extends RecallQuery {
  readonly bound: number;
}

/** How many vectors are at a distance. */
export interface DistanceCount {
  readonly distance: number;
  readonly count: number;
}

type NeighbourRow = Readonly<{ query: string; rid: string; distance: string }>;
type FormDistanceRow = Readonly<{ query: string; distance: string }>;
type DistanceCountRow = Readonly<{ query: string; distance: string; count: string }>;

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

  /**
   * The vectors of the range that are nearest to each query, and within its bound, `wanted` at most, nearest first. Each vector is read
   * once and compared with all queries.
   */
  async exactly(
    collection: Collection,
    namespace: string,
    queries: readonly BoundQuery[],
    wanted: number,
    range: NumberRange,
  ): Promise<readonly (readonly Neighbour[])[]> {
    const rows = await this.database.query<NeighbourRow>(sql`
      WITH q AS MATERIALIZED (${this.queryRows(queries)})
      SELECT n.query, n.rid, n.distance FROM (
        SELECT f.query, f.rid, f.distance, row_number() OVER (PARTITION BY f.query ORDER BY f.distance, f.rid) AS rank
        FROM (${vectorsIn(collection, namespace, range, sql`subvector(v.embedding, 1, ${collection.dimension}) AS embedding`)}) AS v
        CROSS JOIN LATERAL (
          SELECT q.query, v.rid, ${DISTANCES[collection.metric]} AS distance FROM q
          WHERE ${ROUGH_DISTANCES[collection.metric]} <= q.bound OFFSET 0) AS f) AS n
      WHERE n.rank <= ${wanted} ORDER BY n.query, n.distance, n.rid`);
    return groups(rows, queries.length, ({ rid, distance }) => ({ rid, distance: Number(distance) }));
  }

  /** How far each query is from those vectors `rids` as an index of this form holds both. Undefined: the form cannot hold one of them. */
  async formDistances(
    collection: Collection,
    namespace: string,
    queries: readonly RecallQuery[],
    rids: readonly (readonly string[])[],
    content: IndexContent,
  ): Promise<readonly (readonly number[])[] | undefined> {
    const numbers = rids.flatMap((own, at) => own.map(() => String(at + 1)));
    const rows = this.database.query<FormDistanceRow>(sql`
      WITH q AS MATERIALIZED (${this.queryRows(queries)})
      SELECT q.query, (${formDistance(collection, content)})::float8 AS distance
      FROM unnest(${numbers}::text[]::bigint[], ${rids.flat()}::text[]::bigint[]) AS p (query, rid)
      JOIN q ON q.query = p.query
      JOIN ${vectorTable(collection)} v ON v.collection_id = ${collection.id} AND v.namespace = ${namespace} AND v.rid = p.rid`);
    return unlessOutOfRange(rows, (found) => groups(found, queries.length, ({ distance }) => Number(distance)));
  }

  /**
   * How many vectors of the range there are at each distance from a query, within its bound, as an index of this form holds them: the
   * nearest `wanted` distances at most. Undefined: the form cannot hold one of them.
   */
  async countsByForm(
    collection: Collection,
    namespace: string,
    queries: readonly BoundQuery[],
    wanted: number,
    content: IndexContent,
    range: NumberRange,
  ): Promise<readonly (readonly DistanceCount[])[] | undefined> {
    const dimension = collection.dimension ?? 0;
    const form = indexedForm(content, dimension, sql`v.embedding`);
    const asked = indexedForm(content, dimension, sql`b.embedding`);
    const rows = this.database.query<DistanceCountRow>(sql`
      WITH q AS MATERIALIZED (SELECT b.query, b.rid, b.bound, ${asked} AS form FROM (${this.queryRows(queries)}) AS b)
      SELECT n.query, n.distance, n.count FROM (
        SELECT f.query, f.distance, count(*) AS count, row_number() OVER (PARTITION BY f.query ORDER BY f.distance) AS rank
        FROM (${vectorsIn(collection, namespace, range, sql`${form} AS form`)}) AS v
        CROSS JOIN LATERAL (
          SELECT q.query, d.distance FROM q
          CROSS JOIN LATERAL (SELECT (v.form ${formOperator(collection, content)} q.form)::float8 AS distance OFFSET 0) AS d
          WHERE d.distance <= q.bound AND v.rid IS DISTINCT FROM q.rid OFFSET 0) AS f
        GROUP BY f.query, f.distance) AS n
      WHERE n.rank <= ${wanted} ORDER BY n.query, n.distance`);
    return unlessOutOfRange(rows, (found) =>
      groups(found, queries.length, ({ distance, count }) => ({ distance: Number(distance), count: Number(count) })),
    );
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
    const found = await this.database.query<NeighbourRow>(sql`
      WITH ${preparations(collection, namespace, {}, plan)}
      SELECT q.query, h.rid, h.distance FROM (${this.queryRows(queries)}) AS q
      CROSS JOIN LATERAL (
        SELECT v.rid, ${DISTANCES[collection.metric]} AS distance FROM ${rows} ORDER BY distance, v.rid LIMIT ${wanted}) AS h
      ORDER BY q.query, h.distance, h.rid`);
    return groups(found, queries.length, ({ rid, distance }) => ({ rid, distance: Number(distance) }));
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

  /** The queries as rows: `query`, a number from 1 on, with its `embedding`, `bound` and `rid`. */
  private queryRows(queries: readonly (RecallQuery | BoundQuery)[]): Sql {
    const embeddings = vectorArray(
      queries.map(({ embedding }) => embedding),
      this.database.vectorOid,
    );
    const bounds = `{${queries.map((query) => ('bound' in query ? String(query.bound) : 'Infinity')).join(',')}}`;
    const rids = `{${queries.map(({ rid }) => rid ?? 'NULL').join(',')}}`;
    return sql`
      SELECT q.query, q.embedding, q.bound, q.rid
      FROM unnest(${embeddings}::vector[], ${bounds}::float8[], ${rids}::bigint[]) WITH ORDINALITY AS q (embedding, bound, rid, query)`;
  }
}

/** The range's vectors, in a form that is worked out once for each. */
function vectorsIn(collection: Collection, namespace: string, { low, high }: NumberRange, form: Sql): Sql {
  const above = low === 0n ? sql`` : sql`AND v.seq > ${low}`;
  const below = high === null ? sql`` : sql`AND v.seq <= ${high}`;
  return sql`
    SELECT v.rid, ${form} FROM ${vectorTable(collection)} v
    WHERE v.collection_id = ${collection.id} AND v.namespace = ${namespace} ${above} ${below} OFFSET 0`;
}

/** What each query's rows say. */
function groups<Row extends { readonly query: string }, Item>(
  rows: readonly Row[],
  count: number,
  itemOf: (row: Row) => Item,
): readonly (readonly Item[])[] {
  const items = Array.from({ length: count }, (): Item[] => []);
  for (const row of rows) items[Number(row.query) - 1]?.push(itemOf(row));
  return items;
}

/** What becomes of the rows, unless a number of a vector, or of a query, is beyond its form. */
async function unlessOutOfRange<Row, Result>(
  rows: Promise<readonly Row[]>,
  then: (rows: readonly Row[]) => Result,
): Promise<Result | undefined> {
  try {
    return then(await rows);
  } catch (error) {
    if (isOutOfRange(error)) return undefined;
    throw error;
  }
}
