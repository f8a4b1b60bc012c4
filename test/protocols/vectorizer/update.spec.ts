import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  noVector,
  refused,
  setUp,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const THIRD = { category: 'new', created_at: '2025-06-01T00:00:00', page: 1 };

let gateway: TestGateway;
let api: VectorizerApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

let collection: CollectionApi;

beforeEach(async () => {
  collection = await setUp(api);
});

async function payload(id = 'vec_003'): Promise<unknown> {
  return (await collection.vector(id)).payload;
}

async function patched(metadata: object, id = 'vec_003'): Promise<unknown> {
  succeeded(await collection.call('PATCH', `/vectors/${id}`, { metadata }));
  return payload(id);
}

/** Each of the three ways to update one vector, and whether it merges the payload. */
const WAYS = [
  ['PATCH …/vectors/{id}', async (id: string, body: object) => api.outcome('PATCH', collection.path(`/vectors/${id}`), body)],
  ['PUT …/vectors/{id}', async (id: string, body: object) => api.outcome('PUT', collection.path(`/vectors/${id}`), body)],
  ['POST /update', async (id: string, body: object) => api.post('/update', { collection: collection.name, id, ...body })],
] as const;

describe('payloads', () => {
  it('case 55: PATCH merges, PUT replaces, null removes, and an unknown id is 404', async () => {
    expect(await patched({ x: 1 })).toEqual({ ...THIRD, x: 1 });
    expect(await patched({ x: null })).toEqual(THIRD);
    const put = await collection.call('PUT', '/vectors/vec_003', { metadata: { only: true } });
    expect(put.status).toBe(200);
    expect(await payload()).toEqual({ only: true });
    expect(await api.outcome('PATCH', collection.path('/vectors/nobody'), { metadata: { x: 1 } })).toEqual(noVector('nobody'));
    expect(await api.outcome('PUT', collection.path('/vectors/nobody'), { metadata: { x: 1 } })).toEqual(noVector('nobody'));
    expect(await collection.count()).toBe(5);
  });

  it('POST /update merges', async () => {
    const body = { collection: collection.name, id: 'vec_003', metadata: { page: null, x: [1] } };
    expect(await api.post('/update', body)).toEqual(done({ id: 'vec_003' }));
    expect(await payload()).toEqual({ category: 'new', created_at: '2025-06-01T00:00:00', x: [1] });
  });

  it.each(['metadata', 'payload'])('are given as %s', async (name) => {
    succeeded(await collection.call('PATCH', '/vectors/vec_003', { [name]: { x: 1 } }));
    expect(await payload()).toEqual({ ...THIRD, x: 1 });
    succeeded(await collection.call('PUT', '/vectors/vec_003', { [name]: { y: 2 } }));
    expect(await payload()).toEqual({ y: 2 });
  });

  it('are merged at every depth', async () => {
    await patched({ deep: { a: 1, b: { c: 2, d: [1, 2] } } });
    expect(await patched({ deep: { b: { c: null, d: [3], e: { f: null, g: 'g' } }, h: null } })).toEqual({
      ...THIRD,
      deep: { a: 1, b: { d: [3], e: { g: 'g' } } },
    });
    expect(await patched({ deep: { b: 5 } })).toEqual({ ...THIRD, deep: { a: 1, b: 5 } });
    expect(await patched({ deep: { b: { i: 1, j: null } } })).toEqual({ ...THIRD, deep: { a: 1, b: { i: 1 } } });
    expect(await patched({ deep: null })).toEqual(THIRD);
  });

  it('keep the nulls inside lists, and take lists whole', async () => {
    expect(await patched({ list: [null, { a: null }] })).toEqual({ ...THIRD, list: [null, { a: null }] });
    expect(await patched({ list: [1] })).toEqual({ ...THIRD, list: [1] });
  });

  it('that are put keep their nulls', async () => {
    succeeded(await collection.call('PUT', '/vectors/vec_003', { metadata: { none: null, deep: { none: null } } }));
    expect(await payload()).toEqual({ none: null, deep: { none: null } });
  });

  it('are patched where there was none', async () => {
    expect(await patched({ x: { y: 1, z: null } }, 'vec_005')).toEqual({ x: { y: 1 } });
    expect(await patched({ x: null, gone: null }, 'vec_005')).toEqual({});
  });

  it('are emptied by an empty replacement, and left alone by an empty patch', async () => {
    expect(await patched({})).toEqual(THIRD);
    succeeded(await collection.call('PUT', '/vectors/vec_003', { metadata: {} }));
    expect(await payload()).toEqual({});
  });

  it('are found by their new values, and not by their old ones', async () => {
    await patched({ category: 'newer', page: null });
    expect(await collection.ids({ category: 'newer' })).toEqual(['vec_003']);
    expect(await collection.ids({ category: 'new' })).toEqual(['vec_004']);
    expect(await collection.ids({ page: { $exists: true } })).toEqual([]);
    expect(await collection.ids()).toEqual(['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005']);
  });

  it('keep their numbers as they were written', async () => {
    const path = collection.path('/vectors/vec_005');
    succeeded(await api.call('PATCH', path, '{"metadata":{"one":1.0,"large":9223372036854775807}}'));
    succeeded(await api.call('PATCH', path, '{"metadata":{"x":1}}'));
    const { text } = await api.call('GET', path);
    expect(text).toMatch(/"one": ?1\.0[,}]/);
    expect(text).toMatch(/"large": ?9223372036854775807[,}]/);
  });

  it.each([[5], ['text'], [[1]], [true]])('are no %j', async (sent) => {
    expect(await api.outcome('PATCH', collection.path('/vectors/vec_003'), { metadata: sent })).toEqual(invalidField('metadata'));
    expect(await payload()).toEqual(THIRD);
  });
});

