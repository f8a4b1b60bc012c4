import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { move, moveOptions } from '../../src/cli/move.js';
import { verifyDatabase } from '../../src/cli/verify.js';
import { readConfig } from '../../src/config/config.js';
import { SEQUENCES, TABLES } from '../../src/move/moved-tables.js';
import type { Database } from '../../src/postgres/database.js';
import { DATABASE, RESERVE, RESERVE_DRAFT } from '../../src/postgres/embedded/data-directory.js';
import { DataDirectoryLock } from '../../src/postgres/embedded/data-directory-lock.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { sql } from '../../src/postgres/sql.js';
import { indexed } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi, CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { endProcess } from '../support/gateway/gateway-process.js';
import { POLYVEC } from '../support/gateway/program.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';
import { answersOf, catalogOf, checksumOf, fillEverything, LARGE, MIDDLE_DOCUMENT } from '../support/scenes/move-scene.js';

useWarmEngines();

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: what is moved goes to a server, and TEST_DATABASE_URL names none)';

const SETTINGS = {
  POLYVEC_PINECONE_INDEX_PORTS: '0:40',
  POLYVEC_DEDICATED_MIN_FLOATS: '800',
  POLYVEC_INDEX_MIN_FLOATS: '800',
  POLYVEC_NAMESPACE_PLACE_FLOATS: '800',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};
const QUIET = { POLYVEC_LOG_LEVEL: 'error' };
/** What the target's test waits for holds this lock. */
const MIDDLE_LOCK = 4_711;

interface Moved {
  readonly isEqual: boolean;
  readonly lines: readonly string[];
}

async function moved(
  to: string,
  from: string,
  inside: { verifyOnly?: boolean; dryRun?: boolean; batchRows?: string } = {},
): Promise<Moved> {
  const lines: string[] = [];
  const options = moveOptions({ to, from, batchRows: '50', ...inside });
  const isEqual = await move(QUIET, options, (line) => lines.push(line));
  return { isEqual, lines };
}

