import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  noVector,
  SEED_VECTORS,
  setUp,
  type StoredVector,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const IDS = SEED_VECTORS.map(({ id }) => String(id));

interface Page {
  readonly vectors: readonly StoredVector[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
  readonly message: string | null;
}

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
  collection = await setUp(api);
});

afterAll(async () => {
  await gateway.stop();
});

function about(number: number): unknown {
  return expect.closeTo(number, 6);
}

async function page(query = '', of = collection): Promise<Page> {
  return succeeded(await of.call('GET', `/vectors${query}`)) as Page;
}

async function listed(query = '', of = collection): Promise<readonly string[]> {
  return (await page(query, of)).vectors.map(({ id }) => id);
}

describe('one vector', () => {
  it('case 53: is what is stored, normalised, under every name that clients read', async () => {
    const vector = [about(Math.SQRT1_2), about(Math.SQRT1_2), 0, 0];
    expect(await collection.get('/vectors/vec_005')).toEqual([
      200,
      { id: 'vec_005', vector, data: vector, payload: {}, metadata: {}, collection: collection.name },
    ]);
    const payload = { category: 'new', tags: ['a', 'b'] };
    expect(await collection.vector('vec_004')).toMatchObject({ vector: [0, 0, 0, 1], payload, metadata: payload });
  });

  it('case 53: that is missing is 404', async () => {
    expect(await collection.get('/vectors/nobody')).toEqual(noVector('nobody'));
    expect(await api.get('/collections/none/vectors/vec_001')).toEqual(noCollection('none'));
  });

  it('is read by a body, too', async () => {
    const body = { collection: collection.name, id: 'vec_001' };
    expect(await api.post('/vector', body)).toEqual(await collection.get('/vectors/vec_001'));
    expect(await api.post('/vector', { ...body, id: 'nobody' })).toEqual(noVector('nobody'));
    expect(await api.post('/vector', { ...body, collection: 'none' })).toEqual(noCollection('none'));
    expect(await api.post('/vector', { id: 'vec_001' })).toEqual(invalidField('collection'));
    expect(await api.post('/vector', { collection: collection.name })).toEqual(invalidField('id'));
  });

  it('leaves out what is not wanted', async () => {
    expect(await collection.get('/vectors/vec_003?with_vector=false')).toMatchObject([
      200,
      { id: 'vec_003', vector: null, payload: { page: 1 } },
    ]);
    expect(await collection.get('/vectors/vec_003?with_payload=false')).toMatchObject([
      200,
      { id: 'vec_003', vector: [0, 0, 1, 0], payload: null, metadata: null },
    ]);
  });

  it('has the text that it was made of as content', async () => {
    const own = await api.create({ dimension: 16 });
    succeeded(await own.call('POST', '/insert', { id: 'a', text: 'hello world', metadata: { page: 1 } }));
    expect(await own.vector('a')).toMatchObject({ content: 'hello world', payload: { page: 1 }, metadata: { page: 1 } });
  });

  it.each([
    ['a b', 'a%20b', 'a%20b'],
    ['ünï', '%C3%BCn%C3%AF', '%C3%BCn%C3%AF'],
    ['a/b', 'a%2Fb', 'a/b'],
    ['100%', '100%25', '100%'],
    ['a/expiry', 'a%2Fexpiry', 'a/expiry'],
    ['move', 'move', 'move'],
  ])('called %s is found by an encoded and by a raw path', async (id, encoded, raw) => {
    const own = await api.create();
    await own.fill([{ id, embedding: [1, 0, 0, 0] }]);
    expect(await own.get(`/vectors/${encoded}`)).toEqual(done({ id }));
    expect(await own.get(`/vectors/${raw}`)).toEqual(done({ id }));
  });

  it('keeps numbers as they were written', async () => {
    const own = await api.create();
    const entry = '{"id":"a","embedding":[1,0,0,0],"payload":{"one":1.0,"large":9223372036854775807,"small":1e-7}}';
    succeeded(await api.call('POST', '/insert_vectors', `{"collection":"${own.name}","vectors":[${entry}]}`));
    const { text } = await own.call('GET', '/vectors/a');
    expect(text).toMatch(/"one": ?1\.0[,}]/);
    expect(text).toMatch(/"large": ?9223372036854775807[,}]/);
  });

  it('keeps nested values and null', async () => {
    const own = await api.create();
    const payload = { deep: { list: [1, [2, { three: 3 }], null], none: null }, '': 'empty', 'a.b': true };
    await own.fill([{ id: 'a', embedding: [1, 0, 0, 0], payload }]);
    expect((await own.vector('a')).payload).toEqual(payload);
  });
});