describe.each(WAYS)('%s', (_, update) => {
  it.each(['vector', 'data', 'embedding'])('takes the vector as %s, and keeps the payload', async (name) => {
    const vector = [0.6, 0, 0.8, 0].map((value) => expect.closeTo(value, 6) as unknown);
    const answer = await update('vec_003', { [name]: [3, 0, 4, 0] });
    expect(answer).toEqual([
      200,
      {
        ...{ message: "Vector 'vec_003' updated successfully", id: 'vec_003', status: 'updated', collection: collection.name },
        ...{ vector, data: vector, payload: THIRD, metadata: THIRD },
      },
    ]);
    expect(await collection.vector('vec_003')).toMatchObject({ vector, payload: THIRD });
    expect((await collection.search({ vector: [3, 0, 4, 0], limit: 1 }))[0]).toMatchObject({ id: 'vec_003' });
  });

  it('embeds a text anew, and keeps the payload', async () => {
    const own = await api.create({ dimension: 128 });
    collection = own;
    succeeded(await own.call('POST', '/insert', { id: 'a', text: 'cats and dogs', metadata: { page: 1 } }));
    succeeded(await own.call('POST', '/insert', { id: 'b', text: 'rain and snow' }));
    expect(await update('a', { text: 'stocks and bonds' })).toEqual(
      done({ id: 'a', content: 'stocks and bonds', payload: { page: 1 } }),
    );
    const [best] = await own.search({ query: 'stocks and bonds' });
    expect(best).toMatchObject({ id: 'a', score: expect.closeTo(1, 5) as number, content: 'stocks and bonds' });
    const [embedded] = await own.search({ query: 'cats and dogs', threshold: 0.99 });
    expect(embedded).toBeUndefined();
  });

  it('keeps the text when another vector is given, and takes both when both are', async () => {
    const own = await api.create();
    collection = own;
    succeeded(await own.call('POST', '/insert', { id: 'a', text: 'cats' }));
    expect(await update('a', { vector: [0, 1, 0, 0] })).toEqual(done({ vector: [0, 1, 0, 0], content: 'cats' }));
    expect(await update('a', { vector: [0, 0, 1, 0], text: 'dogs' })).toEqual(done({ vector: [0, 0, 1, 0], content: 'dogs' }));
  });

  it('changes vector and payload at once', async () => {
    const answer = await update('vec_005', { data: [0, 0, 0, 2], metadata: { x: 1 } });
    expect(answer).toEqual(done({ data: [0, 0, 0, 1], payload: { x: 1 } }));
  });

  it('refuses a vector of another length, and changes nothing', async () => {
    expect(await update('vec_003', { vector: [1, 0], metadata: { x: 1 } })).toEqual(invalidField('vector', 'dim'));
    expect(await collection.vector('vec_003')).toMatchObject({ vector: [0, 0, 1, 0], payload: THIRD });
  });

  it('refuses a vector that is none', async () => {
    expect(await update('vec_003', { vector: [1, 0, 'x', 0] })).toEqual(invalidField('vector'));
    expect(await update('vec_003', { vector: 'x' })).toEqual(invalidField('vector'));
  });

  it('refuses to change nothing', async () => {
    expect(await update('vec_003', {})).toEqual([400, expect.objectContaining({ error_type: 'validation_error' })]);
    expect(await update('vec_003', { unknown: 1 })).toEqual([400, expect.objectContaining({ error_type: 'validation_error' })]);
  });

  it('does not make a vector that is missing', async () => {
    expect(await update('nobody', { vector: [1, 0, 0, 0], metadata: {} })).toEqual(noVector('nobody'));
    expect(await collection.count()).toBe(5);
  });

  it('refuses an encrypted payload', async () => {
    const answer = await update('vec_003', { metadata: { x: 1 }, public_key: 'key' });
    expect(answer).toEqual(refused(400, 'encryption_error'));
    expect(await payload()).toEqual(THIRD);
  });
});

describe('an update', () => {
  it('of a collection that does not exist is 404', async () => {
    const body = { metadata: { x: 1 } };
    expect(await api.outcome('PATCH', '/collections/none/vectors/a', body)).toEqual(noCollection('none'));
    expect(await api.outcome('PUT', '/collections/none/vectors/a', body)).toEqual(noCollection('none'));
    expect(await api.post('/update', { collection: 'none', id: 'a', ...body })).toEqual(noCollection('none'));
  });

  it('on the flat route names collection and id', async () => {
    expect(await api.post('/update', { id: 'vec_001', metadata: { x: 1 } })).toEqual(invalidField('collection'));
    expect(await api.post('/update', { collection: collection.name, metadata: { x: 1 } })).toEqual(invalidField('id'));
  });

  it('finds ids with slashes, encoded and raw', async () => {
    await collection.fill([{ id: 'a/b c', embedding: [1, 0, 0, 0], payload: { x: 1 } }]);
    succeeded(await collection.call('PATCH', '/vectors/a/b%20c', { metadata: { y: 2 } }));
    expect(await payload('a/b c')).toEqual({ x: 1, y: 2 });
    succeeded(await collection.call('PUT', '/vectors/a%2Fb%20c', { metadata: { z: 3 } }));
    expect(await payload('a/b c')).toEqual({ z: 3 });
  });
});
