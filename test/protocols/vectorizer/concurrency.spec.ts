import { type Answer, type CollectionApi, succeeded, VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const ROWS = Array.from({ length: 1200 }, (_, at) => `row-${String(at)}`);

let gateway: TestGateway;
let api: VectorizerApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

async function filled(ids: readonly string[] = ROWS): Promise<CollectionApi> {
  const collection = await api.create();
  await collection.fill(ids.map((id, at) => ({ id, embedding: [at, 1, 0, 0], payload: { at, counters: {} } })));
  return collection;
}

/** Does them all at the same time. @throws Error with the answer of one that is refused */
async function together<T>(calls: readonly Promise<Answer>[]): Promise<readonly T[]> {
  return (await Promise.all(calls)).map((answer) => succeeded(answer) as T);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}

function range(from: number, to: number): readonly string[] {
  return ROWS.slice(from, to);
}

describe('at the same time', () => {
  it('case 60: eight batch deletes of overlapping ids delete each id once', async () => {
    const collection = await filled();
    const calls = Array.from({ length: 8 }, (_, at) => {
      const ids = range(at * 100, at * 100 + 300);
      return collection.call('POST', '/batch_delete', { ids: at % 2 === 0 ? ids : [...ids].reverse() });
    });
    const reports = await together<{ readonly deleted: number; readonly failed: number }>(calls);
    expect(sum(reports.map(({ deleted }) => deleted))).toBe(1000);
    expect(sum(reports.map(({ failed }) => failed))).toBe(8 * 300 - 1000);
    expect(await collection.count()).toBe(200);
    expect(await collection.ids()).toEqual(range(1000, 1200));
  });

  it('case 60: a row that a report calls deleted is called so by no other', async () => {
    const collection = await filled(range(0, 400));
    const calls = Array.from({ length: 8 }, () => collection.call('POST', '/batch_delete', { ids: range(0, 400) }));
    const reports = await together<{ readonly results: readonly { readonly id: string; readonly status: string }[] }>(calls);
    const deleted = reports.flatMap(({ results }) => results.filter(({ status }) => status === 'ok').map(({ id }) => id));
    expect([...deleted].sort()).toEqual([...range(0, 400)].sort());
    expect(await collection.count()).toBe(0);
  });

  it('deletes by filter and by ids share the rows out', async () => {
    const collection = await filled(range(0, 600));
    const calls = Array.from({ length: 4 }, (_, at) => [
      collection.call('POST', '/delete_by_filter', { filter: { at: { $gte: at * 100, $lt: at * 100 + 200 } } }),
      collection.call('POST', '/batch_delete', { ids: range(at * 100, at * 100 + 200) }),
    ]).flat();
    const reports = await together<{ readonly deleted: number }>(calls);
    expect(sum(reports.map(({ deleted }) => deleted))).toBe(500);
    expect(await collection.ids()).toEqual(range(500, 600));
  });

  it('single deletes of one vector succeed once', async () => {
    const collection = await filled(range(0, 1));
    const answers = await Promise.all(Array.from({ length: 8 }, () => collection.call('DELETE', '/vectors/row-0')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(404)]);
  });

  it('patches of one vector are all merged', async () => {
    const collection = await filled(range(0, 3));
    const keys = Array.from({ length: 24 }, (_, at) => `key-${String(at)}`);
    const calls = keys.map((key) => collection.call('PATCH', '/vectors/row-1', { metadata: { counters: { [key]: true } } }));
    await together(calls);
    const { payload } = await collection.vector('row-1');
    expect(payload['counters']).toEqual(Object.fromEntries(keys.map((key) => [key, true])));
  });

  it('batches of patches in any order are all merged', async () => {
    const collection = await filled(range(0, 200));
    const calls = Array.from({ length: 8 }, (_, at) => {
      const updates = range(0, 200).map((id) => ({ id, metadata: { counters: { [`by-${String(at)}`]: at } } }));
      return collection.call('POST', '/batch_update', { updates: at % 2 === 0 ? updates : [...updates].reverse() });
    });
    expect(await together(calls)).toMatchObject(Array.from({ length: 8 }, () => ({ updated: 200, failed: 0 })));
    const all = { 'by-0': 0, 'by-1': 1, 'by-2': 2, 'by-3': 3, 'by-4': 4, 'by-5': 5, 'by-6': 6, 'by-7': 7 };
    expect((await collection.vector('row-0')).payload['counters']).toEqual(all);
    expect((await collection.vector('row-199')).payload['counters']).toEqual(all);
  });

  it('patches by filter and by id are all merged', async () => {
    const collection = await filled(range(0, 100));
    const ROUTE = '/vectors/bulk_update_metadata';
    const calls = Array.from({ length: 6 }, (_, at) => [
      collection.call('POST', ROUTE, { filter: { at: { $gte: 0 } }, patch: { counters: { [`all-${String(at)}`]: 1 } } }),
      collection.call('PATCH', '/vectors/row-50', { metadata: { counters: { [`one-${String(at)}`]: 1 } } }),
    ]).flat();
    await together(calls);
    expect(Object.keys((await collection.vector('row-50')).payload['counters'] as object)).toHaveLength(12);
    expect(Object.keys((await collection.vector('row-51')).payload['counters'] as object)).toHaveLength(6);
  });

  it('inserts of the same ids leave each of them once', async () => {
    const collection = await api.create();
    const calls = Array.from({ length: 8 }, (_, at) => {
      const vectors = range(0, 300).map((id) => ({ id, embedding: [1, at, 0, 0], payload: { by: at } }));
      const sent = at % 2 === 0 ? vectors : [...vectors].reverse();
      return api.call('POST', '/insert_vectors', { collection: collection.name, vectors: sent });
    });
    expect(await together(calls)).toMatchObject(Array.from({ length: 8 }, () => ({ inserted: 300, failed: 0 })));
    expect(await collection.count()).toBe(300);
    expect(new Set(await collection.ids())).toEqual(new Set(range(0, 300)));
  });

  it('inserts into a collection that does not exist make one', async () => {
    const name = 'made-by-several';
    const calls = Array.from({ length: 8 }, (_, at) =>
      api.call('POST', '/insert_vectors', { collection: name, vectors: [{ id: String(at), embedding: [1, at] }] }),
    );
    await together(calls);
    expect(await api.get(`/collections/${name}`)).toMatchObject([200, { dimension: 2, vector_count: 8 }]);
  });

  it('creations of one name succeed once', async () => {
    const body = { name: 'wanted-by-several', dimension: 4 };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.call('POST', '/collections', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
  });

  it('moves of the same vectors move each of them once', async () => {
    const source = await filled(range(0, 200));
    const destinations = await Promise.all([1, 2, 3, 4].map(() => api.create()));
    const calls = destinations.map(({ name }) => source.call('POST', '/vectors/move', { destination: name, ids: range(0, 200) }));
    const reports = await together<{ readonly moved: number; readonly failed: number }>(calls);
    expect(sum(reports.map(({ moved }) => moved))).toBe(200);
    const found = (await Promise.all(destinations.map((destination) => destination.ids()))).flat();
    expect([...found].sort()).toEqual([...range(0, 200)].sort());
    expect(await source.count()).toBe(0);
  });

  it('moves there and back lose nothing and double nothing', async () => {
    const [left, right] = [await filled(range(0, 100)), await filled(range(100, 200))];
    const ids = range(0, 200);
    const calls = Array.from({ length: 8 }, (_, at) =>
      at % 2 === 0
        ? left.call('POST', '/vectors/move', { destination: right.name, ids })
        : right.call('POST', '/vectors/move', { destination: left.name, ids: [...ids].reverse() }),
    );
    await together(calls);
    const found = [...(await left.ids()), ...(await right.ids())];
    expect([...found].sort()).toEqual([...ids].sort());
  });

  it('searches see whole batches or nothing of them', async () => {
    const collection = await api.create();
    const vectors = range(0, 500).map((id) => ({ id, embedding: [1, 0, 0, 0], payload: { batch: true } }));
    const insert = api.call('POST', '/insert_vectors', { collection: collection.name, vectors });
    const searches = Array.from({ length: 12 }, () =>
      collection.call('POST', '/search', { query: '', limit: 1000, filter: { batch: true } }),
    );
    const reports = await together<{ readonly total: number }>(searches);
    succeeded(await insert);
    expect([0, 500]).toEqual(expect.arrayContaining([...new Set(reports.map(({ total }) => total))]));
    expect(await collection.count()).toBe(500);
  });
});
