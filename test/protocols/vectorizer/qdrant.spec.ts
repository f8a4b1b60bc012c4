import { randomUUID } from 'node:crypto';
import { ChromaApi, CollectionApi as ChromaCollection } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import {
  type CollectionApi,
  invalidField,
  type Outcome,
  refused,
  succeeded,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const POINTS = [
  { id: 1, vector: [1, 0], payload: { color: 'red', size: 1, ratio: 1.5, shiny: true, tags: ['a', 'b'], deep: { k: [null] } } },
  { id: 2, vector: [0, 1], payload: { color: 'blue', size: 2 } },
  { id: 'third', vector: [3, 4] },
] as const;
const RED = { must: [{ key: 'color', match: { value: 'red' } }] };

interface Scroll {
  readonly points: readonly { readonly id: number | string }[];
  readonly next_page_offset: number | string | null;
}

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
  collection = await api.create({ dimension: 2 });
});

function pathOf(name: string, after = ''): string {
  return `/qdrant/collections/${encodeURIComponent(name)}${after}`;
}

async function put(body: unknown): Promise<Outcome> {
  return api.outcome('PUT', pathOf(collection.name, '/points'), body);
}

async function post(action: string, body: unknown): Promise<Outcome> {
  return api.post(pathOf(collection.name, `/points${action}`), body);
}

async function get(query: string): Promise<Outcome> {
  return api.get(pathOf(collection.name, `/points?${query}`));
}

/** Stores the three points, which a test begins with. @throws Error with the answer when they are refused */
async function fill(points: readonly object[] = POINTS): Promise<void> {
  succeeded(await api.call('PUT', pathOf(collection.name, '/points'), { points }));
}

async function count(filter?: object): Promise<unknown> {
  const [, body] = await post('/count', { filter });
  return (body as { result: { count: number } }).result.count;
}

async function scroll(body: object): Promise<Scroll> {
  const answer = await api.call('POST', pathOf(collection.name, '/points/scroll'), body);
  return (succeeded(answer) as { result: Scroll }).result;
}

/** A 200 in Qdrant's envelope. */
function ok(result: unknown): Outcome {
  return [200, { result, status: 'ok', time: expect.any(Number) as unknown }];
}

const COMPLETED = ok({ operation_id: expect.any(Number) as unknown, status: 'completed' });

function missing(name: string): Outcome {
  return refused(404, 'collection_not_found', { message: `collection '${name}' not found`, details: { collection_name: name } });
}

function wrongLength(expected: number, actual: number): Outcome {
  return refused(400, 'vector_dimension_mismatch', { details: { expected, actual } });
}

describe('GET /qdrant/collections', () => {
  it('lists the names of all collections', async () => {
    const name = expect.objectContaining({
      collections: expect.arrayContaining([{ name: collection.name }]) as unknown,
    }) as unknown;
    expect(await api.get('/qdrant/collections')).toEqual(ok(name));
  });
});

