import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  setUp,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

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

async function payload(id: string): Promise<unknown> {
  return (await collection.vector(id)).payload;
}

/** @throws Error with the answer unless every update is done */
async function updated(...updates: readonly object[]): Promise<void> {
  const answer = await collection.call('POST', '/batch_update', { updates });
  const { failed } = succeeded(answer) as { readonly failed: number };
  if (failed !== 0) throw new Error(answer.text);
}

function failed(index: number, id: string | undefined, error: unknown): object {
  return { index, ...(id === undefined ? {} : { id }), status: 'error', error };
}

describe('a batch of updates', () => {
  it.each(['/batch_update', 'the path'])('is reported on one by one: %s', async (route) => {
    const updates = [
      { id: 'vec_001', vector: [0, 0, 0, 3] },
      { id: 'nobody', payload: { x: 1 } },
      { id: 'vec_002', payload: { x: 1 } },
      { id: 'vec_003', vector: [1, 2] },
      { payload: { x: 1 } },
    ];
    const path = route === 'the path' ? collection.path('/batch_update') : route;
    const [status, body] = await api.post(path, { collection: collection.name, updates });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ collection: collection.name, count: 5, updated: 2, failed: 3 },
      results: [
        { index: 0, id: 'vec_001', status: 'ok' },
        failed(1, 'nobody', 'Vector not found: nobody'),
        { index: 2, id: 'vec_002', status: 'ok' },
        failed(3, 'vec_003', 'vector dim 2 != collection dim 4'),
        failed(4, undefined, expect.stringContaining('missing `id` field')),
      ],
    });
    expect(await collection.vector('vec_001')).toMatchObject({ vector: [0, 0, 0, 1], payload: OLD });
    expect(await collection.vector('vec_002')).toMatchObject({ vector: [0, 1, 0, 0], payload: { x: 1 } });
    expect((await collection.vector('vec_003')).vector).toEqual([0, 0, 1, 0]);
    expect(await collection.count()).toBe(5);
  });

  it('replaces, clears and keeps payloads', async () => {
    await updated(
      { id: 'vec_001', payload: { x: 1, none: null } },
      { id: 'vec_002', payload: null },
      { id: 'vec_003', vector: [1, 0, 0, 0] },
    );
    expect(await payload('vec_001')).toEqual({ x: 1, none: null });
    expect(await payload('vec_002')).toEqual({});
    expect(await payload('vec_003')).toMatchObject({ category: 'new', page: 1 });
  });

  it('merges metadata', async () => {
    await updated({ id: 'vec_001', metadata: { created_at: null, deep: { a: 1, b: null } } });
    expect(await payload('vec_001')).toEqual({ category: 'old_docs', deep: { a: 1 } });
  });

  it('embeds texts', async () => {
    const own = await api.create({ dimension: 128 });
    const texts = ['a', 'b', 'c'].map((id) => ({ id, text: `the text of ${id}`, metadata: { id } }));
    succeeded(await own.call('POST', '/batch_insert', { texts }));
    collection = own;
    await updated(
      { id: 'a', text: 'stocks and bonds' },
      { id: 'b', metadata: { x: 1 } },
      { id: 'c', text: 'rain and snow', payload: { weather: true } },
    );
    expect((await own.search({ query: 'stocks and bonds', limit: 1 }))[0]).toMatchObject({
      ...{ id: 'a', content: 'stocks and bonds', payload: { id: 'a' }, score: expect.closeTo(1, 5) as number },
    });
    expect((await own.search({ query: 'rain and snow', limit: 1 }))[0]).toMatchObject({ id: 'c', payload: { weather: true } });
    expect((await own.search({ query: 'the text of b', limit: 1 }))[0]).toMatchObject({ id: 'b', payload: { id: 'b', x: 1 } });
  });

  it.each(['vector', 'data', 'embedding'])('takes vectors as %s', async (name) => {
    await updated({ id: 'vec_001', [name]: [0, 0, 2, 0] });
    expect((await collection.vector('vec_001')).vector).toEqual([0, 0, 1, 0]);
  });

  it('of the same vector is done one after the other', async () => {
    await updated(
      { id: 'vec_001', metadata: { k: 1, a: { b: 2 } } },
      { id: 'vec_002', metadata: { x: 0 } },
      { id: 'vec_001', metadata: { k: { c: 1 }, a: null } },
      { id: 'vec_001', vector: [0, 1, 0, 0], metadata: { a: { d: 4 } } },
      { id: 'vec_001', metadata: { k: { e: 2 } } },
    );
    expect(await collection.vector('vec_001')).toMatchObject({ vector: [0, 1, 0, 0], payload: { ...OLD, k: { c: 1, e: 2 } } });
    expect(await payload('vec_001')).toEqual({ ...OLD, k: { c: 1, e: 2 }, a: { d: 4 } });
    expect(await payload('vec_002')).toEqual({ ...OLD, x: 0 });
  });

  it('of the same vector can replace what it patched, and patch what it replaced', async () => {
    await updated(
      { id: 'vec_001', metadata: { gone: 1 } },
      { id: 'vec_001', payload: { x: { y: 1 } } },
      { id: 'vec_001', metadata: { x: { z: 2 } } },
    );
    expect(await payload('vec_001')).toEqual({ x: { y: 1, z: 2 } });
    await updated({ id: 'vec_001', payload: { a: 1 } }, { id: 'vec_001', payload: { b: 2 } });
    expect(await payload('vec_001')).toEqual({ b: 2 });
  });

  it('leaves the order of the vectors alone', async () => {
    await updated({ id: 'vec_005', payload: { x: 1 } }, { id: 'vec_001', payload: { x: 1 } });
    expect(await collection.ids()).toEqual(['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005']);
    expect(await collection.ids({ x: 1 })).toEqual(['vec_001', 'vec_005']);
  });

  it('has entries of its own mistakes', async () => {
    const updates = [
      5,
      null,
      'vec_001',
      { id: 'vec_001' },
      { id: 'vec_001', payload: 'x' },
      { id: 'vec_002', metadata: { x: 1 } },
    ];
    expect(await collection.post('/batch_update', { updates })).toMatchObject([
      200,
      {
        count: 6,
        updated: 1,
        failed: 5,
        results: [0, 1, 2, 3, 4].map((index) => ({ index, status: 'error' })).concat({ index: 5, status: 'ok' }),
      },
    ]);
    expect(await payload('vec_001')).toEqual(OLD);
  });

  it('wants a list with something in it', async () => {
    expect(await collection.post('/batch_update', {})).toEqual(invalidField('updates'));
    expect(await collection.post('/batch_update', { updates: [] })).toEqual(invalidField('updates'));
    expect(await collection.post('/batch_update', { updates: {} })).toEqual(invalidField('updates'));
  });

  it('wants a collection that exists', async () => {
    const updates = [{ id: 'a', payload: {} }];
    expect(await api.post('/batch_update', { updates })).toEqual(invalidField('collection'));
    expect(await api.post('/batch_update', { collection: 'none', updates })).toEqual(noCollection('none'));
    expect(await api.post('/collections/none/batch_update', { updates })).toEqual(noCollection('none'));
  });

  it('succeeds also when nothing is updated', async () => {
    expect(await collection.post('/batch_update', { updates: [{ id: 'nobody', payload: {} }] })).toEqual(
      done({ count: 1, updated: 0, failed: 1 }),
    );
  });

  it('updates thousands at once', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => ({ id: `row-${String(at)}`, embedding: [at, 1, 0, 0] }));
    await collection.fill(rows);
    await updated(...rows.map(({ id }, at) => ({ id, metadata: { at } })));
    expect(await collection.ids({ at: { $gte: 2998 } })).toEqual(['row-2998', 'row-2999']);
    expect(await collection.ids({ at: { $exists: true } })).toHaveLength(3000);
  });
});
