import type { Collection } from '../../src/collections/collection.js';
import { readConfig } from '../../src/config/config.js';
import type { Filter } from '../../src/filters/filter.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { sql } from '../../src/postgres/sql.js';
import { IndexGrowthStore } from '../../src/records/maintenance/index-growth.store.js';
import { VectorIndexStore } from '../../src/records/maintenance/vector-index.store.js';
import { RecordSearchStore, type SearchResult } from '../../src/records/search/record-search.store.js';
import { indexesOf, type IndexPlan } from '../../src/records/search/search-plan.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { current, newCollection, placed } from '../support/gateway/placed-collection.js';
import { asRequest } from '../support/gateway/request-of-test.js';

/** Wide rows: reading them all looks cheap beside an index. */
const DIMENSION = 128;
const ROWS = 3_000;
const LAST = 1_000_000;
const HOSTILE_ROWS = 60;
const LIMIT = 10;
/** What a search may read: candidates of the graph, the records of its hits, and the few vectors outside of the index. */
const FEW = 400;
const HOSTILE_NAMESPACES = [`it's`, `a\\'b`, `"$1"`, `E'x' OR TRUE --`, `\\`, `/* ü🙂 */ $$`, `%s\n`, ` `];
const PARTS = { document: false, uri: false, metadata: false, embedding: false };

function point(at: number): Float32Array {
  return new Float32Array(DIMENSION).fill(1).with(0, at);
}

