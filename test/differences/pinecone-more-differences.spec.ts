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
