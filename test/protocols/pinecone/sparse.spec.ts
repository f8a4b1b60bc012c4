import {
  createIndex,
  DONE,
  type IndexApi,
  invalid,
  invalidWith,
  type NamespaceApi,
  type SparseValues,
  type Vector,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const UPSERT = '/vectors/upsert';
const QUERY = '/query';
const MOST = 2_048;

let gateway: TestGateway;
let sparse: IndexApi;
let hybrid: IndexApi;

beforeAll(async () => {
  gateway = await startGateway();
  sparse = await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct' });
  hybrid = await createIndex(gateway, { dimension: 2, metric: 'dotproduct' });
});

afterAll(async () => {
  await gateway.stop();
});

/** Sparse values by index. */
function at(values: Readonly<Record<number, number>>): SparseValues {
  return { indices: Object.keys(values).map(Number), values: Object.values(values) };
}

function numbered(count: number): SparseValues {
  return { indices: Array.from({ length: count }, (_item, index) => index * 3), values: new Array<number>(count).fill(0.5) };
}

describe('a sparse index', () => {
  let space: NamespaceApi;
  const stored: readonly Vector[] = [
    { id: 'a', sparseValues: at({ 1: 0.5, 7: 2 }), metadata: { genre: 'drama' } },
    { id: 'b', sparseValues: at({ 7: 1, 3_517_203_014: 4 }) },
    { id: 'c', sparseValues: at({ 0: 1, 4_294_967_295: -1 }) },
  ];

  beforeEach(async () => {
    space = await sparse.filled(stored);
  });

  it('stores sparse values, and no dense ones', async () => {
    expect(await space.fetch('a', 'b', 'c')).toEqual({
      a: { ...stored[0], values: [] },
      b: { ...stored[1], values: [] },
      c: { ...stored[2], values: [] },
    });
  });

  it('takes the snake_case spelling of sparse values', async () => {
    const vectors = [{ id: 'a', sparse_values: at({ 1: 1 }) }];
    expect(await space.outcome(UPSERT, { vectors })).toEqual([200, { upsertedCount: 1 }]);
    expect((await space.fetch('a'))['a']?.sparseValues).toEqual(at({ 1: 1 }));
  });

  it('keeps values as float32', async () => {
    await space.fill([{ id: 'a', sparseValues: at({ 1: 0.1, 2: 0.123456789 }) }]);
    const { text } = await space.get('/vectors/fetch', { ids: 'a' });
    expect(text).toContain('"values":[0.1,0.12345679]');
  });

  it('scores by the sum over shared indices, the largest first', async () => {
    expect(await space.matches({ sparseVector: at({ 1: 2, 7: 1, 3_517_203_014: 1 }) })).toEqual([
      { id: 'b', score: 5, values: [] },
      { id: 'a', score: 3, values: [] },
    ]);
  });

  it('does not find records that share no index', async () => {
    expect(await space.matches({ sparseVector: at({ 99: 1 }) })).toEqual([]);
  });

  it('finds records of a negative score, after the others', async () => {
    const matches = await space.matches({ sparseVector: at({ 7: 1, 4_294_967_295: 2 }) });
    expect(matches.map(({ id, score }) => [id, score])).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', -2],
    ]);
  });

  it('answers with at most topK, equal ones in the order of ids', async () => {
    const equal = await sparse.filled(['c', 'a', 'B'].map((id) => ({ id, sparseValues: at({ 5: 1 }) })));
    const matches = await equal.matches({ topK: 2, sparseVector: at({ 5: 3 }) });
    expect(matches.map(({ id }) => id)).toEqual(['B', 'a']);
  });

  it('takes the snake_case spelling of the query', async () => {
    expect((await space.matches({ sparse_vector: at({ 1: 1 }) })).map(({ id }) => id)).toEqual(['a']);
  });

  it('includes sparse values and metadata when they are asked for', async () => {
    expect(await space.matches({ sparseVector: at({ 1: 1 }), includeValues: true, includeMetadata: true })).toEqual([
      { ...stored[0], score: 0.5, values: [] },
    ]);
  });

  it('keeps to a filter', async () => {
    const matches = await space.matches({ sparseVector: at({ 7: 1 }), filter: { genre: { $exists: false } } });
    expect(matches.map(({ id }) => id)).toEqual(['b']);
  });

  it('finds near a stored record, itself among them', async () => {
    expect((await space.matches({ id: 'b' })).map(({ id, score }) => [id, score])).toEqual([
      ['b', 17],
      ['a', 2],
    ]);
  });

  it('does not find old values after an update', async () => {
    expect(await space.outcome('/vectors/update', { id: 'a', sparseValues: at({ 50: 1 }) })).toEqual(DONE);
    expect((await space.matches({ sparseVector: at({ 7: 1 }) })).map(({ id }) => id)).toEqual(['b']);
    expect((await space.matches({ sparseVector: at({ 50: 1 }) })).map(({ id }) => id)).toEqual(['a']);
  });

  it('does not find deleted records', async () => {
    await space.post('/vectors/delete', { ids: ['a'] });
    expect((await space.matches({ sparseVector: at({ 7: 1 }) })).map(({ id }) => id)).toEqual(['b']);
  });

  it('keeps its namespaces apart', async () => {
    expect(await sparse.namespace().matches({ sparseVector: at({ 7: 1 }) })).toEqual([]);
  });

  it('refuses dense values', async () => {
    const vectors = [{ id: 'a', values: [1, 2], sparseValues: at({ 1: 1 }) }];
    expect(await space.outcome(UPSERT, { vectors })).toEqual(invalidWith('dense'));
  });

  it('refuses dense values in an update', async () => {
    expect(await space.outcome('/vectors/update', { id: 'a', values: [1, 2] })).toEqual(invalidWith('dense'));
  });

  it('refuses a dense query', async () => {
    expect(await space.outcome(QUERY, { topK: 1, vector: [1, 2] })).toEqual(
      invalid("Either 'sparse_vector' or 'ID' must be provided"),
    );
    expect(await space.outcome(QUERY, { topK: 1, vector: [1, 2], sparseVector: at({ 7: 1 }) })).toEqual(
      invalid('Index configuration does not support dense values'),
    );
  });

  it.each([{ id: 'a' }, { id: 'a', values: [] }, { id: 'a', sparseValues: at({}) }, { id: 'a', sparseValues: null }])(
    'refuses records without sparse values: %j',
    async (vector) => {
      expect(await space.outcome(UPSERT, { vectors: [vector] })).toEqual(invalidWith('parse'));
    },
  );

  it('takes empty dense values for none', async () => {
    const vectors = [{ id: 'z', values: [], sparseValues: at({ 1: 1 }) }];
    expect(await space.outcome(UPSERT, { vectors })).toEqual([200, { upsertedCount: 1 }]);
  });
});

