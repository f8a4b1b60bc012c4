import { randomUUID } from 'node:crypto';
import { Global, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Collection, NewCollection } from '../../src/collections/collection.js';
import { CollectionsModule } from '../../src/collections/collections.module.js';
import { CollectionsService } from '../../src/collections/collections.service.js';
import { CONFIG, readConfig } from '../../src/config/config.js';
import { Limits } from '../../src/limits/limits.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { PostgresModule } from '../../src/postgres/postgres.module.js';
import { sql } from '../../src/postgres/sql.js';
import { NamespacesService } from '../../src/records/namespaces.service.js';
import type { RecordWrite, SparseVector, StoredRecord } from '../../src/records/record.js';
import { RecordReads } from '../../src/records/record-reads.service.js';
import { RecordSearches } from '../../src/records/record-searches.service.js';
import { RecordWrites } from '../../src/records/record-writes.service.js';
import { RecordsModule } from '../../src/records/records.module.js';
import type { NewSnapshot, RestoreTarget, Snapshot } from '../../src/snapshots/snapshot.js';
import { SnapshotsModule } from '../../src/snapshots/snapshots.module.js';
import { SnapshotsService } from '../../src/snapshots/snapshots.service.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../src/tenants/tenant.js';
import { TenantsModule } from '../../src/tenants/tenants.module.js';
import { TenantsService } from '../../src/tenants/tenants.service.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

const SCOPE = { tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE };
const BACKUP: NewSnapshot = { kind: 'backup', name: 'nightly', description: 'of the test' };
const ALL = { document: true, uri: true, metadata: true, embedding: true, sparse: true };
/** More than one step of copying. */
const MANY = 2_050;

@Global()
@Module({})
class Core {}

let storage: TestStorage;
let database: Database;
let application: INestApplicationContext;
let collections: CollectionsService;
let reads: RecordReads;
let writes: RecordWrites;
let searches: RecordSearches;
let namespaces: NamespacesService;
let snapshots: SnapshotsService;
let tenants: TenantsService;

beforeAll(async () => {
  storage = await createStorage();
  const config = readConfig(storage.environment);
  database = await openDatabase(config, () => undefined);
  const modules = [PostgresModule.with(database), TenantsModule, CollectionsModule, RecordsModule, SnapshotsModule];
  const settings = { module: Core, providers: [{ provide: CONFIG, useValue: config }, Limits], exports: [CONFIG, Limits] };
  application = await NestFactory.createApplicationContext({ module: Core, imports: [settings, ...modules] }, { logger: false });
  collections = application.get(CollectionsService);
  reads = application.get(RecordReads);
  writes = application.get(RecordWrites);
  searches = application.get(RecordSearches);
  namespaces = application.get(NamespacesService);
  snapshots = application.get(SnapshotsService);
  tenants = application.get(TenantsService);
});

afterAll(async () => {
  await application.close();
  await database.close();
  await storage.remove();
});

function create(given: Partial<NewCollection> = {}): Promise<Collection> {
  return collections.create(SCOPE, {
    name: `c-${randomUUID()}`,
    protocol: 'pinecone',
    metric: 'ip',
    metadata: null,
    settings: '{"pinecone":{"tags":{"a":"b"}}}',
    ...given,
  });
}

function record(id: string, given: Partial<RecordWrite> = {}): RecordWrite {
  return { id, embedding: null, document: null, uri: null, metadata: null, removedKeys: [], ...given };
}

async function write(collection: Collection, namespace: string, ...written: readonly RecordWrite[]): Promise<void> {
  const fields = [{ name: 'year', type: 'int' } as const];
  await writes.write(collection, namespace, { records: written, fields }, { existing: 'replace', missing: 'insert' });
}

function sparse(...entries: readonly (readonly [index: number, value: number])[]): SparseVector {
  return { indices: entries.map(([index]) => index), values: Float32Array.from(entries.map(([, value]) => value)) };
}

async function contents(collection: Collection, namespace: string): Promise<readonly StoredRecord[]> {
  const read: StoredRecord[] = [];
  const sink = {
    take: (page: readonly StoredRecord[]) => {
      read.push(...page);
      return Promise.resolve();
    },
    restart: () => {
      read.length = 0;
      return Promise.resolve();
    },
  };
  await reads.readByInsertion(collection, namespace, { parts: ALL, offset: 0, limit: null }, sink);
  return read;
}