async function onDatabase<T>(
  environment: Readonly<Record<string, string>>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(readConfig({ ...QUIET, ...environment }), () => undefined);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** How many vector indexes are built; none while one is under way. */
async function readyIndexes(database: Database): Promise<number> {
  const rows = await database.query<{ state: string }>(sql`SELECT state FROM polyvec.vector_indexes`);
  return rows.every(({ state }) => state === 'ready') ? rows.length : 0;
}

/** Until then the test's own time limit is the end. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

describe('what a move knows of', () => {
  let storage: TestStorage;

  beforeAll(async () => {
    storage = await createStorage();
  });

  afterAll(async () => {
    await storage.remove();
  });

  it('is every table and every sequence that the migrations make', async () => {
    const found = await onDatabase(storage.environment, (database) =>
      database.query<{ kind: string; name: string }>(sql`
        SELECT relkind AS kind, relname AS name FROM pg_class
        WHERE relnamespace = 'polyvec'::regnamespace AND relkind IN ('r', 'p', 'f', 'm', 'S') ORDER BY relname COLLATE "C"`),
    );
    const names = (isSequence: boolean): readonly string[] =>
      found.filter(({ kind }) => (kind === 'S') === isSequence).map(({ name }) => name);
    expect(names(false)).toEqual(Object.keys(TABLES).sort());
    expect(names(true)).toEqual(Object.keys(SEQUENCES).sort());
  });
});

describeOnServer(`polyvec move${reason}`, () => {
  const removals: (() => Promise<void>)[] = [];
  let directory: string;
  let data: string;
  let before: Readonly<Record<string, unknown>>;
  let catalog: Readonly<Record<string, readonly string[]>>;
  /** What the embedded database was moved to; nothing is changed there. */
  let origin: string;
  let outcome: Moved;
  let checksums: readonly string[];

  /** A database on the server, empty or a copy of another one. */
  async function newDatabase(template?: string): Promise<string> {
    const url = new URL(process.env['TEST_DATABASE_URL'] ?? '');
    const admin = url.href;
    const name = `polyvec_test_${randomUUID().replaceAll('-', '')}`;
    const like = template === undefined ? '' : `TEMPLATE ${new URL(template).pathname.slice(1)}`;
    await administer(admin, `CREATE DATABASE ${name} ${like}`);
    removals.push(() => administer(admin, `DROP DATABASE ${name} WITH (FORCE)`));
    url.pathname = `/${name}`;
    return url.href;
  }

  async function onServer<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
    return onDatabase({ DATABASE_URL: url }, work);
  }

  /** A gateway on data that stays when it stops. */
  async function gatewayOn(environment: Readonly<Record<string, string>>): Promise<TestGateway> {
    const settings = { ...SETTINGS, POLYVEC_IMPORT_ROOT: join(directory, 'imports') };
    return startGatewayOn({ environment, remove: () => Promise.resolve() }, settings);
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'polyvec-move-'));
    data = join(directory, 'data');
    const environment = { POLYVEC_DATA_DIR: data };
    const gateway = await gatewayOn(environment);
    try {
      await fillEverything(gateway);
      before = await answersOf(gateway);
    } finally {
      await gateway.stop();
    }
    catalog = await onDatabase(environment, async (database) => {
      await database.query(sql`
        INSERT INTO polyvec.api_keys (id, name, digest, permissions, tenant, collections, previous_until)
        VALUES ('k1', 'it''s a key', '\\x00ff10', '{read,write}', 'acme', '{"a,b*",c}', '2100-01-01 00:00:00.123456+02')`);
      await database.query(sql`
        INSERT INTO polyvec.copies (collection_id, tenant, database, name, is_hidden, source, origin, fingerprint, records, is_finished)
        SELECT id, 'default_tenant', 'default_database', name, false, 'chroma-dir:./chroma', 'it''s', 'f', 63, true
        FROM polyvec.collections WHERE name = 'plain' ORDER BY id LIMIT 1`);
      await database.query(sql`
        INSERT INTO polyvec.backup_runs (uuid, schedule_uuid, due_at, error)
        SELECT gen_random_uuid(), uuid, clock_timestamp(), 'it''s' FROM polyvec.backup_schedules LIMIT 1`);
      return catalogOf(database);
    });
    origin = await newDatabase();
    const untouched = await checksumOf(data);
    outcome = await moved(origin, data, { batchRows: '7' });
    checksums = [untouched, await checksumOf(data)];
  });

  afterAll(async () => {
    for (const remove of removals) await remove();
    await rm(directory, { recursive: true, force: true });
  });

  describe('from the embedded engine to an empty server', () => {
    it('says of each collection and each snapshot how many records it has, and that they are equal', () => {
      const { isEqual, lines } = outcome;
      expect(isEqual).toBe(true);
      expect(lines).toContainEqual(expect.stringMatching(/^copying plain: 63 records$/));
      expect(lines).toContainEqual(expect.stringMatching(/^plain +63 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^large +201 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^empty +0 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^i-\S+ \(namespace "apart"\) +110 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^acme\/prod\/plain +1 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^i-\S+ \(backup nightly\) +6 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^i-\S+ \(collection pods\) +1 +\d+\.\d {2}equal$/));
      expect(lines.at(-1)).toMatch(/^moved \d+ records in \d+\.\d s, and all of it is equal$/);
    });

    it('leaves every byte of the source as it is, and nothing beside', () => {
      expect(checksums[1]).toBe(checksums[0]);
    });

    it('brings the catalog over, row by row: counters, ports, aliases, restore jobs and keys, too', async () => {
      const copied = await onServer(origin, catalogOf);
      expect(copied).toEqual(catalog);
      expect(Object.entries(copied).filter(([, rows]) => rows.length === 0)).toEqual([]);
    });

    it('keeps its own notes no longer than it needs them', async () => {
      const rows = await onServer(origin, (database) => database.query(sql`SELECT to_regclass('polyvec.moves') AS notes`));
      expect(rows).toEqual([{ notes: null }]);
    });

    it('lets clients of all protocols read what they read before, and write; all is well then', async () => {
      const url = await newDatabase(origin);
      const gateway = await gatewayOn({ DATABASE_URL: url });
      try {
        expect(Object.keys(before).length).toBeGreaterThan(60);
        expect(await answersOf(gateway)).toEqual(before);
        await writeMore(gateway);
        // of the collection and of the namespace with a place of its own; one that is being built is left behind by a stop
        await until(() => onServer(url, async (database) => (await readyIndexes(database)) >= 2));
      } finally {
        await gateway.stop();
      }
      const lines: string[] = [];
      const isWell = await onServer(url, (database) => verifyDatabase(database, { recall: 0 }, (line) => lines.push(line)));
      expect(lines.filter((line) => line.includes('WRONG'))).toEqual([]);
      expect(lines).toContainEqual(expect.stringMatching(/^large +dedicated {2}202 records {2}202 vectors {2}[1-9]/));
      expect(isWell).toBe(true);
    });

    /** The target's gateway indexes vectors, makes collections, and appends behind what was moved. */
    async function writeMore(gateway: TestGateway): Promise<void> {
      const chroma = new ChromaApi(gateway.chromaUrl);
      const { id } = (await chroma.call(`${COLLECTIONS}/${LARGE}`)).body as { readonly id: string };
      expect(await indexed(chroma.baseUrl, id)).toMatchObject({ num_unindexed_ops: 0 });
      const fresh = await chroma.filled({ ids: ['x'], embeddings: [[1, 2, 3]] });
      expect(await fresh.ids()).toEqual(['x']);
      const large = new CollectionApi(chroma, id, LARGE);
      await large.fill({ ids: ['last'], embeddings: [[1, 1, 1, 1, 1, 1, 1, 1]] });
      expect((await large.ids()).at(-1)).toBe('last');
    }
  });

  it('works from server to server, too', async () => {
    const target = await newDatabase();
    expect(await moved(target, origin)).toMatchObject({ isEqual: true });
    expect(await onServer(target, catalogOf)).toEqual(catalog);
  });

  describe('with --verify-only', () => {
    it('finds everything equal', async () => {
      const { isEqual, lines } = await moved(await newDatabase(origin), origin, { verifyOnly: true });
      expect(lines.at(-1)).toMatch(/^compared \d+ records in \d+\.\d s, and all of it is equal$/);
      expect(isEqual).toBe(true);
    });

    it.each([
      ['an empty text that is none any more', `UPDATE polyvec.pool_records SET uri = NULL WHERE uri = ''`],
      [
        'a number with other digits',
        `UPDATE polyvec.pool_records SET metadata = metadata || '{"score": 1}' WHERE metadata @> '{"score": 1}'`,
      ],
      ['a zero with another sign', `UPDATE polyvec.pool_vectors SET embedding = replace(embedding::text, '-0,', '0,')::vector`],
      [
        'another order',
        `UPDATE polyvec.pool_records SET rid = 1000000 WHERE id = 'b'; UPDATE polyvec.pool_vectors SET rid = 1000000 WHERE rid = (SELECT min(rid) FROM polyvec.pool_vectors v WHERE v.collection_id = polyvec.pool_vectors.collection_id)`,
      ],
    ])('names a collection with %s', async (_what, change) => {
      const target = await newDatabase(origin);
      await onServer(target, (database) => database.script(change));
      const { isEqual, lines } = await moved(target, origin, { verifyOnly: true });
      expect(lines).toContainEqual(expect.stringMatching(/^plain +63 +\d+\.\d {2}DIFFERENT$/));
      expect(lines).toContain('WRONG: plain: the records of the namespace "" are not the same');
      expect(isEqual).toBe(false);
    });

    it.each([
      [
        `DELETE FROM polyvec.pool_records WHERE id = 'n7'`,
        'plain: the namespace "" has 63 records in the source and 62 in the target',
      ],
      [`DELETE FROM polyvec.collections WHERE name = 'large'`, 'large: it is not in the target'],
    ])('reports what is missing after %s', async (change, reported) => {
      const target = await newDatabase(origin);
      await onServer(target, (database) => database.script(change));
      const { isEqual, lines } = await moved(target, origin, { verifyOnly: true });
      expect(lines.filter((line) => line.startsWith('WRONG'))).toEqual([`WRONG: ${reported}`]);
      expect(isEqual).toBe(false);
    });
  });

  describe('cut off in the middle', () => {
    let target: string;
    let client: pg.Client;

    /** The target lets nobody write the record in the middle before the test says so. */
    beforeEach(async () => {
      target = await newDatabase();
      await onServer(target, (database) =>
        database.script(`
          CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN PERFORM pg_advisory_xact_lock(${String(MIDDLE_LOCK)}); RETURN NEW; END $$;
          CREATE TRIGGER wait BEFORE INSERT ON polyvec.pool_records FOR EACH ROW
            WHEN (NEW.document = '${MIDDLE_DOCUMENT}') EXECUTE FUNCTION wait_for_the_test()`),
      );
      client = new pg.Client({ connectionString: target });
      await client.connect();
      await client.query(`SELECT pg_advisory_lock(${String(MIDDLE_LOCK)})`);
    });

    afterEach(async () => {
      await client.end();
    });

    async function goOn(): Promise<void> {
      await client.query(`SELECT pg_advisory_unlock(${String(MIDDLE_LOCK)})`);
    }

    /** Resolves when somebody waits for a lock of this kind in the target. */
    async function waiting(event: string): Promise<void> {
      const statement = 'SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1';
      await until(async () => (await client.query(statement, [event])).rowCount !== 0);
    }

    it('by kill -9, goes on behind the last page that was written, and doubles nothing', async () => {
      const { PATH, HOME } = process.env;
      const args = [POLYVEC, 'move', '--to', target, '--from', data, '--batch-rows', '7'];
      const child = spawn(process.execPath, args, { env: { PATH, HOME, ...QUIET }, stdio: 'ignore' });
      await waiting('advisory').finally(() => endProcess(child, 'SIGKILL'));
      const resuming = moved(target, data, { batchRows: '7' });
      // what the killed process has under way is waited for
      await waiting('transactionid');
      await goOn();
      const { isEqual, lines } = await resuming;
      expect(lines[0]).toBe('going on with a move that has begun before');
      expect(lines).toContainEqual(expect.stringMatching(/^copying plain: 63 records, [1-9]\d* of them there from before$/));
      expect(isEqual).toBe(true);
      expect(await onServer(target, catalogOf)).toEqual(catalog);
      expect(await moved(target, origin, { verifyOnly: true })).toMatchObject({ isEqual: true });
      // the reserve is made some time after a start, where the disk has room for it
      expect((await readdir(data)).filter((name) => ![DATABASE, RESERVE, RESERVE_DRAFT].includes(name))).toEqual([]);
    });

    it('by a signal, shows nothing of it to gateways, and copies anew what has become different', async () => {
      const moving = moved(target, origin, { batchRows: '7' });
      await waiting('advisory');
      process.emit('SIGTERM');
      await Promise.all([goOn(), expect(moving).rejects.toThrow('stopped: the same command goes on from here')]);
      const collections = async (): Promise<number | null> => (await client.query('SELECT FROM polyvec.collections')).rowCount;
      expect(await collections()).toBe(0);
      const damage = await client.query(`UPDATE polyvec.pool_records SET document = 'x' WHERE document = '${MIDDLE_DOCUMENT}'`);
      expect(damage.rowCount).toBe(1);
      const { isEqual, lines } = await moved(target, origin);
      expect(lines).toContain('WRONG: plain: the records of the namespace "" are not the same');
      expect(isEqual).toBe(false);
      expect(await collections()).toBe(0);
      expect(await moved(target, origin)).toMatchObject({ isEqual: true });
      expect(await onServer(target, catalogOf)).toEqual(catalog);
    });

    it('copies anew what the source has changed meanwhile, and removes what it has deleted', async () => {
      const source = await newDatabase(origin);
      const moving = moved(target, source, { batchRows: '7' });
      await waiting('advisory');
      process.emit('SIGINT');
      await Promise.all([goOn(), expect(moving).rejects.toThrow('stopped: the same command goes on from here')]);
      await onServer(source, (database) =>
        database.script(`
          UPDATE polyvec.pool_records SET document = 'new' WHERE id = 'n50';
          UPDATE polyvec.namespaces SET lsn = lsn + 1 WHERE collection_id = (SELECT collection_id FROM polyvec.pool_records WHERE id = 'n50');
          DELETE FROM polyvec.tenants WHERE name = 'acme'; DELETE FROM polyvec.collections WHERE name = 'large'`),
      );
      const { isEqual, lines } = await moved(target, source);
      expect(lines).toContainEqual(expect.stringMatching(/^copying plain: 63 records$/));
      expect(isEqual).toBe(true);
      expect(await moved(target, source, { verifyOnly: true })).toMatchObject({ isEqual: true });
      const strays: string[] = [];
      expect(await onServer(target, (database) => verifyDatabase(database, { recall: 0 }, (line) => strays.push(line)))).toBe(
        true,
      );
    });
  });

  describe('as a dry run', () => {
    it('says what would be moved, and changes neither database', async () => {
      const target = await newDatabase();
      const untouched = await checksumOf(data);
      const { isEqual, lines } = await moved(target, data, { dryRun: true });
      expect([isEqual, await checksumOf(data)]).toEqual([true, untouched]);
      expect(lines).toContainEqual(expect.stringMatching(/^plain +63$/));
      expect(lines.at(-1)).toMatch(/^\d+ records would be moved; nothing has been changed$/);
      const client = new pg.Client({ connectionString: target });
      await client.connect();
      const { rows } = await client.query(`SELECT to_regnamespace('polyvec') AS made`);
      await client.end();
      expect(rows).toEqual([{ made: null }]);
    });

    it('names what is in the way', async () => {
      const { isEqual, lines } = await moved(origin, data, { dryRun: true });
      expect(isEqual).toBe(false);
      expect(lines).toContain('IN THE WAY: the target is not empty, it has collections: use an empty database');
    });
  });

  describe('refuses', () => {
    it('a target that holds something, and names it', async () => {
      const target = await newDatabase();
      await onServer(target, (database) => database.script("INSERT INTO polyvec.tenants (name) VALUES ('acme')"));
      await expect(moved(target, origin)).rejects.toThrow(/^the target is not empty, it has tenants: /);
      const rows = await onServer(target, (database) => database.query(sql`SELECT to_regclass('polyvec.moves') AS notes`));
      expect(rows).toEqual([{ notes: null }]);
    });

    it('a target that holds this very database already', async () => {
      const target = await newDatabase(origin);
      await expect(moved(target, origin)).rejects.toThrow(/^the target is not empty, it has collections: .*--verify-only/);
    });

    it("a target that holds the beginning of another database's move", async () => {
      const target = await newDatabase();
      await onServer(target, (database) =>
        database.script(
          `CREATE TABLE polyvec.moves (id bigint, fingerprint text); INSERT INTO polyvec.moves VALUES (0, 'another')`,
        ),
      );
      await expect(moved(target, origin)).rejects.toThrow(/^the target holds the beginning of a move from another database/);
    });

    it('a source of an older version, and says what to do', async () => {
      const older = await newDatabase(origin);
      const last = (await readdir(MIGRATIONS)).sort().at(-1) ?? '';
      await onServer(older, (database) => database.query(sql`DELETE FROM polyvec.migrations WHERE name = ${last}`));
      await expect(moved(await newDatabase(), older)).rejects.toThrow(
        `it lacks migration ${last}: start it once with this version first`,
      );
    });

    it('a source that is none, and makes nothing there', async () => {
      const nowhere = join(directory, 'nowhere');
      await mkdir(nowhere);
      await writeFile(join(nowhere, 'note'), '');
      await expect(moved(origin, nowhere)).rejects.toThrow(`there is no database in ${nowhere}`);
      expect(await readdir(nowhere)).toEqual(['note']);
    });

    it('a source that a gateway uses', async () => {
      const lock = await DataDirectoryLock.acquire(data);
      await expect(moved(origin, data)).rejects.toThrow(/is in use by another Polyvec/);
      lock.release();
    });
  });
});

describe('the options of polyvec move', () => {
  it.each([
    ['--to', { to: 'mysql://secret@host/database', batchRows: '1' }, /^--to must be a postgres:\/\/ URL$/],
    ['--batch-rows', { to: 'postgres://host/database', batchRows: '0' }, /^--batch-rows must be a whole number above 0$/],
  ])('are refused when %s is wrong', (_option, given, message) => {
    expect(() => moveOptions(given)).toThrow(message);
  });
});
