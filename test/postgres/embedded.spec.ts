import { readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedEngine } from '../../src/postgres/embedded/embedded-engine.js';
import { int32, message, SYNC, text } from '../../src/postgres/embedded/wire-messages.js';
import { live } from './embedded-client-life.js';
import { errorOf, newDirectory, newPool } from './embedded-helpers.js';

const TIMEOUT_MS = 3000;
/** Far above what any honest statement here takes, on a machine with other work, too. */
const STATEMENT_TIMEOUT_MS = 12_000;
const TOO_LONG_S = STATEMENT_TIMEOUT_MS / 1000 + 1;
const RUNAWAY = 'SELECT count(*) FROM generate_series(1, 100000000000)';

const directory = newDirectory();
const messages: string[] = [];
let engine: EmbeddedEngine;
let pool: pg.Pool;

beforeAll(async () => {
  engine = await EmbeddedEngine.start({
    dataDirectory: directory,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleTransactionTimeoutMs: TIMEOUT_MS,
    log: (_level, message) => messages.push(message),
  });
  pool = newPool(engine, 8);
  await pool.query('CREATE TABLE notes (client int NOT NULL, text text NOT NULL)');
});

afterAll(async () => {
  await pool.end();
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await engine.ready();
  await pool.query('TRUNCATE notes');
});

async function count(client: number): Promise<number> {
  const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM notes WHERE client = $1', [client]);
  return Number(rows[0]?.count);
}

/** What an answer ends with. */
const READY = 'Z\0\0\0\x05I';

