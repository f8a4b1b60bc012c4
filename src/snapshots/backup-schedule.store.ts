import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { isNamed } from '../collections/named.store.js';
import { Database } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import { isUniqueViolation } from '../postgres/sqlstate.js';
import type { Reach } from '../tenants/caller.js';
import type { BackupRun, BackupSchedule, BackupScheduleChange, DueRun, Frequency, NewBackupSchedule } from './backup-schedule.js';
import type { ListPosition } from './snapshot.js';
import {
  databaseId,
  isAfter,
  micros,
  positionOf,
  SNAPSHOT_COLUMNS,
  type SnapshotRow,
  toSnapshot,
} from './snapshot-rows.store.js';

/** A part of a list, the newest first. */
export interface SchedulePage {
  readonly after: ListPosition | undefined;
  readonly limit: number;
}

type ScheduleRow = Readonly<
  Record<'uuid' | 'source_uuid' | 'source_name' | 'settings' | 'name' | 'frequency' | 'retention_days' | 'created_micros', string>
> &
  Readonly<Record<'run_uuid' | 'due_ms' | 'planned_ms', string | null>>;

type RunRow = Readonly<Record<'run_uuid' | 'status' | 'made_ms' | 'due_micros', string>> & Partial<SnapshotRow>;

const COLUMNS = sql`b.uuid, c.uuid AS source_uuid, c.name AS source_name, c.settings::text AS settings, b.name, b.frequency, b.retention_days,
  ${micros(sql`b.created_at`)} AS created_micros, b.run_uuid, ${millis(sql`b.due_at`)} AS due_ms,
  ${millis(sql`b.planned_at`)} AS planned_ms`;
/** The next 6 o'clock, UTC. */
const FIRST_RUN = sql`((date_trunc('day', (clock_timestamp() AT TIME ZONE 'UTC') - interval '6 hours')
  + interval '30 hours') AT TIME ZONE 'UTC')`;

/** Schedules of backups, and their runs. */
@Injectable()
export class BackupScheduleStore {
  constructor(private readonly database: Database) {}

  /** `missing`: the collection is gone. `taken`: another of its schedules is enabled. */
  async create(
    { id }: Collection,
    { name, frequency, retentionDays }: NewBackupSchedule,
  ): Promise<{ readonly uuid: string } | 'missing' | 'taken'> {
    return unlessTaken(async () => {
      const [row] = await this.database.query<{ uuid: string }>(sql`
        INSERT INTO polyvec.backup_schedules (collection_id, name, frequency, retention_days, anchor_at, due_at)
        SELECT c.id, ${name}, ${frequency}, ${retentionDays}::integer, ${FIRST_RUN}, ${FIRST_RUN}
        FROM polyvec.collections c WHERE c.id = ${id} RETURNING uuid`);
      return row ?? 'missing';
    });
  }

  async find(reach: Reach, uuid: string): Promise<BackupSchedule | undefined> {
    const [row] = await this.database.query<ScheduleRow>(sql`
      SELECT ${COLUMNS} FROM polyvec.backup_schedules b JOIN polyvec.collections c ON c.id = b.collection_id
      WHERE b.uuid = ${uuid} AND c.database_id = ${databaseId(reach)} AND ${isNamed(sql`c.name`, reach.named)}`);
    return row && toSchedule(row);
  }

  /** Those of the collection, the newest first. */
  async list({ id }: Collection, { after, limit }: SchedulePage): Promise<readonly BackupSchedule[]> {
    const rows = await this.database.query<ScheduleRow>(sql`
      SELECT ${COLUMNS} FROM polyvec.backup_schedules b JOIN polyvec.collections c ON c.id = b.collection_id
      WHERE b.collection_id = ${id} AND ${isAfter(sql`b`, after)} ORDER BY b.created_at DESC, b.uuid DESC LIMIT ${limit}`);
    return rows.map(toSchedule);
  }