function target(given: Partial<RestoreTarget> = {}): RestoreTarget {
  return { name: `r-${randomUUID()}`, settings: '{"pinecone":{}}', deletionProtection: false, ...given };
}

async function restore(snapshot: Snapshot, given: Partial<RestoreTarget> = {}): Promise<Collection> {
  return (await snapshots.restore(SCOPE, snapshot, target(given))).collection;
}

/** A collection of two namespaces with dense and sparse vectors, and an empty one with a schema. */
async function createVaried(): Promise<Collection> {
  const collection = await create();
  await write(
    collection,
    '',
    record('é ', { embedding: Float32Array.of(0.1, -0), metadata: '{"year": 1.0, "big": 9223372036854775807}' }),
    record('x'.repeat(3_000), { embedding: Float32Array.of(1, 2), document: 'a document', uri: 'file://a' }),
    record('both', { embedding: Float32Array.of(3, 4), sparse: sparse([7, 0.5], [4_294_967_295, 2]) }),
  );
  await write(collection, 'second', record('both', { embedding: Float32Array.of(5, 6), sparse: sparse([7, 3]) }));
  await namespaces.create(collection, 'empty', '{"fields":{"year":{"filterable":true}}}');
  return collections.requireCurrent(SCOPE, collection.uuid);
}

async function drop(collection: Collection): Promise<void> {
  await collections.delete(SCOPE, collection.name);
  await swept();
}

