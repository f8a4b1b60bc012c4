import { createIndex, type NamespaceApi } from '../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** The numbers in `docs/differences.md`, section "Pinecone, since the first list". */

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.stop();
});

describe('filters', () => {
  const found = async (space: NamespaceApi, filter: object): Promise<readonly string[]> =>
    (await space.matches({ vector: [1], filter })).map(({ id }) => id);

  it.each([
    ['true', ['without']],
    ['false', []],
  ])('D99: $ne and $nin match records that lack the key, unless a setting says otherwise (%s)', async (setting, ids) => {
    const own = await startGateway({ env: { POLYVEC_PINECONE_NE_MATCHES_MISSING: setting } });
    const space = await (await createIndex(own, { dimension: 1 })).filled([{ id: 'without', values: [1] }]);
    expect(await found(space, { key: { $ne: 'x' } })).toEqual(ids);
    expect(await found(space, { key: { $nin: ['x'] } })).toEqual(ids);
    await own.stop();
  });
});

describe('scores', () => {
  it('D100: a score beyond float32 is the largest one, ranked by its true value', async () => {
    const space = await (
      await createIndex(gateway, { dimension: 2, metric: 'euclidean' })
    ).filled([
      { id: 'a', values: [-3e20, 0] },
      { id: 'b', values: [2e20, 0] },
      { id: 'c', values: [1, 0] },
    ]);
    const { text } = await space.post('/query', { vector: [0, 0], topK: 3 });
    expect([...text.matchAll(/"id":"(.)","score":([^,]+)/g)].map(([, id, score]) => [id, score])).toEqual([
      ['c', '1'],
      ['b', '3.4028235e+38'],
      ['a', '3.4028235e+38'],
    ]);
  });
});
