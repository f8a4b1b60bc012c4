import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../src/config/config.js';
import { runRequest } from '../../src/observability/request-context.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { sql } from '../../src/postgres/sql.js';
import { end, newRequest } from '../support/gateway/request-of-test.js';
import { createStorage, removeStorage } from '../support/gateway/storage.js';

const BUDGET = 1_000_000;
const BEYOND = 2 * BUDGET;
let environment: Readonly<Record<string, string>>;
let database: Database;

beforeAll(async () => {
  environment = await createStorage(false);
  const settings = { POLYVEC_MAX_ANSWER_BYTES: String(BUDGET), POLYVEC_MAX_ANSWERS_IN_FLIGHT_BYTES: String(BUDGET) };
  database = await openDatabase(readConfig({ ...environment, ...settings, POLYVEC_POOL_SIZE: '1' }), () => undefined);
});

afterAll(async () => {
  await database.close();
  await removeStorage(environment);
});

async function connectionId(): Promise<string | null | undefined> {
  const [row] = await database.query(sql`SELECT COALESCE(current_setting('polyvec.mark', TRUE), '') AS mark`);
  return row?.['mark'];
}

/** Only as long as the connection is the same. */
async function mark(name: string): Promise<void> {
  await database.query(sql`SELECT set_config('polyvec.mark', ${name}, FALSE)`);
}

describe('rows that are counted', () => {
  it('leave the connection as it was when a page of a read fails midway', async () => {
    await mark('midway');
    const request = newRequest();
    const read = runRequest(request, () =>
      database.transaction(
        async (transaction) =>
          transaction.queryFirst(sql`SELECT 1 / (20 - n) AS one FROM generate_series(1, ${30}::integer) AS n`),
        'snapshot',
      ),
    );
    await expect(read).rejects.toMatchObject({ code: '22012' });
    end(request);
    expect(await connectionId()).toBe('midway');
  });

  it('are given to others that wait for the same when the client of the first has left', async () => {
    await mark('left');
    const request = newRequest();
    const looked = runRequest(request, () => database.query(sql`SELECT 'found' AS key, pg_sleep(0.5)::text AS slept`));
    await sleep(100);
    end(request);
    expect(await looked).toMatchObject([{ key: 'found' }]);
    expect(await connectionId()).toBe('left');
  });

  it('are given where they are few although others hold the whole budget', async () => {
    const large = newRequest();
    await runRequest(large, () => database.query(sql`SELECT repeat('x', ${BEYOND}::integer) AS document`));
    const small = newRequest();
    const rows = await runRequest(small, () => database.query(sql`SELECT 'found' AS key`));
    const other = newRequest();
    const refused = runRequest(other, () => database.query(sql`SELECT repeat('x', ${BUDGET / 10}::integer) AS document`));
    await expect(refused).rejects.toMatchObject({ kind: 'unavailable', detail: { subject: 'answers' } });
    expect(rows).toEqual([{ key: 'found' }]);
    [large, small, other].forEach(end);
  });

  it('are refused beyond a few when nobody waits for them, and give back all that they took', async () => {
    const request = newRequest();
    const read = runRequest(request, () =>
      database.query(
        sql`SELECT repeat('x', ${BUDGET / 10}::integer) AS document, pg_sleep(0.1)::text AS slept FROM generate_series(1, 5)`,
      ),
    );
    await sleep(150);
    end(request);
    await expect(read).rejects.toMatchObject({ kind: 'unavailable', detail: { subject: 'statement' } });
    const next = newRequest();
    const rows = await runRequest(next, () => database.query(sql`SELECT repeat('x', ${BEYOND}::integer) AS document`));
    expect(rows.length).toBe(1);
    end(next);
  });
});
