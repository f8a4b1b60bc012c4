import { randomUUID } from 'node:crypto';
import { Global, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Collection } from '../../src/collections/collection.js';
import { CollectionsModule } from '../../src/collections/collections.module.js';
import { CollectionsService } from '../../src/collections/collections.service.js';
import { CONFIG, readConfig } from '../../src/config/config.js';
import { Limits } from '../../src/limits/limits.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { PostgresModule } from '../../src/postgres/postgres.module.js';
import { type Sql, sql } from '../../src/postgres/sql.js';
import { LeasesService } from '../../src/records/maintenance/leases.service.js';
import { RecordsModule } from '../../src/records/records.module.js';
import { BackupRunner } from '../../src/snapshots/backup-runner.js';
import type { BackupRun, BackupSchedule, Frequency } from '../../src/snapshots/backup-schedule.js';
import { BackupSchedulesService } from '../../src/snapshots/backup-schedules.service.js';
import { SnapshotsModule } from '../../src/snapshots/snapshots.module.js';
import { SnapshotsService } from '../../src/snapshots/snapshots.service.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../src/tenants/tenant.js';
import { TenantsModule } from '../../src/tenants/tenants.module.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

const SCOPE = { tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE };
const ALL = { after: undefined, limit: 100 };
const DAY_MS = 86_400_000;

@Global()
@Module({})
class Core {}

let storage: TestStorage;
let database: Database;
/** Two instances of the gateway. */
let instances: readonly INestApplicationContext[];
let collections: CollectionsService;
let schedules: BackupSchedulesService;
let snapshots: SnapshotsService;

beforeAll(async () => {
  storage = await createStorage();
  const config = readConfig(storage.environment);
  database = await openDatabase(config, () => undefined);
  const start = async (): Promise<INestApplicationContext> => {
    const modules = [PostgresModule.with(database), TenantsModule, CollectionsModule, RecordsModule, SnapshotsModule];
    const settings = { module: Core, providers: [{ provide: CONFIG, useValue: config }, Limits], exports: [CONFIG, Limits] };
    return NestFactory.createApplicationContext({ module: Core, imports: [settings, ...modules] }, { logger: false });
  };
  const first = await start();
  instances = [first, await start()];
  collections = first.get(CollectionsService);
  schedules = first.get(BackupSchedulesService);
  snapshots = first.get(SnapshotsService);
});

afterAll(async () => {
  for (const instance of instances) await instance.close();
  await database.close();
  await storage.remove();
});

async function makeCollection(): Promise<Collection> {
  return collections.create(SCOPE, {
    name: randomUUID(),
    protocol: 'pinecone',
    metric: 'cosine',
    dimension: 2,
    metadata: null,
    settings: '{}',
  });
}

async function schedule(collection: Collection, frequency: Frequency = 'daily'): Promise<BackupSchedule> {
  return schedules.create(collection, { name: 'nightly', frequency, retentionDays: 7 });
}

/** What was planned and done is so much longer ago. */
async function passTime({ uuid }: BackupSchedule, interval: string): Promise<void> {
  const ago = (column: Sql): Sql => sql`${column} = ${column} - ${interval}::interval`;
  await database.query(sql`
    UPDATE polyvec.backup_schedules SET ${ago(sql`anchor_at`)}, ${ago(sql`due_at`)}, ${ago(sql`planned_at`)} WHERE uuid = ${uuid}`);
  await database.query(sql`UPDATE polyvec.backup_runs SET ${ago(sql`created_at`)} WHERE schedule_uuid = ${uuid}`);
}

async function lookEverywhere(): Promise<void> {
  await Promise.all(instances.map((instance) => instance.get(BackupRunner).look()));
}

async function runsOf({ uuid }: BackupSchedule): Promise<readonly BackupRun[]> {
  return schedules.runs(await schedules.require(SCOPE, uuid), ALL);
}

async function backupsOf({ uuid }: Collection): Promise<number> {
  return (await snapshots.list(SCOPE, { kind: 'backup', limit: null, source: { uuid } })).length;
}

describe('a schedule', () => {
  it('begins at the next 6 o’clock UTC', async () => {
    const before = Date.now();
    const { next } = await schedule(await makeCollection());
    expect(next?.dueAt.toISOString()).toMatch(/T06:00:00\.000Z$/);
    expect((next?.dueAt.getTime() ?? 0) - before).toBeGreaterThan(0);
    expect((next?.dueAt.getTime() ?? 0) - before).toBeLessThanOrEqual(DAY_MS + 60_000);
  });

  it('is the only enabled one of its collection', async () => {
    const collection = await makeCollection();
    const first = await schedule(collection);
    await expect(schedule(collection)).rejects.toMatchObject({ detail: { kind: 'already_exists' } });
    await schedules.update(SCOPE, first.uuid, { enabled: false });
    const second = await schedule(collection);
    const enabling = schedules.update(SCOPE, first.uuid, { enabled: true });
    await expect(enabling).rejects.toMatchObject({ detail: { kind: 'already_exists' } });
    expect((await schedules.list(collection, ALL)).map(({ uuid }) => uuid)).toEqual([second.uuid, first.uuid]);
  });

  it('goes with its collection; its backups stay', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await passTime(made, '1 day');
    await lookEverywhere();
    await collections.delete(SCOPE, collection.name);
    await expect(schedules.require(SCOPE, made.uuid)).rejects.toMatchObject({ detail: { kind: 'not_found' } });
    await lookEverywhere();
    expect(await backupsOf(collection)).toBe(1);
  });
});