describe('sparse values', () => {
  it.each([
    [{ indices: [1, 2], values: [1] }, 'length'],
    [{ indices: [1], values: [1, 2] }, 'length'],
    [{ indices: [1, 1], values: [1, 2] }, 'unique'],
    [{ indices: [-1], values: [1] }, 'indices'],
    [{ indices: [1.5], values: [1] }, 'indices'],
    [{ indices: [4_294_967_296], values: [1] }, 'indices'],
    [{ indices: ['1'], values: [1] }, 'indices'],
    [{ indices: 1, values: [1] }, 'indices'],
    [{ indices: [1], values: ['1'] }, 'values'],
    [{ indices: [1], values: [null] }, 'values'],
    [{ indices: [1], values: [1e39] }, 'values'],
    [{ indices: [1] }, 'length'],
    [{ values: [1] }, 'length'],
    [[1], 'parse'],
    ['1', 'parse'],
  ])('are refused when they are none, in writes and in queries: %j', async (values, words) => {
    const space = sparse.namespace();
    expect(await space.outcome(UPSERT, { vectors: [{ id: 'a', sparseValues: values }] })).toEqual(invalidWith(words));
    expect(await space.outcome(QUERY, { topK: 1, sparseVector: values })).toEqual(invalidWith(words));
  });

  it('may be 2048', async () => {
    const space = await sparse.filled([{ id: 'a', sparseValues: numbered(MOST) }]);
    expect((await space.fetch('a'))['a']?.sparseValues).toEqual(numbered(MOST));
    expect((await space.matches({ sparseVector: numbered(MOST) })).map(({ score }) => score)).toEqual([MOST / 4]);
  });

  it('may not be 2049', async () => {
    const vectors = [{ id: 'a', sparseValues: numbered(MOST + 1) }];
    expect(await sparse.namespace().outcome(UPSERT, { vectors })).toEqual(invalidWith('2048'));
  });

  it('may come in any order of indices', async () => {
    const sparseValues = { indices: [9, 2, 5], values: [9, 2, 5] };
    const space = await sparse.filled([{ id: 'a', sparseValues }]);
    const back = (await space.fetch('a'))['a']?.sparseValues;
    const pairs = back?.indices.map((index, place) => [index, back.values[place]]);
    expect(pairs?.sort(([left = 0], [right = 0]) => left - right)).toEqual([
      [2, 2],
      [5, 5],
      [9, 9],
    ]);
    expect((await space.matches({ sparseVector: { indices: [5, 2], values: [1, 10] } }))[0]?.score).toBe(25);
  });
});

