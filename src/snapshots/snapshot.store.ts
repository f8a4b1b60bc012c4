import { Injectable } from '@nestjs/common';
import type { Collection, ProtocolName } from '../collections/collection.js';
import { isNamed } from '../collections/named.store.js';
import { namespaceTable, recordTable, SHARED_PLACE } from '../collections/place-tables.store.js';
import { Database } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import { isUniqueViolation } from '../postgres/sqlstate.js';
import type { Caller, Reach } from '../tenants/caller.js';
import type { Scope } from '../tenants/tenant.js';
import { childRows, copyRows, type Rows } from './row-copy.store.js';
import type {
  ListPage,
  NewSnapshot,
  PlacedSnapshot,
  RestoreJob,
  RestoreTarget,
  Snapshot,
  SnapshotKind,
  SnapshotPage,
} from './snapshot.js';
import {
  JOB_COLUMNS,
  type JobRow,
  pageOf,
  SNAPSHOT_COLUMNS,
  type SnapshotRow,
  toJob,
  toSnapshot,
  within,
} from './snapshot-rows.store.js';

/** A snapshot that has just been taken. */
export interface CreatedSnapshot {
  readonly uuid: string;
  readonly rows: Rows;
}

/** Null: every one. */
type WideReach = Pick<Caller, 'tenant' | 'database' | 'collections'>;

/** The rows, and the names that keys are for: what a snapshot is of, what a job has made. */
const SNAPSHOT = [sql`s`, sql`s.source_name`] as const;
const JOB = [sql`j`, sql`j.target_name`] as const;

type CreatedRow = Readonly<{
  id: string;
  uuid: string;
  place: string;
  record_table: string;
  vector_table: string;
  job_uuid: string;
}>;

/** Snapshots: a row in a list, and copies of a collection's rows under a collection id that no collection has. */
@Injectable()
export class SnapshotStore {
  constructor(private readonly database: Database) {}

