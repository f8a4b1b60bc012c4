import { createIndex, type IndexApi, invalidWith } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const STATS = '/describe_index_stats';
const POD = { pod: { environment: 'us-east1-gcp', pod_type: 'p1.x1' } };

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_PINECONE_INDEX_PORTS: '0:24' } });
});

afterAll(async () => {
  await gateway.stop();
});

async function statsOf(index: IndexApi, version: string, body: object = {}): Promise<unknown> {
  return (await index.call(STATS, { body, headers: { 'x-pinecone-api-version': version } })).body;
}

describe('the statistics of an index', () => {
  it('count the records of each namespace and of all', async () => {
    const index = await createIndex(gateway, { dimension: 2, metric: 'euclidean' });
    await index.namespace('one').fill([{ id: 'a', values: [1, 2] }]);
    await index.namespace('two').fill([
      { id: 'a', values: [1, 2] },
      { id: 'b', values: [1, 2] },
    ]);
    expect(await statsOf(index, '2025-10')).toEqual({
      namespaces: { one: { vectorCount: 1 }, two: { vectorCount: 2 } },
      dimension: 2,
      indexFullness: 0,
      totalVectorCount: 3,
      metric: 'euclidean',
      vectorType: 'dense',
    });
  });

  it('of a new index have no namespaces', async () => {
    const index = await createIndex(gateway, { dimension: 3 });
    expect(await statsOf(index, '2025-10')).toEqual({
      namespaces: {},
      dimension: 3,
      indexFullness: 0,
      totalVectorCount: 0,
      metric: 'cosine',
      vectorType: 'dense',
    });
  });

  it('are the same for GET, which needs no body', async () => {
    const index = await createIndex(gateway, { dimension: 2 });
    await index.namespace('one').fill([{ id: 'a', values: [1, 2] }]);
    const [got, posted] = [await index.call(STATS), await index.call(STATS, { method: 'POST' })];
    expect([got.status, got.body]).toEqual([200, posted.body]);
    expect(posted.body).toMatchObject({ totalVectorCount: 1 });
  });

  it('ignore the filter of a GET', async () => {
    const index = await createIndex(gateway, { dimension: 2 });
    await index.namespace('one').fill([{ id: 'a', values: [1, 2] }]);
    const answer = await index.call(STATS, { query: { filter: '{"genre":"drama"}' } });
    expect(answer.body).toMatchObject({ totalVectorCount: 1 });
  });

  it('show a namespace that was emptied or created empty with 0', async () => {
    const index = await createIndex(gateway, { dimension: 2 });
    await index.namespace('emptied').fill([{ id: 'a', values: [1, 2] }]);
    await index.namespace('emptied').post('/vectors/delete', { deleteAll: true });
    await index.call('/namespaces', { body: { name: 'created' } });
    expect(await statsOf(index, '2025-10')).toMatchObject({
      namespaces: { created: { vectorCount: 0 }, emptied: { vectorCount: 0 } },
      totalVectorCount: 0,
    });
  });

  it('see a write at once', async () => {
    const index = await createIndex(gateway, { dimension: 2 });
    const seen: unknown[] = [];
    for (const id of ['a', 'b', 'a']) {
      await index.namespace('one').fill([{ id, values: [1, 2] }]);
      seen.push(await index.counts());
    }
    expect(seen).toEqual([{ one: 1 }, { one: 2 }, { one: 2 }]);
  });
});

describe('the default namespace in statistics', () => {
  let index: IndexApi;

  beforeAll(async () => {
    index = await createIndex(gateway, { dimension: 2 });
    await index.namespace('').fill([{ id: 'a', values: [1, 2] }]);
  });

  it.each(['2024-07', '2025-01', '2025-04'])('has an empty key at %s', async (version) => {
    expect(await statsOf(index, version)).toMatchObject({ namespaces: { '': { vectorCount: 1 } }, totalVectorCount: 1 });
  });

  it.each(['2025-10', '2026-04', '2026-07', '2031-01', 'unstable', '2026-01.alpha'])(
    'is called __default__ at %s',
    async (version) => {
      expect(((await statsOf(index, version)) as { namespaces: object }).namespaces).toEqual({ __default__: { vectorCount: 1 } });
    },
  );

  it('has an empty key for clients that send no version', async () => {
    expect((await index.call(STATS)).body).toMatchObject({ namespaces: { '': { vectorCount: 1 } } });
  });
});

describe('filtered statistics', () => {
  const fill = async (index: IndexApi): Promise<void> => {
    await index.namespace('one').fill([
      { id: 'a', values: [1, 2], metadata: { genre: 'drama' } },
      { id: 'b', values: [1, 2], metadata: { genre: 'comedy' } },
    ]);
    await index.namespace('two').fill([{ id: 'a', values: [1, 2] }]);
  };

  it.each([
    ['serverless', {}],
    ['pod', { spec: POD }],
  ])('count what matches in a %s index', async (_kind, inside) => {
    const index = await createIndex(gateway, { dimension: 2, ...inside });
    await fill(index);
    const stats = (await statsOf(index, '2025-10', { filter: { genre: 'drama' } })) as {
      namespaces: Readonly<Record<string, unknown>>;
    };
    expect(stats).toMatchObject({ namespaces: { one: { vectorCount: 1 } }, totalVectorCount: 1 });
    expect(Object.keys(stats.namespaces).filter((name) => name !== 'two')).toEqual(['one']);
  });

  it.each([{ filter: {} }, { filter: null }, {}])('count everything when nothing is filtered: %j', async (body) => {
    const index = await createIndex(gateway, { dimension: 2 });
    await fill(index);
    expect(await statsOf(index, '2025-10', body)).toMatchObject({ totalVectorCount: 3 });
  });

  it('refuse what is no filter', async () => {
    const index = await createIndex(gateway, { dimension: 2 });
    expect(await index.outcome(STATS, { body: { filter: { $gt: 1 } } })).toEqual(invalidWith('$gt'));
  });
});

describe('the statistics of a sparse index', () => {
  let index: IndexApi;

  beforeAll(async () => {
    index = await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct' });
    await index.namespace('one').fill([{ id: 'a', sparseValues: { indices: [1], values: [1] } }]);
  });

  it.each(['2025-01', '2025-10', '2026-07'])('have no dimension at %s', async (version) => {
    expect(await statsOf(index, version)).toEqual({
      namespaces: { one: { vectorCount: 1 } },
      indexFullness: 0,
      totalVectorCount: 1,
      metric: 'dotproduct',
      vectorType: 'sparse',
    });
  });

  it('have the dimension 0 before 2025-01', async () => {
    expect(await statsOf(index, '2024-10')).toMatchObject({ dimension: 0 });
  });
});
