import { readConfig } from '../../src/config/config.js';
import type { Database } from '../../src/postgres/database.js';
import { NAMED_STATEMENTS } from '../../src/postgres/engine.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { Sql, sql } from '../../src/postgres/sql.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

const TEXTS = 500;

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
/** With those that are released together. */
const MOST = (hasServer ? NAMED_STATEMENTS.server : NAMED_STATEMENTS.embedded) + 16;

describe('prepared statements', () => {
  let storage: TestStorage;
  let database: Database;

  beforeAll(async () => {
    storage = await createStorage();
    // one connection, so that what it has can be seen
    database = await openDatabase(readConfig({ ...storage.environment, POLYVEC_POOL_SIZE: '1' }), () => undefined);
  });

  afterAll(async () => {
    await database.close();
    await storage.remove();
  });

  const numbered = (index: number): Sql => new Sql([`SELECT ${String(index)} AS n, `, '::text AS given'], [`v${String(index)}`]);

  it('of a connection are bounded, however many texts are sent', async () => {
    for (let index = 0; index < TEXTS; index += 1) {
      const twice = [await database.query(numbered(index)), await database.query(numbered(index))];
      expect(twice.flat()).toEqual(Array.from({ length: 2 }, () => ({ n: String(index), given: `v${String(index)}` })));
    }
    const [row] = await database.query<{ count: string }>(sql`SELECT count(*) AS count FROM pg_prepared_statements`);
    expect(Number(row?.count)).toBeGreaterThan(MOST - 50);
    expect(Number(row?.count)).toBeLessThanOrEqual(MOST);
  });

  it('whose names were taken are sent anew', async () => {
    expect(await database.query(numbered(0))).toEqual([{ n: '0', given: 'v0' }]);
    expect(await database.query(numbered(0))).toEqual([{ n: '0', given: 'v0' }]);
  });
});