/** Numbers are what the index is made of; text in the place of a parameter is a namespace, whatever it is called. */
describe('searches by graphs', () => {
  let storage: TestStorage;
  let database: Database;
  let collection: Collection;

  beforeAll(async () => {
    storage = await createStorage();
    // one session, so that what it has read can be seen
    database = await openDatabase(readConfig({ ...storage.environment, POLYVEC_POOL_SIZE: '1' }), () => undefined);
    collection = await placed(database, await newCollection(database, 'searched', DIMENSION));
    // numbers that are given later are higher
    await database.query(sql`SELECT setval('polyvec.vector_seq', ${LAST})`);
    await fill('', ROWS, 0);
    for (const [index, namespace] of HOSTILE_NAMESPACES.entries()) await fill(namespace, HOSTILE_ROWS, ROWS * (index + 1));
    // what planners know is of before the vectors are moved into indexes
    await database.script(`ANALYZE ${tables().records}`);
    await database.script(`ANALYZE ${tables().vectors}`);
    for (const namespace of ['', ...HOSTILE_NAMESPACES]) await index(namespace);
  }, 300_000);

  afterAll(async () => {
    await database.close();
    await storage.remove();
  });

  function tables(): { readonly records: string; readonly vectors: string } {
    const { place, recordTable, vectorTable } = collection;
    return { records: `"${place}"."${recordTable}"`, vectors: `"${place}"."${vectorTable}"` };
  }

  /** Points on a line, one for each number. */
  async function fill(namespace: string, count: number, first: number): Promise<void> {
    const { records, vectors } = tables();
    const quoted = `E'${namespace.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
    const numbers = `generate_series(${String(first + 1)}, ${String(first + count)}) AS n`;
    await database.script(`INSERT INTO ${records} (collection_id, namespace, id, rid, metadata)
      SELECT ${collection.id}, ${quoted}, 'id' || n, n, jsonb_build_object('half', n % 2) FROM ${numbers}`);
    await database.script(`INSERT INTO ${vectors} (collection_id, namespace, rid, embedding, seq)
      SELECT ${collection.id}, ${quoted}, n, (ARRAY[n] || array_fill(1, ARRAY[${String(DIMENSION - 1)}]))::real[]::vector, n FROM ${numbers}`);
  }

  /** Makes an index over nothing, and moves all vectors but ten into it. */
  async function index(namespace: string): Promise<void> {
    const growth = new IndexGrowthStore(database);
    const indexes = new VectorIndexStore(database);
    const range = await growth.reserve();
    const definition = { namespace, ...range, content: 'full', reason: 'cheapest', m: 16, efConstruction: 64 } as const;
    const id = (await indexes.begin(collection, definition)) ?? '';
    await database.session((session) => indexes.build(session, collection, id, definition));
    const rows = namespace === '' ? ROWS : HOSTILE_ROWS;
    for (let moved = 0; moved < rows - LIMIT;) {
      const most = Math.min(500, rows - LIMIT - moved);
      moved += await growth.move(collection, { namespace, low: 0n, high: BigInt(LAST) }, range.low + BigInt(moved), most);
    }
    await growth.sample(collection);
    await indexes.finish(collection, id, definition, []);
    collection = await current(database, collection);
  }

  async function search(namespace: string, at: number, filter?: Filter): Promise<SearchResult | 'stale'> {
    const plan: IndexPlan = {
      ...{ kind: 'index', indexes: indexesOf(collection, namespace), efSearch: 40, efReason: 'size' },
      ...{ candidates: null, budget: filter === undefined ? null : 60, estimate: null },
    };
    const request = { queries: [point(at)], limit: LIMIT, parts: PARTS, filter };
    return asRequest(() => new RecordSearchStore(database).search(collection, namespace, request, plan));
  }

  async function nearest(namespace: string, at: number, filter?: Filter): Promise<readonly string[]> {
    const result = await search(namespace, at, filter);
    return result === 'stale' ? ['stale'] : (result.matches[0] ?? []).map(({ id }) => id).sort();
  }

  /** Rows and entries of indexes that have been read so far. */
  async function readSoFar(): Promise<number> {
    await database.query(sql`SELECT pg_stat_force_next_flush()`);
    const [row] = await database.query<{ read: string }>(sql`
      SELECT (SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_user_tables)
        + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes) AS read`);
    return Number(row?.read);
  }

  /** The least of some, as the database may do work of its own just then; a bad plan reads all every time. */
  async function readBy(look: () => Promise<unknown>): Promise<number> {
    let least = Infinity;
    for (let time = 0; time < 3; time += 1) {
      const before = await readSoFar();
      await look();
      least = Math.min(least, (await readSoFar()) - before);
    }
    return least;
  }

  const around = (at: number): readonly string[] =>
    Array.from({ length: LIMIT }, (_, offset) => `id${String(at - LIMIT / 2 + offset)}`).sort();

  const everySecond = (at: number): readonly string[] =>
    Array.from({ length: LIMIT }, (_, offset) => `id${String(at + 2 * (offset - LIMIT / 2))}`).sort();

  it('keep their plans', async () => {
    for (let time = 0; time < 4; time += 1) expect(await nearest('', 100.4 + 0.1)).toEqual(around(101));
    const [row] = await database.query<{ kept: string; own: string }>(sql`
      SELECT sum(generic_plans) AS kept, sum(custom_plans) AS own FROM pg_prepared_statements
      WHERE statement LIKE '%hits AS MATERIALIZED%' AND statement NOT LIKE '%pg_prepared%'`);
    expect([Number(row?.kept) > 0, Number(row?.own)]).toEqual([true, 0]);
  });

  it('read few rows, though what planners know is of before the vectors were in the index', async () => {
    await search('', 1_000);
    await search('', 1_000);
    expect(await readBy(() => search('', 2_000))).toBeLessThanOrEqual(FEW);
  });

  it('read few rows where they are planned for their values', async () => {
    const transaction = (): Promise<unknown> =>
      database.transaction(async (queryable) => {
        const plan = { kind: 'index', indexes: indexesOf(collection, ''), efSearch: 40, efReason: 'size' } as const;
        const whole: IndexPlan = { ...plan, candidates: null, budget: null, estimate: null };
        const request = { queries: [point(2_000)], limit: LIMIT, parts: PARTS };
        return new RecordSearchStore(database).search(collection, '', request, whole, queryable);
      });
    expect(await readBy(transaction)).toBeLessThanOrEqual(FEW);
  });

  it('with a filter read a few rows of each candidate', async () => {
    const filter: Filter = { kind: 'compare', field: 'half', op: '<', value: { number: '1' } };
    for (let time = 0; time < 3; time += 1) expect(await nearest('', 2_000, filter)).toEqual(everySecond(2_000));
    expect(await readBy(() => search('', 2_000, filter))).toBeLessThanOrEqual(FEW);
  });

  it('find what is outside of the index, too', async () => {
    expect(await nearest('', ROWS - 4.5)).toEqual(around(ROWS - 4));
  });

  it.each(HOSTILE_NAMESPACES.map((namespace, index) => [namespace, index] as const))(
    'stay in a namespace that is called %j',
    async (namespace, index) => {
      const first = ROWS * (index + 1);
      const expected = Array.from({ length: LIMIT }, (_, offset) => `id${String(first + 1 + offset)}`).sort();
      for (let time = 0; time < 3; time += 1) expect(await nearest(namespace, 0)).toEqual(expected);
      expect(await nearest(namespace, first + 30.5)).toEqual(around(first + 31));
    },
  );
});
