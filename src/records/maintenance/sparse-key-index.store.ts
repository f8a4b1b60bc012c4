import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { guardTable, hasOwnPlace, inPlace } from '../../collections/place-tables.store.js';
import { shardWritersEnded } from '../../postgres/cluster/writers.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { type Sql, sql } from '../../postgres/sql.js';
import { SPARSE_KEY_NAMESPACE } from '../changed-records.store.js';
import { heldCollection } from '../record-tables.js';
import { recordsAfter } from '../search/sparse-key.store.js';
import { vectorsBetween } from '../search/sparse-vectors.store.js';

/** Records of a segment: a change of one rebuilds it, and the embedded engine does nothing else meanwhile. */
const SEGMENT_RECORDS = 2_000;
/** With fewer records to read one by one, a search is fast enough as it is. */
export const MIN_PENDING = 200;
/** So many changes in one segment, or in all, are worth building one anew. */
const SEGMENT_CHANGES = 100;
const ALL_CHANGES = 1_000;

interface Segment {
  readonly low: string;
  readonly high: string;
  readonly records: string;
}

/** Builds the postings of sparse vectors in metadata. One caller at a time for a collection. */
@Injectable()
export class SparseKeyIndexStore {
  constructor(private readonly database: Database) {}

  /** The keys that have postings, or are about to; undefined when nothing has been begun. */
  async keys(collection: Collection): Promise<readonly string[] | undefined> {
    const [row] = await this.database.query<{ keys: string }>(sql`
      SELECT array_to_json(keys)::text AS keys FROM ${inPlace(collection, 'sparse_key_indexes')} WHERE collection_id = ${collection.id}`);
    return row && (JSON.parse(row.keys) as string[]);
  }

  /** Whether there are so many records that postings are worth building. */
  async isWorthwhile(collection: Collection): Promise<boolean> {
    const [row] = await this.database.query<{ records: string }>(nextRecords(collection, '0', MIN_PENDING));
    return Number(row?.records) >= MIN_PENDING;
  }

  /** From now on writes list what they change. */
  async listChanges(collection: Collection): Promise<void> {
    await this.database.query(sql`
      UPDATE polyvec.collections SET sparse_keys_indexed = TRUE, epoch = epoch + 1
      WHERE id = ${collection.id} AND NOT sparse_keys_indexed`);
  }

  /** A moment: any write that it has not seen the end of began before the next one. */
  async moment(): Promise<string> {
    const [row] = await this.database.query<{ moment: string }>(sql`SELECT pg_current_xact_id() AS moment`);
    return row?.moment ?? '0';
  }

  /** Whether all writes that had begun then have ended. */
  async isPast(collection: Pick<Collection, 'place'>, moment: string): Promise<boolean> {
    const [row] = await this.database.query<{ past: string }>(sql`
      SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ${moment}::xid8 AS past`);
    return row?.past === 't' && (!hasOwnPlace(collection) || shardWritersEnded(this.database, guardTable(collection)));
  }

