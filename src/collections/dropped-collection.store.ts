import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { identifier, sql, type Sql } from '../postgres/sql.js';

/** Sparse vectors are in the pool, whatever tier their collection is in. */
const SPARSE_TABLE = sql`polyvec.pool_sparse`;
const POSTING_TABLE = sql`polyvec.pool_postings`;

/** A collection that is gone from the catalog, but whose rows are not. */
export interface DroppedCollection {
  readonly id: string;
  readonly recordTable: string;
  readonly vectorTable: string;
  /** Whether its sparse vectors go, too: those of one that has moved stay. */
  readonly withSparse: boolean;
}

type DroppedRow = Readonly<{ id: string; record_table: string; vector_table: string; with_sparse: string }>;
const SHARED_TABLES = new Set(['pool_records', 'snapshot_records']);

@Injectable()
export class DroppedCollectionStore {
  constructor(private readonly database: Database) {}

  async next(): Promise<DroppedCollection | undefined> {
    const [row] = await this.database.query<DroppedRow>(sql`
      SELECT id, record_table, vector_table, with_sparse FROM polyvec.dropped_collections ORDER BY dropped_at, id LIMIT 1`);
    return (
      row && {
        id: row.id,
        recordTable: row.record_table,
        vectorTable: row.vector_table,
        withSparse: row.with_sparse === 't',
      }
    );
  }

  /**
   * Removes up to `limit` rows of the collection, or its tables, and, when nothing is left, its entry. Any number of instances may
   * do this at once. False when there is nothing left to do.
   */
  async sweep(dropped: DroppedCollection, limit: number): Promise<boolean> {
    const shared = SHARED_TABLES.has(dropped.recordTable);
    const tables = [
      ...(shared ? [named(dropped.recordTable), named(dropped.vectorTable)] : []),
      ...(dropped.withSparse ? [SPARSE_TABLE, POSTING_TABLE] : []),
    ];
    if (await this.removeRows(dropped.id, tables, limit)) return true;
    if (!shared) {
      await this.database.script(`DROP TABLE IF EXISTS ${named(dropped.recordTable).text}, ${named(dropped.vectorTable).text}`);
    }
    await this.database.query(sql`
      DELETE FROM polyvec.dropped_collections WHERE id = ${dropped.id} AND record_table = ${dropped.recordTable}`);
    return false;
  }

  private async removeRows(id: string, tables: readonly Sql[], limit: number): Promise<boolean> {
    for (const table of tables) {
      const [row] = await this.database.query<{ removed: string }>(sql`
        WITH removed AS (
          DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM ${table} WHERE collection_id = ${id} LIMIT ${limit} FOR UPDATE SKIP LOCKED)) RETURNING 1)
        SELECT count(*) AS removed FROM removed`);
      if (Number(row?.removed) > 0) return true;
    }
    return false;
  }
}

function named(table: string): Sql {
  return sql`polyvec.${identifier(table)}`;
}