describe('PUT /qdrant/collections/{c}', () => {
  it.each([
    ['Cosine', 'Cosine', 'Cosine'],
    ['euclid', 'Euclid', 'Euclidean'],
    ['DOT', 'Dot', 'DotProduct'],
  ])('creates one of the distance %s, which natively is one, too', async (distance, shown, metric) => {
    const name = `c-${randomUUID()}`;
    expect(await api.outcome('PUT', pathOf(name), { vectors: { size: 3, distance } })).toEqual(ok(true));
    const params = { vectors: { size: 3, distance: shown } };
    expect(await api.get(pathOf(name))).toMatchObject([200, { result: { config: { params } } }]);
    expect(await api.get(`/collections/${name}`)).toMatchObject([200, { dimension: 3, metric }]);
  });

  it('reads what is wrapped in a config, and how the index is to be built', async () => {
    const name = `c-${randomUUID()}`;
    const config = { vectors: { size: 3, distance: 'Dot' }, hnsw_config: { m: 8, ef_construct: 32 } };
    expect(await api.outcome('PUT', pathOf(name), { config })).toEqual(ok(true));
    expect(await api.get(pathOf(name))).toMatchObject([200, { result: { config: { hnsw_config: { m: 8, ef_construct: 32 } } } }]);
  });

  it('creates one that takes texts, as the native route does', async () => {
    const name = `c-${randomUUID()}`;
    await api.outcome('PUT', pathOf(name), { vectors: { size: 16, distance: 'Cosine' } });
    expect(await api.post('/insert', { collection: name, id: 'a', text: 'hello' })).toMatchObject([200, { id: 'a' }]);
  });

  it('refuses a name that is taken', async () => {
    const message = `collection '${collection.name}' already exists`;
    const again = await api.outcome('PUT', pathOf(collection.name), { vectors: { size: 2, distance: 'Dot' } });
    expect(again).toEqual(refused(409, 'collection_already_exists', { message }));
  });

  it('refuses an unknown distance, and creates nothing', async () => {
    const name = `c-${randomUUID()}`;
    const sent = await api.outcome('PUT', pathOf(name), { vectors: { size: 2, distance: 'Manhattan' } });
    expect(sent).toEqual(invalidField('vectors.distance'));
    expect(await api.get(pathOf(name))).toEqual(missing(name));
  });

  it('refuses a body without vectors', async () => {
    expect(await api.outcome('PUT', pathOf(`c-${randomUUID()}`), {})).toEqual(invalidField('vectors'));
  });
});

describe('GET /qdrant/collections/{c}', () => {
  it("answers as Qdrant does, with the collection's own numbers", async () => {
    await fill();
    const counts = { vectors_count: 3, indexed_vectors_count: 3, points_count: 3, segments_count: 1 };
    const params = { vectors: { size: 2, distance: 'Cosine' } };
    const config = expect.objectContaining({
      params,
      hnsw_config: expect.objectContaining({ m: 16, ef_construct: 200 }) as unknown,
    }) as unknown;
    const described = { status: 'green', optimizer_status: 'ok', ...counts, config, payload_schema: {} };
    expect(await api.get(pathOf(collection.name))).toEqual(ok(described));
  });

  it('knows no collection that is not there', async () => {
    expect(await api.get(pathOf('none'))).toEqual(missing('none'));
  });
});

describe('DELETE /qdrant/collections/{c}', () => {
  it('deletes it once', async () => {
    expect(await api.delete(pathOf(collection.name))).toEqual(ok(true));
    expect(await api.delete(pathOf(collection.name))).toEqual(missing(collection.name));
    expect(await api.get(pathOf(collection.name))).toEqual(missing(collection.name));
  });
});

