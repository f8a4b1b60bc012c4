import { readConfig } from '../../src/config/config.js';
import { compile } from '../../src/filters/compile.js';
import { and, type Comparison, type Filter, is, not, or } from '../../src/filters/filter.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { identifier, sql } from '../../src/postgres/sql.js';
import { MetadataIndexStore } from '../../src/records/maintenance/metadata-index.store.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

const ROWS = 4_000;
const KEYS = ['price', "it's", 'back\\slash', '"quoted"', 'ключ', '$1', '', 'a.b', '-- ', '\n'];

let storage: TestStorage;
let database: Database;
let store: MetadataIndexStore;
let tables = 0;

beforeAll(async () => {
  storage = await createStorage();
  database = await openDatabase(readConfig(storage.environment), () => undefined);
  store = new MetadataIndexStore(database);
});

afterAll(async () => {
  await database.close();
  await storage.remove();
});

type Table = Readonly<{ place: string; recordTable: string }>;

/** A record table in which every record has each of the keys: a number from 0 on, and now and then something else. */
async function newTable(keys: readonly string[] = ['price']): Promise<Table> {
  tables += 1;
  const recordTable = `records_test${String(tables)}`;
  await database.script(`CREATE TABLE polyvec."${recordTable}" (LIKE polyvec.pool_records INCLUDING INDEXES)`);
  await database.query(sql`
    INSERT INTO polyvec.${identifier(recordTable)} (collection_id, namespace, id, rid, metadata)
    SELECT 1, '', 'id' || n, n, CASE n % 10
        WHEN 0 THEN '{}'
        ELSE (SELECT jsonb_object_agg(key, CASE n % 10
          WHEN 1 THEN to_jsonb(n::text) WHEN 2 THEN 'true' WHEN 3 THEN 'null' WHEN 4 THEN jsonb_build_array(n) ELSE to_jsonb(n) END)
          FROM unnest(${keys}::text[]) AS k (key)) END
    FROM generate_series(0, ${ROWS - 1}::integer) AS n`);
  await database.script(`ANALYZE polyvec."${recordTable}"`);
  return { place: 'polyvec', recordTable };
}

const compare = (field: string, op: Comparison, number: string): Filter => ({ kind: 'compare', field, op, value: { number } });
const between = (field: string, low: string, high: string): Filter => and(compare(field, '>=', low), compare(field, '<', high));

async function create(collection: Table, key: string): Promise<void> {
  await database.session((session) => store.create(session, collection, key));
}