  /**
   * Copies all that the collection is at one moment; others go on writing meanwhile, except that its deletion waits.
   * `missing`: there is no such collection any more. `taken`: the name or the uuid is another snapshot's.
   */
  async create(collection: Collection, snapshot: NewSnapshot): Promise<CreatedSnapshot | 'missing' | 'taken'> {
    try {
      return await this.database.transaction(async (transaction) => {
        await transaction.query(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
        const [row] = await transaction.query<{
          uuid: string;
          rows_id: string;
          place: string;
          record_table: string;
          vector_table: string;
        }>(insertSnapshot(collection, snapshot));
        if (row === undefined) return 'missing';
        const from: Rows = {
          ...{ id: collection.id, place: row.place },
          ...{ recordTable: row.record_table, vectorTable: row.vector_table },
        };
        const rows = snapshotRows(row.rows_id);
        for (const part of [from, ...(await childRows(transaction, from))]) {
          const { records, bytes } = await copyRows(transaction, part, rows);
          await transaction.query(sql`
            WITH copied AS (
              INSERT INTO polyvec.snapshot_namespaces (snapshot_uuid, name, lsn, schema, created_at)
              SELECT ${row.uuid}, name, lsn, schema, created_at FROM ${namespaceTable(part)} WHERE collection_id = ${part.id}
              RETURNING 1)
            UPDATE polyvec.snapshots SET record_count = record_count + ${records}, size_bytes = size_bytes + ${bytes},
              namespace_count = namespace_count + (SELECT count(*) FROM copied) WHERE uuid = ${row.uuid}`);
        }
        return { uuid: row.uuid, rows };
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  async find(reach: Reach, uuid: string): Promise<Snapshot | undefined> {
    return this.findOne(sql`${within(...SNAPSHOT, reach)} AND s.uuid = ${uuid}`);
  }

  /** In any tenant and database that `reach` includes. */
  async findPlaced(
    { tenant, database, collections }: WideReach,
    kind: SnapshotKind,
    uuid: string,
  ): Promise<PlacedSnapshot | undefined> {
    const isIn = (name: Sql, wanted: string | null): Sql => (wanted === null ? sql`TRUE` : sql`${name} = ${wanted}`);
    const [row] = await this.database.query<SnapshotRow & Scope & { protocol: ProtocolName }>(sql`
      SELECT ${SNAPSHOT_COLUMNS}, s.protocol, t.name AS tenant, d.name AS database
      FROM polyvec.snapshots s JOIN polyvec.databases d ON d.id = s.database_id JOIN polyvec.tenants t ON t.id = d.tenant_id
      WHERE s.uuid = ${uuid} AND s.kind = ${kind} AND ${isNamed(sql`s.source_name`, collections)}
        AND ${isIn(sql`t.name`, tenant)} AND ${isIn(sql`d.name`, database)}`);
    if (row === undefined) return undefined;
    return { snapshot: toSnapshot(row), scope: { tenant: row.tenant, database: row.database }, protocol: row.protocol };
  }

  async findByName(reach: Reach, kind: SnapshotKind, name: string): Promise<Snapshot | undefined> {
    return this.findOne(sql`${within(...SNAPSHOT, reach)} AND s.kind = ${kind} AND s.name = ${name}`);
  }

  /** The newest first. */
  async list(reach: Reach, page: SnapshotPage): Promise<readonly Snapshot[]> {
    const rows = await this.database.query<SnapshotRow>(sql`
      SELECT ${SNAPSHOT_COLUMNS} FROM polyvec.snapshots s
      WHERE ${pageOf(...SNAPSHOT, reach, page)} AND ${ofSource(page.source)}
      ORDER BY s.created_at DESC, s.uuid DESC LIMIT ${page.limit}`);
    return rows.map(toSnapshot);
  }

  /** Its rows are removed later. False when there is no such snapshot any more. */
  async delete(snapshot: Snapshot): Promise<boolean> {
    const rows = await this.database.query(sql`DELETE FROM polyvec.snapshots WHERE uuid = ${snapshot.uuid} RETURNING uuid`);
    return rows.length > 0;
  }

  /**
   * Makes a collection of the snapshot, in one transaction: others see all of it or nothing. `missing`: the snapshot is gone.
   * `taken`: the name is another collection's.
   */
  async restore(
    snapshot: Snapshot,
    target: RestoreTarget,
  ): Promise<{ readonly collectionUuid: string; readonly jobUuid: string } | 'missing' | 'taken'> {
    return this.database.transaction(async (transaction) => {
      // its rows are not swept while this one is locked
      const [source] = await transaction.query<{ rows_id: string }>(sql`
        SELECT rows_id FROM polyvec.snapshots WHERE uuid = ${snapshot.uuid} FOR KEY SHARE`);
      if (source === undefined) return 'missing';
      const [created] = await transaction.query<CreatedRow>(insertCollection(snapshot, target));
      if (created === undefined) return 'taken';
      const to: Rows = {
        ...{ id: created.id, place: created.place },
        ...{ recordTable: created.record_table, vectorTable: created.vector_table },
      };
      await transaction.query(insertBelongings(snapshot, to));
      await copyRows(transaction, snapshotRows(source.rows_id), to, 'searchable');
      await transaction.query(countRecords(to));
      await transaction.query(sql`
        UPDATE polyvec.restore_jobs SET status = 'completed', completed_at = clock_timestamp() WHERE uuid = ${created.job_uuid}`);
      return { collectionUuid: created.uuid, jobUuid: created.job_uuid };
    });
  }

  async findJob(reach: Reach, uuid: string): Promise<RestoreJob | undefined> {
    const [row] = await this.database.query<JobRow>(sql`
      SELECT ${JOB_COLUMNS} FROM polyvec.restore_jobs j WHERE ${within(...JOB, reach)} AND j.uuid = ${uuid}`);
    return row && toJob(row);
  }

  /** The newest first. */
  async listJobs(reach: Reach, page: ListPage): Promise<readonly RestoreJob[]> {
    const rows = await this.database.query<JobRow>(sql`
      SELECT ${JOB_COLUMNS} FROM polyvec.restore_jobs j WHERE ${pageOf(...JOB, reach, page)}
      ORDER BY j.created_at DESC, j.uuid DESC LIMIT ${page.limit}`);
    return rows.map(toJob);
  }

  private async findOne(condition: Sql): Promise<Snapshot | undefined> {
    const [row] = await this.database.query<SnapshotRow>(sql`
      SELECT ${SNAPSHOT_COLUMNS} FROM polyvec.snapshots s WHERE ${condition}`);
    return row && toSnapshot(row);
  }
}

function snapshotRows(id: string): Rows {
  return { id, place: SHARED_PLACE, recordTable: 'snapshot_records', vectorTable: 'snapshot_vectors' };
}

function ofSource(source: SnapshotPage['source']): Sql {
  if (source === undefined) return sql`TRUE`;
  return 'uuid' in source ? sql`s.source_uuid = ${source.uuid}` : sql`s.source_name = ${source.name}`;
}

/** The snapshot's row, and where the collection's rows are. The collection's row is locked: its deletion waits, writers do not. */
function insertSnapshot(collection: Collection, snapshot: NewSnapshot): Sql {
  return sql`
    WITH source AS MATERIALIZED (SELECT * FROM polyvec.collections WHERE id = ${collection.id} FOR KEY SHARE),
    created AS (
      INSERT INTO polyvec.snapshots (uuid, database_id, kind, name, description, source_uuid, source_name,
        protocol, metric, dimension, vector_type, has_sparse, settings, metadata, fields)
      SELECT COALESCE(${snapshot.uuid ?? null}::uuid, gen_random_uuid()), c.database_id, ${snapshot.kind}, ${snapshot.name},
        ${snapshot.description}, c.uuid, c.name,
        c.protocol, c.metric, c.dimension, c.vector_type, c.has_sparse, c.settings, c.metadata, COALESCE((
          SELECT json_agg(json_build_object('name', f.name, 'type', f.type)) FROM polyvec.collection_fields f
          WHERE f.collection_id = c.id), '[]')
      FROM source c RETURNING uuid, rows_id)
    SELECT created.uuid, created.rows_id, source.place, source.record_table, source.vector_table FROM created CROSS JOIN source`;
}

/** The collection that the snapshot becomes, and the job; no row when the name is taken. */
function insertCollection(snapshot: Snapshot, target: RestoreTarget): Sql {
  return sql`
    WITH created AS (
      INSERT INTO polyvec.collections (
        database_id, name, protocol, metric, dimension, vector_type, has_sparse, settings, metadata, deletion_protection)
      SELECT s.database_id, ${target.name}, s.protocol, COALESCE(${target.metric ?? null}, s.metric), s.dimension,
        s.vector_type, s.has_sparse, ${target.settings}::json, s.metadata, ${target.deletionProtection}
      FROM polyvec.snapshots s WHERE s.uuid = ${snapshot.uuid} AND NOT EXISTS (
        SELECT FROM polyvec.collection_aliases a WHERE a.database_id = s.database_id AND a.name = ${target.name})
      ON CONFLICT (database_id, name) DO NOTHING RETURNING id, uuid, database_id, name, place, record_table, vector_table),
    job AS (
      INSERT INTO polyvec.restore_jobs (database_id, kind, snapshot_uuid, target_uuid, target_name, status)
      SELECT c.database_id, ${snapshot.kind}, ${snapshot.uuid}::uuid, c.uuid, c.name, 'running' FROM created c RETURNING uuid)
    SELECT c.id, c.uuid, c.place, c.record_table, c.vector_table, job.uuid AS job_uuid FROM created c CROSS JOIN job`;
}

/** Says in each namespace how many records it has, each of which a write has named. */
function countRecords(to: Rows): Sql {
  return sql`
    UPDATE ${namespaceTable(to)} n SET record_count = r.count, operations = r.count FROM (
      SELECT namespace, count(*) FROM ${recordTable(to)} WHERE collection_id = ${to.id} GROUP BY namespace) AS r
    WHERE n.collection_id = ${to.id} AND n.name = r.namespace`;
}

/** What else belongs to the collection: its namespaces and the fields that occur in it. */
function insertBelongings(snapshot: Snapshot, to: Rows): Sql {
  return sql`
    WITH fields AS (
      INSERT INTO polyvec.collection_fields (collection_id, name, type)
      SELECT ${to.id}::bigint, f.name, f.type
      FROM polyvec.snapshots s CROSS JOIN LATERAL json_to_recordset(s.fields) AS f (name text, type text)
      WHERE s.uuid = ${snapshot.uuid})
    INSERT INTO ${namespaceTable(to)} (collection_id, name, lsn, schema, created_at)
    SELECT ${to.id}::bigint, name, lsn, schema, created_at FROM polyvec.snapshot_namespaces
    WHERE snapshot_uuid = ${snapshot.uuid}`;
}
