import {
  type CollectionApi,
  done,
  type Hit,
  invalidField,
  noCollection,
  refused,
  succeeded,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

interface Scored {
  readonly id: string;
  readonly score: number;
}

const TEXTS = [
  { id: 'cats', text: 'cats chase mice in the barn', metadata: { kind: 'animal', page: 1 } },
  { id: 'dogs', text: 'dogs chase cats and cats run', metadata: { kind: 'animal', page: 2 } },
  { id: 'cars', text: 'cars race on the road', metadata: { kind: 'machine' } },
  { id: 'tea', text: 'a cup of green tea', metadata: { kind: 'drink' } },
];
const SPARSE = [
  { id: 'cats', indices: [1, 2], values: [0.5, 1] },
  { id: 'dogs', indices: [1], values: [2] },
  { id: 'tea', indices: [9], values: [3] },
];
const QUERY_SPARSE = { indices: [1, 2], values: [1, 4] };
/** Inner products: 0.5 · 1 + 1 · 4, and 2 · 1. */
const BY_SPARSE = [
  { id: 'cats', score: 4.5 },
  { id: 'dogs', score: 2 },
];

/** BM25 of a word that occurs once, in a text of average length; b is shown as b / (b + 1). */
const inTwoOfThree = Math.log(1 + 1.5 / 2.5) / 2.2;
const inOneOfThree = Math.log(1 + 2.5 / 1.5) / 2.2;
const inOneOfOne = Math.log(1 + 0.5 / 1.5) / 2.2;
const shown = (score: number): number => score / (score + 1);

let gateway: TestGateway;
let api: VectorizerApi;
/** Texts, without sparse vectors. */
let texts: CollectionApi;
/** The same with sparse vectors. */
let mixed: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
  texts = await api.create({ dimension: 64 });
  await insertTexts(texts, TEXTS);
  mixed = await api.create({ dimension: 64 });
  await insertTexts(
    mixed,
    TEXTS.map((text) => ({ ...text, sparse: SPARSE.find(({ id }) => id === text.id) })),
  );
});

afterAll(async () => {
  await gateway.stop();
});

