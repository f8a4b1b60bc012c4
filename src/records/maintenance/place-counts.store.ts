import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { namespaceTable } from '../../collections/place-tables.store.js';
import { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { isForeignKeyViolation } from '../../postgres/sqlstate.js';

/** How many records places hold, kept in the catalog for lists. */
@Injectable()
export class PlaceCountsStore {
  constructor(private readonly database: Database) {}

  /** Notes what a collection with a place of its own holds now. Two statements: a place and the catalog may be on two servers. */
  async note(collection: Collection): Promise<void> {
    const [held] = await this.database.query<Readonly<Record<'records' | 'namespaces', string>>>(sql`
      SELECT COALESCE(sum(record_count), 0) AS records, count(*) AS namespaces
      FROM ${namespaceTable(collection)} WHERE collection_id = ${collection.id}`);
    if (held === undefined) return;
    try {
      await this.database.query(sql`
        INSERT INTO polyvec.place_counts (collection_id, records, namespaces)
        VALUES (${collection.id}, ${held.records}::numeric::bigint, ${held.namespaces})
        ON CONFLICT (collection_id) DO UPDATE
        SET records = excluded.records, namespaces = excluded.namespaces, counted_at = excluded.counted_at`);
    } catch (error) {
      // it was deleted meanwhile
      if (!isForeignKeyViolation(error)) throw error;
    }
  }
}
