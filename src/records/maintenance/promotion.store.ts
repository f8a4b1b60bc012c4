import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { identifier, sql } from '../../postgres/sql.js';
import { moveLock, nextNumber } from '../record-tables.js';
import { createIndexes, createTables, type TableNames } from './dedicated-tables.store.js';

/** Moves collections out of the pool, into a pair of tables of their own. There is no way back. */
@Injectable()
export class PromotionStore {
  constructor(private readonly database: Database) {}

  /**
   * The collections that there may be something to do about, by uuid: those with tables of their own, and pooled ones with more
   * components than `floats`; `among` these, or all. Reads counts, not records.
   */
  async due(floats: number, among?: readonly string[]): Promise<ReadonlySet<string>> {
    const chosen = among === undefined ? sql`TRUE` : sql`c.uuid = ANY (${among}::text[]::uuid[])`;
    const rows = await this.database.query<{ uuid: string }>(sql`
      SELECT c.uuid FROM polyvec.collections c
      WHERE ${chosen} AND c.dimension IS NOT NULL AND (c.record_table <> 'pool_records' OR c.dimension * (
        SELECT sum(n.record_count) FROM polyvec.namespaces n WHERE n.collection_id = c.id) > ${floats})`);
    return new Set(rows.map(({ uuid }) => uuid));
  }

  /**
   * Moves the collection's dense rows, in one transaction: readers see the old tables or the new ones, and writes are done before
   * or after it. False when it was not in the pool any more. What is left in the pool is removed later, by the sweeper.
   */
  async promote(collection: Collection): Promise<boolean> {
    // from here on writers queue, those that began before end soon: the move gets its lock
    await this.database.query(sql`
      UPDATE polyvec.collections SET moving = TRUE, epoch = epoch + 1
      WHERE id = ${collection.id} AND record_table = 'pool_records' AND NOT moving`);
    return this.database.transaction(async (transaction) => {
      await transaction.query(sql`SELECT pg_advisory_xact_lock(${moveLock(collection)})`);
      const [row] = await transaction.query<{ dimension: string | null }>(sql`
        SELECT dimension FROM polyvec.collections WHERE id = ${collection.id} AND record_table = 'pool_records' FOR UPDATE`);
      if (row?.dimension == null) return false;
      await transaction.script('SET LOCAL statement_timeout = 0');
      await copyRows(transaction, collection, Number(row.dimension));
      await transaction.query(sql`
        WITH moved AS (
          UPDATE polyvec.collections SET moving = FALSE, epoch = epoch + 1,
            record_table = ${tableNames(collection).records}, vector_table = ${tableNames(collection).vectors}
          WHERE id = ${collection.id})
        INSERT INTO polyvec.dropped_collections (id, record_table, vector_table, with_sparse)
        VALUES (${collection.id}, 'pool_records', 'pool_vectors', FALSE)`);
      return true;
    }, 'long');
  }
}

function tableNames({ id }: Collection): TableNames {
  return { records: `records_${id}`, vectors: `vectors_${id}` };
}

async function copyRows(transaction: Queryable, collection: Collection, dimension: number): Promise<void> {
  const names = tableNames(collection);
  const records = sql`polyvec.${identifier(names.records)}`;
  const vectors = sql`polyvec.${identifier(names.vectors)}`;
  await transaction.script(createTables(names, dimension).text);
  await transaction.query(sql`
    INSERT INTO ${records} SELECT * FROM polyvec.pool_records WHERE collection_id = ${collection.id} ORDER BY namespace, rid`);
  await transaction.query(sql`
    INSERT INTO ${vectors} (collection_id, namespace, rid, embedding, seq)
    SELECT collection_id, namespace, rid, embedding, ${nextNumber(collection.metric, sql`embedding`)}
    FROM polyvec.pool_vectors WHERE collection_id = ${collection.id} ORDER BY namespace, rid`);
  await transaction.script(createIndexes(names).text);
}
