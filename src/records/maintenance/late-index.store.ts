import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { inPlace } from '../../collections/place-tables.store.js';
import { Database } from '../../postgres/database.js';
import type { Session } from '../../postgres/sessions.js';
import { identifier, sql } from '../../postgres/sql.js';
import { lateIndexes } from './dedicated-tables.store.js';

/** Indexes that tables which are in use are still to get. */
@Injectable()
export class LateIndexStore {
  constructor(private readonly database: Database) {}

  /**
   * Builds what the collection's tables lack; on a server, others read and write meanwhile. One builder at a time: what it finds half
   * built it takes for the rest of a build that was cut off.
   */
  async build(session: Session, collection: Collection): Promise<void> {
    const concurrently = this.database.traits.concurrentIndexes ? sql`CONCURRENTLY` : sql``;
    for (const { name, on } of lateIndexes(collection)) {
      const placed = inPlace(collection, name);
      const [found] = await this.database.query<{ valid: string }>(sql`
        SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass(${placed.text})`);
      if (found?.valid === 't') continue;
      if (found !== undefined) await session.script(sql`DROP INDEX ${concurrently} ${placed}`.text);
      await session.script(sql`CREATE INDEX ${concurrently} ${identifier(name)} ON ${on}`.text);
    }
    await this.database.query(sql`UPDATE polyvec.collections SET late_indexes = FALSE WHERE id = ${collection.id}`);
  }
}