describe('PUT …/points', () => {
  it('case 56: a search right after it sees the points', async () => {
    expect(await put({ points: POINTS, wait: false })).toEqual(COMPLETED);
    expect(await post('/search', { vector: [1, 0], limit: 1 })).toMatchObject([200, { result: [{ id: 1 }] }]);
    expect(await collection.count()).toBe(3);
  });

  it('numbers the writes upwards', async () => {
    const numberOf = ([, body]: Outcome): number => (body as { result: { operation_id: number } }).result.operation_id;
    const first = numberOf(await put({ points: POINTS }));
    expect(numberOf(await put({ points: POINTS }))).toBeGreaterThan(first);
    expect(numberOf(await post('/delete', { points: [1] }))).toBeGreaterThan(first + 1);
  });

  it('takes the string ids of the TypeScript client', async () => {
    const id = '1722500000000-0';
    expect(await put({ points: [{ id, vector: [1, 0], payload: { k: 1 } }] })).toEqual(COMPLETED);
    expect(await get(`ids=${id}`)).toEqual(ok([{ id, payload: { k: 1 } }]));
  });

  it('takes ids that the native routes refuse', async () => {
    const ids = [' a', 'a#1', 'x'.repeat(300), 'a,b', 'ü/%'];
    expect(await put({ points: ids.map((id) => ({ id, vector: [1, 0] })) })).toEqual(COMPLETED);
    expect(await post('', { ids, with_payload: false })).toEqual(ok(ids.map((id) => ({ id, payload: null }))));
  });

  it('replaces a point as a whole', async () => {
    await fill();
    await fill([{ id: 1, vector: [0, 2], payload: { other: true } }]);
    expect(await get('ids=1&with_vector=true')).toEqual(ok([{ id: 1, payload: { other: true }, vector: [0, 1] }]));
    expect(await count()).toBe(3);
  });

  it('takes the last of points that share an id, of whatever type', async () => {
    await fill([
      { id: 1, vector: [1, 0], payload: { k: 'number' } },
      { id: '1', vector: [1, 0], payload: { k: 'string' } },
    ]);
    expect(await get('ids=1')).toEqual(ok([{ id: 1, payload: { k: 'string' } }]));
    expect(await count()).toBe(1);
  });

  it('keeps the JSON types of payloads', async () => {
    await fill();
    expect(await get('ids=1')).toEqual(ok([{ id: 1, payload: POINTS[0].payload }]));
    expect(await get('ids=third')).toEqual(ok([{ id: 'third', payload: {} }]));
  });

  it('takes the one vector that is named', async () => {
    expect(await put({ points: [{ id: 1, vector: { text: [0, 1] } }] })).toEqual(COMPLETED);
    expect(await get('ids=1&with_vector=true')).toEqual(ok([{ id: 1, payload: {}, vector: [0, 1] }]));
  });

  it("takes Qdrant's batch of columns", async () => {
    const vectors = [
      [1, 0],
      [0, 1],
    ];
    expect(await put({ batch: { ids: [1, 'b'], vectors, payloads: [{ k: 1 }, null] } })).toEqual(COMPLETED);
    const points = [
      { id: 1, payload: { k: 1 } },
      { id: 'b', payload: {} },
    ];
    expect(await post('', { ids: [1, 'b'] })).toEqual(ok(points));
  });

  it('lets points of a collection end when its others do', async () => {
    await collection.post('/ttl', { ttl_secs: 3600 });
    await fill([{ id: 1, vector: [1, 0] }]);
    const payload = { __expires_at: expect.any(Number) as unknown };
    expect(await get('ids=1')).toEqual(ok([{ id: 1, payload }]));
  });

  it.each([
    ['the first', [{ id: 8, vector: [1] }, POINTS[0]], 1],
    ['the last', [POINTS[0], { id: 8, vector: [1, 2, 3] }], 3],
    ['every one', [{ id: 8, vector: [1, 2, 3] }], 3],
    ['an empty one', [POINTS[0], { id: 8, vector: [] }], 0],
  ])('writes nothing when the length of %s is wrong', async (_which, points, actual) => {
    expect(await put({ points })).toEqual(wrongLength(2, actual));
    expect(await count()).toBe(0);
  });

  it.each([
    [{ vector: [1, 0] }, 'points[1].id'],
    [{ id: '', vector: [1, 0] }, 'points[1].id'],
    [{ id: 1.5, vector: [1, 0] }, 'points[1].id'],
    [{ id: 8 }, 'points[1].vector'],
    [{ id: 8, vector: null }, 'points[1].vector'],
    [{ id: 8, vector: ['1', 0] }, 'points[1].vector'],
    [{ id: 8, vector: { a: [1, 0], b: [1, 0] } }, 'points[1].vector'],
    [{ id: 8, vector: {} }, 'points[1].vector'],
    [{ id: 8, vector: [1, 0], payload: 'x' }, 'points[1].payload'],
    [7, 'points[1].id'],
  ])('writes nothing when one point is %j', async (point, field) => {
    expect(await put({ points: [POINTS[0], point] })).toEqual(invalidField(field));
    expect(await count()).toBe(0);
  });

  it.each([{}, { points: [] }, { points: {} }, { points: null }])('refuses %j', async (body) => {
    expect(await put(body)).toEqual(invalidField('points'));
  });

  it('refuses what is no JSON', async () => {
    expect(await put('{"points":[')).toEqual(unparseable('body'));
  });

  it('creates no collection', async () => {
    expect(await api.outcome('PUT', pathOf('none', '/points'), { points: POINTS })).toEqual(missing('none'));
    expect(await api.get(pathOf('none'))).toEqual(missing('none'));
  });
});

