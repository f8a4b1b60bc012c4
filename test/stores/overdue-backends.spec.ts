import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Connections } from '../../src/postgres/connections.js';
import { OverdueBackends } from '../../src/postgres/overdue-backends.js';
import { RetryBudget } from '../../src/postgres/retry-budget.js';

const url = process.env['TEST_DATABASE_URL'];
const describeOnServer = url === undefined || url === '' ? describe.skip : describe;

describeOnServer('a statement that was given up and goes on', () => {
  let pool: pg.Pool;
  const logged: string[] = [];

  beforeAll(() => {
    // nothing here makes the server itself keep time
    pool = new pg.Pool({ connectionString: url, application_name: 'polyvec (children)' });
    pool.on('connect', (client) => client.on('error', () => undefined));
  });

  afterAll(() => pool.end());

  /** The server's process that is given up at `limitMs`. */
  async function giveUp(limitMs: number): Promise<unknown> {
    const overdue = new OverdueBackends({ connectionString: url }, (message) => logged.push(message));
    const connections = new Connections(pool, () => Promise.resolve(), 1, 0, overdue);
    return connections.use(new RetryBudget({ waitMs: 10_000, statementMs: 10_000 }), (connection) =>
      connection.send({ text: `SELECT pg_sleep(60), 'goes on ${String(limitMs)}'` }, limitMs),
    );
  }

  async function stillAtIt(limitMs: number): Promise<boolean> {
    const { rows } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE query LIKE '%goes on ' || $1 || '%' AND pid <> pg_backend_pid()`,
      [String(limitMs)],
    );
    return rows.length > 0;
  }

  it('is ended with its process', async () => {
    await expect(giveUp(301)).rejects.toThrow('Query read timeout');
    while (await stillAtIt(301)) await sleep(50);
    while (logged.length === 0) await sleep(50);
    expect(logged).toEqual([
      expect.stringMatching(/^a statement ran on after it was given up: process \d+ of the server was ended$/),
    ]);
  });
});
