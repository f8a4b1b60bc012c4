import {
  createIndex,
  type IndexApi,
  invalid,
  invalidWith,
  type NamespaceApi,
  type Outcome,
  type Vector,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const UPSERT = '/vectors/upsert';

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(() => {
  space = index.namespace();
});

function upserted(count: number): Outcome {
  return [200, { upsertedCount: count }];
}

async function upsert(...vectors: readonly unknown[]): Promise<Outcome> {
  return space.outcome(UPSERT, { vectors });
}

function numbered(count: number): readonly Vector[] {
  return Array.from({ length: count }, (_item, at) => ({ id: `id-${String(at)}`, values: [1, at] }));
}

describe('upsert', () => {
  it('tells how many vectors it has taken', async () => {
    expect(await upsert({ id: 'a', values: [1, 2] }, { id: 'b', values: [3, 4] })).toEqual(upserted(2));
  });

  it('stores values and metadata', async () => {
    await upsert({ id: 'a', values: [0.5, -2], metadata: { genre: 'drama', year: 2020 } });
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [0.5, -2], metadata: { genre: 'drama', year: 2020 } } });
  });

  it('makes the namespace exist', async () => {
    await upsert({ id: 'a', values: [1, 2] });
    expect(await index.counts()).toMatchObject({ [space.name]: 1 });
  });

  it('replaces the whole record, so that its metadata goes when none is sent', async () => {
    await upsert({ id: 'a', values: [1, 2], metadata: { genre: 'drama' } });
    expect(await upsert({ id: 'a', values: [3, 4] })).toEqual(upserted(1));
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [3, 4] } });
  });

  it('replaces metadata rather than merging it', async () => {
    await upsert({ id: 'a', values: [1, 2], metadata: { genre: 'drama' } });
    await upsert({ id: 'a', values: [1, 2], metadata: { year: 2020 } });
    expect((await space.fetch('a'))['a']?.metadata).toEqual({ year: 2020 });
  });

  it('takes the last of several vectors with one id, and counts them all', async () => {
    const twice = [
      { id: 'a', values: [1, 2], metadata: { first: true } },
      { id: 'a', values: [3, 4] },
    ];
    expect(await upsert(...twice)).toEqual(upserted(2));
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [3, 4] } });
  });

  it('stores nothing when one vector is refused', async () => {
    const [status] = await upsert({ id: 'a', values: [1, 2] }, { id: 'b', values: [1] });
    expect(status).toBe(400);
    expect(await index.counts()).not.toHaveProperty([space.name]);
  });

  it('tells of the first vector that is wrong', async () => {
    expect(await upsert({ id: 'a', values: [1, 2, 3] }, { id: 'ä', values: [1, 2] })).toEqual(
      invalid('Vector dimension 3 does not match the dimension of the index 2'),
    );
  });

  it('ignores fields that it does not know', async () => {
    const body = { vectors: [{ id: 'a', values: [1, 2], colour: 'red' }], priority: { high: true } };
    expect(await space.outcome(UPSERT, body)).toEqual(upserted(1));
  });

  it('takes null for a field that was not sent', async () => {
    expect(await upsert({ id: 'a', values: [1, 2], sparseValues: null, metadata: null })).toEqual(upserted(1));
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [1, 2] } });
  });

  it('takes empty sparse values for none', async () => {
    expect(await upsert({ id: 'a', values: [1, 2], sparseValues: { indices: [], values: [] } })).toEqual(upserted(1));
    expect(await space.fetch('a')).toEqual({ a: { id: 'a', values: [1, 2] } });
  });

  it('takes a thousand vectors', async () => {
    expect(await upsert(...numbered(1_000))).toEqual(upserted(1_000));
  });

  it('refuses more than a thousand vectors', async () => {
    expect(await upsert(...numbered(1_001))).toEqual(invalidWith('1000'));
    expect(await index.counts()).not.toHaveProperty([space.name]);
  });

  it.each([{}, { vectors: [] }, { vectors: null }])('refuses a request without vectors: %j', async (body) => {
    expect(await space.outcome(UPSERT, body)).toEqual(invalid('Invalid request'));
  });

  it.each([{ vectors: {} }, { vectors: 'a' }, { vectors: [1] }, { vectors: [null] }, { vectors: [[]] }])(
    'refuses vectors that are none: %j',
    async (body) => {
      expect(await space.outcome(UPSERT, body)).toEqual(invalidWith('vectors'));
    },
  );
});

describe('the id of a vector', () => {
  it.each([
    ['one character', 'x'],
    ['512 characters', 'x'.repeat(512)],
    ['punctuation', 'a/b.c:d@e![f],&=#%+ ?'],
    ['quotes and backslashes', `"'\\`],
    ['a control character', 'a\u0001\tb\n'],
    ['the name of an object property', '__proto__'],
  ])('may be %s', async (_what, id) => {
    expect(await upsert({ id, values: [1, 2] })).toEqual(upserted(1));
    expect(await space.ids()).toEqual([id]);
  });

  it('is ASCII', async () => {
    expect(await upsert({ id: 'ä', values: [1, 2] })).toEqual(invalid("Vector ID must be ASCII, but got 'ä'"));
  });

  it('is not empty', async () => {
    expect(await upsert({ id: '', values: [1, 2] })).toEqual(invalidWith('Vector ID'));
  });

  it('has at most 512 characters', async () => {
    expect(await upsert({ id: 'x'.repeat(513), values: [1, 2] })).toEqual(invalidWith('512'));
  });

  it('holds no NUL', async () => {
    expect(await upsert({ id: 'a\u0000b', values: [1, 2] })).toEqual(invalidWith('must not contain'));
  });

  it.each([1, true, ['a'], {}])('is a text, not %j', async (id) => {
    expect(await upsert({ id, values: [1, 2] })).toEqual(invalidWith('.id:'));
  });

  it('cannot be missing', async () => {
    expect(await upsert({ values: [1, 2] })).toEqual(invalidWith('ID'));
  });
});

