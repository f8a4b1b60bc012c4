import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { move, moveOptions } from '../../src/cli/move.js';
import { verifyDatabase } from '../../src/cli/verify.js';
import { readConfig } from '../../src/config.js';
import { SEQUENCES, TABLES } from '../../src/move/moved-tables.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { sql } from '../../src/postgres/sql.js';
import { ChromaApi, CollectionApi } from '../support/chroma-api.js';
import { COLLECTIONS } from '../support/chroma-client.js';
import { endProcess } from '../support/gateway-process.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway.js';
import { answersOf, catalogOf, checksumOf, fillEverything, LARGE, MIDDLE_DOCUMENT } from '../support/move-scene.js';
import { indexed } from '../support/promotion-cluster.js';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const REGISTER = new URL('../support/register.js', import.meta.url).href;
const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: what is moved goes to a server, and TEST_DATABASE_URL names none)';

const SETTINGS = {
  POLYVEC_PINECONE_INDEX_PORTS: '0:40',
  POLYVEC_DEDICATED_MIN_FLOATS: '800',
  POLYVEC_INDEX_MIN_FLOATS: '800',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};
const QUIET = { POLYVEC_LOG_LEVEL: 'error' };
/** What the target's test waits for holds this lock. */
const MIDDLE_LOCK = 4_711;

interface Moved {
  readonly isEqual: boolean;
  readonly lines: readonly string[];
}

