import {
  createIndex,
  DONE,
  type IndexApi,
  type NamespaceApi,
  PineconeApi,
  type Vector,
} from '../../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { byEffort } from '../../support/setup/effort.js';

const DIMENSION = 8;
/** More than any answer holds. */
const RECORDS = byEffort({ quick: 20_001, full: 100_001 });
const NAMESPACES = byEffort({ quick: 1_000, full: 10_000 });
const CONCURRENCY = 8;
const FILLING_MS = 300_000;

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.stop();
});

function record(at: number): Vector & { readonly values: readonly number[] } {
  return { id: `id-${String(at).padStart(6, '0')}`, values: [at + 1, 1, 0, 0, 0, 0, 0, 0], metadata: { at } };
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_item, at) => from + at);
}

/** Runs a task for every item, a few at a time. */
async function each<T>(items: readonly T[], task: (item: T) => Promise<unknown>): Promise<void> {
  const rest = items.values();
  const work = async (): Promise<void> => {
    for (const item of rest) await task(item);
  };
  await Promise.all(range(0, CONCURRENCY).map(work));
}

describe('a fetch of a thousand ids of 500 characters', () => {
  const ids = range(0, 1_000).map((at) => `/%&+ ${String(at)}`.padEnd(500, 'ab/'));
  let space: NamespaceApi;

  beforeAll(async () => {
    const index = await createIndex(gateway, { dimension: DIMENSION });
    space = await index.filled(ids.map((id) => ({ id, values: record(0).values })));
  });

  it('is answered, though its URL has more than half a million characters', async () => {
    expect(encodeURI(ids.join('&ids=')).length).toBeGreaterThan(500_000);
    expect(Object.keys(await space.fetch(...ids)).sort()).toEqual([...ids].sort());
  });

  it('is answered on the control port, too', async () => {
    const named = new PineconeApi(`${gateway.pineconeUrl}/_index/${space.index.name}`);
    const answer = await named.call('/vectors/fetch', { query: { ids, namespace: space.name } });
    expect(Object.keys((answer.body as { vectors: object }).vectors)).toHaveLength(1_000);
  });

  it('deletes them as DELETE', async () => {
    const query = { ids, namespace: space.name };
    expect(await space.index.outcome('/vectors/delete', { method: 'DELETE', query })).toEqual(DONE);
    expect(await space.ids()).toEqual([]);
  });
});

describe(`a namespace of ${String(RECORDS)} records`, () => {
  let index: IndexApi;
  let space: NamespaceApi;

  beforeAll(async () => {
    index = await createIndex(gateway, { dimension: DIMENSION, metric: 'euclidean' });
    space = index.namespace('large');
    const batches = range(0, Math.ceil(RECORDS / 1_000));
    await each(batches, async (batch) => {
      await space.fill(range(batch * 1_000, Math.min(RECORDS, batch * 1_000 + 1_000)).map(record));
    });
  }, FILLING_MS);

  it('answers a query with 10000 matches, the nearest first', async () => {
    const matches = await space.matches({ vector: record(-1).values, topK: 10_000 });
    expect(matches.map(({ id }) => id)).toEqual(range(0, 10_000).map((at) => record(at).id));
  });

  it('answers a query with 10000 whole records', async () => {
    const matches = await space.matches({ vector: record(-1).values, topK: 10_000, includeValues: true, includeMetadata: true });
    expect(matches.length).toBe(10_000);
    expect(matches[9_999]).toMatchObject(record(9_999));
  });

  it('answers a filtered query with 10000 matches', async () => {
    const first = RECORDS - 10_001;
    const filter = { at: { $gte: first, $lt: first + 10_000 } };
    const matches = await space.matches({ vector: record(-1).values, topK: 10_000, filter });
    expect(matches.map(({ id }) => id)).toEqual(range(first, first + 10_000).map((at) => record(at).id));
  });

  it('answers a fetch by metadata with 10000 records', async () => {
    const first = Math.floor(RECORDS / 4);
    const answer = await space.post('/vectors/fetch_by_metadata', { filter: { at: { $gte: first } }, limit: 10_000 });
    const { vectors, pagination } = answer.body as { vectors: object; pagination?: object };
    expect([Object.keys(vectors).at(0), Object.keys(vectors).length]).toEqual([record(first).id, 10_000]);
    expect(pagination).toEqual({ next: expect.any(String) as unknown });
  });

  it('survives a restart', async () => {
    gateway = await gateway.restart();
    const again = new PineconeApi(`${gateway.pineconeUrl}/_index/${index.name}`);
    const last = record(RECORDS - 1);
    const fetched = await again.call('/vectors/fetch', { query: { namespace: 'large', ids: last.id } });
    const stats = await again.call('/describe_index_stats');
    expect(fetched.body).toMatchObject({ vectors: { [last.id]: last } });
    expect(stats.body).toMatchObject({ namespaces: { large: { vectorCount: RECORDS } }, totalVectorCount: RECORDS });
  });
});

describe(`an index of ${String(NAMESPACES)} namespaces`, () => {
  const name = (at: number): string => `tenant-${String(at).padStart(5, '0')}`;
  let index: IndexApi;

  beforeAll(async () => {
    index = await createIndex(gateway, { dimension: DIMENSION });
    const grpc = new PineconeGrpc(index.port);
    const vectors = range(0, 10).map(record);
    await each(range(0, NAMESPACES), async (at) => grpc.call('Upsert', { namespace: name(at), vectors }));
    grpc.close();
  }, FILLING_MS);

  it('counts all of them', async () => {
    const counts = await index.counts();
    expect(Object.keys(counts)).toHaveLength(NAMESPACES);
    expect(new Set(Object.values(counts))).toEqual(new Set([10]));
  });

  it('answers a query in one of them', async () => {
    const matches = await index.namespace(name(NAMESPACES / 2 + 1)).matches({ vector: [0, 1, 0, 0, 0, 0, 0, 0], topK: 20 });
    expect(matches.map(({ id }) => id)).toEqual(range(0, 10).map((at) => record(at).id));
  });

  it('takes another one', async () => {
    const answer = await index.call('/namespaces', { body: { name: 'another' } });
    expect(answer.body).toEqual({ name: 'another', record_count: 0 });
  });

  it('lists those with a prefix', async () => {
    const answer = await index.call('/namespaces', { query: { prefix: name(NAMESPACES - 100).slice(0, -2), limit: 3 } });
    expect(answer.body).toEqual({
      namespaces: range(NAMESPACES - 100, NAMESPACES - 97).map((at) => ({ name: name(at), record_count: 10 })),
      pagination: { next: expect.any(String) as unknown },
      total_count: 100,
    });
  });

  it('loses one and no other', async () => {
    const middle = NAMESPACES / 2;
    expect(await index.outcome(`/namespaces/${name(middle)}`, { method: 'DELETE' })).toEqual(DONE);
    const answer = await index.call('/namespaces', { query: { prefix: name(middle).slice(0, -1), limit: 2 } });
    expect(answer.body).toMatchObject({ namespaces: [{ name: name(middle + 1) }, { name: name(middle + 2) }], total_count: 9 });
    expect(await index.namespace(name(middle)).ids()).toEqual([]);
    expect(await index.namespace(name(middle + 1)).ids()).toHaveLength(10);
  });
});