describe('a hybrid search', () => {
  it.each([
    ['rrf', rrf],
    ['weighted', weighted],
    ['alpha', normalised],
  ])('fuses the nearest vectors and the best sparse ones by %s', async (algorithm, fuse) => {
    const dense = await texts.search({ query: 'cats chase' });
    const hits = await hybrid(mixed, { query: 'cats chase', query_sparse: QUERY_SPARSE, algorithm, alpha: 0.3 });
    expectScores(hits, fuse(dense, BY_SPARSE, 0.3));
  });

  it("has the spec's defaults: rrf, a weight of 0.7, ten results", async () => {
    const dense = await texts.search({ query: 'cats chase' });
    const [status, body] = await mixed.post('/hybrid_search', { query: 'cats chase', query_sparse: QUERY_SPARSE });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ results: expect.any(Array) as unknown, query: 'cats chase', query_sparse: QUERY_SPARSE, limit: 10 },
      ...{ collection: mixed.name, alpha: 0.7, algorithm: 'rrf', total_results: 4 },
    });
    expectScores((body as { results: Hit[] }).results, rrf(dense, BY_SPARSE, 0.7));
  });

  it('takes an unknown algorithm for rrf', async () => {
    expect(await mixed.post('/hybrid_search', { query: 'cats', algorithm: 'magic' })).toEqual(done({ algorithm: 'rrf' }));
  });

  it('shows vectors, payloads and texts, as plain searches do', async () => {
    const [plain] = await texts.search({ query: 'cats chase mice in the barn' });
    const [hit] = await hybrid(texts, { query: 'cats chase mice in the barn' });
    expect(hit).toEqual({ ...plain, score: expect.any(Number) as unknown });
    expect(hit).toMatchObject({ id: 'cats', content: 'cats chase mice in the barn', payload: { kind: 'animal', page: 1 } });
    expect(hit?.vector).toHaveLength(64);
  });

  it('leaves out what is not wanted', async () => {
    const [hit] = await hybrid(texts, { query: 'cats', with_vector: false, with_payload: false });
    expect(hit).toMatchObject({ vector: null, data: [], payload: null, metadata: null });
  });

  it('takes as much of each list as is asked for', async () => {
    const body = { query: 'cats chase', query_sparse: QUERY_SPARSE, algorithm: 'weighted', alpha: 0.5, dense_k: 1, sparse_k: 1 };
    const dense = (await texts.search({ query: 'cats chase' })).slice(0, 1);
    expectScores(await hybrid(mixed, body), weighted(dense, BY_SPARSE.slice(0, 1), 0.5));
  });

  it.each(['final_k', 'limit', 'max_results', 'top_k'])('returns at most %s results', async (key) => {
    const [status, body] = await mixed.post('/hybrid_search', { query: 'cats chase', query_sparse: QUERY_SPARSE, [key]: 2 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ limit: 2, total_results: 2, results: [{ id: 'cats' }, { id: 'dogs' }] });
  });

  it('returns nothing when nothing is wanted', async () => {
    expect(await hybrid(mixed, { query: 'cats', final_k: 0 })).toEqual([]);
  });

  it('takes more than there is for what there is', async () => {
    expect(await hybrid(mixed, { query: 'cats', dense_k: 1e9, sparse_k: 1e9 })).toHaveLength(4);
  });

  it('finds the best of those that match a filter, in both lists', async () => {
    const filter = { page: { $gte: 2 } };
    const body = { query: 'cats chase', query_sparse: QUERY_SPARSE, algorithm: 'weighted', alpha: 0.5, filter };
    const dense = await texts.search({ query: 'cats chase', filter });
    expect(dense.map(({ id }) => id)).toEqual(['dogs']);
    expectScores(await hybrid(mixed, { ...body, dense_k: 1, sparse_k: 1 }), weighted(dense, BY_SPARSE.slice(1), 0.5));
  });

  it('has the flat route, too', async () => {
    const body = { query: 'cats', query_sparse: QUERY_SPARSE };
    const [, nested] = await mixed.post('/hybrid_search', body);
    expect(await api.post('/hybrid_search', { ...body, collection: mixed.name })).toEqual([200, nested]);
  });
});