describe('POST …/points/delete', () => {
  beforeEach(async () => {
    await fill();
  });

  it('deletes the points of ids, and ignores unknown ones', async () => {
    expect(await post('/delete', { points: [1, 'third', 99], wait: true })).toEqual(COMPLETED);
    expect(await collection.ids()).toEqual(['2']);
  });

  it('deletes the points that match', async () => {
    expect(await post('/delete', { filter: RED })).toEqual(COMPLETED);
    expect(await collection.ids()).toEqual(['2', 'third']);
  });

  it('deletes nothing for no ids', async () => {
    expect(await post('/delete', { points: [] })).toEqual(COMPLETED);
    expect(await count()).toBe(3);
  });

  it.each([{}, { must: [] }, { must: null, should: null, must_not: null }, { must: [{ filter: {} }] }])(
    'deletes nothing for the filter %j, which has no conditions',
    async (filter) => {
      expect(await post('/delete', { filter })).toEqual(invalidField('filter', 'no conditions'));
      expect(await count()).toBe(3);
    },
  );

  it.each([
    [{}, 'filter'],
    [{ filter: null }, 'filter'],
    [{ points: 1 }, 'points'],
    [{ points: [1, null] }, 'points[1]'],
    [{ points: [1], filter: RED }, 'points'],
  ])('deletes nothing for %j', async (body, field) => {
    expect(await post('/delete', body)).toEqual(invalidField(field));
    expect(await count()).toBe(3);
  });

  it('deletes nothing for what is no filter', async () => {
    expect(await post('/delete', { filter: { must: [{ key: 'color', near: 'red' }] } })).toEqual(unparseable('filter'));
    expect(await count()).toBe(3);
  });

  it('knows no collection that is not there', async () => {
    expect(await api.post(pathOf('none', '/points/delete'), { points: [1] })).toEqual(missing('none'));
    expect(await api.post(pathOf('none', '/points/delete'), { filter: RED })).toEqual(missing('none'));
  });
});