describe('a hybrid query', () => {
  let space: NamespaceApi;
  const stored: readonly Vector[] = [
    { id: 'both', values: [1, 0], sparseValues: at({ 4: 2, 3_517_203_014: 1 }) },
    { id: 'dense', values: [3, 0] },
    { id: 'other', values: [0, 1], sparseValues: at({ 5: 10 }) },
  ];
  const ranking = async (query: object): Promise<unknown> => (await space.matches(query)).map(({ id, score }) => [id, score]);

  beforeEach(async () => {
    space = await hybrid.filled(stored);
  });

  it('adds the dense and the sparse score', async () => {
    expect(await ranking({ vector: [1, 0], sparseVector: at({ 4: 3, 3_517_203_014: 1 }) })).toEqual([
      ['both', 8],
      ['dense', 3],
      ['other', 0],
    ]);
  });

  it('finds a record whose sparse part alone is best', async () => {
    expect(await ranking({ topK: 1, vector: [1, 0], sparseVector: at({ 5: 1 }) })).toEqual([['other', 10]]);
  });

  it('keeps to a filter', async () => {
    await space.fill([{ id: 'marked', values: [1, 0], sparseValues: at({ 4: 1 }), metadata: { marked: true } }]);
    expect(await ranking({ vector: [1, 0], sparseVector: at({ 4: 1 }), filter: { marked: true } })).toEqual([['marked', 2]]);
  });

  it('is an ordinary one with an empty sparse vector', async () => {
    expect(await ranking({ vector: [1, 0], sparseVector: at({}) })).toEqual([
      ['dense', 3],
      ['both', 1],
      ['other', 0],
    ]);
  });

  it('leaves sparse values out of an ordinary query', async () => {
    expect(await ranking({ topK: 1, vector: [0, 1] })).toEqual([['other', 1]]);
  });

  it('takes both vectors of a stored record', async () => {
    expect(await ranking({ id: 'both' })).toEqual([
      ['both', 6],
      ['dense', 3],
      ['other', 0],
    ]);
  });

  it.each(['dotproduct', 'cosine'])('needs a dense vector in an index with the %s metric', async (metric) => {
    const index = await createIndex(gateway, { dimension: 2, metric });
    expect(await index.namespace().outcome(QUERY, { topK: 1, sparseVector: at({ 4: 1 }) })).toEqual(
      invalid("Cannot query index with dense 'vector_type' with only sparse vector"),
    );
  });

  it('loses the sparse values of a record that is replaced without', async () => {
    await space.fill([{ id: 'both', values: [1, 0] }]);
    expect(await ranking({ vector: [1, 0], sparseVector: at({ 4: 3 }) })).toEqual([
      ['dense', 3],
      ['both', 1],
      ['other', 0],
    ]);
  });

  it.each(['cosine', 'euclidean'])('is refused in an index with the %s metric', async (metric) => {
    const index = await createIndex(gateway, { dimension: 2, metric });
    const answer = await index.namespace().outcome(QUERY, { topK: 1, vector: [1, 0], sparseVector: at({ 4: 1 }) });
    expect(answer).toEqual(
      invalid(
        'Index configuration does not support sparse values - only indexes that are sparse or using dotproduct are supported',
      ),
    );
  });
});
