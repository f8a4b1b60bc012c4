import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { recordTable, vectorTable } from '../../collections/place-tables.store.js';
import { askShards } from '../../postgres/cluster/cluster.js';
import { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { sampleShards } from './dedicated-tables.store.js';

@Injectable()
export class StatisticsStore {
  constructor(private readonly database: Database) {}

  /** Refreshes the planner's statistics of a collection's tables, removes dead rows, and marks pages that an index can answer for. */
  async refresh(collection: Collection): Promise<void> {
    await sampleShards(this.database, collection);
    for (const table of [recordTable(collection), vectorTable(collection)]) {
      // one after the other: on the embedded engine requests wait for each, a third of a second for both at 100,000 records
      await this.database.script(`VACUUM (SKIP_LOCKED) ${table.text}`);
      await this.database.script(`ANALYZE (SKIP_LOCKED) ${table.text}`);
    }
  }

  /** About how many records the collection's table holds, as of the last refresh. */
  async estimateRows(collection: Collection): Promise<number> {
    const ofShards = await askShards(
      this.database,
      recordTable(collection),
      "SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = '%1$s'::regclass",
    );
    if (ofShards !== undefined) return ofShards.reduce((sum, rows) => sum + Number(rows), 0);
    const [row] = await this.database.query<{ rows: string }>(sql`
      SELECT GREATEST(reltuples, 0)::bigint AS rows FROM pg_class
      WHERE oid = to_regclass(${recordTable(collection).text})`);
    return Number(row?.rows ?? 0);
  }
}