describe('the retrieval of points', () => {
  const second = { id: 2, payload: { color: 'blue', size: 2 } };
  const third = { id: 'third', payload: {} };

  beforeEach(async () => {
    await fill();
  });

  it('answers in the order of the ids, without those that are not there', async () => {
    expect(await post('', { ids: ['third', 99, 2, '2'] })).toEqual(ok([third, second]));
    expect(await get('ids=third,99,2,2')).toEqual(ok([third, second]));
    expect(await get('ids=third&ids=2')).toEqual(ok([third, second]));
  });

  it('shows vectors when they are asked for, at the length one', async () => {
    const shown = ok([{ ...third, vector: [expect.closeTo(0.6, 6) as unknown, expect.closeTo(0.8, 6) as unknown] }]);
    expect(await post('', { ids: ['third'], with_vector: true })).toEqual(shown);
    expect(await post('', { ids: ['third'], with_vectors: true })).toEqual(shown);
    expect(await get('ids=third&with_vector=true')).toEqual(shown);
  });

  it('shows no payload when none is wanted', async () => {
    const bare = ok([{ id: 2, payload: null }]);
    expect(await post('', { ids: [2], with_payload: false })).toEqual(bare);
    expect(await get('ids=2&with_payload=false')).toEqual(bare);
  });

  it.each([[['color']], [{ include: ['color'] }], [true]])('shows the whole payload for %j', async (wanted) => {
    expect(await post('', { ids: [2], with_payload: wanted })).toEqual(ok([second]));
  });

  it('answers nothing for no ids', async () => {
    expect(await post('', { ids: [] })).toEqual(ok([]));
    expect(await get('ids=')).toEqual(ok([]));
  });

  it('needs ids, and answers that in the body or in the query alike', async () => {
    expect(await post('', {})).toEqual(invalidField('ids'));
    expect(await get('with_payload=true')).toEqual(invalidField('ids'));
    expect(await post('', { ids: [1, {}] })).toEqual(invalidField('ids[1]'));
  });

  it('refuses flags that are none', async () => {
    expect(await post('', { ids: [1], with_vector: 'yes' })).toEqual(invalidField('with_vector'));
  });

  it('knows no collection that is not there', async () => {
    expect(await api.post(pathOf('none', '/points'), { ids: [] })).toEqual(missing('none'));
    expect(await api.get(pathOf('none', '/points?ids=1'))).toEqual(missing('none'));
  });

  it('answers a method that the path does not have with those that it has', async () => {
    const answer = await api.call('DELETE', pathOf(collection.name, '/points'));
    expect(answer).toMatchObject({ status: 405, body: { error_type: 'method_not_allowed' } });
    expect(answer.headers.allow?.split(', ')).toEqual(expect.arrayContaining(['GET', 'POST', 'PUT']));
  });
});

describe('POST …/points/count', () => {
  beforeEach(async () => {
    await fill();
  });

  it('counts every point without a filter', async () => {
    expect(await post('/count', { exact: false })).toEqual(ok({ count: 3 }));
    expect(await post('/count', undefined)).toEqual(ok({ count: 3 }));
    expect(await count({})).toBe(3);
  });

  it('counts the points that match', async () => {
    expect(await post('/count', { filter: RED })).toEqual(ok({ count: 1 }));
    expect(await count({ must_not: RED.must })).toBe(2);
    expect(await count({ must: [{ has_id: [1, 'third', 99] }] })).toBe(2);
    expect(await count({ color: 'blue' })).toBe(1);
  });

  it('refuses what is no filter, and no collection', async () => {
    expect(await post('/count', { filter: 'red' })).toEqual(unparseable('filter'));
    expect(await api.post(pathOf('none', '/points/count'), {})).toEqual(missing('none'));
  });
});

