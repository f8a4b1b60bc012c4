import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { recordTable } from '../../collections/place-tables.store.js';
import { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { StatisticsStore } from './statistics.store.js';

/** Fewer records are compared in a few milliseconds. */
export const MIN_RECORDS = 10_000;
const SAMPLE = 1_000;
/** The least share of a sample's records that have a number under the key, and of these, the least share of different numbers. */
const COMMON = 1 / 2;
const DIFFERENT = 1 / 5;

/**
 * Metadata keys whose numbers tell records apart, as prices, times and positions do: a range of them may select few records, and no
 * other index finds those. Found in a sample of the metadata, before anybody asks.
 */
@Injectable()
export class RangedKeysStore {
  constructor(
    private readonly database: Database,
    private readonly statistics: StatisticsStore,
  ) {}

  /** Those of a dedicated collection, the most different numbers first. Undefined while it has fewer than `MIN_RECORDS`. */
  async find(collection: Collection): Promise<readonly string[] | undefined> {
    const records = await this.statistics.estimateRows(collection);
    if (records < MIN_RECORDS) return undefined;
    // pages, not rows: a sample costs what it holds, however large the table is. Twice as many as are looked at
    const percent = Math.min(100, (200 * SAMPLE) / records);
    const rows = await this.database.query<{ key: string }>(sql`
      WITH sample AS MATERIALIZED (
        SELECT r.metadata FROM ${recordTable(collection)} r TABLESAMPLE SYSTEM (${percent}::real) LIMIT ${SAMPLE})
      SELECT pair.key FROM sample s CROSS JOIN LATERAL jsonb_each(s.metadata) AS pair (key, value)
      WHERE jsonb_typeof(pair.value) = 'number'
      GROUP BY pair.key
      HAVING count(*) >= ${COMMON}::float8 * (SELECT count(*) FROM sample)
        AND count(DISTINCT pair.value) >= ${DIFFERENT}::float8 * count(*)
      ORDER BY count(DISTINCT pair.value) DESC, pair.key COLLATE "C"`);
    return rows.map(({ key }) => key);
  }
}
