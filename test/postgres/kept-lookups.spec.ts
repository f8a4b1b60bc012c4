import pg from 'pg';
import type { Collection } from '../../src/collections/collection.js';
import { readConfig } from '../../src/config/config.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { sql } from '../../src/postgres/sql.js';
import type { RecordWrite } from '../../src/records/record.js';
import { RecordStore } from '../../src/records/record.store.js';
import { RecordPageStore } from '../../src/records/record-page.store.js';
import { RecordPatchStore } from '../../src/records/record-patch.store.js';
import { RecordWriteStore } from '../../src/records/record-write.store.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { newCollection, placed } from '../support/gateway/placed-collection.js';
import { asRequest } from '../support/gateway/request-of-test.js';
import { byEffort } from '../support/setup/effort.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine has one session for all; TEST_DATABASE_URL names a server)';

const MOST = byEffort({ quick: 100_000, full: 1_000_000 });
const IDS = 10;
/** Rows and entries of indexes that a statement on ten ids may read: a few of each table for each of them. */
const FEW = 15 * IDS;
const ALL = { document: true, uri: true, metadata: true, embedding: true, sparse: true };

/** What is sent about ten ids; true: the session keeps its plan. */
type Lookups = Readonly<Record<string, (session: Session, collection: Collection, ids: readonly string[]) => Promise<unknown>>>;

const READS: Lookups = {
  get: ({ records, database }, collection, ids) =>
    records.readPage(database, collection, '', { ids, parts: ALL, offset: 0, limit: null }, { after: undefined, limit: 100 }),
  fetch: ({ pages }, collection, ids) => pages.readPage(collection, '', { ids, parts: ALL, limit: 100 }),
  'count by ids': ({ pages }, collection, ids) => pages.count(collection, '', { ids }),
  count: ({ records }, collection) => records.count(collection, ''),
  'is live': ({ records, database }, collection) => records.isLive(database, collection),
};
const WRITES: Lookups = {
  upsert: ({ writes, database }, collection, ids) =>
    writes.write(database, collection, '', batchOf(ids), { existing: 'replace', missing: 'insert' }),
  update: ({ writes, database }, collection, ids) =>
    writes.write(database, collection, '', batchOf(ids), { existing: 'merge', missing: 'skip' }),
  patch: ({ patches, database }, collection, ids) =>
    patches.patch(database, collection, '', {
      patches: ids.map((id) => ({ id, embedding: new Float32Array([1, 2, 4]), document: 'new', metadata: null })),
      hasNewFields: false,
    }),
};
const DELETES: Lookups = {
  delete: ({ records }, collection, ids) => records.delete(collection, '', { ids, limit: null, listIds: false }),
  'delete and list': ({ records }, collection, ids) => records.delete(collection, '', { ids, limit: null, listIds: true }),
};

/** A session that keeps plans, made at some moment. */
interface Session {
  readonly moment: string;
  readonly database: Database;
  readonly records: RecordStore;
  readonly pages: RecordPageStore;
  readonly writes: RecordWriteStore;
  readonly patches: RecordPatchStore;
}

function batchOf(ids: readonly string[]): { readonly records: readonly RecordWrite[]; superseded: []; hasNewFields: false } {
  const records = ids.map((id) => ({
    id,
    embedding: new Float32Array([1, 2, 3]),
    document: 'new',
    uri: null,
    metadata: '{}',
    removedKeys: [],
  }));
  return { records, superseded: [], hasNewFields: false };
}