describe('the embedded engine', () => {
  it('describes itself and loads pgvector', async () => {
    await pool.query('CREATE EXTENSION IF NOT EXISTS vector');
    const { rows } = await pool.query(`SELECT '[1,2]'::vector <-> '[4,6]' AS distance`);
    expect(rows).toEqual([{ distance: 5 }]);
    expect(engine.engineDescription).toMatch(/^Postgres 18\.\d+ \(embedded\), pgvector 0\.\d+\.\d+$/);
  });

  it.each([
    [8, 360],
    [16, 180],
  ])(
    'gives each of %i clients its own answers and nobody else',
    async (clients, turns) => {
      const connections = Array.from({ length: clients }, () => new pg.Client({ ...engine.connection }));
      await Promise.all(connections.map((client) => client.connect()));
      const operations = await Promise.all(connections.map((client, number) => live(client, number, turns)));
      await Promise.all(connections.map((client) => client.end()));
      expect(operations.reduce((sum, each) => sum + each)).toBeGreaterThan(5000);
    },
    180_000,
  );

  it('forgets the unnamed statement of a client when another one has used the engine', async () => {
    const none = Buffer.alloc(2);
    const parse = message('P', text(''), text('SELECT 1'), none);
    const bindAndRun = [message('B', text(''), text(''), none, none, none), message('E', text(''), int32(0)), SYNC];
    const startup = Buffer.concat([int32(0x30000), ...['user', 'postgres', 'database', 'postgres', ''].map(text)]);
    const socket = connect(`${engine.connection.host}/.s.PGSQL.5432`);
    let received = '';
    socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
    const answerTo = async (...request: readonly Buffer[]): Promise<string> => {
      received = '';
      socket.write(Buffer.concat(request));
      for (let waits = 0; waits < 250 && !received.includes(READY); waits += 1) await sleep(20);
      return received;
    };
    await answerTo(int32(startup.length + 4), startup);
    // a client of an earlier test that has left is cleaned up behind: that is a use of the engine by another one, too
    let undisturbed = '';
    for (let attempt = 0; attempt < 20 && !undisturbed.includes('SELECT 1'); attempt += 1) {
      expect(await answerTo(parse, SYNC)).toBe(`1\0\0\0\x04${READY}`);
      undisturbed = await answerTo(...bindAndRun);
    }
    expect(undisturbed).toContain('SELECT 1');
    await pool.query('SELECT $1::text', ['of another client']);
    await answerTo(...bindAndRun);
    socket.destroy();
    expect(received).toContain('C26000');
    expect(received).not.toContain('of another client');
  });

  it('closes the named statements of a client that leaves', async () => {
    const client = new pg.Client({ ...engine.connection });
    await client.connect();
    await client.query({ name: 'short lived', text: 'SELECT 1' });
    const during = await pool.query(`SELECT name FROM pg_prepared_statements WHERE name LIKE '%.short lived'`);
    await client.end();
    await sleep(200);
    const after = await pool.query(`SELECT name FROM pg_prepared_statements WHERE name LIKE '%.short lived'`);
    expect([during.rowCount, after.rowCount]).toEqual([1, 0]);
  });

  it('answers a COPY from a client with an error and goes on', async () => {
    const error = await errorOf(pool.query('COPY notes FROM STDIN'));
    expect(error.code).toBe('57014');
    expect(await count(1)).toBe(0);
  });

  it('takes a request of 64 MB and gives as much back', async () => {
    const bytes = Buffer.alloc(64 * 1024 * 1024, 'x');
    const { rows } = await pool.query<{ bytes: Buffer }>('SELECT $1::bytea AS bytes', [bytes]);
    expect(bytes.equals(rows[0]?.bytes as Buffer)).toBe(true);
  });

  it('lets a small request pass by a large one and by a transaction, and these have their turn', async () => {
    const text = 'x'.repeat(1_000_000);
    const order: string[] = [];
    const told = (name: string, query: Promise<unknown>): Promise<void> => query.then(() => void order.push(name));
    const block = async (): Promise<readonly Promise<void>[]> => {
      const blocking = told('blocking', pool.query('SELECT pg_sleep(1)'));
      await sleep(200);
      return [blocking];
    };
    const first = await block();
    const large = told('large', pool.query('SELECT length($1)', [text]));
    await Promise.all([...first, large, ...[1, 2].map(() => told('small', pool.query('SELECT 1')))]);
    expect(order).toEqual(['blocking', 'small', 'small', 'large']);

    order.length = 0;
    const second = await block();
    const transaction = told('transaction', pool.query('BEGIN; SELECT 1; COMMIT'));
    await Promise.all([...second, transaction, told('small', pool.query('SELECT 1'))]);
    expect(order).toEqual(['blocking', 'small', 'transaction']);

    let isDone = false;
    const crowd = Array.from({ length: 5 }, async () => {
      while (!isDone) await pool.query('SELECT pg_sleep(0.005)');
    });
    await pool.query('SELECT length($1)', [text]);
    isDone = true;
    await Promise.all(crowd);
  });

  it('rolls back the transaction of a client that vanishes', async () => {
    const client = new pg.Client({ ...engine.connection });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO notes VALUES (1, $1)', ['left behind']);
    const waiting = count(1);
    (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
    expect(await waiting).toBe(0);
  });

  it('disconnects a client that sits idle in a transaction, and undoes what it did', async () => {
    const client = new pg.Client({ ...engine.connection });
    // the reason comes first, then the end of the connection
    const closed = new Promise<Error>((resolve) => client.on('error', resolve));
    await client.connect();
    await client.query('BEGIN');
    await client.query('INSERT INTO notes VALUES (1, $1)', ['dozing']);
    expect(await count(1)).toBe(0);
    expect(await closed).toMatchObject({ code: '25P03' });
  });

  it('refuses what one session for all cannot give', async () => {
    const other = new pg.Client({ ...engine.connection, database: 'other' });
    expect((await errorOf(other.connect())).code).toBe('3D000');
    const setting = new pg.Client({ ...engine.connection, options: '-c work_mem=64MB' });
    expect((await errorOf(setting.connect())).code).toBe('0A000');
  });

  it('ends a statement that runs too long, and the same pool answers again', async () => {
    messages.length = 0;
    await pool.query('INSERT INTO notes VALUES (1, $1)', ['kept']);
    const error = await errorOf(pool.query(RUNAWAY));
    expect(error.message).toMatch(/^Connection terminated|ECONNRESET/);
    await engine.ready();
    expect(await count(1)).toBe(1);
    expect(messages.join('\n')).toContain(`a statement ran longer than ${STATEMENT_TIMEOUT_MS} ms`);
  });

  it('lets a statement take as long as it needs on a connection without a limit, as index builds have', async () => {
    messages.length = 0;
    const client = new pg.Client({ ...engine.connection, options: '-c statement_timeout=0' });
    await client.connect();
    const { rows } = await client.query(`SELECT extract(epoch FROM clock_timestamp()) AS at, pg_sleep(${TOO_LONG_S})`);
    const [after] = (await client.query('SELECT extract(epoch FROM clock_timestamp()) AS at')).rows as { at: string }[];
    await client.end();
    expect(Number(after?.at) - Number((rows as { at: string }[])[0]?.at)).toBeGreaterThan(STATEMENT_TIMEOUT_MS / 1000);
    expect(messages).toEqual([]);
  });

  it('keeps every acknowledged row when the engine is killed while clients write', async () => {
    let acknowledged = 0;
    const write = async (client: number): Promise<void> => {
      for (;;) {
        await pool.query('INSERT INTO notes SELECT $1, g::text FROM generate_series(1, 10) AS g', [client]);
        acknowledged += 10;
      }
    };
    for (const round of [1, 2, 3]) {
      await engine.ready();
      const writers = Promise.allSettled([1, 2, 3, 4].map(write));
      await sleep(300 * round);
      process.kill(engine.childPid ?? 0, 'SIGKILL');
      await writers;
      await sleep(300);
    }
    await engine.ready();
    const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM notes');
    const stored = Number(rows[0]?.count);
    expect(acknowledged).toBeGreaterThan(100);
    // a write whose acknowledgement was on its way may be there: four writers, three times
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    expect(stored).toBeLessThanOrEqual(acknowledged + 120);
    expect(stored % 10).toBe(0);
  });

  it('writes a checkpoint by itself when the log has grown, which bounds its size and the time to recover', async () => {
    const megabytes = async (since: string): Promise<number> => {
      const { rows } = await pool.query<{ mb: string }>(
        `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${since}) / 1e6 AS mb FROM pg_control_checkpoint()`,
      );
      return Number(rows[0]?.mb);
    };
    const { rows } = await pool.query<{ start: string }>('SELECT pg_current_wal_insert_lsn()::text AS start');
    await pool.query(`INSERT INTO notes SELECT 1, repeat(md5(g::text), 60) FROM generate_series(1, 50000) AS g`);
    // the checkpoint may come at once
    expect(await megabytes(`'${rows[0]?.start ?? ''}'`)).toBeGreaterThan(70);
    while ((await megabytes('redo_lsn')) > 10) await sleep(200);
  });

  it('outlives a SIGINT and a SIGTERM, which are for its parent to answer', async () => {
    const before = engine.childPid ?? 0;
    process.kill(before, 'SIGINT');
    process.kill(before, 'SIGTERM');
    await sleep(200);
    expect(await count(1)).toBe(0);
    expect(engine.childPid).toBe(before);
  });

  it('leaves neither a socket nor a lock behind when it stops, and opens its data again', async () => {
    await pool.query('INSERT INTO notes VALUES (1, $1)', ['kept']);
    await pool.end();
    await engine.stop();
    expect(() => readdirSync(engine.connection.host)).toThrow('ENOENT');
    expect(readdirSync(directory).filter((name) => name.endsWith('.lock'))).toEqual([]);
    expect((await errorOf(engine.ready())).code).toBe('ECONNREFUSED');
    engine = await EmbeddedEngine.start({
      dataDirectory: directory,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      transport: 'tcp',
      log: () => undefined,
    });
    pool = newPool(engine, 8);
    expect(await count(1)).toBe(1);
  });

  it('asks for a password on the loopback interface', async () => {
    const intruder = new pg.Client({ ...engine.connection, password: 'guessed' });
    expect((await errorOf(intruder.connect())).code).toBe('28P01');
  });
});