describe('the sparse list of a hybrid search', () => {
  it('is empty for a sparse query where there are no sparse vectors', async () => {
    const dense = await texts.search({ query: 'cats' });
    expectScores(await hybrid(texts, { query: 'cats', query_sparse: QUERY_SPARSE }), rrf(dense, [], 0.7));
  });

  it('has the highest inner products whatever the metric is', async () => {
    const collection = await api.create({ dimension: 64, metric: 'euclidean' });
    await insertTexts(
      collection,
      TEXTS.map((text) => ({ ...text, sparse: SPARSE.find(({ id }) => id === text.id) })),
    );
    const body = { query: 'cats', query_sparse: QUERY_SPARSE, algorithm: 'weighted', alpha: 0, sparse_k: 1, final_k: 1 };
    expectScores(await hybrid(collection, body), [{ id: 'cats', score: 4.5 }]);
  });

  it('is made of the words of the query without a sparse one', async () => {
    const hits = await lexical(texts, 'Cats BARN');
    // both words, in the one; the more frequent of them twice, in the other
    expect(hits.map(({ id }) => id)).toEqual(['cats', 'dogs']);
    expect(hits.every(({ score }) => score > 0 && score < 1)).toBe(true);
  });

  it('scores by BM25, equals in the order of first insert', async () => {
    const collection = await api.create({ dimension: 64 });
    await insertTexts(collection, [
      { id: 'z', text: 'one two' },
      { id: 'y', text: 'three four' },
      { id: 'x', text: 'one five' },
    ]);
    const one = await lexical(collection, 'one');
    expect(one.map(({ id }) => id).sort()).toEqual(['x', 'z']);
    expect(one.map(({ score }) => score)).toEqual([
      expect.closeTo(shown(inTwoOfThree), 5),
      expect.closeTo(shown(inTwoOfThree), 5),
    ]);
    const other = await hybrid(collection, { query: 'three four one six', algorithm: 'weighted', alpha: 0, dense_k: 1 });
    expectScores(other, [
      { id: 'y', score: shown(2 * inOneOfThree) },
      { id: 'z', score: shown(inTwoOfThree) },
      { id: 'x', score: shown(inTwoOfThree) },
    ]);
  });

  it('is empty for words that nothing has, and for vectors without texts', async () => {
    expect(await lexical(texts, 'submarine')).toEqual([]);
    const collection = await api.create();
    await collection.fill([{ id: 'a', embedding: [1, 0, 0, 0], payload: { content: 'cats' } }]);
    expect(await lexical(collection, 'cats')).toEqual([]);
  });

  it('follows a text that is changed, and one that is deleted', async () => {
    const collection = await api.create({ dimension: 64 });
    await insertTexts(collection, [
      { id: 'a', text: 'apples' },
      { id: 'b', text: 'pears' },
    ]);
    await insertTexts(collection, [{ id: 'a', text: 'pears' }]);
    await collection.delete('/vectors/b');
    expect((await lexical(collection, 'pears')).map(({ id }) => id)).toEqual(['a']);
    expect(await lexical(collection, 'apples')).toEqual([]);
  });

  it.each([
    "it's a `quote' test",
    "cats' | 'dogs",
    'back\\slash \\\\ end\\',
    '! & | ( ) <-> :* :A',
    'cats:* & !dogs',
    "http://example.com/a?b='c'&d=e\\f",
    "/path/it's/fi\\le.txt",
    '$1 %s {"a": [1]} -- ;',
    '🐈 ünï 中文 \u200b',
    'a-b-c foo_bar@example.com 1e5 -1.5 <b>bold</b>',
  ])('finds %j by itself, word for word', async (text) => {
    const collection = await api.create({ dimension: 64 });
    await insertTexts(collection, [{ id: 'a', text }]);
    const [hit] = await lexical(collection, text);
    // less, if one of its words were taken for another one
    expect(hit?.score).toBeGreaterThan(shown(inOneOfOne) - 1e-6);
  });

  it.each(["'", '\\', '&', '()', ':*'])('takes %j for no word', async (text) => {
    expect(await lexical(texts, text)).toEqual([]);
  });

  it('takes the words of a query as they are: no prefixes, no operators', async () => {
    expect((await lexical(texts, 'ca:*')).map(({ id }) => id)).toEqual([]);
    expect((await lexical(texts, '!cats')).map(({ id }) => id)).toEqual(['dogs', 'cats']);
  });

  it('bears texts and queries of many words', async () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `w${String(index)}`).join(' ');
    const collection = await api.create({ dimension: 16 });
    const [status] = await collection.post('/insert', { id: 'long', text: words, auto_chunk: false });
    expect(status).toBe(200);
    expect((await lexical(collection, words)).map(({ id }) => id)).toEqual(['long']);
    expect((await lexical(collection, 'w19999')).map(({ id }) => id)).toEqual(['long']);
  });
});