async function moved(to: string, from: string, inside: { verifyOnly?: boolean; batchRows?: string } = {}): Promise<Moved> {
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
  const storages: TestStorage[] = [];
  let directory: string;
  let data: string;
  let before: Readonly<Record<string, unknown>>;
  let catalog: Readonly<Record<string, readonly string[]>>;

  async function newTarget(): Promise<{ readonly url: string; readonly storage: TestStorage }> {
    const storage = await createStorage();
    storages.push(storage);
    return { storage, url: storage.environment['DATABASE_URL'] ?? '' };
  }

  /** A gateway on data that stays when it stops. */
  async function gatewayOn(environment: Readonly<Record<string, string>>): Promise<TestGateway> {
    return startGatewayOn({ environment, remove: () => Promise.resolve() }, SETTINGS);
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
      return catalogOf(database);
    });
  });

  afterAll(async () => {
    for (const storage of storages) await storage.remove();
    await rm(directory, { recursive: true, force: true });
  });

  describe('to an empty server', () => {
    let target: Awaited<ReturnType<typeof newTarget>>;
    let outcome: Moved;
    let checksums: readonly string[];
    let copied: Readonly<Record<string, readonly string[]>>;
    let tables: readonly string[];
    let after: Readonly<Record<string, unknown>>;

    beforeAll(async () => {
      target = await newTarget();
      const untouched = await checksumOf(data);
      outcome = await moved(target.url, data, { batchRows: '7' });
      checksums = [untouched, await checksumOf(data)];
      await onDatabase(target.storage.environment, async (database) => {
        copied = await catalogOf(database);
        tables = (
          await database.query<{ name: string }>(sql`
            SELECT tablename AS name FROM pg_tables WHERE schemaname = 'polyvec' ORDER BY 1`)
        ).map(({ name }) => name);
      });
      const gateway = await gatewayOn(target.storage.environment);
      after = await answersOf(gateway);
      await gateway.stop();
    });

    it('says of each collection and each snapshot how many records it has, and that they are equal', () => {
      const { isEqual, lines } = outcome;
      expect(isEqual).toBe(true);
      expect(lines).toContainEqual(expect.stringMatching(/^copying plain: 63 records$/));
      expect(lines).toContainEqual(expect.stringMatching(/^plain +63 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^large +201 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^empty +0 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^acme\/prod\/plain +1 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^i-\S+ \(backup nightly\) +6 +\d+\.\d {2}equal$/));
      expect(lines).toContainEqual(expect.stringMatching(/^i-\S+ \(collection pods\) +1 +\d+\.\d {2}equal$/));
      expect(lines.at(-1)).toMatch(/^moved \d+ records in \d+\.\d s, and all of it is equal$/);
    });

    it('leaves every byte of the source as it is, and nothing beside', () => {
      expect(checksums[1]).toBe(checksums[0]);
    });

    it('brings the catalog over, row by row: counters, ports, aliases, restore jobs and keys, too', () => {
      expect(copied).toEqual(catalog);
      expect(Object.entries(copied).filter(([, rows]) => rows.length === 0)).toEqual([]);
    });

    it('lets clients of all protocols read what they read before', () => {
      expect(Object.keys(before).length).toBeGreaterThan(60);
      expect(after).toEqual(before);
    });

    it('keeps its own notes no longer than it needs them', () => {
      expect(tables).not.toContain('moves');
    });

    it('leaves a database in which all is well, and that goes on', async () => {
      const gateway = await gatewayOn(target.storage.environment);
      try {
        const chroma = new ChromaApi(gateway.chromaUrl);
        const { id } = (await chroma.call(`${COLLECTIONS}/${LARGE}`)).body as { readonly id: string };
        expect(await indexed(chroma.baseUrl, id)).toMatchObject({ num_unindexed_ops: 0 });
        const fresh = await chroma.filled({ ids: ['x'], embeddings: [[1, 2, 3]] });
        expect(await fresh.ids()).toEqual(['x']);
        const large = new CollectionApi(chroma, id, LARGE);
        await large.fill({ ids: ['last'], embeddings: [[1, 1, 1, 1, 1, 1, 1, 1]] });
        expect((await large.ids()).at(-1)).toBe('last');
      } finally {
        await gateway.stop();
      }
      const lines: string[] = [];
      const isWell = await onDatabase(target.storage.environment, (database) =>
        verifyDatabase(database, { recall: 0 }, (line) => lines.push(line)),
      );
      expect(lines.filter((line) => line.includes('WRONG'))).toEqual([]);
      expect(lines).toContainEqual(expect.stringMatching(/^large +dedicated {2}202 records {2}202 vectors {2}[1-9]/));
      expect(isWell).toBe(true);
    });
  });

  describe('and --verify-only', () => {
    let target: Awaited<ReturnType<typeof newTarget>>;

    beforeAll(async () => {
      target = await newTarget();
      await moved(target.url, data);
    });

    it('finds everything equal, and changes nothing', async () => {
      const { isEqual, lines } = await moved(target.url, data, { verifyOnly: true });
      expect(lines.at(-1)).toMatch(/^compared \d+ records in \d+\.\d s, and all of it is equal$/);
      expect(isEqual).toBe(true);
    });

    it('names a collection that is not the same, and where', async () => {
      const change = (statement: string): Promise<void> =>
        onDatabase(target.storage.environment, (database) => database.script(statement));
      await change(`UPDATE polyvec.pool_records SET uri = NULL WHERE uri = ''`);
      const changed = await moved(target.url, data, { verifyOnly: true });
      expect(changed.lines).toContainEqual(expect.stringMatching(/^plain +63 +\d+\.\d {2}DIFFERENT$/));
      expect(changed.lines).toContain('WRONG: plain: the records of the namespace "" are not the same');
      expect(changed.isEqual).toBe(false);
      await change(`UPDATE polyvec.pool_records SET uri = '' WHERE uri IS NULL AND long_id IS NOT NULL`);
    });

    it('works from server to server, too', async () => {
      const second = await newTarget();
      expect(await moved(second.url, target.url)).toMatchObject({ isEqual: true });
      expect(await moved(second.url, data, { verifyOnly: true })).toMatchObject({ isEqual: true });
      expect(await onDatabase(second.storage.environment, catalogOf)).toEqual(catalog);
    });

    it('finds a database of an older version, and says what to do', async () => {
      const second = await newTarget();
      await onDatabase(second.storage.environment, (database) =>
        database.script(`DELETE FROM polyvec.migrations WHERE name = '0007_keys.sql'`),
      );
      await expect(moved(target.url, second.url)).rejects.toThrow(
        /it lacks migration 0007_keys\.sql: start it once with this version first/,
      );
    });
  });

  describe('killed in the middle', () => {
    let target: Awaited<ReturnType<typeof newTarget>>;
    let client: pg.Client;
    const children: ChildProcess[] = [];

    beforeEach(async () => {
      target = await newTarget();
      await onDatabase(target.storage.environment, (database) =>
        database.script(`
          CREATE FUNCTION wait_for_the_test() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN PERFORM pg_advisory_xact_lock(${String(MIDDLE_LOCK)}); RETURN NEW; END $$;
          CREATE TRIGGER wait BEFORE INSERT ON polyvec.pool_records FOR EACH ROW
            WHEN (NEW.document = '${MIDDLE_DOCUMENT}') EXECUTE FUNCTION wait_for_the_test()`),
      );
      client = new pg.Client({ connectionString: target.url });
      await client.connect();
      await client.query(`SELECT pg_advisory_lock(${String(MIDDLE_LOCK)})`);
    });

    afterEach(async () => {
      await client.end();
      for (const child of children) await endProcess(child, 'SIGKILL');
    });

    /** How many wait for a lock of this kind in the target. */
    async function waiting(event: string): Promise<number> {
      const { rows } = await client.query<{ count: string }>(
        'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1',
        [event],
      );
      return Number(rows[0]?.count);
    }

    /** Kills a move that has got so far that it is copying the pool's records. */
    async function killed(): Promise<void> {
      const { PATH, HOME } = process.env;
      const args = ['--no-warnings', '--import', REGISTER, MAIN, 'move', '--to', target.url, '--from', data, '--batch-rows', '7'];
      const child = spawn(process.execPath, args, { env: { PATH, HOME, ...QUIET }, stdio: 'ignore' });
      children.push(child);
      await until(async () => (await waiting('advisory')) > 0);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    it('goes on behind the last page that was written, and doubles nothing', async () => {
      await killed();
      const resuming = moved(target.url, data, { batchRows: '7' });
      // what the killed process has under way is waited for
      await until(async () => (await waiting('transactionid')) > 0);
      await client.query(`SELECT pg_advisory_unlock(${String(MIDDLE_LOCK)})`);
      const { isEqual, lines } = await resuming;
      expect(lines[0]).toBe('going on with a move that has begun before');
      expect(lines).toContainEqual(expect.stringMatching(/^copying plain: 63 records, [1-9]\d* of them there from before$/));
      expect(isEqual).toBe(true);
      expect(await onDatabase(target.storage.environment, catalogOf)).toEqual(catalog);
      expect(await moved(target.url, data, { verifyOnly: true })).toMatchObject({ isEqual: true });
      expect((await readdir(data)).filter((name) => name !== 'postgres')).toEqual([]);
    });

    it('shows nothing of it to gateways, and copies anew what has become different', async () => {
      await killed();
      await client.query(`SELECT pg_advisory_unlock(${String(MIDDLE_LOCK)})`);
      await until(
        async () =>
          Number((await client.query('SELECT FROM polyvec.pool_records WHERE document = $1', [MIDDLE_DOCUMENT])).rowCount) > 0,
      );
      expect((await client.query('SELECT FROM polyvec.collections')).rowCount).toBe(0);
      await client.query(`UPDATE polyvec.pool_records SET document = 'other' WHERE document = '${MIDDLE_DOCUMENT}'`);
      const first = await moved(target.url, data);
      expect(first.lines).toContain('WRONG: plain: the records of the namespace "" are not the same');
      expect(first.isEqual).toBe(false);
      expect((await client.query('SELECT FROM polyvec.collections')).rowCount).toBe(0);
      expect(await moved(target.url, data)).toMatchObject({ isEqual: true });
      expect(await onDatabase(target.storage.environment, catalogOf)).toEqual(catalog);
    });
  });

  describe('refuses', () => {
    it('a target that holds something, and names it', async () => {
      const { url, storage } = await newTarget();
      await onDatabase(storage.environment, (database) => database.script("INSERT INTO polyvec.tenants (name) VALUES ('acme')"));
      await expect(moved(url, data)).rejects.toThrow(/^the target is not empty, it has tenants: /);
      expect(
        await onDatabase(storage.environment, (database) => database.query(sql`SELECT to_regclass('polyvec.moves') AS t`)),
      ).toEqual([{ t: null }]);
    });

    it('a target that holds this very database already', async () => {
      const { url } = await newTarget();
      await moved(url, data);
      await expect(moved(url, data)).rejects.toThrow(/^the target is not empty, it has collections: .*--verify-only/);
    });

    it("a target that holds the beginning of another database's move", async () => {
      const { url, storage } = await newTarget();
      await onDatabase(storage.environment, (database) =>
        database.script(`
          CREATE TABLE polyvec.moves (id bigint, fingerprint text); INSERT INTO polyvec.moves VALUES (0, 'another')`),
      );
      await expect(moved(url, data)).rejects.toThrow(/^the target holds the beginning of a move from another database/);
    });

    it('a source that is none, and makes nothing there', async () => {
      const { url } = await newTarget();
      const nowhere = join(directory, 'nowhere');
      await mkdir(nowhere, { recursive: true });
      await writeFile(join(nowhere, 'note'), '');
      await expect(moved(url, nowhere)).rejects.toThrow(`there is no database in ${nowhere}`);
      expect(await readdir(nowhere)).toEqual(['note']);
    });

    it('a source that a gateway uses', async () => {
      const { url } = await newTarget();
      const own = { POLYVEC_DATA_DIR: join(directory, 'in-use') };
      const gateway = await gatewayOn(own);
      await expect(moved(url, own.POLYVEC_DATA_DIR)).rejects.toThrow(/is in use by another Polyvec/);
      await gateway.stop();
    });

    it.each([
      ['--to', { to: 'mysql://secret@host/database', batchRows: '1' }, '--to must be a postgres:// URL'],
      ['--batch-rows', { to: 'postgres://host/database', batchRows: '0' }, '--batch-rows must be a whole number above 0'],
    ])('a wrong %s', (_option, given, message) => {
      expect(() => moveOptions(given)).toThrow(message);
    });
  });
});