describe('dense values', () => {
  it.each([[[1]], [[1, 2, 3]]])('have the dimension of the index: %j', async (values) => {
    const message = `Vector dimension ${String(values.length)} does not match the dimension of the index 2`;
    expect(await upsert({ id: 'a', values })).toEqual(invalid(message));
  });

  it.each([{ id: 'a' }, { id: 'a', values: [] }, { id: 'a', values: null }])('cannot be missing: %j', async (vector) => {
    expect(await upsert(vector)).toEqual(invalid('Vector dimension 0 does not match the dimension of the index 2'));
  });

  it.each(['cosine', 'euclidean', 'dotproduct'])('are not all zero in a %s index', async (metric) => {
    const other = await createIndex(gateway, { dimension: 2, metric });
    const vectors = [{ id: 'a', values: [0, 0] }];
    expect(await other.namespace().outcome(UPSERT, { vectors })).toEqual(
      invalid('Dense vectors must contain at least one non-zero value'),
    );
  });

  it.each(['[1,"2"]', '[1,null]', '[1,[2]]', '[1,true]', '"1,2"', '{"0":1}', '[1,1e39]', '[1,-1e400]'])(
    'are finite numbers, not %s',
    async (values) => {
      const body = `{"namespace":"${space.name}","vectors":[{"id":"a","values":${values}}]}`;
      expect(await index.outcome(UPSERT, { body })).toEqual(invalidWith('alues'));
    },
  );

  it.each(['NaN', 'Infinity', '-Infinity'])('cannot be %s, which is no JSON', async (number) => {
    const body = `{"namespace":"${space.name}","vectors":[{"id":"a","values":[1,${number}]}]}`;
    expect(await index.outcome(UPSERT, { body })).toEqual(invalidWith('JSON'));
  });

  it('come back as the shortest text of their float32', async () => {
    await upsert({ id: 'a', values: [0.1, 0.123456789] });
    const { text } = await space.get('/vectors/fetch', { ids: 'a' });
    expect(text).toContain('"values":[0.1,0.12345679]');
  });

  it.each([
    ['the largest', 3.4028234663852886e38],
    ['the smallest', 1.401298464324817e-45],
    ['a negative one', -16777216],
    ['a third', Math.fround(1 / 3)],
  ])('keep every bit of a float32: %s', async (_what, value) => {
    await upsert({ id: 'a', values: [value, 1] });
    expect((await space.fetch('a'))['a']?.values?.map(Math.fround)).toEqual([value, 1]);
  });
});

describe('sparse values', () => {
  it.each(['cosine', 'euclidean'])('are kept in a dense index with the %s metric, and in no score', async (metric) => {
    const other = await createIndex(gateway, { dimension: 2, metric });
    const vector = { id: 'a', values: [1, 2], sparseValues: { indices: [1], values: [1] } };
    const there = await other.filled([vector, { id: 'b', values: [1, 2] }]);
    expect(await there.fetch('a')).toEqual({ a: vector });
    const [itself, twin] = await there.matches({ id: 'a', includeValues: true });
    expect(itself).toEqual({ ...vector, score: twin?.score });
  });
});

describe('the namespace of an upsert', () => {
  it.each([
    ['__default__', ''],
    ['', '__default__'],
  ])('%j is read as %j, too', async (written, read) => {
    const other = await createIndex(gateway, { dimension: 2 });
    await other.namespace(written).fill([{ id: 'a', values: [1, 2] }]);
    expect(await other.namespace(read).ids()).toEqual(['a']);
  });

  it('is the default one when none is named', async () => {
    const other = await createIndex(gateway, { dimension: 2 });
    await other.call(UPSERT, { body: { vectors: [{ id: 'a', values: [1, 2] }] } });
    expect(await other.namespace('').ids()).toEqual(['a']);
  });

  it.each([
    ['512 characters', 'x'.repeat(512)],
    ['punctuation', 'a/b c:d@e!&=#%+?"\\'],
  ])('may have %s', async (_what, name) => {
    await index.namespace(name).fill([{ id: 'a', values: [1, 2] }]);
    expect(await index.namespace(name).ids()).toEqual(['a']);
  });

  it.each([
    ['513 characters', 'x'.repeat(513), 'Namespace'],
    ['letters beyond ASCII', 'ä', 'Namespace'],
    ['a NUL', 'a\u0000b', 'NUL'],
  ])('cannot have %s', async (_what, name, words) => {
    const vectors = [{ id: 'a', values: [1, 2] }];
    expect(await index.namespace(name).outcome(UPSERT, { vectors })).toEqual(invalidWith(words));
  });

  it.each([1, true, [], {}])('is a text, not %j', async (namespace) => {
    const vectors = [{ id: 'a', values: [1, 2] }];
    expect(await space.outcome(UPSERT, { vectors, namespace })).toEqual(invalidWith('namespace'));
  });
});
