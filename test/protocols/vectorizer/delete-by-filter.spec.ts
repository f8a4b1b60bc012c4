import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  type Outcome,
  setUp,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const ROUTES = ['/delete_by_filter', '/vectors/delete_by_filter'] as const;
const NEW = { key: 'category', match: { value: 'new' } };

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

async function deleteBy(filter: unknown, route: string = ROUTES[0]): Promise<Outcome> {
  return collection.post(route, { filter });
}

/** What the deletion of these of the five is answered with. */
function deleted(...ids: readonly string[]): Outcome {
  return [
    200,
    {
      ...{ scanned: 5, matched: ids.length, deleted: ids.length },
      results: ids.map((id) => ({ id, status: 'deleted' })),
      ...{ collection: collection.name, status: 'success', deleted_count: ids.length },
    },
  ];
}

describe.each(ROUTES)('POST /collections/{c}%s', (route) => {
  it('wants a filter first, then its shape, then a condition, and the collection last', async () => {
    const path = `/collections/none${route}`;
    expect(await api.post(path, {})).toEqual(invalidField('filter', 'missing filter field'));
    expect(await api.post(path, { filter: 'x' })).toEqual(unparseable('filter'));
    expect(await api.post(path, { filter: { category: { $before: 'x' } } })).toEqual(unparseable('filter'));
    expect(await api.post(path, { filter: {} })).toEqual(invalidField('filter', 'filter has no conditions'));
    expect(await api.post(path, { filter: { category: 'new' } })).toEqual(noCollection('none'));
  });

  it('deletes nothing when the body is empty', async () => {
    expect(await collection.post(route)).toEqual(invalidField('filter', 'missing filter field'));
    expect(await collection.count()).toBe(5);
  });
});

