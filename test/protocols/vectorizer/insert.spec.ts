import { randomUUID } from 'node:crypto';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import {
  CollectionApi,
  done,
  invalidField,
  noCollection,
  type Outcome,
  refused,
  setUp,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const NO_ENCRYPTION = refused(400, 'encryption_error', {
  message: expect.stringContaining('payload encryption is not supported') as unknown,
});

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
  collection = await api.create();
});

function inserted(id: string): Outcome {
  return [
    200,
    {
      message: 'Text inserted successfully (1 vector(s) created)',
      ...{ vectors_created: 1, vector_ids: [id], collection: collection.name, chunked: false, id, status: 'inserted' },
    },
  ];
}

/** A collection that no call has made yet. */
function unmade(): CollectionApi {
  return new CollectionApi(api, `c-${randomUUID()}`);
}

describe.each(['/insert', '/collections/{c}/insert'])('POST %s', (route) => {
  async function insert(entry: object, into: CollectionApi = collection): Promise<Outcome> {
    const bodies: Readonly<Record<string, object>> = { '/insert': { collection: into.name, ...entry } };
    return api.post(route.replace('{c}', into.name), bodies[route] ?? entry);
  }

  it('case 38: stores a text with its metadata, whose numbers stay numbers', async () => {
    expect(await insert({ id: 'doc_001', text: 'hello', metadata: { page: 1 } })).toEqual(inserted('doc_001'));
    expect(await collection.vector('doc_001')).toMatchObject({ id: 'doc_001', payload: { page: 1 }, content: 'hello' });
    expect(await collection.ids({ page: 1 })).toEqual(['doc_001']);
  });

  it('case 39: the same id again replaces text, vector and the whole payload', async () => {
    await insert({ id: 'doc_001', text: 'hello', metadata: { page: 1, draft: true } });
    const before = await collection.vector('doc_001');
    expect(await insert({ id: 'doc_001', text: 'farewell', metadata: { page: 2 } })).toEqual(inserted('doc_001'));
    const after = await collection.vector('doc_001');
    expect(await collection.count()).toBe(1);
    expect(after.payload).toEqual({ page: 2 });
    expect(after.content).toBe('farewell');
    expect(after.vector).not.toEqual(before.vector);
  });

  it('keeps no payload and no text of the vector that it replaces', async () => {
    await insert({ id: 'a', text: 'hello', metadata: { page: 1 } });
    expect(await insert({ id: 'a', vector: [0, 1, 0, 0] })).toEqual(inserted('a'));
    expect(await collection.vector('a')).toMatchObject({ vector: [0, 1, 0, 0], payload: {} });
    expect((await collection.vector('a')).content ?? null).toBeNull();
  });

  it('takes the first of vector, embedding and data', async () => {
    await insert({ id: 'a', data: [0, 0, 1, 0], embedding: [0, 1, 0, 0], vector: [1, 0, 0, 0] });
    await insert({ id: 'b', data: [0, 0, 1, 0], embedding: [0, 1, 0, 0] });
    await insert({ id: 'c', data: [0, 0, 1, 0] });
    expect((await collection.vector('a')).vector).toEqual([1, 0, 0, 0]);
    expect((await collection.vector('b')).vector).toEqual([0, 1, 0, 0]);
    expect((await collection.vector('c')).vector).toEqual([0, 0, 1, 0]);
  });

  it('takes the payload, or else the metadata', async () => {
    await insert({ id: 'a', vector: [1, 0, 0, 0], metadata: { from: 'metadata' }, payload: { from: 'payload' } });
    await insert({ id: 'b', vector: [1, 0, 0, 0], metadata: { from: 'metadata' } });
    expect((await collection.vector('a')).payload).toEqual({ from: 'payload' });
    expect((await collection.vector('b')).payload).toEqual({ from: 'metadata' });
  });

  it('stores the text beside a vector that is given, and embeds it not', async () => {
    expect(await insert({ id: 'a', text: 'hello', vector: [0, 0, 0, 1] })).toEqual(inserted('a'));
    expect(await collection.vector('a')).toMatchObject({ vector: [0, 0, 0, 1], content: 'hello', payload: {} });
  });

  it('embeds content as it does text', async () => {
    await insert({ id: 'text', text: 'on foxes' });
    await insert({ id: 'content', content: 'on foxes' });
    const [text, content] = [await collection.vector('text'), await collection.vector('content')];
    expect(content).toMatchObject({ vector: text.vector, content: 'on foxes' });
  });

  it('makes a UUID where no id is given', async () => {
    for (const entry of [{ text: 'hello' }, { vector: [1, 0, 0, 0], id: null }]) {
      const [status, body] = await insert(entry);
      const { id, vector_ids } = body as { id: string; vector_ids: readonly string[] };
      expect([status, id, vector_ids]).toEqual([200, expect.stringMatching(UUID_V4), [id]]);
      expect(await collection.vector(id)).toMatchObject({ id });
    }
    expect(await collection.count()).toBe(2);
  });

  it('keeps the types of metadata, and numbers to the digit', async () => {
    const metadata =
      '{"i":1,"f":1.0,"big":9223372036854775807,"e":1e-7,"t":true,"n":null,"s":"1","l":[1,"a",null],"o":{"p":{"q":[]}}}';
    const body = `{"collection":"${collection.name}","id":"a","vector":[1,0,0,0],"metadata":${metadata}}`;
    expect(await api.call('POST', route.replace('{c}', collection.name), body)).toMatchObject({ status: 200 });
    const { text } = await collection.call('GET', '/vectors/a');
    expect(JSON.parse(text)).toMatchObject({ payload: JSON.parse(metadata) as object });
    expect(text).toMatch(/"big": ?9223372036854775807\D/);
    expect(text).toMatch(/"f": ?1\.0\D/);
  });

  it('refuses an entry without text or vector', async () => {
    expect(await insert({ id: 'a', metadata: { page: 1 } })).toEqual(refused(400, 'validation_error'));
    expect(await insert({})).toEqual(refused(400, 'validation_error'));
    expect(await collection.count()).toBe(0);
  });

  it.each([
    ['wrong length', [1, 0], 'embedding length 2 does not match collection dimension 4'],
    ['text in it', [1, 0, 0, 'x'], ''],
    ['null in it', [1, 0, 0, null], ''],
    ['lists in it', [[1], [0], [0], [0]], ''],
    ['no components', [], ''],
  ])('refuses a vector with %s', async (_, vector, words) => {
    expect(await insert({ id: 'a', vector })).toEqual(invalidField('embedding', words));
    expect(await collection.count()).toBe(0);
  });

  it('refuses numbers that are infinite for a 32-bit float', async () => {
    expect(await insert({ id: 'a', vector: [1, 0, 0, 1e39] })).toEqual(invalidField('embedding'));
    expect(await collection.count()).toBe(0);
  });

  it.each(['1e999', 'NaN', 'Infinity'])('refuses the number %s, which is none in JSON', async (number) => {
    const body = `{"collection":"${collection.name}","id":"a","vector":[1,0,0,${number}]}`;
    expect(await api.post(route.replace('{c}', collection.name), body)).toMatchObject([400, { status_code: 400 }]);
    expect(await collection.count()).toBe(0);
  });

  it.each([['x'], [7], [[1]], [true]])('refuses the metadata %j', async (metadata) => {
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], metadata })).toMatchObject([400, { error_type: 'validation_error' }]);
    expect(await collection.count()).toBe(0);
  });

  it('case 43: refuses a public key, and stores nothing in clear instead', async () => {
    expect(await insert({ id: 'a', text: 'secret', public_key: 'MFkw' })).toEqual(NO_ENCRYPTION);
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], public_key: 'MFkw' })).toEqual(NO_ENCRYPTION);
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], public_key: {} })).toEqual(NO_ENCRYPTION);
    expect(await collection.count()).toBe(0);
    const other = unmade();
    expect(await insert({ id: 'a', text: 'secret', public_key: 'MFkw' }, other)).toEqual(NO_ENCRYPTION);
    expect(await other.get()).toEqual(noCollection(other.name));
  });

  it('takes a public key that is null for none', async () => {
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], public_key: null })).toEqual(inserted('a'));
  });

  it("case 44: makes a missing collection, of the vector's dimension", async () => {
    const other = unmade();
    expect(await insert({ id: 'a', vector: [1, 2, 3] }, other)).toEqual(done({ collection: other.name, vector_ids: ['a'] }));
    expect(await other.describe()).toMatchObject({ name: other.name, dimension: 3, metric: 'Cosine', vector_count: 1 });
  });

  it('case 44: makes a missing collection for a text, of the default dimension', async () => {
    const other = unmade();
    expect(await insert({ id: 'a', text: 'hello' }, other)).toEqual(done({ vector_ids: ['a'] }));
    expect(await other.describe()).toMatchObject({ dimension: 512, metric: 'Cosine', vector_count: 1 });
    expect((await other.vector('a')).vector).toHaveLength(512);
  });

  it.each(['empty', 'cleanup'])('makes no collection of the name %s, which could not be reached', async (name) => {
    const entry = { id: 'a', vector: [1, 0] };
    expect(await insert(entry, new CollectionApi(api, name))).toEqual(refused(400, 'invalid_configuration'));
  });

  it.each(['sparse', 'sparse_vector'])('takes %s components beside a vector', async (name) => {
    const sparse = { indices: [0, 7, 4_294_967_295], values: [0.5, -1, 2] };
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], [name]: sparse })).toEqual(inserted('a'));
  });

  it.each([
    { indices: [1, 2], values: [1] },
    { indices: [1], values: [1, 2] },
    { indices: [-1], values: [1] },
    { indices: [3, 3], values: [1, 2] },
    { indices: [1.5], values: [1] },
    { indices: ['1'], values: [1] },
    { indices: [1], values: ['1'] },
    { indices: [1], values: [null] },
    { indices: [4_294_967_296], values: [1] },
    { indices: [1] },
    { values: [1] },
    [1, 2],
  ])('refuses the sparse components %j', async (sparse) => {
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], sparse })).toEqual(refused(400, 'validation_error'));
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], sparse_vector: sparse })).toEqual(refused(400, 'validation_error'));
    expect(await collection.count()).toBe(0);
  });

  it('ignores unknown fields', async () => {
    expect(await insert({ id: 'a', vector: [1, 0, 0, 0], nonsense: { x: 1 }, tags: ['a'] })).toEqual(inserted('a'));
    expect((await collection.vector('a')).payload).toEqual({});
  });
});