  /** Another frequency, and being enabled again, plan the next run anew. `taken`: another schedule of the collection is enabled. */
  async update(uuid: string, change: BackupScheduleChange): Promise<'updated' | 'missing' | 'taken'> {
    return unlessTaken(async () => {
      const rows = await this.database.query(sql`
        WITH found AS MATERIALIZED (SELECT * FROM polyvec.backup_schedules WHERE uuid = ${uuid} FOR UPDATE),
        wanted AS (
          SELECT COALESCE(${change.frequency ?? null}::text, frequency) AS frequency, frequency AS old_frequency, run_uuid AS old_run,
            COALESCE(${change.retentionDays ?? null}::integer, retention_days) AS retention_days,
            COALESCE(${change.enabled ?? null}::boolean, run_uuid IS NOT NULL) AS is_enabled FROM found),
        planned AS (
          SELECT frequency, retention_days, is_enabled, ${FIRST_RUN} AS first_at,
            is_enabled AND (old_run IS NULL OR old_frequency <> frequency) AS is_anew FROM wanted)
        UPDATE polyvec.backup_schedules b SET frequency = p.frequency, retention_days = p.retention_days,
          anchor_at = CASE WHEN p.is_anew THEN p.first_at ELSE b.anchor_at END,
          run_uuid = CASE WHEN p.is_anew THEN gen_random_uuid() WHEN p.is_enabled THEN b.run_uuid END,
          planned_at = CASE WHEN p.is_anew THEN clock_timestamp() WHEN p.is_enabled THEN b.planned_at END,
          due_at = CASE WHEN p.is_anew THEN p.first_at WHEN p.is_enabled THEN b.due_at END,
          attempts = CASE WHEN p.is_anew THEN 0 ELSE b.attempts END
        FROM planned p WHERE b.uuid = ${uuid} RETURNING b.uuid`);
      return rows.length > 0 ? 'updated' : 'missing';
    });
  }

  /** Its backups stay. False when it is gone already. */
  async delete(uuid: string): Promise<boolean> {
    const rows = await this.database.query(sql`DELETE FROM polyvec.backup_schedules WHERE uuid = ${uuid} RETURNING uuid`);
    return rows.length > 0;
  }

  /** The one to come, and those that have ended, in the order in which they were due, the last first. */
  async runs(uuid: string, { after, limit }: SchedulePage): Promise<readonly BackupRun[]> {
    const rows = await this.database.query<RunRow>(sql`
      SELECT r.uuid AS run_uuid, r.status, ${micros(sql`r.created_at`)} AS due_micros, ${millis(sql`r.made_at`)} AS made_ms,
        ${SNAPSHOT_COLUMNS}
      FROM (
        SELECT run_uuid AS uuid, 'planned' AS status, due_at AS created_at, planned_at AS made_at, NULL::uuid AS snapshot_uuid
        FROM polyvec.backup_schedules WHERE uuid = ${uuid} AND run_uuid IS NOT NULL
        UNION ALL
        SELECT uuid, CASE WHEN snapshot_uuid IS NULL THEN 'failed' ELSE 'ready' END, due_at, created_at, snapshot_uuid
        FROM polyvec.backup_runs WHERE schedule_uuid = ${uuid}) AS r LEFT JOIN polyvec.snapshots s ON s.uuid = r.snapshot_uuid
      WHERE ${isAfter(sql`r`, after)} ORDER BY r.created_at DESC, r.uuid DESC LIMIT ${limit}`);
    return rows.map(toRun);
  }

  /** Whether a run is due, or a backup has been kept long enough. */
  async hasWork(): Promise<boolean> {
    const [row] = await this.database.query<{ due: string }>(sql`
      SELECT (EXISTS (SELECT FROM polyvec.backup_schedules WHERE due_at <= clock_timestamp())
        OR EXISTS (SELECT FROM polyvec.backup_runs r JOIN polyvec.backup_schedules b ON b.uuid = r.schedule_uuid
          WHERE ${isExpired()})) AS due`);
    return row?.due === 't';
  }

  /** The run that has been due the longest. It counts as begun once more. */
  async begin(): Promise<DueRun | undefined> {
    const [row] = await this.database.query<
      Readonly<Record<'run_uuid' | 'uuid' | 'collection_uuid' | 'name' | 'attempts' | 'due_micros', string>>
    >(sql`
      UPDATE polyvec.backup_schedules b SET attempts = b.attempts + 1 FROM polyvec.collections c
      WHERE c.id = b.collection_id AND b.uuid = (
        SELECT uuid FROM polyvec.backup_schedules WHERE due_at <= clock_timestamp() ORDER BY attempts, due_at LIMIT 1)
      RETURNING b.run_uuid, b.uuid, c.uuid AS collection_uuid, b.attempts - 1 AS attempts,
        ${micros(sql`b.due_at`)} AS due_micros,
        b.name || '-' || to_char(b.due_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"') AS name`);
    if (row === undefined) return undefined;
    const { uuid: scheduleUuid, collection_uuid: collectionUuid, name, due_micros: dueMicros } = row;
    return { uuid: row.run_uuid, scheduleUuid, collectionUuid, name, dueMicros, attempts: Number(row.attempts) };
  }