describeOnServer(`what is found by ids, with plans that were made when there was less${reason}`, () => {
  let storage: TestStorage;
  let tables: pg.Client;
  const sessions: Session[] = [];
  let next = 0;

  beforeAll(async () => {
    storage = await createStorage();
    tables = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
    await tables.connect();
    // far from those that the test gives itself
    await tables.query(`SELECT setval('polyvec.rid', 10000000000)`);
  });

  afterEach(async () => {
    for (const { database } of sessions.splice(0)) await database.close();
  });

  afterAll(async () => {
    await tables.end();
    await storage.remove();
  });

  async function newSession(moment: string): Promise<Session> {
    const config = readConfig({ ...storage.environment, POLYVEC_POOL_SIZE: '1' });
    const database = await openDatabase(config, () => undefined);
    const session: Session = {
      moment,
      database,
      records: new RecordStore(database),
      pages: new RecordPageStore(database),
      writes: new RecordWriteStore(),
      patches: new RecordPatchStore(database),
    };
    sessions.push(session);
    return session;
  }

  async function inPool(name: string): Promise<Collection> {
    return newCollection((await newSession('before all')).database, name, 3);
  }

  async function inPlace(name: string): Promise<Collection> {
    return placed((await newSession('before all')).database, await inPool(name));
  }

  const named = ({ place, recordTable, vectorTable }: Collection): readonly [string, string] => [
    `"${place}"."${recordTable}"`,
    `"${place}"."${vectorTable}"`,
  ];

  /** Only what the test says changes what planners know. */
  async function calm(collection: Collection): Promise<void> {
    for (const table of named(collection)) await tables.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  }

  /** Each of these makes plans anew, where there are any. */
  async function each(command: string, collection: Collection): Promise<void> {
    for (const table of named(collection)) await tables.query(`${command} ${table}`);
  }

  async function grow(collection: Collection, from: number, to: number): Promise<void> {
    const [records, vectors] = named(collection);
    const seq = collection.recordTable === 'pool_records' ? '0' : 'n';
    const numbers = `generate_series(${String(from + 1)}, ${String(to)}) AS n`;
    await tables.query(`INSERT INTO ${records} (collection_id, namespace, id, rid, document, metadata)
      SELECT ${collection.id}, '', 'id' || n, n, 'a document', '{}' FROM ${numbers}`);
    await tables.query(`INSERT INTO ${vectors} (collection_id, namespace, rid, embedding, seq)
      SELECT ${collection.id}, '', n, '[1,2,3]', ${seq} FROM ${numbers}`);
  }

  /** Ids that nothing else in the test names, spread over all. */
  function takeIds(count: number): readonly string[] {
    return Array.from({ length: IDS }, () => {
      next += 1;
      return `id${String(1 + ((next * 7919) % Math.max(count, IDS)))}`;
    });
  }

  /** Sends each three times: without a name, to have a plan made, and to use it. */
  async function plan(moment: string, collection: Collection, lookups: Lookups, count: number): Promise<void> {
    const session = await newSession(moment);
    for (const look of Object.values(lookups)) {
      for (let time = 0; time < 3; time += 1) await asRequest(() => look(session, collection, takeIds(count)));
    }
  }

  /** Rows and entries of indexes that the database has read so far. */
  async function readSoFar(session: Session): Promise<number> {
    await session.database.query(sql`SELECT pg_stat_force_next_flush()`);
    const { rows } = await tables.query<{ read: string }>(`
      SELECT (SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_user_tables)
        + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) AS read`);
    return Number(rows[0]?.read);
  }

  /** What one look has read: the least of some, as the database may do work of its own just then; a bad plan reads all every time. */
  async function readBy(session: Session, look: Lookups[string], collection: Collection): Promise<number> {
    let least = Infinity;
    for (let time = 0; time < 3 && !(least <= FEW); time += 1) {
      const before = await readSoFar(session);
      await asRequest(() => look(session, collection, takeIds(MOST)));
      least = Math.min(least, (await readSoFar(session)) - before);
    }
    return least;
  }

  /** The look-ups that read more than a few rows. */
  async function costly(collection: Collection, lookups: Lookups): Promise<readonly string[]> {
    const found: string[] = [];
    for (const session of sessions.filter(({ moment }) => moment !== 'before all')) {
      for (const [name, look] of Object.entries(lookups)) {
        const read = await readBy(session, look, collection);
        if (!(read <= FEW)) found.push(`${name}, planned when ${session.moment}: ${String(read)}`);
      }
    }
    return found;
  }

  /** Of these sessions' statements on records, the ones that were planned for their values once they had a name. */
  async function plannedAnew(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { database } of sessions.filter(({ moment }) => moment !== 'before all')) {
      const rows = await database.query<{ statement: string }>(sql`
        SELECT statement FROM pg_prepared_statements
        WHERE generic_plans = 0 AND statement NOT LIKE '%pg_stat_force%' AND statement NOT LIKE '%pg_prepared_statements%'`);
      found.push(...rows.map(({ statement }) => statement));
    }
    return found;
  }

  it.each([
    ['in the pool', { ...READS, ...WRITES, ...DELETES }, inPool],
    ['in a place of its own', { ...READS, ...WRITES }, inPlace],
  ] as const)(
    '%s reads few rows',
    async (where, lookups, arrange) => {
      const collection = await arrange(where);
      await calm(collection);
      await plan('empty', collection, lookups, 0);
      await grow(collection, 100, 200);
      await plan('there were 100', collection, lookups, 200);
      await grow(collection, 200, 10_000);
      await plan('there were 10,000', collection, lookups, 10_000);
      await grow(collection, 10_000, MOST);
      expect(await costly(collection, lookups)).toEqual([]);

      await each('TRUNCATE', collection);
      await each('ANALYZE', collection);
      await plan('empty and analysed', collection, lookups, 0);
      await grow(collection, 1_000, MOST);
      expect(await costly(collection, lookups)).toEqual([]);

      await each('DELETE FROM', collection);
      await each('VACUUM ANALYZE', collection);
      await plan('emptied and vacuumed', collection, lookups, 0);
      await grow(collection, 1_000, MOST);
      expect(await costly(collection, lookups)).toEqual([]);

      await each('TRUNCATE', collection);
      await grow(collection, 1_000, 1_060);
      await each('ANALYZE', collection);
      await plan('there were 60, analysed', collection, lookups, 1_000);
      await grow(collection, 1_060, MOST);
      expect(await costly(collection, lookups)).toEqual([]);

      await each('ANALYZE', collection);
      await plan('all were there, analysed', collection, lookups, MOST);
      expect(await costly(collection, lookups)).toEqual([]);
      expect(await plannedAnew()).toEqual([]);
    },
    600_000,
  );
});
