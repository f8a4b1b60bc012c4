import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  refused,
  setUp,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const ALL = ['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005'];

let gateway: TestGateway;
let api: VectorizerApi;
let source: CollectionApi;
let destination: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  source = await setUp(api);
  destination = await api.create();
});

function missing(id: string): object {
  return { id, status: 'missing_in_src', error: expect.any(String) as string };
}

describe('a move', () => {
  it('takes vectors from one collection to another, and tells of each', async () => {
    const body = { destination: destination.name, ids: ['vec_003', 'nobody', 'vec_001'] };
    expect(await source.post('/vectors/move', body)).toMatchObject([
      200,
      {
        ...{ src: source.name, dst: destination.name, requested: 3, moved: 2, failed: 1 },
        results: [{ id: 'vec_003', status: 'ok' }, missing('nobody'), { id: 'vec_001', status: 'ok' }],
      },
    ]);
    expect(await source.ids()).toEqual(['vec_002', 'vec_004', 'vec_005']);
    expect([...(await destination.ids())].sort()).toEqual(['vec_001', 'vec_003']);
    expect([await source.count(), await destination.count()]).toEqual([3, 2]);
    expect(await destination.vector('vec_003')).toMatchObject({
      ...{ vector: [0, 0, 1, 0], collection: destination.name },
      payload: { category: 'new', created_at: '2025-06-01T00:00:00', page: 1 },
    });
  });

  it('keeps everything of a vector', async () => {
    const text = { id: 'a', text: 'hello world', metadata: { one: { two: [null, 3] } } };
    succeeded(await source.call('POST', '/insert', text));
    const before = await source.vector('a');
    succeeded(await source.call('POST', '/vectors/move', { destination: destination.name, ids: ['a'] }));
    expect(await destination.vector('a')).toEqual({ ...before, collection: destination.name });
    expect((await destination.search({ query: 'hello world', limit: 1 }))[0]).toMatchObject({ id: 'a', content: 'hello world' });
    expect(await destination.ids({ 'one.two': 3 })).toEqual(['a']);
  });

  it('replaces a vector that is there already', async () => {
    await destination.fill([{ id: 'vec_001', embedding: [0, 0, 0, 1], payload: { own: true } }]);
    const answer = await source.post('/vectors/move', { destination: destination.name, ids: ['vec_001'] });
    expect(answer).toEqual(done({ moved: 1, failed: 0 }));
    expect(await destination.vector('vec_001')).toMatchObject({ vector: [1, 0, 0, 0], payload: { category: 'old_docs' } });
    expect((await destination.vector('vec_001')).payload).not.toHaveProperty('own');
    expect(await source.ids()).not.toContain('vec_001');
  });

  it('moves thousands at once', async () => {
    const ids = Array.from({ length: 3000 }, (_, at) => `row-${String(at)}`);
    await source.fill(ids.map((id, at) => ({ id, embedding: [at, 1, 0, 0] })));
    const answer = await source.post('/vectors/move', { destination: destination.name, ids });
    expect(answer).toEqual(done({ requested: 3000, moved: 3000, failed: 0 }));
    expect(await source.ids()).toEqual(ALL);
    expect(await destination.count()).toBe(3000);
  });
});

describe('a copy', () => {
  it('leaves the vectors where they are, too', async () => {
    const body = { destination: destination.name, ids: ['vec_003', 'nobody', 'vec_001'] };
    expect(await source.post('/vectors/copy', body)).toMatchObject([
      200,
      {
        ...{ src: source.name, dst: destination.name, requested: 3, copied: 2, failed: 1 },
        results: [{ id: 'vec_003', status: 'ok' }, missing('nobody'), { id: 'vec_001', status: 'ok' }],
      },
    ]);
    expect(await source.ids()).toEqual(ALL);
    expect(await destination.vector('vec_003')).toEqual({ ...(await source.vector('vec_003')), collection: destination.name });
  });

  it('is a copy: changing it leaves the original alone', async () => {
    succeeded(await source.call('POST', '/vectors/copy', { destination: destination.name, ids: ['vec_001'] }));
    succeeded(await destination.call('PATCH', '/vectors/vec_001', { vector: [0, 0, 0, 1], metadata: { x: 1 } }));
    expect((await source.vector('vec_001')).payload).not.toHaveProperty('x');
    expect((await source.vector('vec_001')).vector).toEqual([1, 0, 0, 0]);
    await source.delete('/vectors/vec_001');
    expect(await destination.ids()).toEqual(['vec_001']);
  });
});

describe.each(['move', 'copy'])('a %s', (mode) => {
  it('into a collection of another dimension fails for every id, and changes nothing', async () => {
    const other = await api.create({ dimension: 3 });
    expect(await source.post(`/vectors/${mode}`, { destination: other.name, ids: ['vec_001', 'vec_002'] })).toMatchObject([
      200,
      {
        ...{ requested: 2, failed: 2 },
        results: ['vec_001', 'vec_002'].map((id) => ({ id, status: 'dst_insert_failed', error: expect.any(String) as string })),
      },
    ]);
    expect(await source.ids()).toEqual(ALL);
    expect(await other.count()).toBe(0);
  });

  it('into the same collection is refused, also by its other name', async () => {
    const ids = ['vec_001'];
    expect(await source.post(`/vectors/${mode}`, { destination: source.name, ids })).toEqual(invalidField('destination'));
    const renamed = `${source.name}-new`;
    succeeded(await source.call('POST', '/rename', { new_name: renamed }));
    expect(await source.post(`/vectors/${mode}`, { destination: renamed, ids })).toEqual(invalidField('destination'));
    expect(await source.ids()).toEqual(ALL);
  });

  it('wants a destination and ids', async () => {
    const to = destination.name;
    expect(await source.post(`/vectors/${mode}`, { ids: ['vec_001'] })).toEqual(invalidField('destination'));
    expect(await source.post(`/vectors/${mode}`, { destination: to })).toEqual(invalidField('ids'));
    expect(await source.post(`/vectors/${mode}`, { destination: to, ids: [] })).toEqual(invalidField('ids'));
    expect(await source.post(`/vectors/${mode}`, { destination: to, ids: 'vec_001' })).toEqual(invalidField('ids'));
    expect(await source.ids()).toEqual(ALL);
  });

  it('knows both collections or says so', async () => {
    const ids = ['vec_001'];
    expect(await source.post(`/vectors/${mode}`, { destination: 'none', ids })).toEqual(noCollection('none'));
    const body = { destination: destination.name, ids };
    expect(await api.post(`/collections/none/vectors/${mode}`, body)).toEqual(noCollection('none'));
    expect(await source.ids()).toEqual(ALL);
  });

  it('is a route and no vector for POST alone', async () => {
    await source.fill([{ id: mode, embedding: [1, 0, 0, 0] }]);
    expect(await source.get(`/vectors/${mode}`)).toEqual(done({ id: mode }));
    expect(await source.delete(`/vectors/${mode}`)).toEqual(done({ id: mode }));
    expect(await source.get(`/vectors/${mode}`)).toEqual(refused(404, 'vector_not_found'));
  });
});