  /** The run has ended, with a backup of its uuid or an error. The next one is planned: those that were missed are not made up for. */
  async finish(run: DueRun, error: string | null): Promise<void> {
    await this.database.query(sql`
      WITH ended AS (
        INSERT INTO polyvec.backup_runs (uuid, schedule_uuid, snapshot_uuid, due_at, error)
        SELECT ${run.uuid}, b.uuid, s.uuid, timestamptz 'epoch' + ${run.dueMicros}::bigint * interval '1 microsecond',
          CASE WHEN s.uuid IS NULL THEN COALESCE(${error}::text, 'the backup was deleted at once') END
        FROM polyvec.backup_schedules b LEFT JOIN polyvec.snapshots s ON s.uuid = ${run.uuid}
        WHERE b.uuid = ${run.scheduleUuid} ON CONFLICT (uuid) DO NOTHING)
      UPDATE polyvec.backup_schedules b SET run_uuid = gen_random_uuid(), planned_at = clock_timestamp(), attempts = 0, due_at = (
        SELECT min(t.at) FROM (
          SELECT (b.anchor_at AT TIME ZONE 'UTC' + (passed.periods + g) * length.period) AT TIME ZONE 'UTC'
          FROM generate_series(0, 40) AS g) AS t (at)
        WHERE t.at > clock_timestamp())
      FROM ${periods()} AS length (frequency, period, longest), LATERAL (
        SELECT floor(extract(epoch FROM clock_timestamp() - o.anchor_at) / extract(epoch FROM length.longest))::integer AS periods
        FROM polyvec.backup_schedules o WHERE o.uuid = ${run.scheduleUuid}) AS passed
      WHERE b.uuid = ${run.scheduleUuid} AND b.run_uuid = ${run.uuid} AND length.frequency = b.frequency`);
  }

  /** Removes backups that have been kept long enough, and what failed as long ago. Returns whether there were backups. */
  async removeExpired(): Promise<boolean> {
    const rows = await this.database.query(sql`
      WITH expired AS MATERIALIZED (
        SELECT r.uuid, r.snapshot_uuid FROM polyvec.backup_runs r JOIN polyvec.backup_schedules b ON b.uuid = r.schedule_uuid
        WHERE ${isExpired()}),
      failed AS (DELETE FROM polyvec.backup_runs WHERE uuid IN (SELECT uuid FROM expired WHERE snapshot_uuid IS NULL))
      DELETE FROM polyvec.snapshots WHERE uuid IN (SELECT snapshot_uuid FROM expired) RETURNING uuid`);
    return rows.length > 0;
  }
}

/** Of the run `r` and its schedule `b`. */
function isExpired(): Sql {
  return sql`r.created_at < clock_timestamp() - b.retention_days * interval '1 day'`;
}

/** How far runs are apart, and at most. */
function periods(): Sql {
  return sql`(VALUES ('daily', interval '1 day', interval '1 day'), ('weekly', interval '7 days', interval '7 days'),
    ('monthly', interval '1 month', interval '31 days'))`;
}

function millis(time: Sql): Sql {
  return sql`floor(extract(epoch FROM ${time}) * 1000)::bigint`;
}

async function unlessTaken<T>(work: () => Promise<T>): Promise<T | 'taken'> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) return 'taken';
    throw error;
  }
}

function toSchedule(row: ScheduleRow): BackupSchedule {
  const { uuid, name, run_uuid: run } = row;
  return {
    ...{
      uuid,
      name,
      source: { uuid: row.source_uuid, name: row.source_name, settings: row.settings },
      frequency: row.frequency as Frequency,
    },
    retentionDays: Number(row.retention_days),
    createdAt: new Date(Number(row.created_micros) / 1000),
    next: run === null ? null : { uuid: run, dueAt: new Date(Number(row.due_ms)), plannedAt: new Date(Number(row.planned_ms)) },
    position: positionOf(row),
  };
}

function toRun(row: RunRow): BackupRun {
  const isReady = row.status === 'ready';
  return {
    uuid: row.run_uuid,
    status: row.status as BackupRun['status'],
    dueAt: new Date(Number(row.due_micros) / 1000),
    createdAt: new Date(Number(row.made_ms)),
    snapshot: isReady ? toSnapshot(row as SnapshotRow) : null,
    position: { uuid: row.run_uuid, createdMicros: row.due_micros },
  };
}
