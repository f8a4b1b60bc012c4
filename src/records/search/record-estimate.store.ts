import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import type { Filter } from '../../filters/filter.js';
import { plannedRows } from '../../postgres/cluster/remote-plan.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { selected } from '../record-tables.js';

/** Estimates how many records a filter selects, without reading them. */
@Injectable()
export class RecordEstimateStore {
  constructor(private readonly database: Database) {}

  /** What the planner makes of the statistics: right within a factor, mostly. */
  async estimate(
    collection: Collection,
    namespace: string,
    filter: Filter,
    queryable: Queryable = this.database,
  ): Promise<number> {
    const [row] = await queryable.query<{ 'QUERY PLAN': string }>(sql`
      EXPLAIN (FORMAT JSON) SELECT 1 FROM ${selected(collection, namespace, { filter }, 'estimate')}`);
    return plannedRows(row?.['QUERY PLAN'] ?? '[]');
  }

  /** How many there are, or `limit` when there are more. */
  async countUpTo(
    collection: Collection,
    namespace: string,
    filter: Filter,
    limit: number,
    queryable: Queryable = this.database,
  ): Promise<number> {
    const [row] = await queryable.query<{ count: string }>(sql`
      SELECT count(*) FROM (SELECT 1 FROM ${selected(collection, namespace, { filter })} LIMIT ${limit}) AS r`);
    return Number(row?.count);
  }
}
