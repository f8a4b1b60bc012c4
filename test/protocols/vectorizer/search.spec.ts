import {
  type CollectionApi,
  done,
  type Entry,
  type Hit,
  invalidField,
  noCollection,
  setUp,
  succeeded,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const E1 = [1, 0, 0, 0];
const OLD = { category: 'old_docs', created_at: '2024-01-01T00:00:00' };

let gateway: TestGateway;
let api: VectorizerApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

function about(number: number): unknown {
  return expect.closeTo(number, 5);
}

function ids(hits: readonly Hit[]): readonly string[] {
  return hits.map(({ id }) => id);
}

describe('a search by a vector', () => {
  let collection: CollectionApi;

  beforeAll(async () => {
    collection = await setUp(api);
  });

  it('case 45: finds the nearest vectors with their scores, best first', async () => {
    const half = about(Math.SQRT1_2);
    const both = { payload: OLD, metadata: OLD };
    expect(await api.post('/search', { collection: collection.name, vector: E1, limit: 3 })).toEqual([
      200,
      {
        results: [
          { id: 'vec_001', score: about(1), vector: E1, data: E1, ...both },
          { id: 'vec_005', score: half, vector: [half, half, 0, 0], data: [half, half, 0, 0], payload: {}, metadata: {} },
          { id: 'vec_002', score: 0, vector: [0, 1, 0, 0], data: [0, 1, 0, 0], ...both },
        ],
        ...{ query_type: 'vector', limit: 3, collection: collection.name, total_results: 3, total: 3 },
      },
    ]);
  });

  it('case 45: gives the same on the path of the collection', async () => {
    const [best] = await collection.search({ vector: [0, 0, 2, 0], limit: 1 });
    expect(best).toMatchObject({ id: 'vec_003', score: about(1) });
  });

  it('case 46: finds the best matching vectors, whatever the others score', async () => {
    const hits = await collection.search({ vector: E1, limit: 2, filter: { category: 'new' } });
    expect(hits).toMatchObject([
      { id: 'vec_003', score: 0 },
      { id: 'vec_004', score: 0 },
    ]);
  });

  it('case 47: refuses a vector of another length', async () => {
    const words = 'vector dimension 3 does not match collection dimension 4';
    expect(await collection.post('/search', { vector: [1, 0, 0] })).toEqual(invalidField('vector', words));
    const body = { collection: collection.name, vector: [1, 0, 0] };
    expect(await api.post('/search', body)).toMatchObject([400, { message: `Invalid vector: ${words}` }]);
  });

  it('case 47: knows the collection or says so', async () => {
    expect(await api.post('/search', { collection: 'none', vector: E1 })).toEqual(noCollection('none'));
    expect(await api.post('/collections/none/search', { vector: E1 })).toEqual(noCollection('none'));
    expect(await api.post('/search', { vector: E1 })).toEqual(invalidField('collection'));
  });

  it.each([
    ['a text', [1, '0', 0, 0], 'vector[1] is not a number'],
    ['null', [1, 0, 0, null], 'vector[3] is not a number'],
    ['a list', [[1], 0, 0, 0], 'vector[0] is not a number'],
  ])('refuses %s among the numbers', async (_, vector, words) => {
    expect(await collection.post('/search', { vector })).toEqual(invalidField('vector', words));
  });

  it('case 48: keeps hits of the threshold and above', async () => {
    expect(ids(await collection.search({ vector: E1, threshold: 0.5 }))).toEqual(['vec_001', 'vec_005']);
    expect(ids(await collection.search({ vector: E1, threshold: 0 }))).toHaveLength(5);
    expect(await collection.search({ vector: [-1, 0, 0, 0], threshold: 0.5 })).toEqual([]);
  });

  it('case 51: a limit of 0 finds nothing, a negative one is refused, a large one finds what there is', async () => {
    const empty = done({ results: [], limit: 0, total_results: 0, total: 0 });
    expect(await collection.post('/search', { vector: E1, limit: 0 })).toEqual(empty);
    expect(await collection.post('/search', { vector: E1, limit: -1 })).toEqual(invalidField('limit'));
    const filter = { category: { $in: ['old_docs', 'new'] }, page: { $exists: false } };
    expect(ids(await collection.search({ vector: E1, limit: 5, filter }))).toEqual(['vec_001', 'vec_002', 'vec_004']);
  });

  it.each([1.5, '3', true])('refuses the limit %j', async (limit) => {
    expect(await collection.post('/search', { vector: E1, limit })).toEqual(invalidField('limit'));
  });

  it('finds ten without a limit, and cuts one above 10,000', async () => {
    const many = await api.create();
    await many.fill(Array.from({ length: 12 }, (_, index) => ({ id: String(index), embedding: [index, 1, 0, 0] })));
    expect(await many.post('/search', { vector: E1 })).toEqual(done({ limit: 10, total: 10 }));
    expect(await many.post('/search', { vector: E1, limit: 123_456 })).toEqual(done({ limit: 10_000, total: 12 }));
  });

  it.each(['vector', 'query_vector', 'embedding'])('takes the vector as %s', async (name) => {
    expect(ids(await collection.search({ [name]: [0, 0, 0, 3], limit: 1 }))).toEqual(['vec_004']);
  });

  it.each(['limit', 'top_k', 'k', 'max_results'])('takes the limit as %s', async (name) => {
    expect(ids(await collection.search({ vector: E1, [name]: 2 }))).toEqual(['vec_001', 'vec_005']);
  });

  it.each(['threshold', 'similarity_threshold', 'score_threshold'])('takes the threshold as %s', async (name) => {
    expect(ids(await collection.search({ vector: E1, [name]: 0.9 }))).toEqual(['vec_001']);
  });

  it.each(['with_vector', 'include_vector'])('leaves the vectors out when %s is false', async (name) => {
    const [best] = await collection.search({ vector: E1, [name]: false });
    expect(best).toMatchObject({ id: 'vec_001', vector: null, data: [], payload: OLD });
  });

  it.each(['with_payload', 'include_metadata'])('leaves the payloads out when %s is false', async (name) => {
    const [best] = await collection.search({ vector: E1, [name]: false });
    expect(best).toMatchObject({ id: 'vec_001', vector: E1, data: E1, payload: null, metadata: null });
  });

  it('shows vectors up to a limit of 100, or when it is asked to', async () => {
    const shown = async (body: object): Promise<unknown> => (await collection.search({ vector: E1, ...body }))[0]?.vector;
    expect(await shown({ limit: 100 })).toEqual(E1);
    expect(await shown({ limit: 101 })).toBeNull();
    expect(await shown({ limit: 101, with_vector: true })).toEqual(E1);
    expect(await shown({ limit: 100, with_vector: false })).toBeNull();
  });

  it('skips the hits before the offset', async () => {
    const all = ids(await collection.search({ vector: [4, 3, 2, 1] }));
    expect(all).toHaveLength(5);
    expect(ids(await collection.search({ vector: [4, 3, 2, 1], offset: 2 }))).toEqual(all.slice(2));
    expect(ids(await collection.search({ vector: [4, 3, 2, 1], offset: 1, limit: 2 }))).toEqual(all.slice(1, 3));
    expect(await collection.search({ vector: [4, 3, 2, 1], offset: 9 })).toEqual([]);
    expect(await collection.post('/search', { vector: E1, offset: -1 })).toEqual(invalidField('offset'));
  });

  it('prefers the vector to a query', async () => {
    const body = { vector: [0, 0, 0, 1], query: 'hello', limit: 1 };
    expect(await collection.post('/search', body)).toMatchObject([
      200,
      { results: [{ id: 'vec_004', score: about(1) }], query_type: 'vector' },
    ]);
  });

  it.each([null, {}])('takes the filter %j for none', async (filter) => {
    expect(await collection.search({ vector: E1, filter })).toHaveLength(5);
  });

  it('refuses a filter it does not understand', async () => {
    expect(await collection.post('/search', { vector: E1, filter: { page: { $near: 1 } } })).toEqual(unparseable('filter'));
    expect(await collection.post('/search', { vector: E1, filter: 'page' })).toEqual(unparseable('filter'));
  });

  it('ignores fields it does not know', async () => {
    expect(ids(await collection.search({ vector: E1, limit: 1, nonsense: { deep: [1] } }))).toEqual(['vec_001']);
  });

  it('takes the collection of the path, not that of the body', async () => {
    expect(ids(await collection.search({ collection: 'none', vector: E1, limit: 1 }))).toEqual(['vec_001']);
  });

  it('sees a vector as soon as it is inserted, and not when it is deleted', async () => {
    const own = await setUp(api);
    await own.fill([{ id: 'late', embedding: [2, 0, 0, 0.001] }]);
    expect(ids(await own.search({ vector: [1, 0, 0, 0.0005], limit: 1 }))).toEqual(['late']);
    await own.delete('/vectors/late');
    expect(ids(await own.search({ vector: [1, 0, 0, 0.0005], limit: 1 }))).toEqual(['vec_001']);
  });
});

describe('the order of hits', () => {
  it('is that of first insert among equal scores', async () => {
    const names = ['m', 'z', 'a', 'Z', '10', '9', 'ä'];
    const collection = await api.create();
    await collection.fill(names.map((id) => ({ id, embedding: [3, 4, 0, 0] })));
    await collection.fill([{ id: 'z', embedding: [3, 4, 0, 0], payload: { again: true } }]);
    expect(ids(await collection.search({ vector: [3, 4, 0, 0] }))).toEqual(names);
    expect(ids(await collection.search({ vector: E1, limit: 3 }))).toEqual(names.slice(0, 3));
    expect(ids(await collection.search({ vector: E1, limit: 3, offset: 2 }))).toEqual(names.slice(2, 5));
  });

  it('is that of falling scores otherwise', async () => {
    const collection = await api.create({ metric: 'euclidean' });
    await collection.fill([5, 1, 4, 2, 3].map((at) => ({ id: String(at), embedding: [at, 0, 0, 0] })));
    expect(ids(await collection.search({ vector: [0, 0, 0, 0] }))).toEqual(['1', '2', '3', '4', '5']);
  });
});

describe('scores', () => {
  const rows: readonly Entry[] = [
    { id: 'same', embedding: E1 },
    { id: 'one', embedding: [2, 0, 0, 0] },
    { id: 'opposite', embedding: [-1, 0, 0, 0] },
    { id: 'across', embedding: [0, 1, 0, 0] },
    { id: 'zero', embedding: [0, 0, 0, 0] },
  ];

  async function scores(metric: string, vector: readonly number[] = E1): Promise<Readonly<Record<string, number>>> {
    const collection = await api.create({ metric });
    await collection.fill(rows);
    return Object.fromEntries((await collection.search({ vector })).map(({ id, score }) => [id, score]));
  }

  it('case 50: of euclidean are 1 / (1 + distance)', async () => {
    expect(await scores('euclidean')).toEqual({
      ...{ same: 1, one: 0.5, zero: 0.5 },
      ...{ opposite: about(1 / 3), across: about(1 / (1 + Math.SQRT2)) },
    });
  });

  it('case 50: of dot_product are the sigmoid of the product', async () => {
    const sigmoid = (dot: number): unknown => about(1 / (1 + Math.exp(-dot)));
    expect(await scores('dot_product')).toEqual({
      ...{ same: sigmoid(1), one: sigmoid(2), opposite: sigmoid(-1) },
      ...{ across: 0.5, zero: 0.5 },
    });
  });

  it('of cosine are the cosine, 0 for a vector of zeros', async () => {
    expect(await scores('cosine')).toEqual({
      ...{ same: about(1), one: about(1), opposite: about(-1) },
      ...{ across: about(0), zero: 0 },
    });
  });

  it('of cosine are 0 for a query of zeros', async () => {
    expect(await scores('cosine', [0, 0, 0, 0])).toEqual({ same: 0, one: 0, opposite: 0, across: 0, zero: 0 });
  });

  it.each(['cosine', 'euclidean', 'dot_product'])('of %s are finite numbers for very large vectors', async (metric) => {
    const collection = await api.create({ metric });
    const large = 3e38;
    await collection.fill([
      { id: 'up', embedding: [large, large, large, large] },
      { id: 'down', embedding: [-large, -large, -large, -large] },
    ]);
    const hits = await collection.search({ vector: [large, large, large, large] });
    expect(ids(hits)).toEqual(['up', 'down']);
    expect(hits.map(({ score }) => Number.isFinite(score))).toEqual([true, true]);
  });

  it('of a vector with itself are at least 0.999 by cosine', async () => {
    const collection = await api.create({ dimension: 3 });
    const rows3 = Array.from({ length: 20 }, (_, at) => [Math.sin(at + 1), Math.cos(3 * at), Math.sin(7 * at + 2)]);
    await collection.fill(rows3.map((embedding, at) => ({ id: String(at), embedding })));
    for (const [at, vector] of rows3.entries()) {
      const [best] = await collection.search({ vector, limit: 1 });
      expect(best?.id).toBe(String(at));
      expect(best?.score).toBeGreaterThanOrEqual(0.999);
    }
  });
});

describe('vectors in answers', () => {
  const rows: readonly Entry[] = [
    { id: 'a', embedding: [3, 4, 0, 0] },
    { id: 'zero', embedding: [0, 0, 0, 0] },
  ];

  it.each([
    ['cosine', [about(0.6), about(0.8), 0, 0]],
    ['euclidean', [3, 4, 0, 0]],
    ['dot_product', [3, 4, 0, 0]],
  ])('of %s collections are normalised for cosine alone', async (metric, shown) => {
    const collection = await api.create({ metric });
    await collection.fill(rows);
    const zero = [0, 0, 0, 0];
    const hits = await collection.search({ vector: [3, 4, 0, 0] });
    expect(hits.map(({ vector, data }) => [vector, data])).toEqual([
      [shown, shown],
      [zero, zero],
    ]);
    const filtered = await collection.search({ query: '', with_vector: true });
    expect(filtered.map(({ vector }) => vector)).toEqual([shown, zero]);
    expect(await collection.vector('a')).toMatchObject({ vector: shown, data: shown });
    expect(await collection.vector('zero')).toMatchObject({ vector: zero, data: zero });
    const listed = succeeded(await collection.call('GET', '/vectors')) as { readonly vectors: readonly Hit[] };
    expect(listed.vectors.map(({ vector }) => vector)).toEqual([shown, zero]);
  });
});

describe('a filter and a vector that disagree', () => {
  let collection: CollectionApi;

  beforeAll(async () => {
    collection = await api.create({ dimension: 8 });
    // the nearer a row is to the query, the less it matches: the two matching ones are the farthest
    const rows = Array.from({ length: 3000 }, (_, at) => ({
      id: String(at),
      embedding: [Math.cos(at / 1000), Math.sin(at / 1000), 0, 0, 0, 0, 0, 0],
      payload: { rank: at, far: at >= 2990, half: at % 2 === 0 ? 'even' : 'odd' },
    }));
    await collection.fill(rows);
  });

  const QUERY = [1, 0, 0, 0, 0, 0, 0, 0];

  it('case 46: finds the best of the few that match, though they are the last of all', async () => {
    const hits = await collection.search({ vector: QUERY, limit: 5, filter: { far: true } });
    expect(ids(hits)).toEqual(['2990', '2991', '2992', '2993', '2994']);
    expect(hits[0]?.score).toEqual(about(Math.cos(2.99)));
  });

  it('case 46: finds as many as match', async () => {
    expect(await collection.search({ vector: QUERY, limit: 100, filter: { rank: { $gte: 2950 } } })).toHaveLength(50);
    expect(await collection.search({ vector: QUERY, limit: 100, filter: { rank: { $gt: 5000 } } })).toEqual([]);
  });

  it('case 46: finds the best half', async () => {
    const hits = await collection.search({ vector: QUERY, limit: 200, filter: { half: 'odd' } });
    expect(ids(hits)).toEqual(Array.from({ length: 200 }, (_, at) => String(2 * at + 1)));
  });
});

describe('/search/file', () => {
  let collection: CollectionApi;

  beforeAll(async () => {
    collection = await api.create();
    await collection.fill([
      { id: 'a', embedding: E1, payload: { file_path: 'docs/a.md', page: 1 } },
      { id: 'b', embedding: E1, payload: { file_path: 'docs/b.md' } },
      { id: 'c', embedding: E1, payload: { file_path: 'docs/a.md', page: 2 } },
      { id: 'd', embedding: E1 },
    ]);
  });

  it('finds the vectors of a file, in insertion order', async () => {
    expect(await collection.post('/search/file', { file_path: 'docs/a.md', limit: 5 })).toMatchObject([
      200,
      { results: [{ id: 'a' }, { id: 'c' }], file_path: 'docs/a.md', limit: 5, collection: collection.name },
    ]);
    expect(await collection.post('/search/file', { file_path: 'docs/a.md', limit: 1 })).toMatchObject([
      200,
      { results: [{ id: 'a', payload: { page: 1 } }] },
    ]);
  });

  it('finds nothing of a file that is not there', async () => {
    expect(await collection.post('/search/file', { file_path: 'docs/c.md' })).toEqual(done({ results: [] }));
  });

  it('refuses a request without a file, or for no collection', async () => {
    expect(await collection.post('/search/file', {})).toEqual(invalidField('file_path'));
    expect(await api.post('/collections/none/search/file', { file_path: 'x' })).toEqual(noCollection('none'));
  });
});
