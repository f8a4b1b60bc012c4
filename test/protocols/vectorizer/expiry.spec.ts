import { setTimeout as sleep } from 'node:timers/promises';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import {
  type CollectionApi,
  invalidField,
  noCollection,
  noVector,
  setUp,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const HOUR_MS = 3_600_000;
const PAST = 1_000;

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_VECTORIZER_EXPIRY_INTERVAL_MS: '100' } });
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  collection = await setUp(api);
});

async function expire(id: string, expiresAt: unknown): Promise<unknown> {
  return api.outcome('PATCH', collection.path(`/vectors/${id}/expiry`), { expires_at: expiresAt });
}

/** Waits until the collection has so many vectors; the test's own time limit ends it. */
async function untilCount(count: number): Promise<void> {
  while ((await collection.count()) !== count) await sleep(50);
}

/** Waits until the sweeper has been here. */
async function untilSwept(): Promise<void> {
  const before = Number(await collection.count());
  await collection.fill([{ id: 'due', embedding: [1, 0, 0, 0], payload: { __expires_at: PAST } }]);
  await untilCount(before);
}

describe('a vector that expires', () => {
  it('has its time in the payload', async () => {
    const expiresAt = Date.now() + HOUR_MS;
    expect(await expire('vec_003', expiresAt)).toEqual([
      200,
      { id: 'vec_003', collection: collection.name, expires_at: expiresAt, status: 'ok' },
    ]);
    expect((await collection.vector('vec_003')).payload).toEqual({
      ...{ category: 'new', created_at: '2025-06-01T00:00:00', page: 1, __expires_at: expiresAt },
    });
  });

  it('is removed when its time has come, and the others are not', async () => {
    await expire('vec_002', PAST);
    await expire('vec_003', Date.now() + HOUR_MS);
    await untilCount(4);
    expect(await collection.ids()).toEqual(['vec_001', 'vec_003', 'vec_004', 'vec_005']);
    expect(await collection.get('/vectors/vec_002')).toEqual(noVector('vec_002'));
  });

  it('stays for ever with null', async () => {
    await expire('vec_003', Date.now() + HOUR_MS);
    expect(await expire('vec_003', null)).toEqual([
      200,
      { id: 'vec_003', collection: collection.name, expires_at: null, status: 'ok' },
    ]);
    expect((await collection.vector('vec_003')).payload).not.toHaveProperty('__expires_at');
  });

  it('can be called anything', async () => {
    await collection.fill([{ id: 'a/b', embedding: [1, 0, 0, 0] }]);
    expect(await expire('a/b', Date.now() + HOUR_MS)).toMatchObject([200, { id: 'a/b' }]);
    expect(await expire('a%2Fb', null)).toMatchObject([200, { id: 'a/b' }]);
  });

  it('needs a time or null', async () => {
    expect(await api.outcome('PATCH', collection.path('/vectors/vec_001/expiry'), {})).toEqual(invalidField('expires_at'));
    expect(await expire('vec_001', 'tomorrow')).toEqual(invalidField('expires_at'));
    expect(await expire('vec_001', true)).toEqual(invalidField('expires_at'));
    expect((await collection.vector('vec_001')).payload).not.toHaveProperty('__expires_at');
  });

  it('is there, or the answer is 404', async () => {
    expect(await expire('nobody', PAST)).toEqual(noVector('nobody'));
    const path = '/collections/none/vectors/vec_001/expiry';
    expect(await api.outcome('PATCH', path, { expires_at: PAST })).toEqual(noCollection('none'));
  });
});

describe('a collection whose vectors live for a time', () => {
  async function ttl(seconds: unknown): Promise<unknown> {
    return collection.post('/ttl', { ttl_secs: seconds });
  }

  it('tells its time to live', async () => {
    expect(await ttl(3600)).toEqual([200, { collection: collection.name, ttl_secs: 3600, status: 'ok' }]);
    expect(await collection.get('/ttl')).toMatchObject([200, { ttl_secs: 3600 }]);
    expect(await ttl(null)).toEqual([200, { collection: collection.name, ttl_secs: null, status: 'ok' }]);
    expect(await collection.get('/ttl')).toMatchObject([200, { ttl_secs: null }]);
  });

  it('gives a time to vectors that are written from then on', async () => {
    await ttl(3600);
    const before = Date.now();
    await collection.fill([{ id: 'late', embedding: [1, 0, 0, 0], payload: { x: 1 } }]);
    const { payload } = await collection.vector('late');
    expect(payload).toMatchObject({ x: 1 });
    expect(payload['__expires_at']).toBeGreaterThanOrEqual(before + HOUR_MS);
    expect(payload['__expires_at']).toBeLessThanOrEqual(Date.now() + HOUR_MS);
    await ttl(null);
    await collection.fill([{ id: 'for ever', embedding: [1, 0, 0, 0] }]);
    expect((await collection.vector('for ever')).payload).toEqual({});
  });

  it('loses them when their time is over', async () => {
    await ttl(1);
    await collection.fill([{ id: 'short', embedding: [1, 0, 0, 0] }]);
    await untilCount(5);
    expect(await collection.ids()).toEqual(['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005']);
  });

  it('keeps a time that a vector brings', async () => {
    await ttl(3600);
    const own = Date.now() + 2 * HOUR_MS;
    await collection.fill([{ id: 'own', embedding: [1, 0, 0, 0], payload: { __expires_at: own } }]);
    expect((await collection.vector('own')).payload).toEqual({ __expires_at: own });
  });

  it('is there, or the answer is 404', async () => {
    expect(await api.post('/collections/none/ttl', { ttl_secs: 1 })).toEqual(noCollection('none'));
  });

  it('needs a number of seconds above 0, or null', async () => {
    expect(await collection.post('/ttl', {})).toEqual(invalidField('ttl_secs'));
    expect(await ttl('1h')).toEqual(invalidField('ttl_secs'));
    expect(await ttl(-1)).toEqual(invalidField('ttl_secs'));
  });
});

describe('a field of that name', () => {
  it.each([
    ['text', '1000'],
    ['a boolean', true],
    ['a list', [PAST]],
    ['null', null],
  ])('that is %s ends nothing', async (_, value) => {
    await collection.fill([{ id: 'stays', embedding: [1, 0, 0, 0], payload: { __expires_at: value } }]);
    await untilSwept();
    expect(await collection.ids()).toContain('stays');
  });

  it('inside another one ends nothing', async () => {
    await collection.fill([{ id: 'stays', embedding: [1, 0, 0, 0], payload: { deep: { __expires_at: PAST } } }]);
    await untilSwept();
    expect(await collection.ids()).toContain('stays');
  });
});

it('only the vectors that are due are removed of many', async () => {
  const many = Array.from({ length: 50 }, (_, at) => ({
    ...{ id: String(at), embedding: [1, 0, 0, 0] },
    payload: { __expires_at: at % 2 === 0 ? PAST : Date.now() + HOUR_MS },
  }));
  await collection.fill(many);
  await untilCount(30);
  expect(await collection.ids({ __expires_at: { $exists: true } })).toHaveLength(25);
});

it('a collection of which nothing is due is not written to', async () => {
  const { name } = collection;
  const version = async (): Promise<unknown> => (await new ChromaApi(gateway.chromaUrl).call(`${COLLECTIONS}/${name}`)).body;
  await expire('vec_003', Date.now() + HOUR_MS);
  const before = await version();
  // another one is swept twice: between that, all are
  collection = await setUp(api);
  for (let round = 0; round < 2; round += 1) await untilSwept();
  expect(before).toMatchObject({ version: expect.any(Number) as number });
  expect(await version()).toEqual(before);
});
