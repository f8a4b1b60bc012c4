import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { inPlace, recordTable } from '../../collections/place-tables.store.js';
import { Database } from '../../postgres/database.js';
import type { Session } from '../../postgres/sessions.js';
import { identifier, sql } from '../../postgres/sql.js';

/** The trigram index on the documents of a dedicated table: it finds substrings and patterns without reading every document. */
@Injectable()
export class DocumentIndexStore {
  constructor(private readonly database: Database) {}

  /** Whether this database has the extension, or may get it. */
  async isAvailable(): Promise<boolean> {
    // where "I" has another small letter, the extension misses matches of patterns
    const rows = await this.database.query(sql`
      SELECT FROM pg_available_extensions WHERE name = 'pg_trgm' AND lower('I') = 'i'
        AND (installed_version IS NOT NULL OR has_database_privilege(current_database(), 'CREATE'))`);
    return rows.length > 0;
  }

  /** Builds the index, and lets searches use it; on a server, others read and write meanwhile. */
  async create(session: Session, collection: Collection): Promise<void> {
    const concurrently = this.database.traits.concurrentIndexes ? 'CONCURRENTLY' : '';
    const indexName = `${collection.recordTable}_document`;
    await session.script('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    // one that was cut off is of no use, and in the way
    await session.script(`DROP INDEX IF EXISTS ${inPlace(collection, indexName).text}`);
    await session.script(
      `CREATE INDEX ${concurrently} ${identifier(indexName).text} ON ${recordTable(collection).text} USING gin (document gin_trgm_ops)`,
    );
    await this.database.query(sql`
      UPDATE polyvec.collections SET document_index = TRUE, epoch = epoch + 1 WHERE id = ${collection.id}`);
  }
}
