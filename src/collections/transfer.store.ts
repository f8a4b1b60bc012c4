import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { Caller } from '../tenants/caller.js';
import { isNamed } from './named.store.js';
import type { Transfer } from './transfer.js';

type TransferRow = Readonly<
  Record<'kind' | 'tenant' | 'database' | 'name' | 'source' | 'status' | 'records' | 'rejects', string>
> &
  Readonly<Record<'uuid' | 'number' | 'total' | 'error' | 'created_ms' | 'finished_ms', string | null>>;

const NULLS = sql`NULL::bigint AS total, NULL::text AS error, NULL::bigint AS created_ms, NULL::bigint AS finished_ms`;

/** The copies and imports of every tenant. */
@Injectable()
export class TransferStore {
  constructor(private readonly database: Database) {}

  /** Unfinished ones first, then the newest; `reach` bounds them. */
  async list(reach: Pick<Caller, 'tenant' | 'database' | 'collections'>, limit: number): Promise<readonly Transfer[]> {
    const tables = sql`polyvec.collections c JOIN polyvec.databases d ON d.id = c.database_id JOIN polyvec.tenants t ON t.id = d.tenant_id`;
    // what is still hidden is in a tenant that nobody can name: its place is where it will be
    const rows = await this.database.query<TransferRow>(sql`
      SELECT f.* FROM (
        SELECT 'copy' AS kind, CASE WHEN k.is_hidden THEN NULL ELSE c.uuid END AS uuid, c.id AS collection_id,
          CASE WHEN k.is_hidden THEN k.tenant ELSE t.name END AS tenant,
          CASE WHEN k.is_hidden THEN k.database ELSE d.name END AS database,
          CASE WHEN k.is_hidden THEN k.name ELSE c.name END AS name, NULL::integer AS number, k.source,
          CASE WHEN k.is_finished THEN 'Completed' ELSE 'InProgress' END AS status, k.records, k.rejects, ${NULLS}
        FROM polyvec.copies k JOIN ${tables} ON c.id = k.collection_id
        UNION ALL
        SELECT 'import', c.uuid, c.id, t.name, d.name, c.name, i.number, i.uri, i.status, i.records, i.rejects,
          CASE WHEN i.fingerprint IS NULL THEN NULL ELSE i.total END, i.error,
          floor(extract(epoch FROM i.created_at) * 1000)::bigint, floor(extract(epoch FROM i.finished_at) * 1000)::bigint
        FROM polyvec.bulk_imports i JOIN ${tables} ON c.id = i.collection_id) AS f
      WHERE ${isReached(reach)}
      ORDER BY f.status IN ('Pending', 'InProgress') DESC, f.created_ms DESC NULLS LAST, f.collection_id DESC, f.number DESC
      LIMIT ${limit}`);
    return rows.map(toTransfer);
  }
}

function isReached({ tenant, database, collections }: Pick<Caller, 'tenant' | 'database' | 'collections'>): Sql {
  const inTenant = tenant === null ? sql`TRUE` : sql`f.tenant = ${tenant}`;
  const inDatabase = database === null ? sql`TRUE` : sql`f.database = ${database}`;
  return sql`${inTenant} AND ${inDatabase} AND ${isNamed(sql`f.name`, collections)}`;
}

function toTransfer(row: TransferRow): Transfer {
  const { uuid, tenant, database, name, source, error } = row;
  const dateOf = (ms: string | null): Date | null => (ms === null ? null : new Date(Number(ms)));
  return {
    ...{ uuid, tenant, database, name, source, error },
    kind: row.kind as Transfer['kind'],
    status: row.status as Transfer['status'],
    number: row.number === null ? null : Number(row.number),
    records: Number(row.records),
    rejects: Number(row.rejects),
    total: row.total === null ? null : Number(row.total),
    createdAt: dateOf(row.created_ms),
    finishedAt: dateOf(row.finished_ms),
  };
}
