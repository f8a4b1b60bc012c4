import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { vectorTable } from '../../collections/place-tables.store.js';
import { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { UNINDEXED } from '../record-tables.js';
import type { NumberSpan } from './index-plan.js';

/** Numbers of one index that grows: more than a namespace will ever have vectors here, and 2^30 such ranges are below `UNINDEXED`. */
const ROOM = 2n ** 32n;

/** The vectors of a namespace with these numbers. */
export interface Movable extends NumberSpan {
  readonly namespace: string;
}

/** Gives vectors numbers in the range of an index: that is what puts them into it. */
@Injectable()
export class IndexGrowthStore {
  constructor(private readonly database: Database) {}

  /** Reserves a range of numbers for an index: nothing has them, and what is written later has higher ones. */
  async reserve(): Promise<{ readonly low: bigint; readonly high: bigint }> {
    const [row] = await this.database.query<{ high: string }>(sql`
      SELECT setval('polyvec.vector_seq', nextval('polyvec.vector_seq') + ${ROOM}::bigint) AS high`);
    const high = BigInt(row?.high ?? 0);
    return { low: high - ROOM, high };
  }

  /**
   * Gives at most `rows` of the vectors the numbers that follow `last`, in their order. Returns how many: none, when none is left.
   * @throws what `isOutOfRange` knows: one of them has a component that the index cannot hold, and nothing has been done
   */
  async move(collection: Collection, from: Movable, last: bigint, rows: number): Promise<number> {
    const [moved] = await this.database.query<{ count: string }>(sql`
      WITH next AS MATERIALIZED (${this.first(collection, from, rows)}),
      moved AS (
        UPDATE ${vectorTable(collection)} v SET seq = ${last}::bigint + n.place FROM next n
        WHERE v.collection_id = ${collection.id} AND v.namespace = ${from.namespace} AND v.rid = n.rid RETURNING v.rid)
      SELECT count(*) AS count FROM moved`);
    return Number(moved?.count ?? 0);
  }

  /** Leaves the first of the vectors out of every index, for good. */
  async setAside(collection: Collection, from: Movable): Promise<void> {
    await this.database.query(sql`
      WITH next AS MATERIALIZED (${this.first(collection, from, 1)})
      UPDATE ${vectorTable(collection)} v SET seq = ${UNINDEXED}::bigint FROM next n
      WHERE v.collection_id = ${collection.id} AND v.namespace = ${from.namespace} AND v.rid = n.rid`);
  }

  /** Counts the vectors that have been put into an index: from the next request on, searches know of them. */
  async note(collection: Collection, id: string, rows: number): Promise<void> {
    await this.database.query(sql`
      WITH grown AS (UPDATE polyvec.vector_indexes SET rows = rows + ${rows} WHERE id = ${id} AND state = 'ready' RETURNING id)
      UPDATE polyvec.collections SET epoch = epoch + 1 WHERE id = ${collection.id} AND EXISTS (SELECT FROM grown)`);
  }

  /** Tells planners which numbers there are now: by what they knew, what is outside of the index looks like the whole table. */
  async sample(collection: Collection): Promise<void> {
    await this.database.script(`ANALYZE ${vectorTable(collection).text} (namespace, seq)`);
  }

  private first(collection: Collection, { namespace, low, high }: Movable, rows: number): ReturnType<typeof sql> {
    return sql`
      SELECT f.rid, row_number() OVER (ORDER BY f.seq, f.rid) AS place FROM (
        SELECT v.rid, v.seq FROM ${vectorTable(collection)} v
        WHERE v.namespace = ${namespace} AND v.seq > ${low} AND v.seq <= ${high} ORDER BY v.seq LIMIT ${rows}) AS f`;
  }
}