describe('POST …/points/scroll', () => {
  /** More than a page of each of two colours; `p100` is after `p099`. */
  const many = Array.from({ length: 25 }, (_, index) => ({
    id: `p${String(index + 90).padStart(3, '0')}`,
    vector: [1, index],
    payload: { even: index % 2 === 0 },
  }));

  it('walks through all points in the order of their ids, ten at a time', async () => {
    await fill([...many].reverse());
    const first = await scroll({});
    const second = await scroll({ offset: first.next_page_offset });
    const third = await scroll({ offset: second.next_page_offset });
    expect([first, second, third].map(({ points }) => points.length)).toEqual([10, 10, 5]);
    const ids = [first, second, third].flatMap(({ points }) => points.map(({ id }) => id));
    expect(ids).toEqual(many.map(({ id }) => id));
    expect(third.next_page_offset).toBeNull();
  });

  it('walks through the points that match', async () => {
    await fill(many);
    const request = { filter: { even: true }, limit: 12 };
    const first = await scroll(request);
    const second = await scroll({ ...request, offset: first.next_page_offset });
    const ids = [first, second].flatMap(({ points }) => points.map(({ id }) => id));
    expect(ids).toEqual(many.filter(({ payload }) => payload.even).map(({ id }) => id));
    expect(second).toMatchObject({ points: [{ id: 'p114' }], next_page_offset: null });
  });

  it('says that there is no next page when the last one is full', async () => {
    await fill(many);
    expect((await scroll({ limit: 25 })).next_page_offset).toBeNull();
    expect((await scroll({ limit: 24 })).next_page_offset).toBe('p114');
    expect((await scroll({ limit: 10_000 })).points).toHaveLength(25);
  });

  it('goes on behind an id that has been deleted', async () => {
    await fill(many);
    const { next_page_offset: offset } = await scroll({ limit: 3 });
    expect(offset).toBe('p093');
    await post('/delete', { points: [offset] });
    expect(await scroll({ limit: 1, offset })).toMatchObject({ points: [{ id: 'p094' }], next_page_offset: 'p095' });
  });

  it('gives numbers for the ids that are', async () => {
    await fill();
    expect(await scroll({ limit: 1 })).toMatchObject({ points: [{ id: 1 }], next_page_offset: 2 });
    expect(await scroll({ limit: 1, offset: 2 })).toMatchObject({ points: [{ id: 2 }], next_page_offset: 'third' });
  });

  it('shows what is asked for', async () => {
    await fill();
    const { points } = await scroll({ limit: 1 });
    expect(points).toEqual([{ id: 1, payload: POINTS[0].payload }]);
    const page = await scroll({ limit: 1, with_payload: false, with_vector: true });
    expect(page.points).toEqual([{ id: 1, payload: null, vector: [1, 0] }]);
  });

  it('answers an empty collection with an empty page', async () => {
    expect(await scroll({})).toEqual({ points: [], next_page_offset: null });
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: '1' }, 'limit'],
    [{ offset: [] }, 'offset'],
    [{ offset: 1.5 }, 'offset'],
  ])('refuses %j', async (body, field) => {
    expect(await post('/scroll', body)).toEqual(invalidField(field));
  });

  it('refuses what is no filter, and no collection', async () => {
    expect(await post('/scroll', { filter: 1 })).toEqual(unparseable('filter'));
    expect(await api.post(pathOf('none', '/points/scroll'), {})).toEqual(missing('none'));
  });
});

describe('POST …/points/search', () => {
  beforeEach(async () => {
    await fill();
  });

  it('answers best first, with payloads and without vectors', async () => {
    const hits = [
      { id: 2, version: 0, score: 1, payload: POINTS[1].payload, vector: null },
      { id: 'third', version: 0, score: expect.closeTo(0.8, 6) as unknown, payload: {}, vector: null },
      { id: 1, version: 0, score: expect.closeTo(0, 6) as unknown, payload: POINTS[0].payload, vector: null },
    ];
    expect(await post('/search', { vector: [0, 1] })).toEqual(ok(hits));
  });

  it('shows what is asked for', async () => {
    const request = { vector: { name: 'text', vector: [0, 1] }, limit: 1, with_payload: false, with_vector: true };
    const [, body] = await post('/search', request);
    expect(body).toMatchObject({ result: [{ id: 2, payload: null, vector: [0, 1] }] });
  });

  it('filters before it cuts to the limit', async () => {
    expect(await post('/search', { vector: [0, 1], limit: 1, filter: RED })).toMatchObject([200, { result: [{ id: 1 }] }]);
  });

  it('cuts off at the limit, what comes before the offset, and below the threshold', async () => {
    const found = async (body: object): Promise<unknown> => {
      const [, answer] = await post('/search', { vector: [0, 1], ...body });
      return (answer as { result: { id: unknown }[] }).result.map(({ id }) => id);
    };
    expect(await found({ limit: 2 })).toEqual([2, 'third']);
    expect(await found({ limit: 2, offset: 1 })).toEqual(['third', 1]);
    expect(await found({ score_threshold: 0.5 })).toEqual([2, 'third']);
    expect(await found({ limit: 0 })).toEqual([]);
    expect(await found({ offset: 3 })).toEqual([]);
    expect(await found({ filter: null, score_threshold: null })).toEqual([2, 'third', 1]);
  });

  it.each(['cosine', 'euclidean', 'dot_product'])('scores as the native search does, by %s', async (metric) => {
    collection = await api.create({ dimension: 2, metric });
    await fill();
    const native = (await collection.search({ collection: collection.name, vector: [1, 2] })).map(({ score }) => score);
    const [, body] = await post('/search', { vector: [1, 2] });
    expect((body as { result: { score: number }[] }).result.map(({ score }) => score)).toEqual(native);
  });

  it('refuses a vector of another length', async () => {
    expect(await post('/search', { vector: [1, 0, 0] })).toEqual(wrongLength(2, 3));
  });

  it.each([
    [{}, 'vector'],
    [{ vector: null }, 'vector'],
    [{ vector: 'x' }, 'vector'],
    [{ vector: [1, null] }, 'vector'],
    [{ vector: [1, 0], limit: -1 }, 'limit'],
    [{ vector: [1, 0], limit: 1.5 }, 'limit'],
    [{ vector: [1, 0], offset: -1 }, 'offset'],
    [{ vector: [1, 0], score_threshold: 'x' }, 'score_threshold'],
  ])('refuses %j', async (body, field) => {
    expect(await post('/search', body)).toEqual(invalidField(field));
  });

  it('refuses what is no filter, and no collection', async () => {
    expect(await post('/search', { vector: [1, 0], filter: [] })).toEqual(unparseable('filter'));
    expect(await api.post(pathOf('none', '/points/search'), { vector: [1, 0] })).toEqual(missing('none'));
  });
});

