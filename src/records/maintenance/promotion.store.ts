import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { ownPlace, ownTables, recordTable, SHARED_PLACE, vectorTable } from '../../collections/place-tables.store.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { moveLock, nextNumber } from '../record-tables.js';
import { analyzeTables, createIndexes, createPlace, createTables, runEach, type Storage } from './dedicated-tables.store.js';
import { type DraftPlace, DraftPlaceStore } from './draft-place.store.js';
import { enterPlace, fillPlace, leaveBehind, PlaceStore } from './place.store.js';

/** Moves collections out of the pool, into tables of their own, in a schema of their own where that may be. There is no way back. */
@Injectable()
export class PromotionStore {
  constructor(
    private readonly database: Database,
    private readonly places: PlaceStore,
    private readonly drafts: DraftPlaceStore,
  ) {}

  /**
   * The collections that there may be something to do about, by uuid: those with tables of their own, and pooled ones with more
   * components than `floats`; `among` these, or all. Reads counts, not records.
   */
  async due(floats: number, among?: readonly string[]): Promise<ReadonlySet<string>> {
    const chosen = among === undefined ? sql`TRUE` : sql`c.uuid = ANY (${among}::text[]::uuid[])`;
    const rows = await this.database.query<{ uuid: string }>(sql`
      SELECT c.uuid FROM polyvec.collections c
      WHERE ${chosen} AND c.dimension IS NOT NULL AND (c.record_table <> 'pool_records' OR c.dimension * (
        SELECT COALESCE(sum(n.record_count), 0) FROM polyvec.namespaces n WHERE n.collection_id = c.id) > ${floats})`);
    return new Set(rows.map(({ uuid }) => uuid));
  }

  /**
   * Moves the collection's rows, in one transaction: readers see the old tables or the new ones, and writes are done before or
   * after it. False when it was not in the pool any more. What is left in the pool is removed later, by the sweeper. With a draft that
   * has been filled nothing is left to move, and it is also false when that is not the collection's any more.
   */
  async promote(collection: Collection, draft?: DraftPlace): Promise<boolean> {
    // from here on writers queue, those that began before end soon: the move gets its lock
    await this.database.query(sql`
      UPDATE polyvec.collections SET moving = TRUE, epoch = epoch + 1
      WHERE id = ${collection.id} AND record_table = 'pool_records' AND NOT moving`);
    const isDone = await this.database.transaction(async (transaction) => {
      await transaction.query(sql`SELECT pg_advisory_xact_lock(${moveLock(collection)})`);
      const [row] = await transaction.query<{ dimension: string | null }>(sql`
        SELECT dimension FROM polyvec.collections WHERE id = ${collection.id} AND record_table = 'pool_records' FOR UPDATE`);
      if (row?.dimension == null) return false;
      await transaction.script('SET LOCAL statement_timeout = 0');
      const promoted = { ...collection, ...ownTables(collection.id, SHARED_PLACE), dimension: Number(row.dimension) };
      if (draft !== undefined) return this.enterDraft(transaction, draft);
      if ((await this.places.refusal(transaction, collection.id)) === undefined) await this.promoteToPlace(transaction, promoted);
      else await promoteWithin(transaction, promoted);
      return true;
    }, 'long');
    if (isDone) await this.places.sample(ownTables(collection.id, ownPlace(collection.id)));
    return isDone;
  }

  private async promoteToPlace(transaction: Queryable, collection: Collection): Promise<void> {
    const place = ownPlace(collection.id);
    const storage = await this.places.storage(transaction);
    await runEach(transaction, createPlace(place, storage));
    await copyRows(transaction, { ...collection, place }, storage);
    await fillPlace(transaction, collection.id);
    await enterPlace(transaction, collection);
  }

  private async enterDraft(transaction: Queryable, draft: DraftPlace): Promise<boolean> {
    if (!(await this.drafts.finish(transaction, draft))) return false;
    await enterPlace(transaction, draft.collection);
    return true;
  }
}

/** Where places may not be made: into tables in the shared schema. Sparse vectors and namespaces stay. */
async function promoteWithin(transaction: Queryable, collection: Collection): Promise<void> {
  await copyRows(transaction, collection, 'local');
  await transaction.query(sql`
    UPDATE polyvec.collections SET moving = FALSE, epoch = epoch + 1, record_table = ${collection.recordTable},
      vector_table = ${collection.vectorTable} WHERE id = ${collection.id}`);
  await leaveBehind(transaction, collection.id, false);
}

async function copyRows(transaction: Queryable, collection: Collection, storage: Storage): Promise<void> {
  await runEach(transaction, createTables(collection, collection.dimension ?? 0, storage));
  await transaction.query(sql`
    INSERT INTO ${recordTable(collection)}
    SELECT * FROM polyvec.pool_records WHERE collection_id = ${collection.id} ORDER BY namespace, rid`);
  await transaction.query(sql`
    INSERT INTO ${vectorTable(collection)} (collection_id, namespace, rid, embedding, seq)
    SELECT collection_id, namespace, rid, embedding, ${nextNumber(collection.metric, sql`embedding`)}
    FROM polyvec.pool_vectors WHERE collection_id = ${collection.id} ORDER BY namespace, rid`);
  await runEach(transaction, [...createIndexes(collection), ...analyzeTables(collection, storage)]);
}
