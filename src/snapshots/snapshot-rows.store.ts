import type { Metric, VectorType } from '../collections/collection.js';
import { isNamed } from '../collections/named.store.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { Reach } from '../tenants/caller.js';
import type { Scope } from '../tenants/tenant.js';
import type { ListPage, ListPosition, RestoreJob, Snapshot, SnapshotKind } from './snapshot.js';

type ListedRow = Readonly<{ uuid: string; created_micros: string }>;

export type SnapshotRow = ListedRow &
  Readonly<{
    kind: SnapshotKind;
    name: string | null;
    description: string | null;
    source_uuid: string;
    source_name: string;
    source_deleted_ms: string | null;
    metric: Metric;
    dimension: string | null;
    vector_type: VectorType;
    settings: string;
    record_count: string;
    namespace_count: string;
    size_bytes: string;
  }>;

export type JobRow = ListedRow &
  Readonly<{
    snapshot_uuid: string;
    target_uuid: string;
    target_name: string;
    status: RestoreJob['status'];
    completed_ms: string | null;
  }>;

/** Of the row `s`. */
export const SNAPSHOT_COLUMNS = sql`s.uuid, s.kind, s.name, s.description, s.source_uuid, s.source_name,
  floor(extract(epoch FROM s.source_deleted_at) * 1000)::bigint AS source_deleted_ms, s.metric, s.dimension, s.vector_type,
  s.settings::text AS settings, s.record_count, s.namespace_count, s.size_bytes, ${micros(sql`s.created_at`)} AS created_micros`;

/** Of the row `j`. */
export const JOB_COLUMNS = sql`j.uuid, j.snapshot_uuid, j.target_uuid, j.target_name, j.status,
  floor(extract(epoch FROM j.completed_at) * 1000)::bigint AS completed_ms, ${micros(sql`j.created_at`)} AS created_micros`;

/** The id of the database that the scope names. */
export function databaseId(scope: Scope): Sql {
  return sql`(SELECT d.id FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
    WHERE t.name = ${scope.tenant} AND d.name = ${scope.database})`;
}

/** Whether a row of `table`, named in `name`, is within reach. */
export function within(table: Sql, name: Sql, reach: Reach): Sql {
  return sql`${table}.database_id = ${databaseId(reach)} AND ${isNamed(name, reach.named)}`;
}

/** Rows of `table`, named in `name`, that are in the list, after where the page before ended. */
export function pageOf(table: Sql, name: Sql, reach: Reach, page: ListPage): Sql {
  return sql`${within(table, name, reach)} AND ${table}.kind = ${page.kind} AND ${isAfter(table, page.after)}`;
}

/** Whether a row of `table` comes after the position, in a list with the newest first. */
export function isAfter(table: Sql, after: ListPosition | undefined): Sql {
  if (after === undefined) return sql`TRUE`;
  return sql`(${table}.created_at, ${table}.uuid)
    < (timestamptz 'epoch' + ${after.createdMicros}::bigint * interval '1 microsecond', ${after.uuid}::uuid)`;
}

export function toSnapshot(row: SnapshotRow): Snapshot {
  return {
    uuid: row.uuid,
    kind: row.kind,
    name: row.name,
    description: row.description,
    source: { uuid: row.source_uuid, name: row.source_name, deletedAt: toDate(row.source_deleted_ms) },
    metric: row.metric,
    dimension: row.dimension === null ? null : Number(row.dimension),
    vectorType: row.vector_type,
    settings: row.settings,
    recordCount: Number(row.record_count),
    namespaceCount: Number(row.namespace_count),
    sizeBytes: Number(row.size_bytes),
    createdAt: new Date(Number(row.created_micros) / 1000),
    position: positionOf(row),
  };
}

export function toJob(row: JobRow): RestoreJob {
  return {
    uuid: row.uuid,
    snapshotUuid: row.snapshot_uuid,
    target: { uuid: row.target_uuid, name: row.target_name },
    status: row.status,
    createdAt: new Date(Number(row.created_micros) / 1000),
    completedAt: toDate(row.completed_ms),
    position: positionOf(row),
  };
}

export function positionOf(row: ListedRow): ListPosition {
  return { createdMicros: row.created_micros, uuid: row.uuid };
}

function toDate(milliseconds: string | null): Date | null {
  return milliseconds === null ? null : new Date(Number(milliseconds));
}

export function micros(time: Sql): Sql {
  return sql`(extract(epoch FROM ${time}) * 1000000)::bigint`;
}