describe('the list of vectors', () => {
  it('case 54: is a page, and says that there are more', async () => {
    expect(await collection.get('/vectors?limit=2&offset=2')).toEqual([
      200,
      {
        vectors: [expect.objectContaining({ id: 'vec_003' }), expect.objectContaining({ id: 'vec_004' })],
        ...{ total: 5, limit: 2, offset: 2, message: 'Showing 2 of 5 vectors. Use pagination for more.' },
      },
    ]);
  });

  it('case 54: shows vectors and payloads as reading one does', async () => {
    const [, , third] = (await page()).vectors;
    const payload = { category: 'new', created_at: '2025-06-01T00:00:00', page: 1 };
    expect(third).toMatchObject({ id: 'vec_003', vector: [0, 0, 1, 0], payload });
  });

  it('is in insertion order, and has nothing to say when it is whole', async () => {
    const whole = await page();
    expect(whole.vectors.map(({ id }) => id)).toEqual(IDS);
    expect(whole).toMatchObject({ total: 5, limit: 10, offset: 0, message: null });
  });

  it('is in the order of first insert after an update', async () => {
    const own = await setUp(api);
    await own.fill([{ id: 'vec_001', embedding: [0, 0, 0, 1] }]);
    await own.call('PATCH', '/vectors/vec_002', { metadata: { x: 1 } });
    expect(await listed('', own)).toEqual(IDS);
  });

  it('has ten vectors unless more are wanted, up to 1,000', async () => {
    const own = await api.create();
    await own.fill(Array.from({ length: 1005 }, (_, at) => ({ id: String(at), embedding: [at, 1, 0, 0] })));
    expect(await page('', own)).toMatchObject({ limit: 10, total: 1005 });
    expect(await listed('', own)).toHaveLength(10);
    const large = await page('?limit=5000', own);
    expect(large).toMatchObject({ limit: 1000, total: 1005, message: 'Showing 1000 of 1005 vectors. Use pagination for more.' });
    expect(large.vectors).toHaveLength(1000);
    expect(await listed('?limit=1000&offset=1000', own)).toEqual(['1000', '1001', '1002', '1003', '1004']);
  });

  it('is empty behind the end', async () => {
    expect(await page('?offset=9')).toMatchObject({ vectors: [], total: 5, offset: 9 });
    expect(await page('?offset=99999999')).toMatchObject({ vectors: [], total: 5, offset: 1_000_000 });
    expect(await page('?limit=0')).toMatchObject({ vectors: [], total: 5, limit: 0 });
  });

  it('has the vectors of some ids, in their order', async () => {
    expect(await listed('?ids=vec_004,nobody,vec_001')).toEqual(['vec_004', 'vec_001']);
    expect(await listed('?ids=nobody')).toEqual([]);
  });

  it('finds encoded ids', async () => {
    const own = await api.create();
    await own.fill([
      { id: 'a b', embedding: [1, 0, 0, 0] },
      { id: 'ünï', embedding: [1, 0, 0, 0] },
    ]);
    expect(await listed('?ids=%C3%BCn%C3%AF,a%20b', own)).toEqual(['ünï', 'a b']);
  });

  it('leaves out what is not wanted', async () => {
    const [plain] = (await page('?limit=1&with_vector=false&with_payload=false')).vectors;
    expect(plain).toMatchObject({ id: 'vec_001', vector: null, payload: null });
  });

  it.each(['limit', 'offset'])('refuses a %s that is no whole number', async (name) => {
    expect(await collection.get(`/vectors?${name}=-1`)).toEqual(invalidField(name));
    expect(await collection.get(`/vectors?${name}=x`)).toEqual(invalidField(name));
  });

  it('is 404 for no collection, and empty for an empty one', async () => {
    expect(await api.get('/collections/none/vectors')).toEqual(noCollection('none'));
    expect(await page('', await api.create())).toEqual({ vectors: [], total: 0, limit: 10, offset: 0, message: null });
  });

  it('does not mind a JSON content type without a body', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await collection.call('GET', '/vectors', undefined, headers)).status).toBe(200);
    expect((await collection.call('GET', '/vectors/vec_001', undefined, headers)).status).toBe(200);
  });
});
