import type pg from 'pg';
import { readConfig } from '../../src/config/config.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { keepingPlan, type Sql, sql } from '../../src/postgres/sql.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { asRequest } from '../support/gateway/request-of-test.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const itOnServer = hasServer ? it : it.skip;
const reason = hasServer ? '' : ' (skipped: nothing stands before the embedded engine; TEST_DATABASE_URL names a server)';

const MODES = sql`SELECT current_setting('plan_cache_mode') || current_setting('enable_seqscan') || current_setting('enable_sort') AS modes`;
const ONE = keepingPlan(sql`SELECT ${1}::integer AS kept`);
const OTHER = sql`SELECT ${1}::integer AS other`;
const FAILS = (divisor: number): Sql => keepingPlan(sql`SELECT 1 / ${divisor}::integer AS failing`);
const MISSING = keepingPlan(sql`SELECT ${1}::integer AS lost FROM polyvec.no_such_table`);

describe('plans that are kept', () => {
  let storage: TestStorage;
  let database: Database;

  beforeAll(async () => {
    storage = await createStorage();
  });

  beforeEach(async () => {
    database = await open({});
  });

  afterEach(() => database.close());
  afterAll(() => storage.remove());

  /** One connection, so that what it has can be seen. */
  async function open(settings: Readonly<Record<string, string>>): Promise<Database> {
    return openDatabase(readConfig({ ...storage.environment, ...settings, POLYVEC_POOL_SIZE: '1' }), () => undefined);
  }

  async function send(statement: Sql, times = 3): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (let time = 0; time < times; time += 1) {
      answers.push(await asRequest(() => database.query(statement)).catch((error: unknown) => (error as pg.DatabaseError).code));
    }
    return answers;
  }

  async function modes(): Promise<string | null | undefined> {
    const [row] = await database.query(MODES);
    return row?.['modes'];
  }

  /** How often the session has planned this statement for all values, and for those at hand. */
  async function plans(word: string): Promise<readonly [number, number] | undefined> {
    const [row] = await database.query<{ kept: string; own: string }>(sql`
      SELECT generic_plans AS kept, custom_plans AS own FROM pg_prepared_statements
      WHERE statement LIKE ${`% AS ${word}%`} AND statement NOT LIKE '%pg_prepared_statements%'`);
    return row === undefined ? undefined : [Number(row.kept), Number(row.own)];
  }

  it('are of the statements that say so, and others are planned for their values in between', async () => {
    expect([await send(ONE), await send(OTHER), await send(ONE), await send(OTHER)].flat(2)).toEqual(
      [{ kept: '1' }, { other: '1' }, { kept: '1' }, { other: '1' }].flatMap((row) => [row, row, row]),
    );
    // the first time a text comes it has no name
    expect([await plans('kept'), await plans('other')]).toEqual([
      [5, 0],
      [0, 5],
    ]);
    expect(await modes()).toBe('force_custom_planonon');
  });

  it('leave nothing behind after an error, and the statement works again', async () => {
    expect([...(await send(FAILS(0))), ...(await send(FAILS(1), 1))]).toEqual(['22012', '22012', '22012', [{ failing: '1' }]]);
    expect(await modes()).toBe('force_custom_planonon');
    await send(OTHER);
    expect(await plans('other')).toEqual([0, 2]);
  });

  it('are prepared anew where they could not be prepared', async () => {
    expect(await send(MISSING)).toEqual(['42P01', '42P01', '42P01']);
    await database.script('CREATE TABLE polyvec.no_such_table ()');
    expect(await send(MISSING, 1)).toEqual([[]]);
    expect(await plans('lost')).toEqual([1, 0]);
  });

  it('are not used in transactions', async () => {
    await asRequest(() =>
      database.transaction(async (transaction) => {
        for (let time = 0; time < 3; time += 1) await transaction.query(ONE);
      }),
    );
    expect(await plans('kept')).toEqual([0, 2]);
  });

  it('are none in background work', async () => {
    for (let time = 0; time < 3; time += 1) await database.query(ONE);
    expect(await plans('kept')).toEqual([0, 2]);
  });

  itOnServer(`are none behind a pooler${reason}`, async () => {
    await database.close();
    database = await open({ POLYVEC_POOLER: 'transaction' });
    await send(ONE);
    expect(await plans('kept')).toBeUndefined();
    expect(await database.query(sql`SELECT name FROM pg_prepared_statements`)).toEqual([]);
  });
});
