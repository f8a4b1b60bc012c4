import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { recordTable } from '../collections/place-tables.store.js';
import { Database } from '../postgres/database.js';
import { sql } from '../postgres/sql.js';
import type { Parts, Selection, StoredRecord } from './record.js';
import { liveCollection, partColumns, recordCount, type RecordRow, selected, toRecord } from './record-tables.js';

type SampleRow = RecordRow & Readonly<{ rid: string }>;

/** The least and the largest number of a namespace's records, and how many there are. */
export interface NumberRange {
  readonly low: bigint;
  readonly high: bigint;
  readonly count: number;
}

/** Records, by number, and the number of the last one. */
export interface SamplePiece {
  readonly records: readonly StoredRecord[];
  readonly last: bigint | undefined;
}

/** Samples of a namespace's records. */
@Injectable()
export class RecordSampleStore {
  constructor(private readonly database: Database) {}

  /** Undefined without records. */
  async range(collection: Collection, namespace: string): Promise<NumberRange | undefined | 'stale'> {
    const rows = sql`${recordTable(collection)} r WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace}`;
    const [row] = await this.database.query<{ low: string | null; high: string | null; count: string }>(sql`
      SELECT ${recordCount(collection, namespace)} AS count, (SELECT r.rid FROM ${rows} ORDER BY r.rid LIMIT 1) AS low, (SELECT r.rid FROM ${rows} ORDER BY r.rid DESC LIMIT 1) AS high
      FROM (${liveCollection(collection)}) AS live`);
    if (row === undefined) return 'stale';
    return row.low === null || row.high === null
      ? undefined
      : { low: BigInt(row.low), high: BigInt(row.high), count: Number(row.count) };
  }

  /** For each of these numbers the next `each` selected records from it on; no record twice. None of a collection that has changed. */
  async from(
    collection: Collection,
    namespace: string,
    sample: Pick<Selection, 'filter'> & { readonly starts: readonly bigint[]; readonly each: number; readonly parts: Parts },
  ): Promise<SamplePiece> {
    const starts = `{${sample.starts.join(',')}}`;
    const rows = await this.database.query<SampleRow>(sql`
      SELECT DISTINCT ON (page.rid) page.* FROM (${liveCollection(collection)}) AS live
      CROSS JOIN unnest(${starts}::bigint[]) AS s (start) CROSS JOIN LATERAL (
        SELECT r.rid, ${partColumns(collection, sample.parts)}
        FROM ${selected(collection, namespace, { filter: sample.filter })} AND r.rid >= s.start ORDER BY r.rid LIMIT ${sample.each}) AS page
      ORDER BY page.rid`);
    const last = rows.at(-1)?.rid;
    return { records: rows.map(toRecord), last: last === undefined ? undefined : BigInt(last) };
  }
}
