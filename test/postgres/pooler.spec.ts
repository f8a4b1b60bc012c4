import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readConfig } from '../../src/config/config.js';
import { type Gateway, startGateway as start } from '../../src/gateway.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { sql } from '../../src/postgres/sql.js';
import { PooledLoad } from '../chaos/pool/pooled-load.js';
import { type Cluster, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { playRound } from '../chaos/promotion/promotion-round.js';
import { noProgress } from '../chaos/promotion/promotion-scene.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { findPgBouncer, type PgBouncer, startPgBouncer } from '../support/servers/pgbouncer.js';

const server = process.env['TEST_DATABASE_URL'] ?? '';
const program = findPgBouncer();
const missing = [
  ...(server === '' ? ['TEST_DATABASE_URL names no server'] : []),
  ...(program === undefined ? ['PgBouncer is not installed (on Debian: apt-get install pgbouncer)'] : []),
].join(', ');
const describeWithPooler = missing === '' ? describe : describe.skip;
const reason = missing === '' ? '' : ` (skipped: ${missing})`;

/** Connections that it has to the server. */
const POOL_SIZE = 3;
const SEED = Number(process.env['TEST_SEED'] ?? 1);

const POOLED = {
  ...SMALL_TIERS,
  POLYVEC_POOLER: 'transaction',
  POLYVEC_CHROMA_PORT: '0',
  POLYVEC_CONSOLE_PORT: '0',
  POLYVEC_PINECONE_PORT: '0',
  POLYVEC_VECTORIZER_PORT: '0',
  POLYVEC_PINECONE_INDEX_PORTS: '0:4',
  // it says what the pooler's connections lack, which is tested below
  POLYVEC_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
};

describeWithPooler(`behind PgBouncer in transaction mode, with ${String(POOL_SIZE)} connections to the server${reason}`, () => {
  let storage: TestStorage;
  let bouncer: PgBouncer;
  let pooledUrl: string;
  let directUrl: string;
  let tables: pg.Client;

  beforeAll(async () => {
    storage = await createStorage();
    directUrl = storage.environment['DATABASE_URL'] ?? '';
    bouncer = await startPgBouncer(program ?? '', server, POOL_SIZE);
    pooledUrl = bouncer.through(directUrl);
    tables = new pg.Client({ connectionString: directUrl });
    await tables.connect();
  });

  afterAll(async () => {
    await tables.end();
    await bouncer.stop();
    await storage.remove();
  });

  describe('two gateways', () => {
    let gateways: readonly Gateway[];
    let cluster: Cluster;

    beforeAll(async () => {
      // both at once, on a database without a schema
      const config = readConfig({ ...POOLED, DATABASE_URL: pooledUrl });
      gateways = await Promise.all([start(config), start(config)]);
      const instances = gateways.map(({ urls }) => ({
        chromaUrl: urls.get('chroma') ?? '',
        consoleUrl: urls.get('console') ?? '',
        pineconeUrl: urls.get('pinecone') ?? '',
        vectorizerUrl: urls.get('vectorizer') ?? '',
      }));
      cluster = { instances, tables, databaseUrl: pooledUrl, stop: () => Promise.resolve() };
    });

    afterAll(async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
    });

    it('answer eight clients as ever, while a collection gets tables of its own and an index', async () => {
      const progress = noProgress();
      await playRound(cluster, 0, SEED, progress);
      expect(progress.complaints).toEqual([]);
      expect([progress.large, progress.moved, progress.indexed]).toEqual([1, 1, 1]);
      const { rows } = await tables.query(
        `SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.length).toBeLessThanOrEqual(POOL_SIZE);
    });

    it('leave nothing behind on the connections that are handed on', async () => {
      const look = `SELECT current_setting('maintenance_work_mem') AS memory, current_setting('statement_timeout') AS timeout,
        current_setting('jit') AS jit, (SELECT count(*) FROM pg_prepared_statements) AS prepared,
        (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks`;
      const [fresh] = (await tables.query(look)).rows as readonly unknown[];
      const clients = Array.from({ length: POOL_SIZE }, () => new pg.Client({ connectionString: pooledUrl }));
      await Promise.all(clients.map((client) => client.connect()));
      // each holds one of the connections
      await Promise.all(clients.map((client) => client.query('BEGIN')));
      const seen = await Promise.all(clients.map(async (client) => (await client.query(look)).rows[0] as unknown));
      await Promise.all(clients.map((client) => client.end()));
      expect(seen).toEqual(clients.map(() => fresh));
    });

    it('lose nothing when it is restarted, and refuse with 503 alone', async () => {
      const load = await PooledLoad.begin(cluster.instances, SEED);
      const restarts = async (): Promise<void> => {
        for (let time = 0; time < 2; time += 1) {
          await load.progressed(40);
          await bouncer.restart();
        }
      };
      const [, statuses] = await Promise.all([restarts(), load.write(8)]);
      expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
      expect(await load.differences()).toEqual([]);
    });
  });

  describe('a database', () => {
    const messages: string[] = [];

    async function opened<T>(env: Readonly<Record<string, string>>, work: (database: Database) => Promise<T>): Promise<T> {
      const database = await openDatabase(
        readConfig({ POLYVEC_POOLER: 'transaction', DATABASE_URL: pooledUrl, ...env }),
        (_level, message) => {
          messages.push(message);
        },
      );
      try {
        return await work(database);
      } finally {
        await database.close();
      }
    }

    /** Fails unless an index would be built with so much memory. */
    async function requireMemory(database: Database, memory: string): Promise<void> {
      await database.session(async (session) => {
        await session.set('maintenance_work_mem', '77MB');
        await session.script(`DO $$ BEGIN
          IF current_setting('maintenance_work_mem') <> '${memory}' THEN RAISE EXCEPTION 'it has another memory'; END IF; END $$`);
      });
    }

    it('limits the statements of a transaction, and says that others have no limit', async () => {
      const timeout = sql`SELECT current_setting('statement_timeout') AS timeout`;
      const seen = await opened({ POLYVEC_STATEMENT_TIMEOUT_MS: '7000' }, async (database) => [
        await database.transaction((transaction) => transaction.query(timeout)),
        await database.query(timeout),
      ]);
      expect(seen).toEqual([[{ timeout: '7s' }], [{ timeout: '0' }]]);
      expect(messages).toContainEqual(expect.stringContaining("SET statement_timeout = '7000ms'"));
    });

    it('builds indexes past the pooler where a URL says how, with settings of its own', async () => {
      await opened({ POLYVEC_DIRECT_DATABASE_URL: directUrl }, (database) => requireMemory(database, '77MB'));
    });

    it('builds them through the pooler otherwise, with the settings of the server', async () => {
      const { rows } = await tables.query<{ memory: string }>(`SELECT current_setting('maintenance_work_mem') AS memory`);
      await opened({}, (database) => requireMemory(database, rows[0]?.memory ?? ''));
    });

    it('cancels what is being built, and nothing else', async () => {
      const [outcome, beside] = await opened({}, async (database) => {
        const state = { isOver: false };
        const running = database
          .session((session) => session.script('SELECT pg_sleep(60)'))
          .then(
            () => 'done',
            (error: unknown) => String(error),
          )
          .finally(() => {
            state.isOver = true;
          });
        const other = database.query(sql`SELECT pg_sleep(0.5)::text AS slept`);
        while (!state.isOver) {
          await database.cancelSessions();
          await sleep(50);
        }
        return [await running, await other];
      });
      expect(outcome).toContain('canceling statement due to user request');
      expect(beside).toEqual([{ slept: '' }]);
    });
  });
});

describe('a pooler without a server', () => {
  it.each([
    { POLYVEC_POOLER: 'transaction' },
    { POLYVEC_DIRECT_DATABASE_URL: 'postgres://127.0.0.1/x' },
    { POLYVEC_REPLICA_URL: 'postgres://127.0.0.1/x' },
  ])('is refused: %j', async (env) => {
    const config = readConfig({ ...env, POLYVEC_DATA_DIR: '/nonexistent/polyvec' });
    await expect(openDatabase(config, () => undefined)).rejects.toThrow('set DATABASE_URL');
  });
});
