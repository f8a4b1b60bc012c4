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
}

@Injectable()
export class DroppedCollectionStore {
  constructor(private readonly database: Database) {}

  async next(): Promise<DroppedCollection | undefined> {
    const [row] = await this.database.query<{ id: string; record_table: string; vector_table: string }>(sql`
      SELECT id, record_table, vector_table FROM polyvec.dropped_collections ORDER BY dropped_at, id LIMIT 1`);
    return row && { id: row.id, recordTable: row.record_table, vectorTable: row.vector_table };
  }

  /**
   * Removes up to `limit` rows of the collection and, when none are left, its entry. Any number of instances may do this
   * at once. False when there is nothing left to do.
   */
  async sweep(dropped: DroppedCollection, limit: number): Promise<boolean> {
    const records = sql`polyvec.${identifier(dropped.recordTable)}`;
    const vectors = sql`polyvec.${identifier(dropped.vectorTable)}`;
    const removal = (table: Sql): Sql => sql`
      DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${table} WHERE collection_id = ${dropped.id} LIMIT ${limit} FOR UPDATE SKIP LOCKED)) RETURNING 1`;
    const [row] = await this.database.query<{ removed: string }>(sql`
      WITH old_records AS (${removal(records)}), old_vectors AS (${removal(vectors)}),
      old_sparse AS (${removal(SPARSE_TABLE)}), old_postings AS (${removal(POSTING_TABLE)})
      SELECT (SELECT count(*) FROM old_records) + (SELECT count(*) FROM old_vectors)
        + (SELECT count(*) FROM old_sparse) + (SELECT count(*) FROM old_postings) AS removed`);
    if (Number(row?.removed) > 0) return true;
    await this.database.query(sql`DELETE FROM polyvec.dropped_collections WHERE id = ${dropped.id}`);
    return false;
  }
}