describe('POST /insert', () => {
  it('wants a collection', async () => {
    expect(await api.post('/insert', { text: 'hello' })).toEqual(invalidField('collection'));
    expect(await api.post('/insert')).toEqual(invalidField('collection'));
  });
});

describe('POST /collections/{c}/insert', () => {
  it('takes the collection of the path, not that of the body', async () => {
    const other = await api.create();
    expect(await collection.post('/insert', { collection: other.name, id: 'a', vector: [1, 0, 0, 0] })).toEqual(inserted('a'));
    expect([await collection.count(), await other.count()]).toEqual([1, 0]);
  });

  it('refuses an empty body', async () => {
    expect(await collection.post('/insert')).toEqual(refused(400, 'validation_error'));
  });
});

describe('vectors', () => {
  it('of a cosine collection are given back normalised, and zero stays zero', async () => {
    await collection.post('/insert', { id: 'a', vector: [3, 0, 4, 0] });
    await collection.post('/insert', { id: 'zero', vector: [0, 0, 0, 0] });
    const { vector, data } = await collection.vector('a');
    const expected = [0.6, 0, 0.8, 0].map((value) => expect.closeTo(value, 6) as unknown);
    expect([vector, data]).toEqual([expected, expected]);
    expect((await collection.vector('zero')).vector).toEqual([0, 0, 0, 0]);
  });

  it.each(['euclidean', 'dot_product'])('of a %s collection are given back as they are', async (metric) => {
    const other = await api.create({ metric });
    await other.post('/insert', { id: 'a', vector: [3, 0, 4, -0.5] });
    expect((await other.vector('a')).vector).toEqual([3, 0, 4, -0.5]);
  });

  it('are found by the search that follows', async () => {
    await setUp(api);
    await collection.post('/insert', { id: 'a', vector: [0, 1, 0, 0] });
    expect(await collection.search({ vector: [0, 1, 0, 0] })).toMatchObject([{ id: 'a' }]);
    await collection.post('/insert', { id: 'a', vector: [1, 0, 0, 0] });
    expect(await collection.search({ vector: [1, 0, 0, 0], threshold: 0.9 })).toMatchObject([{ id: 'a' }]);
  });

  it('that another protocol inserted are counted, read and replaced', async () => {
    const name = `c-${randomUUID()}`;
    await new ChromaApi(gateway.chromaUrl).filled(
      { ids: ['x'], embeddings: [[1, 2]], documents: ['by Chroma'], metadatas: [{ page: 1 }] },
      { name },
    );
    const theirs = new CollectionApi(api, name);
    expect(await theirs.vector('x')).toMatchObject({ vector: [1, 2], payload: { page: 1 }, content: 'by Chroma' });
    expect(await theirs.post('/insert', { id: 'x', vector: [3, 4], payload: { page: 2 } })).toMatchObject([200, {}]);
    expect(await theirs.vector('x')).toMatchObject({ vector: [3, 4], payload: { page: 2 } });
    expect(await theirs.count()).toBe(1);
  });

  it('are not made of texts in a collection that another protocol made', async () => {
    const name = `c-${randomUUID()}`;
    await new ChromaApi(gateway.chromaUrl).filled({ ids: ['x'], embeddings: [[1, 2]] }, { name });
    const theirs = new CollectionApi(api, name);
    expect(await theirs.post('/insert', { id: 'y', text: 'hello' })).toMatchObject([400, { status_code: 400 }]);
    expect(await theirs.count()).toBe(1);
  });
});

describe('texts', () => {
  it('give the same vector in every process, and one that is normalised', async () => {
    await collection.post('/insert', { id: 'a', text: 'The quick brown fox' });
    const { vector } = await collection.vector('a');
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    const other = await startGateway();
    try {
      const again = await new VectorizerApi(other.vectorizerUrl).create();
      await again.post('/insert', { id: 'a', text: 'The quick brown fox' });
      expect((await again.vector('a')).vector).toEqual(vector);
    } finally {
      await other.stop();
    }
  });

  it('make a missing collection of the dimension that is configured', async () => {
    const other = await startGateway({ env: { POLYVEC_VECTORIZER_DIMENSION: '48' } });
    try {
      const vectorizer = new VectorizerApi(other.vectorizerUrl);
      expect(await vectorizer.post('/insert', { collection: 'made', text: 'hello' })).toMatchObject([200, {}]);
      expect(await vectorizer.get('/collections/made')).toEqual(done({ dimension: 48 }));
      expect(await vectorizer.post('/collections', { name: 'created' })).toEqual(done({ dimension: 48 }));
    } finally {
      await other.stop();
    }
  });
});