describe('delete by filter', () => {
  it('case 15: deletes by an equality map and reports what it deleted', async () => {
    expect(await deleteBy({ category: 'old_docs' })).toEqual(deleted('vec_001', 'vec_002'));
    expect(await collection.ids()).toEqual(['vec_003', 'vec_004', 'vec_005']);
    expect(await collection.count()).toBe(3);
  });

  it("case 16: does the same on the real server's route", async () => {
    expect(await deleteBy({ category: 'old_docs' }, ROUTES[1])).toEqual(deleted('vec_001', 'vec_002'));
    expect(await collection.ids()).toEqual(['vec_003', 'vec_004', 'vec_005']);
  });

  it('case 17: a filter that matches nothing deletes nothing', async () => {
    expect(await deleteBy({ category: 'nope' })).toEqual(deleted());
    expect(await collection.count()).toBe(5);
  });

  it.each([
    {},
    { must: [] },
    { must: null, should: null, must_not: null },
    { must: [], should: [], must_not: [] },
    { $and: [] },
    { $and: [{}] },
    { category: { $nin: [] } },
    { must: [{ filter: {} }] },
    { must: [{ must: [] }] },
    { $and: [{ category: { $nin: [] } }, {}] },
  ])('case 18: the filter %j has no conditions and deletes nothing', async (filter) => {
    expect(await deleteBy(filter)).toEqual(invalidField('filter', 'no conditions'));
    expect(await collection.count()).toBe(5);
  });

  it('case 18: a missing filter is an invalid field', async () => {
    expect(await collection.post('/delete_by_filter', {})).toEqual(invalidField('filter', 'missing filter field'));
    expect(await collection.count()).toBe(5);
  });

  it.each(['x', '', [], 1, true, [{ category: 'new' }]])('case 18: the filter %j cannot be parsed', async (filter) => {
    expect(await deleteBy(filter)).toEqual(unparseable('filter'));
    expect(await collection.count()).toBe(5);
  });

  it('case 19: $lt on a timestamp matches earlier ones, and none where it is missing', async () => {
    expect(await deleteBy({ created_at: { $lt: '2025-01-01T00:00:00' } })).toEqual(deleted('vec_001', 'vec_002'));
  });

  it.each([
    { created_at: { $before: 'x' } },
    { category: 'old_docs', created_at: { $before: 'x' } },
    { created_at: { $lt: '2025-01-01', $before: 'x' } },
    { $before: 'x' },
    { $or: [{ category: 'old_docs' }, { category: { $like: 'o%' } }] },
    { created_at: { $lt: true } },
    { category: { $in: 'old_docs' } },
    { category: { $eq: 'old_docs', plain: 1 } },
    { must: [{ key: 'category', match: { like: 'old_docs' } }] },
    { must: [{ key: 'category' }] },
  ])('case 20: the filter %j is an error and deletes nothing', async (filter) => {
    expect(await deleteBy(filter)).toEqual(unparseable('filter'));
    expect(await collection.count()).toBe(5);
  });

  it('case 21: takes the tagged conditions of the real server', async () => {
    const filter = { must: [{ type: 'match', key: 'category', match_value: 'new' }] };
    expect(await deleteBy(filter)).toEqual(deleted('vec_003', 'vec_004'));
  });

  it('case 22: takes what the official filter builders send', async () => {
    expect(await deleteBy({ must: [NEW] })).toEqual(deleted('vec_003', 'vec_004'));
  });

  it('case 23: must_not also matches where the field is missing', async () => {
    const filter = { must_not: [{ key: 'category', match: { value: 'old_docs' } }] };
    expect(await deleteBy(filter)).toEqual(deleted('vec_003', 'vec_004', 'vec_005'));
  });

  it('case 24: a clause form with another key is an error and deletes nothing', async () => {
    expect(await deleteBy({ must: [NEW], category: 'new' })).toEqual(unparseable('filter'));
    expect(await collection.count()).toBe(5);
  });

  it('case 25: a valid filter on an unknown collection is 404', async () => {
    expect(await api.post('/collections/none/delete_by_filter', { filter: { a: 1 } })).toEqual(noCollection('none'));
  });

  it('case 26: a number matches a number and no text', async () => {
    expect(await deleteBy({ page: '1' })).toEqual(deleted());
    expect(await deleteBy({ page: 1 })).toEqual(deleted('vec_003'));
  });

  it('case 27: null matches no missing field, and an empty operand is an error', async () => {
    expect(await deleteBy({ category: null })).toEqual(deleted());
    expect(await deleteBy({ category: {} })).toEqual(unparseable('filter'));
    expect(await collection.count()).toBe(5);
  });

  it('case 27: null clauses beside a clause are no conditions', async () => {
    expect(await deleteBy({ must: [NEW], should: null, must_not: null })).toEqual(deleted('vec_003', 'vec_004'));
  });

  it('case 27: equality finds an element of a list', async () => {
    expect(await deleteBy({ tags: 'a' })).toEqual(deleted('vec_004'));
  });

  it('case 27: $in finds every value it names', async () => {
    expect(await deleteBy({ category: { $in: ['new', 'x'] } })).toEqual(deleted('vec_003', 'vec_004'));
  });

  it('null matches a field that is null', async () => {
    await collection.fill([{ id: 'vec_005', embedding: [1, 1, 0, 0], payload: { category: null } }]);
    expect(await deleteBy({ category: null })).toEqual(deleted('vec_005'));
  });

  it('lists the deleted ids in the order in which they were inserted', async () => {
    const ids = ['z', 'a', 'm', 'b'];
    await collection.fill(ids.map((id) => ({ id, embedding: [1, 0, 0, 0], payload: { batch: 7 } })));
    const results = ids.map((id) => ({ id, status: 'deleted' }));
    expect(await deleteBy({ batch: 7 })).toEqual(done({ scanned: 9, matched: 4, deleted: 4, results }));
  });

  it('lists every deleted id, however many', async () => {
    const ids = Array.from({ length: 11_000 }, (_, index) => `row-${String(index)}`);
    await collection.fill(ids.map((id, index) => ({ id, embedding: [index, 1, 0, 0], payload: { batch: 7 } })));
    const results = ids.map((id) => ({ id, status: 'deleted' }));
    expect(await deleteBy({ batch: 7 })).toEqual(done({ scanned: 11_005, matched: 11_000, deleted: 11_000, results }));
    expect(await collection.count()).toBe(5);
  });

  it('touches no other collection', async () => {
    const other = await setUp(api);
    await deleteBy({ category: 'old_docs' });
    expect(await other.count()).toBe(5);
  });

  it('ignores unknown fields of the body', async () => {
    const body = { filter: { category: 'old_docs' }, limit: 1, dry_run: true, collection: 'none' };
    expect(await collection.post('/delete_by_filter', body)).toEqual(deleted('vec_001', 'vec_002'));
  });
});