describe('what a hybrid search refuses', () => {
  it.each([
    ['no query', {}, 'query'],
    ['an empty query', { query: '' }, 'query'],
    ['a query of spaces', { query: ' \n' }, 'query'],
    ['a query that is no text', { query: 7 }, 'query'],
    ['a weight below 0', { query: 'a', alpha: -0.1 }, 'alpha'],
    ['a weight above 1', { query: 'a', alpha: 1.1 }, 'alpha'],
    ['a weight that is no number', { query: 'a', alpha: '0.5' }, 'alpha'],
    ['a dense list of nothing', { query: 'a', dense_k: 0 }, 'dense_k'],
    ['a broken dense list', { query: 'a', dense_k: 1.5 }, 'dense_k'],
    ['a sparse list of less than nothing', { query: 'a', sparse_k: -1 }, 'sparse_k'],
    ['a negative limit', { query: 'a', final_k: -1 }, 'limit'],
    ['a sparse query that is a list', { query: 'a', query_sparse: [1] }, 'query_sparse'],
    ['a sparse query without values', { query: 'a', query_sparse: { indices: [1] } }, 'query_sparse'],
    ['lists of two lengths', { query: 'a', query_sparse: { indices: [1, 2], values: [1] } }, 'query_sparse'],
    ['an index twice', { query: 'a', query_sparse: { indices: [1, 1], values: [1, 2] } }, 'query_sparse'],
    ['a negative index', { query: 'a', query_sparse: { indices: [-1], values: [1] } }, 'query_sparse'],
  ])('is %s', async (_, body, field) => {
    expect(await texts.post('/hybrid_search', body)).toEqual(invalidField(field));
  });

  it('is a filter that is none', async () => {
    expect(await texts.post('/hybrid_search', { query: 'a', filter: { k: { $near: 1 } } })).toEqual(unparseable('filter'));
  });

  it('is a collection that there is not, and none at all', async () => {
    expect(await api.post('/collections/nobody/hybrid_search', { query: 'a' })).toEqual(noCollection('nobody'));
    expect(await api.post('/hybrid_search', { query: 'a' })).toEqual(invalidField('collection'));
  });

  it('is a collection without an embedding provider', async () => {
    const name = 'made-by-chroma';
    const chroma = `${gateway.chromaUrl}/api/v2/tenants/default_tenant/databases/default_database/collections`;
    const { id } = (await postJson(chroma, { name })) as { id: string };
    await postJson(`${chroma}/${id}/add`, { ids: ['a'], embeddings: [[1, 0]], documents: ['cats'] });
    expect(await api.post(`/collections/${name}/hybrid_search`, { query: 'cats' })).toEqual(refused(400, 'bad_request'));
  });
});

async function postJson(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function insertTexts(collection: CollectionApi, entries: readonly object[]): Promise<void> {
  const answer = await collection.api.call('POST', '/insert_texts', { collection: collection.name, texts: entries });
  expect(succeeded(answer)).toMatchObject({ failed: 0 });
}

async function hybrid(collection: CollectionApi, body: object): Promise<readonly Hit[]> {
  const { results } = succeeded(await collection.call('POST', '/hybrid_search', body)) as { results: readonly Hit[] };
  return results;
}

/** The list of words alone: what only the dense list has scores nothing. */
async function lexical(collection: CollectionApi, query: string): Promise<readonly Hit[]> {
  return (await hybrid(collection, { query, algorithm: 'weighted', alpha: 0 })).filter(({ score }) => score > 0);
}

function expectScores(actual: readonly Scored[], expected: readonly Scored[]): void {
  expect(actual.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expected.forEach(({ score }, index) => {
    expect(actual[index]?.score).toBeCloseTo(score, 5);
  });
}

type Parts = (list: readonly Scored[], id: string) => number;

function rrf(dense: readonly Scored[], sparse: readonly Scored[], alpha: number): readonly Scored[] {
  return combined(dense, sparse, alpha, (list, id) => {
    const at = list.findIndex((entry) => entry.id === id);
    return at < 0 ? 0 : scoreIn(list, id) + 1 / (61 + at);
  });
}

function weighted(dense: readonly Scored[], sparse: readonly Scored[], alpha: number): readonly Scored[] {
  return combined(dense, sparse, alpha, scoreIn);
}

function normalised(dense: readonly Scored[], sparse: readonly Scored[], alpha: number): readonly Scored[] {
  return combined(dense, sparse, alpha, (list, id) => scoreIn(list, id) / Math.max(...list.map(({ score }) => score)));
}

function scoreIn(list: readonly Scored[], id: string): number {
  return list.find((entry) => entry.id === id)?.score ?? 0;
}

function combined(dense: readonly Scored[], sparse: readonly Scored[], alpha: number, part: Parts): readonly Scored[] {
  const ids = [...new Set([...dense, ...sparse].map(({ id }) => id))];
  const all = ids.map((id) => ({ id, score: alpha * part(dense, id) + (1 - alpha) * part(sparse, id) }));
  return all.sort((left, right) => right.score - left.score);
}