async function plan({ recordTable }: Table, filter: Filter): Promise<string> {
  const rows = await database.query<{ 'QUERY PLAN': string }>(sql`
    EXPLAIN SELECT count(*) FROM polyvec.${identifier(recordTable)} r WHERE r.collection_id = 1 AND ${compile(filter)}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

/** The numbers of the records that match. */
async function matching({ recordTable }: Table, filter: Filter): Promise<readonly number[]> {
  const rows = await database.query<{ rid: string }>(sql`
    SELECT r.rid FROM polyvec.${identifier(recordTable)} r WHERE r.collection_id = 1 AND ${compile(filter)} ORDER BY r.rid`);
  return rows.map(({ rid }) => Number(rid));
}

async function indexNames({ recordTable }: Table): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(sql`
    SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'polyvec' AND tablename = ${recordTable} 
      AND starts_with(indexname, ${`${recordTable}_k`})`);
  return rows.map(({ name }) => name);
}

describe('an index on the numbers of a key', () => {
  it('serves ranges of them, open or closed, and alternatives', async () => {
    const collection = await newTable();
    const filters = [
      compare('price', '>', '3990'),
      compare('price', '<=', '20'),
      between('price', '100', '120'),
      or(compare('price', '<', '10'), compare('price', '>', '3990')),
    ];
    const before = await Promise.all(filters.map((filter) => matching(collection, filter)));
    await create(collection, 'price');
    const [name = 'none'] = await indexNames(collection);
    for (const filter of filters) expect(await plan(collection, filter)).toContain(name);
    // the first time, a statement has no name; then it gets one, and is used by it
    for (let time = 0; time < 3; time += 1) {
      expect(await Promise.all(filters.map((filter) => matching(collection, filter)))).toEqual(before);
    }
    expect(before.map((rids) => rids.length)).toEqual([5, 10, 10, 10]);
  });

  it('tells the planner how many records a range leaves', async () => {
    const collection = await newTable();
    await create(collection, 'price');
    const estimates = await Promise.all(
      ['100', '1000', '3000'].map(async (high) => {
        const rows = await plan(collection, between('price', '0', high));
        return Number(/Scan .*rows=(\d+)/.exec(rows)?.[1]) / (Number(high) / 2);
      }),
    );
    for (const share of estimates) expect(share).toBeGreaterThan(0.8);
    for (const share of estimates) expect(share).toBeLessThan(1.25);
  });

  it('leaves what a negation matches as it is', async () => {
    const collection = await newTable();
    const filter = not(between('price', '10', '3990'));
    const before = await matching(collection, filter);
    await create(collection, 'price');
    expect(await matching(collection, filter)).toEqual(before);
    // what has no number, and the numbers outside
    expect(before).toHaveLength(ROWS / 2 + 10);
  });

  it.each(KEYS)('is made for the key %j', async (key) => {
    const collection = await newTable(KEYS);
    await create(collection, key);
    const [name = 'none'] = await indexNames(collection);
    expect(await store.list(collection)).toEqual([key]);
    expect(await plan(collection, between(key, '100', '120'))).toContain(name);
    expect(await matching(collection, between(key, '100', '110'))).toEqual([105, 106, 107, 108, 109]);
  });

  it('does not refuse a record for a text that is too long for an index', async () => {
    const collection = await newTable();
    await create(collection, 'price');
    const text = Array.from({ length: 20_000 }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000))).join('');
    await database.query(sql`
      INSERT INTO polyvec.${identifier(collection.recordTable)} (collection_id, namespace, id, rid, metadata)
      VALUES (1, '', 'long', ${ROWS}::bigint, ${JSON.stringify({ price: text })}::jsonb)`);
    expect(await matching(collection, is('price', text))).toEqual([ROWS]);
  });
});

describe('the indexes of a table', () => {
  it('are listed by their keys, and made and dropped as often as one likes', async () => {
    const collection = await newTable(['b', 'a']);
    expect(await store.list(collection)).toEqual([]);
    for (const key of ['b', 'a', 'b']) await create(collection, key);
    expect(await store.list(collection)).toEqual(['a', 'b']);
    for (const key of ['b', 'b', 'c']) await database.session((session) => store.drop(session, collection, key));
    expect(await store.list(collection)).toEqual(['a']);
    expect(await indexNames(collection)).toHaveLength(1);
    expect(await store.neverIndexed(collection, ['c', 'b', 'a'])).toEqual(['c']);
  });

  it('are counted when they are read', async () => {
    const collection = await newTable();
    await create(collection, 'price');
    expect([...(await store.usage(collection)).keys()]).toEqual(['price']);
    const before = (await store.usage(collection)).get('price') ?? NaN;
    await matching(collection, between('price', '100', '120'));
    let after = before;
    // a connection tells what it has read when it is idle, a second later at most
    for (let time = 0; time < 50 && after === before; time += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await database.query(sql`SELECT pg_stat_clear_snapshot()`);
      after = (await store.usage(collection)).get('price') ?? NaN;
    }
    expect(after).toBeGreaterThan(before);
  });

  it('that a crash has left half-made are removed, and made anew', async () => {
    const collection = await newTable(['a', 'b']);
    await create(collection, 'a');
    await create(collection, 'b');
    const table = `polyvec."${collection.recordTable}"`;
    const [name = 'none'] = await indexNames(collection);
    await database.script(`COMMENT ON INDEX polyvec."${name}" IS NULL`);
    expect(await store.list(collection)).toHaveLength(1);
    await create(collection, 'a');
    await create(collection, 'b');
    expect(await store.list(collection)).toEqual(['a', 'b']);
    await database.script(`CREATE INDEX "${collection.recordTable}_k0123456789abcdef" ON ${table} (rid)`);
    await database.session((session) => store.dropLeftovers(session, collection));
    expect(await indexNames(collection)).toHaveLength(2);
  });

  it('are none after a build that failed', async () => {
    const collection = await newTable();
    await expect(create(collection, 'a\0b')).rejects.toThrow('NUL');
    await expect(create({ place: 'polyvec', recordTable: 'records_gone' }, 'price')).rejects.toThrow('does not exist');
    expect(await indexNames(collection)).toEqual([]);
  });
});
