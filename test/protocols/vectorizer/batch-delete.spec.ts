import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  noVector,
  setUp,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

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

function ok(index: number, id: string): object {
  return { index, id, status: 'ok' };
}

function missing(index: number, id: string): object {
  return { index, id, status: 'error', error: `Vector not found: ${id}` };
}

const NOT_TEXT = { status: 'error', error: 'id must be a string' };

describe('POST /collections/{c}/batch_delete', () => {
  it('case 7: deletes several ids and reports each in order', async () => {
    expect(await collection.post('/batch_delete', { ids: ['vec_001', 'vec_002', 'vec_003'] })).toEqual([
      200,
      {
        ...{ collection: collection.name, count: 3, deleted: 3, failed: 0 },
        results: [ok(0, 'vec_001'), ok(1, 'vec_002'), ok(2, 'vec_003')],
        ...{ status: 'success', deleted_count: 3, failed_count: 0, errors: [] },
      },
    ]);
    expect(await collection.ids()).toEqual(['vec_004', 'vec_005']);
  });

  it('case 8: an unknown id fails alone, in its place', async () => {
    expect(await collection.post('/batch_delete', { ids: ['vec_003', 'nobody', 'vec_001'] })).toEqual([
      200,
      {
        ...{ collection: collection.name, count: 3, deleted: 2, failed: 1 },
        results: [ok(0, 'vec_003'), missing(1, 'nobody'), ok(2, 'vec_001')],
        ...{ status: 'success', deleted_count: 2, failed_count: 1, errors: ['Vector not found: nobody'] },
      },
    ]);
    expect(await collection.ids()).toEqual(['vec_002', 'vec_004', 'vec_005']);
    expect(await collection.get('/vectors/vec_001')).toEqual(noVector('vec_001'));
  });

  it.each([
    [{ ids: [] }, 'ids array must contain at least one entry'],
    [{}, 'missing or invalid ids parameter'],
    [{ ids: 'x' }, 'missing or invalid ids parameter'],
    [{ ids: null }, 'missing or invalid ids parameter'],
    [{ ids: { 0: 'vec_001' } }, 'missing or invalid ids parameter'],
  ])('case 9: refuses %j', async (body, reason) => {
    expect(await collection.post('/batch_delete', body)).toEqual(invalidField('ids', reason));
    expect(await api.post('/batch_delete', { collection: collection.name, ...body })).toEqual(invalidField('ids', reason));
    expect(await collection.count()).toBe(5);
  });

  it('case 10: a repeated id succeeds once and fails once', async () => {
    const results = [ok(0, 'vec_001'), missing(1, 'vec_001')];
    const expected = done({ count: 2, deleted: 1, failed: 1, results, errors: ['Vector not found: vec_001'] });
    expect(await collection.post('/batch_delete', { ids: ['vec_001', 'vec_001'] })).toEqual(expected);
    expect(await collection.count()).toBe(4);
  });

  it('case 11: an unknown collection is 404 by its path, and fails id by id on the flat route', async () => {
    expect(await api.post('/collections/none/batch_delete', { ids: ['a'] })).toEqual(noCollection('none'));
    const error = 'Collection not found: none';
    expect(await api.post('/batch_delete', { collection: 'none', ids: ['a', 'b'] })).toEqual(
      done({
        ...{ collection: 'none', count: 2, deleted: 0, failed: 2, deleted_count: 0, failed_count: 2 },
        results: [
          { index: 0, id: 'a', status: 'error', error },
          { index: 1, id: 'b', status: 'error', error },
        ],
      }),
    );
  });

  it('case 12: the flat route answers alike, and wants a collection', async () => {
    expect(await api.post('/batch_delete', { collection: collection.name, ids: ['vec_001'] })).toEqual([
      200,
      {
        ...{ collection: collection.name, count: 1, deleted: 1, failed: 0, results: [ok(0, 'vec_001')] },
        ...{ status: 'success', deleted_count: 1, failed_count: 0, errors: [] },
      },
    ]);
    expect(await collection.count()).toBe(4);
    expect(await api.post('/batch_delete', { ids: ['vec_001'] })).toEqual(invalidField('collection'));
  });

  it('case 13: deletes 10,000 ids in one call', async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `row-${String(index)}`);
    await collection.fill(ids.map((id, index) => ({ id, embedding: [index, 1, 0, 0] })));
    expect(await collection.count()).toBe(10_005);
    const results = ids.map((id, index) => ok(index, id));
    expect(await collection.post('/batch_delete', { ids })).toEqual(done({ count: 10_000, deleted: 10_000, failed: 0, results }));
    expect(await collection.ids()).toEqual(['vec_001', 'vec_002', 'vec_003', 'vec_004', 'vec_005']);
  });

  it('case 14: what is no text fails alone', async () => {
    const results = [ok(0, 'vec_001'), { index: 1, ...NOT_TEXT }, { index: 2, ...NOT_TEXT }];
    const errors = ['id must be a string', 'id must be a string'];
    const expected = done({ count: 3, deleted: 1, failed: 2, deleted_count: 1, failed_count: 2, results, errors });
    expect(await collection.post('/batch_delete', { ids: ['vec_001', null, {}] })).toEqual(expected);
    expect(await collection.count()).toBe(4);
  });

  it('fails fractions, booleans and lists alone, too', async () => {
    const body = { ids: [1.5, true, ['vec_001'], 'vec_002'] };
    const results = [...[0, 1, 2].map((index) => ({ index, ...NOT_TEXT })), ok(3, 'vec_002')];
    expect(await collection.post('/batch_delete', body)).toEqual(done({ deleted: 1, failed: 3, results }));
    expect(await collection.count()).toBe(4);
  });

  it('takes an integer for its decimal digits', async () => {
    await collection.fill([{ id: '42', embedding: [1, 0, 0, 0] }]);
    const results = [ok(0, '42'), missing(1, '-7')];
    expect(await collection.post('/batch_delete', { ids: [42, -7] })).toEqual(done({ deleted: 1, failed: 1, results }));
  });

  it('succeeds also when nothing is deleted', async () => {
    const expected = done({ count: 1, deleted: 0, failed: 1, results: [missing(0, 'nobody')] });
    expect(await collection.post('/batch_delete', { ids: ['nobody'] })).toEqual(expected);
    expect(await collection.count()).toBe(5);
  });

  it('still works above 10,000 ids', async () => {
    const unknown = Array.from({ length: 12_000 }, (_, index) => `nobody-${String(index)}`);
    const answer = await collection.post('/batch_delete', { ids: [...unknown, 'vec_001'] });
    expect(answer).toEqual(done({ count: 12_001, deleted: 1, failed: 12_000 }));
    expect(await collection.count()).toBe(4);
  });

  it('takes the collection of the path, not that of the body', async () => {
    const other = await setUp(api);
    const body = { collection: other.name, ids: ['vec_001'] };
    expect(await collection.post('/batch_delete', body)).toEqual(done({ collection: collection.name, deleted: 1 }));
    expect(await other.count()).toBe(5);
  });

  it('ignores unknown fields', async () => {
    const body = { ids: ['vec_001'], config: { atomic: true }, nonsense: 1 };
    expect(await collection.post('/batch_delete', body)).toEqual(done({ deleted: 1 }));
  });
});

