import {
  type CollectionApi,
  type Entry,
  type Hit,
  invalidField,
  setUp,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const BEFORE_2025 = { created_at: { $lt: '2025-01-01T00:00:00' } };
const ALL = ['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005'];

let gateway: TestGateway;
let api: VectorizerApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

describe('a search by a filter alone', () => {
  let collection: CollectionApi;

  beforeEach(async () => {
    collection = await setUp(api);
  });

  function rows(...ids: readonly string[]): object[] {
    return ids.map((id) => expect.objectContaining({ id, score: 0 }) as object);
  }

  it('case 28: finds exactly the rows that match, in insertion order', async () => {
    const body = { query: '', limit: 10_000, filter: BEFORE_2025 };
    expect(await collection.post('/search', body)).toEqual([
      200,
      {
        ...{ results: rows('vec_001', 'vec_002'), query: '', query_type: 'filter', limit: 10_000 },
        ...{ collection: collection.name, total_results: 2, total: 2 },
      },
    ]);
  });

  it('case 28: returns whole rows, without vectors unless they are wanted', async () => {
    const payload = { category: 'old_docs', created_at: '2024-01-01T00:00:00' };
    const [plain] = await collection.search({ query: '', filter: BEFORE_2025 });
    expect(plain).toMatchObject({ id: 'vec_001', score: 0, vector: null, data: [], payload, metadata: payload });
    const [full] = await collection.search({ query: '', filter: BEFORE_2025, with_vector: true, with_payload: false });
    expect(full).toMatchObject({ vector: [1, 0, 0, 0], data: [1, 0, 0, 0], payload: null, metadata: null });
  });

  it.each([
    ['an empty query', { query: '' }],
    ['a query of spaces', { query: ' \t\n ' }],
    ['no query', {}],
    ['an empty text', { text: '' }],
  ])('case 28: %s is a search by the filter alone', async (_, query) => {
    expect((await collection.search({ ...query, filter: BEFORE_2025 })).map(({ id }) => id)).toEqual(['vec_001', 'vec_002']);
  });

  it.each(['limit', 'top_k', 'k', 'max_results'])('takes %s for the limit', async (name) => {
    expect((await collection.search({ query: '', [name]: 2 })).map(({ id }) => id)).toEqual(['vec_001', 'vec_002']);
  });

  it('applies no threshold', async () => {
    expect(await collection.search({ query: '', threshold: 0.9, filter: BEFORE_2025 })).toHaveLength(2);
  });

  it('case 31: an empty query without a filter finds all rows up to the limit', async () => {
    expect(await collection.ids(null)).toEqual(ALL);
    expect(await collection.ids({})).toEqual(ALL);
    expect((await collection.search({ query: '', filter: null, limit: 3 })).map(({ id }) => id)).toEqual(ALL.slice(0, 3));
    expect((await collection.search({ query: '' })).map(({ id }) => id)).toEqual(ALL);
  });

  it('case 31: neither vector nor query nor filter is a missing vector', async () => {
    expect(await collection.post('/search', {})).toEqual(invalidField('vector', 'missing or invalid vector parameter'));
    expect(await api.post('/search', { collection: collection.name })).toEqual(invalidField('vector'));
  });

  it('case 32: sees a row as soon as it is inserted, and not when it is deleted', async () => {
    await collection.fill([{ id: 'late', embedding: [0, 1, 0, 0], payload: { created_at: '2024-12-31T23:59:59' } }]);
    expect(await collection.ids(BEFORE_2025)).toEqual(['vec_001', 'vec_002', 'late']);
    await collection.delete('/vectors/vec_001');
    expect(await collection.ids(BEFORE_2025)).toEqual(['vec_002', 'late']);
  });

  it('is served on the flat routes and on the text search, too', async () => {
    const body = { collection: collection.name, query: '', filter: BEFORE_2025 };
    const results = rows('vec_001', 'vec_002');
    expect(await api.post('/search', body)).toEqual([200, expect.objectContaining({ results, query_type: 'filter' })]);
    expect(await collection.post('/search/text', body)).toEqual([200, expect.objectContaining({ results })]);
  });

  it('cleans up as the guide does: search, collect the ids, delete them', async () => {
    const ids = await collection.ids(BEFORE_2025);
    expect(await collection.post('/batch_delete', { ids })).toMatchObject([200, { deleted: 2, failed: 0 }]);
    expect(await collection.ids(BEFORE_2025)).toEqual([]);
    expect(await collection.count()).toBe(3);
  });

  it('refuses a filter it does not understand', async () => {
    const [status, body] = await collection.post('/search', { query: '', filter: { created_at: { $before: 'x' } } });
    expect([status, body]).toMatchObject([400, { error_type: 'parse_error', details: { field: 'filter' } }]);
  });
});

describe('25,000 rows that match', () => {
  const rowIds = Array.from({ length: 25_000 }, (_, index) => `row-${String(index)}`);
  let collection: CollectionApi;

  beforeAll(async () => {
    collection = await api.create();
    const rows = rowIds.map((id, index): Entry => ({ id, embedding: [index, 1, 0, 0], payload: { created_at: '2024-01-01' } }));
    for (let start = 0; start < rows.length; start += 5000) await collection.fill(rows.slice(start, start + 5000));
  });

  async function page(inside: object): Promise<{ readonly limit: unknown; readonly ids: readonly string[] }> {
    const answer = await collection.call('POST', '/search', { query: '', filter: BEFORE_2025, ...inside });
    const { limit, results } = succeeded(answer) as { limit: unknown; results: readonly Hit[] };
    return { limit, ids: results.map(({ id }) => id) };
  }

  it('case 29: gives the first 10,000, with distinct ids', async () => {
    expect(await page({ limit: 10_000 })).toEqual({ limit: 10_000, ids: rowIds.slice(0, 10_000) });
  });

  it('case 29: a greater limit gives 10,000, too', async () => {
    expect(await page({ limit: 20_000 })).toEqual({ limit: 10_000, ids: rowIds.slice(0, 10_000) });
  });

  it('case 29: an offset gives the next ones', async () => {
    expect((await page({ limit: 10_000, offset: 10_000 })).ids).toEqual(rowIds.slice(10_000, 20_000));
    expect((await page({ limit: 10_000, offset: 20_000 })).ids).toEqual(rowIds.slice(20_000));
    expect((await page({ limit: 10_000, offset: 25_000 })).ids).toEqual([]);
  });
});

describe('texts compared by code point', () => {
  const SORTED = ['', ' ', '2025-01-01', '2025-01-01T00:00:00', 'A', 'Z', '_', 'a', 'aZ', 'aa', 'b', 'é', 'ａ', '🦄'];
  let collection: CollectionApi;

  beforeAll(async () => {
    collection = await api.create();
    await collection.fill(SORTED.map((at, index) => ({ id: String(index), embedding: [1, 0, 0, 0], payload: { at } })));
  });

  it.each(SORTED.map((at, index) => [at, index] as const))('case 33: orders %j among the others', async (at, index) => {
    const all = SORTED.map((_, position) => String(position));
    expect(await collection.ids({ at: { $lt: at } })).toEqual(all.slice(0, index));
    expect(await collection.ids({ at: { $lte: at } })).toEqual(all.slice(0, index + 1));
    expect(await collection.ids({ at: { $gt: at } })).toEqual(all.slice(index + 1));
    expect(await collection.ids({ at: { $gte: at } })).toEqual(all.slice(index));
  });
});
