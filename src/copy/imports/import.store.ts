import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { Database } from '../../postgres/database.js';
import { type Sql, sql } from '../../postgres/sql.js';
import type { BulkImport, ImportProgress, ImportStatus } from './import.js';

type ImportRow = Readonly<
  Record<'uuid' | 'number' | 'uri' | 'is_strict' | 'status' | 'created_ms' | 'total' | 'records' | 'rejects', string>
> &
  Readonly<Record<'finished_ms' | 'fingerprint' | 'cursor' | 'error', string | null>>;

const COLUMNS = sql`c.uuid, i.number, i.uri, i.is_strict, i.status, i.total, i.records, i.rejects, i.fingerprint, i.cursor, i.error,
  floor(extract(epoch FROM i.created_at) * 1000) AS created_ms, floor(extract(epoch FROM i.finished_at) * 1000) AS finished_ms`;
const FROM = sql`polyvec.bulk_imports i JOIN polyvec.collections c ON c.id = i.collection_id`;

/** The list of imports, by collection. */
@Injectable()
export class ImportStore {
  constructor(private readonly database: Database) {}

  /** Adds one that waits. Returns its number; undefined when `most` of the collection's are unfinished, or it is gone. */
  async create({ id }: Collection, uri: string, isStrict: boolean, most: number): Promise<number | undefined> {
    return this.database.transaction(async (transaction) => {
      // numbers are given one after the other
      await transaction.query(sql`SELECT FROM polyvec.collections WHERE id = ${id} FOR NO KEY UPDATE`);
      const [row] = await transaction.query<{ number: string }>(sql`
        INSERT INTO polyvec.bulk_imports (collection_id, number, uri, is_strict)
        SELECT c.id, (SELECT COALESCE(max(number), 0) + 1 FROM polyvec.bulk_imports WHERE collection_id = c.id),
          ${uri}, ${isStrict}::boolean
        FROM polyvec.collections c WHERE c.id = ${id} AND ${most}::integer > (
          SELECT count(*) FROM polyvec.bulk_imports WHERE collection_id = c.id AND finished_at IS NULL)
        RETURNING number`);
      return row === undefined ? undefined : Number(row.number);
    });
  }

  async find({ id }: Collection, number: number): Promise<BulkImport | undefined> {
    return this.one(sql`SELECT ${COLUMNS} FROM ${FROM} WHERE i.collection_id = ${id} AND i.number = ${number}::integer`);
  }

  /** Those behind a number, in their order. */
  async list({ id }: Collection, after: number, limit: number): Promise<readonly BulkImport[]> {
    const rows = await this.database.query<ImportRow>(sql`
      SELECT ${COLUMNS} FROM ${FROM} WHERE i.collection_id = ${id} AND i.number > ${after}::integer
      ORDER BY i.number LIMIT ${limit}`);
    return rows.map(toImport);
  }

  /** The unfinished one of all collections that has waited longest. */
  async next(): Promise<BulkImport | undefined> {
    return this.one(sql`SELECT ${COLUMNS} FROM ${FROM} WHERE i.finished_at IS NULL ORDER BY i.created_at, i.number LIMIT 1`);
  }

  /** It is under way, from files of this fingerprint. */
  async begin({ uuid, number }: BulkImport, fingerprint: string, total: number): Promise<void> {
    await this.database.query(sql`
      UPDATE polyvec.bulk_imports SET status = 'InProgress', fingerprint = ${fingerprint}, total = ${total}
      WHERE ${isIt(uuid, number)} AND finished_at IS NULL`);
  }

  /** Moves it on; false when it is somewhere else, or has been cancelled. */
  async step({ uuid, number }: BulkImport, previous: string | null, next: ImportProgress): Promise<boolean> {
    const rows = await this.database.query(sql`
      UPDATE polyvec.bulk_imports SET cursor = ${next.cursor}, records = ${next.records}, rejects = ${next.rejects},
        error = ${next.error}
      WHERE ${isIt(uuid, number)} AND cursor IS NOT DISTINCT FROM ${previous}::text AND finished_at IS NULL RETURNING 1`);
    return rows.length > 0;
  }

  /** Ends it, unless it has ended before. An absent error stays as it is. */
  async finish({ uuid, number }: BulkImport, status: ImportStatus, error?: string): Promise<void> {
    await this.database.query(sql`
      UPDATE polyvec.bulk_imports SET status = ${status}, finished_at = clock_timestamp(),
        error = COALESCE(${error ?? null}::text, error)
      WHERE ${isIt(uuid, number)} AND finished_at IS NULL`);
  }

  private async one(query: Sql): Promise<BulkImport | undefined> {
    const [row] = await this.database.query<ImportRow>(query);
    return row && toImport(row);
  }
}

function isIt(uuid: string, number: number): Sql {
  return sql`collection_id = (SELECT id FROM polyvec.collections WHERE uuid = ${uuid}) AND number = ${number}::integer`;
}

function toImport(row: ImportRow): BulkImport {
  const { uuid, uri, fingerprint, cursor, error } = row;
  return {
    ...{ uuid, uri, fingerprint, cursor, error, number: Number(row.number), isStrict: row.is_strict === 't' },
    ...{ status: row.status as ImportStatus, createdAt: new Date(Number(row.created_ms)) },
    finishedAt: row.finished_ms === null ? null : new Date(Number(row.finished_ms)),
    ...{ total: Number(row.total), records: Number(row.records), rejects: Number(row.rejects) },
  };
}