describe('the names that older SDKs know', () => {
  it.each([
    ['POST', '/batch_delete'],
    ['POST', '/vectors/delete'],
    ['DELETE', '/vectors'],
  ])('%s %s takes vector_ids', async (method, route) => {
    const answer = await api.outcome(method, collection.path(route), { vector_ids: ['vec_001', 'nobody'] });
    expect(answer).toEqual([
      200,
      {
        ...{ collection: collection.name, count: 2, deleted: 1, failed: 1 },
        results: [ok(0, 'vec_001'), missing(1, 'nobody')],
        ...{ status: 'success', deleted_count: 1, failed_count: 1, errors: ['Vector not found: nobody'] },
      },
    ]);
    expect(await collection.count()).toBe(4);
  });

  it('POST /batch_delete takes vector_ids', async () => {
    const body = { collection: collection.name, vector_ids: ['vec_001'] };
    expect(await api.post('/batch_delete', body)).toEqual(done({ deleted: 1, failed: 0 }));
  });

  it.each([
    ['POST', '/vectors/delete'],
    ['DELETE', '/vectors'],
  ])('%s %s deletes nothing without ids', async (method, route) => {
    expect(await api.outcome(method, collection.path(route), {})).toEqual(invalidField('ids'));
    expect(await api.outcome(method, collection.path(route), undefined)).toEqual(invalidField('ids'));
    expect(await collection.count()).toBe(5);
  });

  it.each([
    ['POST', '/vectors/delete'],
    ['DELETE', '/vectors'],
  ])('%s %s is 404 in a collection that does not exist', async (method, route) => {
    expect(await api.outcome(method, `/collections/none${route}`, { vector_ids: ['a'] })).toEqual(noCollection('none'));
  });
});