  /** The postings are of these keys; where they were of others, they are built anew. All writes must list their changes already. */
  async admit(collection: Collection, keys: readonly string[]): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const live = await transaction.query(heldCollection(collection));
      if (live.length === 0) return;
      for (const table of [inPlace(collection, 'sparse_segments'), inPlace(collection, 'sparse_key_postings')]) {
        await transaction.query(sql`DELETE FROM ${table} WHERE collection_id = ${collection.id}`);
      }
      await transaction.query(sql`
        INSERT INTO ${inPlace(collection, 'sparse_key_indexes')} (collection_id, keys) VALUES (${collection.id}, ${keys}::text[])
        ON CONFLICT (collection_id) DO UPDATE SET keys = excluded.keys`);
    }, 'long');
  }

  /** Builds one segment, new or anew, if that is worth it. `stale`: the collection is not what the caller remembers. */
  async step(collection: Collection): Promise<'done' | 'more' | 'stale'> {
    return this.database.transaction(async (transaction) => {
      await transaction.query(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
      const live = await transaction.query(heldCollection(collection));
      if (live.length === 0) return 'stale';
      const [index] = await transaction.query<{ keys: string; through: string }>(sql`
        SELECT array_to_json(i.keys)::text AS keys, COALESCE((
          SELECT max(s.high) FROM ${inPlace(collection, 'sparse_segments')} s WHERE s.collection_id = i.collection_id), 0) AS through
        FROM ${inPlace(collection, 'sparse_key_indexes')} i WHERE i.collection_id = ${collection.id} FOR UPDATE`);
      if (index === undefined) return 'done';
      const { through } = index;
      await transaction.script('SET LOCAL statement_timeout = 0');
      // these records are read one by one anyway, and as they are when their segment is built
      await transaction.query(sql`
        DELETE FROM ${inPlace(collection, 'sparse_changes')} WHERE collection_id = ${collection.id} AND rid > ${through}::bigint`);
      const segment =
        (await this.changedSegment(transaction, collection)) ?? (await this.newSegment(transaction, collection, through));
      if (segment === undefined) return 'done';
      await this.build(transaction, collection, segment, JSON.parse(index.keys) as string[]);
      return 'more';
    }, 'long');
  }

  /** The one with the most changes, if there are so many in all that they are worth it. */
  private async changedSegment(transaction: Queryable, collection: Collection): Promise<Segment | undefined> {
    const [segment] = await transaction.query<Segment & { changes: string; total: string }>(sql`
      SELECT s.low, s.high, (
          SELECT count(*) FROM (${recordsAfter(collection, sql`s.low`)} AND r.rid <= s.high) AS r) AS records,
        c.changes, sum(c.changes) OVER () AS total
      FROM ${inPlace(collection, 'sparse_segments')} s CROSS JOIN LATERAL (
        SELECT count(*) AS changes FROM ${inPlace(collection, 'sparse_changes')} c
        WHERE c.collection_id = s.collection_id AND c.rid > s.low AND c.rid <= s.high) AS c
      WHERE s.collection_id = ${collection.id} ORDER BY c.changes DESC, s.low LIMIT 1`);
    if (segment === undefined) return undefined;
    return Number(segment.changes) >= SEGMENT_CHANGES || Number(segment.total) >= ALL_CHANGES ? segment : undefined;
  }

  /** Of the next records; a last segment that has place for more is built with them. */
  private async newSegment(transaction: Queryable, collection: Collection, through: string): Promise<Segment | undefined> {
    const [next] = await transaction.query<{ records: string; high: string | null }>(
      nextRecords(collection, through, SEGMENT_RECORDS),
    );
    if (next?.high == null || Number(next.records) < MIN_PENDING) return undefined;
    const [last] = await transaction.query<{ low: string; records: string }>(sql`
      SELECT s.low, s.records FROM ${inPlace(collection, 'sparse_segments')} s WHERE s.collection_id = ${collection.id} ORDER BY s.low DESC LIMIT 1`);
    const room = SEGMENT_RECORDS - Number(last?.records ?? SEGMENT_RECORDS);
    if (last === undefined || room < MIN_PENDING) return { low: through, high: next.high, records: next.records };
    const [added] = await transaction.query<{ records: string; high: string }>(nextRecords(collection, through, room));
    return added && { low: last.low, high: added.high, records: String(Number(last.records) + Number(added.records)) };
  }

  private async build(transaction: Queryable, collection: Collection, segment: Segment, keys: readonly string[]): Promise<void> {
    const { low, high, records } = segment;
    await transaction.query(sql`
      DELETE FROM ${inPlace(collection, 'sparse_key_postings')} WHERE collection_id = ${collection.id} AND segment = ${low}`);
    for (const key of keys) {
      await transaction.query(sql`
        INSERT INTO ${inPlace(collection, 'sparse_key_postings')} (collection_id, key, term, segment, rids, weights)
        SELECT ${collection.id}::bigint, ${key}::text, e.term, ${low}::bigint, array_agg(e.rid ORDER BY e.rid), array_agg(e.weight ORDER BY e.rid)
        FROM (
          SELECT v.rid, e.term, e.weight FROM (${vectorsBetween(collection, SPARSE_KEY_NAMESPACE, key, segment)}) AS v
          CROSS JOIN LATERAL unnest(v.indices, v.weights) AS e (term, weight) WHERE e.term IS NOT NULL) AS e
        GROUP BY e.term`);
    }
    await transaction.query(sql`
      INSERT INTO ${inPlace(collection, 'sparse_segments')} (collection_id, low, high, records) VALUES (${collection.id}, ${low}, ${high}, ${records})
      ON CONFLICT (collection_id, low) DO UPDATE SET high = excluded.high, records = excluded.records`);
    await transaction.query(sql`
      DELETE FROM ${inPlace(collection, 'sparse_changes')}
      WHERE collection_id = ${collection.id} AND rid > ${low}::bigint AND rid <= ${high}::bigint`);
  }
}

function nextRecords(collection: Collection, through: string, limit: number): Sql {
  return sql`
    SELECT count(*) AS records, max(r.rid) AS high
    FROM (${recordsAfter(collection, sql`${through}::bigint`)} ORDER BY r.rid LIMIT ${limit}) AS r`;
}