describe('a run', () => {
  it('is carried out once, by whichever instance is first', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await lookEverywhere();
    expect(await backupsOf(collection)).toBe(0);
    await passTime(made, '1 day');
    await lookEverywhere();
    await lookEverywhere();
    expect((await runsOf(made)).map(({ status }) => status)).toEqual(['planned', 'ready']);
    expect(await backupsOf(collection)).toBe(1);
  });

  it('is not carried out while another instance has the lease', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    const other = new LeasesService(instances[0]?.get(LeasesService)['store'] as never);
    await other.take('backup-schedules', 60);
    await passTime(made, '1 day');
    await lookEverywhere();
    expect(await backupsOf(collection)).toBe(0);
    await other.release('backup-schedules');
    await lookEverywhere();
    expect(await backupsOf(collection)).toBe(1);
  });

  it('finds the backup of an instance that ended before it said so', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await snapshots.create(collection, { kind: 'backup', name: 'taken', description: null, uuid: made.next?.uuid ?? '' });
    await passTime(made, '1 day');
    await lookEverywhere();
    expect((await runsOf(made)).map(({ status, snapshot }) => [status, snapshot?.name])).toEqual([
      ['planned', undefined],
      ['ready', 'taken'],
    ]);
    expect(await backupsOf(collection)).toBe(1);
  });

  it('is not made up for when it was missed more than once', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await passTime(made, '10 days');
    await lookEverywhere();
    expect(await backupsOf(collection)).toBe(1);
    const { next } = await schedules.require(SCOPE, made.uuid);
    expect(next?.dueAt).toEqual(made.next?.dueAt);
  });

  it.each([
    ['weekly', 7, 7],
    ['monthly', 28, 31],
  ] as const)('is followed by the next one: %s', async (frequency, least, most) => {
    const made = await schedule(await makeCollection(), frequency);
    await passTime(made, '1 day');
    await lookEverywhere();
    const { next } = await schedules.require(SCOPE, made.uuid);
    const days = ((next?.dueAt.getTime() ?? 0) - (made.next?.dueAt.getTime() ?? 0)) / DAY_MS + 1;
    expect(days).toBeGreaterThanOrEqual(least);
    expect(days).toBeLessThanOrEqual(most);
  });

  it('keeps to the first day of a monthly schedule over years', async () => {
    const made = await schedule(await makeCollection(), 'monthly');
    await database.query(sql`
      UPDATE polyvec.backup_schedules SET anchor_at = '2016-01-01 06:00Z', due_at = '2016-02-01 06:00Z' WHERE uuid = ${made.uuid}`);
    await lookEverywhere();
    const { next } = await schedules.require(SCOPE, made.uuid);
    expect(next?.dueAt.toISOString()).toMatch(/-01T06:00:00\.000Z$/);
    expect(next?.dueAt.getTime()).toBeGreaterThan(Date.now());
    expect(next?.dueAt.getTime()).toBeLessThanOrEqual(Date.now() + 31 * DAY_MS);
  });

  it('is given up when it was begun again and again', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await database.query(sql`UPDATE polyvec.backup_schedules SET attempts = 5 WHERE uuid = ${made.uuid}`);
    await passTime(made, '1 day');
    await lookEverywhere();
    expect((await runsOf(made)).map(({ status }) => status)).toEqual(['planned', 'failed']);
    expect(await backupsOf(collection)).toBe(0);
  });
});

describe('a change', () => {
  it('of the frequency plans the next run anew, one of the retention does not', async () => {
    const made = await schedule(await makeCollection());
    const kept = await schedules.update(SCOPE, made.uuid, { retentionDays: 30 });
    expect(kept).toEqual({ ...made, retentionDays: 30 });
    const other = await schedules.update(SCOPE, made.uuid, { frequency: 'monthly' });
    expect(other).toMatchObject({ frequency: 'monthly', retentionDays: 30 });
    expect(other.next?.uuid).not.toBe(made.next?.uuid);
  });

  it('disables a schedule, which does nothing then', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await passTime(made, '1 day');
    const disabled = await schedules.update(SCOPE, made.uuid, { enabled: false });
    expect(disabled.next).toBeNull();
    await lookEverywhere();
    expect([await runsOf(made), await backupsOf(collection)]).toEqual([[], 0]);
    const enabled = await schedules.update(SCOPE, made.uuid, { enabled: true });
    expect(enabled.next?.dueAt.getTime()).toBeGreaterThan(Date.now());
  });
});

describe('a backup', () => {
  it('is removed when it was kept long enough, with its row in the history', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await passTime(made, '1 day');
    await lookEverywhere();
    await passTime(made, '6 days');
    await lookEverywhere();
    expect((await runsOf(made)).filter(({ status }) => status === 'ready')).toHaveLength(2);
    await passTime(made, '1 day');
    await lookEverywhere();
    // the oldest is gone, and the day's has come
    expect((await runsOf(made)).filter(({ status }) => status === 'ready')).toHaveLength(2);
    expect(await backupsOf(collection)).toBe(2);
  });

  it('is kept as long as the schedule says now', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await passTime(made, '1 day');
    await lookEverywhere();
    await schedules.update(SCOPE, made.uuid, { retentionDays: 1, enabled: false });
    await passTime(made, '1 day');
    await lookEverywhere();
    expect(await backupsOf(collection)).toBe(0);
  });

  it('stays for good when its schedule is deleted', async () => {
    const collection = await makeCollection();
    const made = await schedule(collection);
    await passTime(made, '1 day');
    await lookEverywhere();
    await schedules.delete(SCOPE, made.uuid);
    await lookEverywhere();
    expect(await backupsOf(collection)).toBe(1);
  });
});
