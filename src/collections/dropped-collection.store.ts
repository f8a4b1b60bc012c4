import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { identifier, sql } from '../postgres/sql.js';

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
    const [row] = await this.database.query<{ records: string; vectors: string }>(sql`
      WITH old_records AS (
        DELETE FROM ${records} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${records} WHERE collection_id = ${dropped.id} LIMIT ${limit} FOR UPDATE SKIP LOCKED)) RETURNING 1),
      old_vectors AS (
        DELETE FROM ${vectors} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${vectors} WHERE collection_id = ${dropped.id} LIMIT ${limit} FOR UPDATE SKIP LOCKED)) RETURNING 1)
      SELECT (SELECT count(*) FROM old_records) AS records, (SELECT count(*) FROM old_vectors) AS vectors`);
    if (Number(row?.records) > 0 || Number(row?.vectors) > 0) return true;
    await this.database.query(sql`DELETE FROM polyvec.dropped_collections WHERE id = ${dropped.id}`);
    return false;
  }
}
