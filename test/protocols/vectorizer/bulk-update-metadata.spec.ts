import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  setUp,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const ROUTE = '/vectors/bulk_update_metadata';
const OLD = { category: 'old_docs', created_at: '2024-01-01T00:00:00' };

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  collection = await setUp(api);
});

async function payloads(): Promise<readonly unknown[]> {
  return (await collection.search({ query: '' })).map(({ payload }) => payload);
}

describe('bulk_update_metadata', () => {
  it('merges a patch into all that match, and tells which', async () => {
    const patch = { category: null, archived: true, deep: { a: 1, b: null } };
    expect(await collection.post(ROUTE, { filter: { category: 'old_docs' }, patch })).toMatchObject([
      200,
      {
        ...{ scanned: 5, matched: 2, updated: 2 },
        results: [
          { id: 'vec_001', status: 'updated' },
          { id: 'vec_002', status: 'updated' },
        ],
      },
    ]);
    const after = { created_at: '2024-01-01T00:00:00', archived: true, deep: { a: 1 } };
    expect((await payloads()).slice(0, 2)).toEqual([after, after]);
    expect((await payloads()).slice(2)).toEqual([
      { category: 'new', created_at: '2025-06-01T00:00:00', page: 1 },
      { category: 'new', tags: ['a', 'b'] },
      {},
    ]);
  });

  it('merges at every depth', async () => {
    const filter = { category: 'new' };
    await collection.post(ROUTE, { filter, patch: { deep: { a: { b: 1, c: [1] }, d: 2 } } });
    await collection.post(ROUTE, { filter, patch: { deep: { a: { b: null, c: [2], e: { f: null } } }, page: { g: 1 } } });
    expect((await payloads()).slice(2, 4)).toEqual([
      { category: 'new', created_at: '2025-06-01T00:00:00', page: { g: 1 }, deep: { a: { c: [2], e: {} }, d: 2 } },
      { category: 'new', tags: ['a', 'b'], page: { g: 1 }, deep: { a: { c: [2], e: {} }, d: 2 } },
    ]);
  });

  it('succeeds when nothing matches', async () => {
    const answer = await collection.post(ROUTE, { filter: { category: 'nope' }, patch: { x: 1 } });
    expect(answer).toEqual(done({ scanned: 5, matched: 0, updated: 0, results: [] }));
  });

  it('takes the clauses of a filter, too', async () => {
    const filter = { must_not: [{ key: 'category', match: { value: 'old_docs' } }], should: null };
    expect(await collection.post(ROUTE, { filter, patch: { kept: true } })).toEqual(done({ matched: 3 }));
    expect(await collection.ids({ kept: true })).toEqual(['vec_003', 'vec_004', 'vec_005']);
  });

  it('leaves the vectors alone', async () => {
    await collection.post(ROUTE, { filter: { category: 'old_docs' }, patch: { x: 1 } });
    expect(await collection.vector('vec_002')).toMatchObject({ vector: [0, 1, 0, 0], payload: { ...OLD, x: 1 } });
    expect(await collection.ids()).toEqual(['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005']);
  });

  it.each([[{}], [{ must: [] }], [{ $and: [{}] }], [{ must: null, should: null, must_not: null }]])(
    'refuses the filter %j, which says nothing',
    async (filter) => {
      const before = await payloads();
      expect(await collection.post(ROUTE, { filter, patch: { x: 1 } })).toEqual(invalidField('filter', 'no conditions'));
      expect(await payloads()).toEqual(before);
    },
  );

  it('refuses a filter that is missing or not understood', async () => {
    const before = await payloads();
    expect(await collection.post(ROUTE, { patch: { x: 1 } })).toEqual(invalidField('filter'));
    expect(await collection.post(ROUTE, { filter: 'x', patch: { x: 1 } })).toEqual(unparseable('filter'));
    const filter = { category: { $near: 'x' } };
    expect(await collection.post(ROUTE, { filter, patch: { x: 1 } })).toEqual(unparseable('filter'));
    expect(await payloads()).toEqual(before);
  });

  it('refuses a patch that is missing or no object', async () => {
    const filter = { category: 'old_docs' };
    expect(await collection.post(ROUTE, { filter })).toEqual(invalidField('patch'));
    expect(await collection.post(ROUTE, { filter, patch: 5 })).toEqual(invalidField('patch'));
    expect(await collection.post(ROUTE, { filter, patch: [{ x: 1 }] })).toEqual(invalidField('patch'));
    expect((await payloads())[0]).toEqual(OLD);
  });

  it('is 404 in a collection that does not exist', async () => {
    const body = { filter: { a: 1 }, patch: { x: 1 } };
    expect(await api.post(`/collections/none${ROUTE}`, body)).toEqual(noCollection('none'));
  });

  it('patches thousands at once', async () => {
    await collection.fill(
      Array.from({ length: 2500 }, (_, at) => ({ id: `r${String(at)}`, embedding: [at, 1, 0, 0], payload: { at } })),
    );
    const answer = await collection.post(ROUTE, { filter: { at: { $gte: 500 } }, patch: { at: null, late: true } });
    expect(answer).toEqual(done({ scanned: 2505, matched: 2000, updated: 2000 }));
    expect(await collection.ids({ late: true })).toHaveLength(2000);
    expect(await collection.ids({ at: { $exists: true } })).toHaveLength(500);
  });
});