describe('points beyond these routes', () => {
  beforeEach(async () => {
    await fill();
  });

  it('are vectors of the native routes', async () => {
    expect(await collection.vector('1')).toMatchObject({ id: '1', vector: [1, 0], payload: POINTS[0].payload });
    expect(await collection.ids({ color: 'blue' })).toEqual(['2']);
  });

  it('are records of Chroma, found by its filters', async () => {
    const chroma = new ChromaApi(gateway.chromaUrl);
    const { body } = await chroma.call(`${COLLECTIONS}/${collection.name}`);
    const records = new ChromaCollection(chroma, (body as { id: string }).id, collection.name);
    expect(await records.ids()).toEqual(['1', '2', 'third']);
    expect(await records.ids({ where: { color: 'red' } })).toEqual(['1']);
    expect(await records.ids({ where: { size: { $gte: 2 } } })).toEqual(['2']);
    expect(await records.ids({ where: { ratio: { $lt: 2 } } })).toEqual(['1']);
    expect(await records.ids({ where: { shiny: true } })).toEqual(['1']);
  });

  it('are reached by every name of their collection', async () => {
    const newName = `c-${randomUUID()}`;
    await collection.post('/rename', { new_name: newName });
    expect(await api.get(pathOf(newName, '/points?ids=2'))).toMatchObject([200, { result: [{ id: 2 }] }]);
    expect(await get('ids=2')).toMatchObject([200, { result: [{ id: 2 }] }]);
  });

  it('are all that native vectors are here', async () => {
    await collection.fill([{ id: 'native', embedding: [1, 1], payload: { color: 'green' } }]);
    expect(await get('ids=native')).toEqual(ok([{ id: 'native', payload: { color: 'green' } }]));
    expect(await count()).toBe(4);
  });
});

describe('encryption', () => {
  const point = { id: 1, vector: [1, 0], payload: { secret: 'x' } };

  it.each([{ points: [{ ...point, public_key: 'key' }] }, { points: [point], public_key: 'key' }])(
    'that %j asks for is refused, and nothing is stored',
    async (body) => {
      expect(await put(body)).toMatchObject([400, { error_type: 'encryption_error' }]);
      expect(await count()).toBe(0);
    },
  );
});