/** Resolves when the rows of everything that was dropped are gone. */
async function swept(): Promise<void> {
  for (;;) {
    const rows = await database.query(sql`SELECT FROM polyvec.dropped_collections`);
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function countRows(): Promise<Readonly<Record<string, string | null>>> {
  const [row] = await database.query(sql`
    SELECT (SELECT count(*) FROM polyvec.snapshot_records) AS records, (SELECT count(*) FROM polyvec.snapshot_vectors) AS vectors,
      (SELECT count(*) FROM polyvec.snapshot_namespaces) AS namespaces, (SELECT count(*) FROM polyvec.snapshots) AS snapshots,
      (SELECT count(*) FROM polyvec.pool_records) AS pool, (SELECT count(*) FROM polyvec.pool_sparse) AS sparse,
      (SELECT count(*) FROM polyvec.pool_postings) AS postings`);
  return row ?? {};
}

const page = (limit: number) => ({ kind: 'backup', limit }) as const;

describe('a snapshot', () => {
  it('outlives its collection, and becomes one with the same records, vectors, sparse vectors and namespaces', async () => {
    const source = await createVaried();
    const before = { first: await contents(source, ''), second: await contents(source, 'second') };
    const spaces = await namespaces.list(source, { defaultName: '', prefix: '', after: undefined, limit: 10 }, true);
    const snapshot = await snapshots.create(source, BACKUP);
    await drop(source);
    const restored = await restore(await snapshots.require(SCOPE, snapshot.uuid));
    expect({ first: await contents(restored, ''), second: await contents(restored, 'second') }).toEqual(before);
    expect(before.first.map(({ id }) => id.length)).toEqual([2, 3_000, 4]);
    expect(before.second[0]?.sparse).toEqual({ indices: '[7]', values: '[3]' });
    expect(await namespaces.list(restored, { defaultName: '', prefix: '', after: undefined, limit: 10 }, true)).toEqual(spaces);
    expect(spaces.namespaces.map(({ name, schema }) => [name, schema])).toEqual([
      ['', null],
      ['empty', '{"fields":{"year":{"filterable":true}}}'],
      ['second', null],
    ]);
  });

  it('keeps what the collection was: metric, dimension, kind of vectors, fields, metadata', async () => {
    const source = await createVaried();
    const chroma = await create({ protocol: 'chroma', metric: 'l2', metadata: '{"a": 1.0}', settings: '{"chroma":{}}' });
    const definition = ({ metric, dimension, vectorType, hasSparse, fields, metadata }: Collection): object => ({
      metric,
      dimension,
      vectorType,
      hasSparse,
      fields,
      metadata,
    });
    expect(definition(await restore(await snapshots.create(source, BACKUP)))).toEqual(definition(source));
    expect(definition(await restore(await snapshots.create(chroma, BACKUP)))).toEqual(definition(chroma));
    expect(source.fields.length).toBeGreaterThan(0);
  });

  it('gives the collection the settings, the protection and the metric that are asked for', async () => {
    const snapshot = await snapshots.create(await createVaried(), BACKUP);
    expect(snapshot.settings).toBe('{"pinecone":{"tags":{"a":"b"}}}');
    const restored = await restore(snapshot, { settings: '{"pinecone":{"x":1}}', deletionProtection: true, metric: 'cosine' });
    expect(restored).toMatchObject({ settings: '{"pinecone":{"x":1}}', deletionProtection: true, metric: 'cosine' });
  });

  it('says what it is of and how much it holds', async () => {
    const source = await createVaried();
    const snapshot = await snapshots.create(source, BACKUP);
    expect(snapshot).toMatchObject({
      ...BACKUP,
      source: { uuid: source.uuid, name: source.name, deletedAt: null },
      metric: 'ip',
      dimension: 2,
      recordCount: 4,
      namespaceCount: 3,
    });
    expect(snapshot.sizeBytes).toBeGreaterThan(3_000);
    expect(snapshot.sizeBytes).toBeLessThan(4_000);
  });

  it('knows when its collection was deleted', async () => {
    const source = await createVaried();
    const { uuid } = await snapshots.create(source, BACKUP);
    await drop(source);
    const { source: known } = await snapshots.require(SCOPE, uuid);
    expect(known).toEqual({ uuid: source.uuid, name: source.name, deletedAt: expect.any(Date) as Date });
  });

  it('leaves both collections to themselves: writes and deletes in one change nothing in the other', async () => {
    const source = await createVaried();
    const restored = await restore(await snapshots.create(source, BACKUP));
    const untouched = await contents(source, '');
    await write(restored, '', record('both', { embedding: Float32Array.of(9, 9), sparse: sparse([1, 1]) }), record('new'));
    await writes.delete(restored, 'second', { limit: null, listIds: false });
    expect(await contents(source, '')).toEqual(untouched);
    expect((await contents(restored, '')).map(({ id }) => id).at(-1)).toBe('new');
    expect(await contents(source, 'second')).toHaveLength(1);
  });

  it('can be searched by sparse vectors once it is a collection again', async () => {
    const restored = await restore(await snapshots.create(await createVaried(), BACKUP));
    const query = { embedding: null, sparse: sparse([4_294_967_295, 1]), parts: ALL, limit: 10 };
    const { records: found } = await searches.rank(restored, '', query);
    expect(found.map(({ id, score }) => [id, score])).toEqual([['both', '2']]);
  });

  it('of a collection without any record becomes an empty collection', async () => {
    const restored = await restore(await snapshots.create(await create(), BACKUP));
    expect(restored.dimension).toBeNull();
    expect(await reads.count(restored, '')).toBe(0);
  });

  it('copies more records than fit into one step, each exactly once', async () => {
    const source = await create();
    const written = Array.from({ length: MANY }, (_, index) =>
      record(`id-${String(index)}`, { embedding: Float32Array.of(index, 1), metadata: `{"year": ${String(index)}}` }),
    );
    await write(source, 'a', ...written.slice(0, 40));
    await write(source, 'b', ...written);
    const snapshot = await snapshots.create(source, BACKUP);
    const restored = await restore(snapshot);
    expect([snapshot.recordCount, snapshot.namespaceCount]).toEqual([MANY + 40, 2]);
    expect(await contents(restored, 'a')).toEqual(await contents(source, 'a'));
    expect(await contents(restored, 'b')).toEqual(await contents(source, 'b'));
  });

  it('is of one moment, while others write to the collection', async () => {
    const source = await create();
    // between what is copied first and what is copied last there is more than one step
    const still = Array.from({ length: MANY }, (_, index) => record(`id-${String(index)}`, { embedding: Float32Array.of(0, 0) }));
    await write(source, 'm', ...still);
    const turn = (value: number): RecordWrite =>
      record('turn', {
        embedding: Float32Array.of(value, value),
        sparse: sparse([value, value]),
        metadata: `{"year": ${String(value)}}`,
      });
    const stop = new AbortController();
    let turns = 0;
    await write(source, 'a', turn(1));
    await write(source, 'z', turn(1));
    const writer = (async () => {
      for (let value = 2; !stop.signal.aborted; value += 1) {
        await write(source, 'a', turn(value));
        await write(source, 'z', turn(value));
        turns = value;
      }
    })();
    const taken: Snapshot[] = [];
    for (let count = 0; count < 4; count += 1) taken.push(await snapshots.create(source, BACKUP));
    stop.abort();
    await writer;
    for (const snapshot of taken) {
      const restored = await restore(snapshot);
      const [[first], [last]] = [await contents(restored, 'a'), await contents(restored, 'z')];
      const value = Number(last?.sparse?.values.slice(1, -1));
      expect(last).toMatchObject({ embedding: `[${String(value)},${String(value)}]`, metadata: `{"year": ${String(value)}}` });
      // `a` is written before `z`: it is the same turn, or one ahead
      const turnsOfA = [value, value + 1].map((year) => `{"year": ${String(year)}}`);
      expect(turnsOfA).toContain(first?.metadata);
      expect(first?.embedding).toBe(
        `[${String(first?.sparse?.values).slice(1, -1)},${String(first?.sparse?.values).slice(1, -1)}]`,
      );
    }
    expect(turns).toBeGreaterThan(1);
  });

  it('cannot be taken of a collection that is gone', async () => {
    const source = await create();
    await collections.delete(SCOPE, source.name);
    await expect(snapshots.create(source, BACKUP)).rejects.toMatchObject({
      detail: { kind: 'not_found', subject: 'collection' },
    });
  });
});

describe('restoring a snapshot', () => {
  it('refuses a name that is taken, and leaves nothing behind', async () => {
    const source = await createVaried();
    const snapshot = await snapshots.create(source, BACKUP);
    const before = await countRows();
    await expect(snapshots.restore(SCOPE, snapshot, target({ name: source.name }))).rejects.toMatchObject({
      detail: { kind: 'already_exists', subject: 'collection', name: source.name },
    });
    expect(await countRows()).toEqual(before);
  });

  it('gives one collection when two ask for the same name at once', async () => {
    const snapshot = await snapshots.create(await createVaried(), BACKUP);
    const wanted = target();
    const outcomes = await Promise.allSettled([1, 2].map(() => snapshots.restore(SCOPE, snapshot, wanted)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await contents(await collections.requireByName(SCOPE, wanted.name), '')).toHaveLength(3);
  });

  it('writes down a job, which outlives the snapshot', async () => {
    const snapshot = await snapshots.create(await createVaried(), BACKUP);
    const { collection, jobUuid } = await snapshots.restore(SCOPE, snapshot, target());
    await snapshots.delete(snapshot);
    const job = await snapshots.requireJob(SCOPE, jobUuid);
    expect(job).toMatchObject({
      uuid: jobUuid,
      snapshotUuid: snapshot.uuid,
      target: { uuid: collection.uuid, name: collection.name },
      status: 'completed',
    });
    expect(job.completedAt?.getTime()).toBeGreaterThanOrEqual(job.createdAt.getTime());
    expect((await snapshots.jobs(SCOPE, page(1))).map(({ uuid }) => uuid)).toEqual([jobUuid]);
  });

  it('of a snapshot that was deleted meanwhile is not_found', async () => {
    const snapshot = await snapshots.create(await createVaried(), BACKUP);
    await snapshots.delete(snapshot);
    const wanted = target();
    await expect(snapshots.restore(SCOPE, snapshot, wanted)).rejects.toMatchObject({
      detail: { kind: 'not_found', subject: 'snapshot' },
    });
    await expect(collections.requireByName(SCOPE, wanted.name)).rejects.toMatchObject({ detail: { kind: 'not_found' } });
  });
});

describe('deleting a snapshot', () => {
  it('removes every row of it, and of nothing else', async () => {
    const source = await createVaried();
    const kept = await snapshots.create(source, BACKUP);
    await swept();
    const before = await countRows();
    const doomed = await snapshots.create(source, BACKUP);
    await snapshots.delete(doomed);
    await swept();
    expect(await countRows()).toEqual(before);
    expect(await contents(await restore(kept), '')).toEqual(await contents(source, ''));
    await expect(snapshots.require(SCOPE, doomed.uuid)).rejects.toMatchObject({
      detail: { kind: 'not_found', subject: 'snapshot' },
    });
    await expect(snapshots.delete(doomed)).rejects.toMatchObject({ detail: { kind: 'not_found', subject: 'snapshot' } });
  });

  it('happens when its database is deleted', async () => {
    const scope = { tenant: DEFAULT_TENANT, database: `d-${randomUUID()}` };
    await swept();
    const before = await countRows();
    await tenants.createDatabase(scope);
    const given = { protocol: 'pinecone', metric: 'ip', metadata: null, settings: '{}' } as const;
    const source = await collections.create(scope, { name: 'doomed', ...given });
    await write(source, '', record('a', { embedding: Float32Array.of(1) }));
    await snapshots.create(source, BACKUP);
    await tenants.deleteDatabase(scope);
    collections.forgetDropped();
    await swept();
    expect(await countRows()).toEqual(before);
  });
});

describe('lists of snapshots', () => {
  it('show the newest first, page after page, whatever is deleted in between', async () => {
    const source = await create();
    const made: Snapshot[] = [];
    for (let count = 0; count < 5; count += 1) made.unshift(await snapshots.create(source, BACKUP));
    const listed = { kind: 'backup', source: { uuid: source.uuid }, limit: 2 } as const;
    const uuids = (list: readonly Snapshot[]): readonly string[] => list.map(({ uuid }) => uuid);
    const first = await snapshots.list(SCOPE, listed);
    expect(uuids(first)).toEqual(uuids(made.slice(0, 2)));
    for (const snapshot of made.slice(0, 3)) await snapshots.delete(snapshot);
    const second = await snapshots.list(SCOPE, { ...listed, after: first[1]?.position });
    expect(uuids(second)).toEqual(uuids(made.slice(3)));
    expect(await snapshots.list(SCOPE, { ...listed, after: second[1]?.position })).toEqual([]);
  });

  it('show those of one collection, of all that had its name, or of all', async () => {
    const name = `c-${randomUUID()}`;
    const first = await create({ name });
    const old = await snapshots.create(first, BACKUP);
    await drop(first);
    const second = await create({ name });
    const recent = await snapshots.create(second, BACKUP);
    const other = await snapshots.create(await create(), BACKUP);
    const uuids = async (source?: { uuid: string } | { name: string }): Promise<readonly string[]> =>
      (await snapshots.list(SCOPE, { kind: 'backup', source, limit: 1_000 })).map(({ uuid }) => uuid);
    expect(await uuids({ uuid: second.uuid })).toEqual([recent.uuid]);
    expect(await uuids({ name })).toEqual([recent.uuid, old.uuid]);
    expect((await uuids()).slice(0, 3)).toEqual([other.uuid, recent.uuid, old.uuid]);
  });

  it('show one kind, and one database', async () => {
    const source = await create();
    const elsewhere = { tenant: DEFAULT_TENANT, database: `d-${randomUUID()}` };
    await tenants.createDatabase(elsewhere);
    const backup = await snapshots.create(source, BACKUP);
    expect((await snapshots.list(SCOPE, { kind: 'collection', limit: 1_000 })).map(({ uuid }) => uuid)).not.toContain(
      backup.uuid,
    );
    expect(await snapshots.list(elsewhere, { kind: 'backup', limit: 1_000 })).toEqual([]);
    await expect(snapshots.require(elsewhere, backup.uuid)).rejects.toMatchObject({ detail: { subject: 'snapshot' } });
  });
});

describe('a snapshot of kind collection', () => {
  it('has its name to itself, and is found by it', async () => {
    const source = await createVaried();
    const named = { kind: 'collection', name: `s-${randomUUID()}`, description: null } as const;
    const snapshot = await snapshots.create(source, named);
    const before = await countRows();
    await expect(snapshots.create(source, named)).rejects.toMatchObject({
      detail: { kind: 'already_exists', subject: 'snapshot', name: named.name },
    });
    expect(await countRows()).toEqual(before);
    expect(await snapshots.requireByName(SCOPE, 'collection', named.name)).toEqual(snapshot);
    await expect(snapshots.requireByName(SCOPE, 'backup', named.name)).rejects.toMatchObject({ detail: { kind: 'not_found' } });
  });
});

it('says not_found for what is no uuid', async () => {
  await expect(snapshots.require(SCOPE, 'x')).rejects.toMatchObject({
    detail: { kind: 'not_found', subject: 'snapshot', name: 'x' },
  });
  await expect(snapshots.requireJob(SCOPE, 'x')).rejects.toMatchObject({ detail: { kind: 'not_found', subject: 'restore_job' } });
});
