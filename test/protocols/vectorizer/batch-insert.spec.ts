import { randomUUID } from 'node:crypto';
import {
  CollectionApi,
  done,
  invalidField,
  noCollection,
  type Outcome,
  refused,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const FLAT = ['/insert_vectors', '/insert_texts', '/batch_insert'] as const;
const BELOW = ['/batch_insert', '/insert_texts', '/insert_vectors', '/vectors'] as const;
const ROUTES = [...FLAT, ...BELOW.map((route) => `/collections/{c}${route}`)];
const NO_ENCRYPTION = refused(400, 'encryption_error');

const A = { id: 'a', embedding: [1, 0, 0, 0], payload: { page: 1 } };
const B = { id: 'b', embedding: [0, 1, 0, 0], payload: { page: 2 } };
const SHORT = { id: 'short', embedding: [1, 0] };

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

/** Sends the collection in the body, too; a route below it knows it already. */
async function send(route: string, body: object, into: CollectionApi = collection): Promise<Outcome> {
  return api.post(route.replace('{c}', into.name), { collection: into.name, ...body });
}

function ok(index: number, id: string): object {
  return { index, client_id: id, status: 'ok', vector_ids: [id], vectors_created: 1, chunked: false };
}

function failed(index: number, id: unknown, words: string): object {
  const error: unknown = expect.stringContaining(words);
  return { index, client_id: id, status: 'error', error, error_type: 'validation_error' };
}

describe.each(ROUTES)('POST %s', (route) => {
  it('stores every entry and reports each in order', async () => {
    expect(await send(route, { vectors: [B, A] })).toEqual([
      200,
      {
        ...{ collection: collection.name, inserted: 2, failed: 0, count: 2, results: [ok(0, 'b'), ok(1, 'a')] },
        ...{ ids: ['b', 'a'], status: 'success', inserted_count: 2, failed_count: 0, errors: [] },
      },
    ]);
    expect(await collection.ids()).toEqual(['b', 'a']);
    expect(await collection.vector('a')).toMatchObject({ vector: [1, 0, 0, 0], payload: { page: 1 } });
  });

  it('case 41: an entry of another length fails alone', async () => {
    const message = 'Invalid embedding: embedding length 2 does not match collection dimension 4';
    expect(await send(route, { vectors: [A, SHORT, B] })).toEqual([
      200,
      {
        ...{ collection: collection.name, inserted: 2, failed: 1, count: 3 },
        results: [ok(0, 'a'), { ...failed(1, 'short', ''), error: message }, ok(2, 'b')],
        ...{ ids: ['a', 'b'], status: 'partial', inserted_count: 2, failed_count: 1, errors: [message] },
      },
    ]);
    expect(await collection.ids()).toEqual(['a', 'b']);
  });

  it('answers 200 also when every entry fails', async () => {
    expect(await send(route, { vectors: [SHORT, { id: 'none' }] })).toEqual([
      200,
      {
        ...{ collection: collection.name, inserted: 0, failed: 2, count: 2 },
        results: [failed(0, 'short', 'embedding length 2'), failed(1, 'none', '')],
        ...{ ids: [], status: 'error', inserted_count: 0, failed_count: 2 },
        errors: [expect.any(String), expect.any(String)],
      },
    ]);
    expect(await collection.count()).toBe(0);
  });

  it.each(['vectors', 'texts', 'items'])('finds the entries in %s', async (list) => {
    const entries = [{ id: 'text', text: 'on foxes', metadata: { page: 7 } }, A];
    expect(await send(route, { [list]: entries })).toEqual(done({ inserted: 2, ids: ['text', 'a'] }));
    expect(await collection.vector('text')).toMatchObject({ content: 'on foxes', payload: { page: 7 } });
  });

  it.each([{}, { vectors: [] }, { texts: [] }, { vectors: 'x' }, { texts: { 0: A } }, { items: null }])(
    'refuses the list of %j',
    async (body) => {
      expect(await send(route, body)).toEqual(refused(400, 'validation_error'));
      expect(await collection.count()).toBe(0);
    },
  );

  it('case 43: refuses a public key anywhere, and stores nothing of the batch', async () => {
    expect(await send(route, { vectors: [A, { ...B, public_key: 'MFkw' }] })).toEqual(NO_ENCRYPTION);
    expect(await send(route, { vectors: [A, { id: 'b', text: 'secret', public_key: 'MFkw' }] })).toEqual(NO_ENCRYPTION);
    expect(await send(route, { texts: [{ public_key: 'MFkw' }, A] })).toEqual(NO_ENCRYPTION);
    expect(await send(route, { vectors: [A], public_key: 'MFkw' })).toEqual(NO_ENCRYPTION);
    expect(await collection.count()).toBe(0);
    const other = new CollectionApi(api, `c-${randomUUID()}`);
    expect(await send(route, { vectors: [{ ...A, public_key: 'MFkw' }] }, other)).toEqual(NO_ENCRYPTION);
    expect(await other.get()).toEqual(noCollection(other.name));
  });

  it("case 44: makes a missing collection of the first vector's dimension", async () => {
    const other = new CollectionApi(api, `c-${randomUUID()}`);
    const vectors = [{ id: 'text', text: 'hello' }, { id: 'x', embedding: [1, 2, 3] }, A];
    expect(await send(route, { vectors }, other)).toEqual(done({ inserted: 2, failed: 1, ids: ['text', 'x'] }));
    expect(await other.describe()).toMatchObject({ dimension: 3, metric: 'Cosine', vector_count: 2 });
  });

  it('replaces what has the same id, and counts distinct ids', async () => {
    await send(route, { vectors: [A, B] });
    const replacement = { id: 'a', embedding: [0, 0, 0, 1], payload: { x: 1 } };
    expect(await send(route, { vectors: [replacement] })).toEqual(done({ inserted: 1, ids: ['a'] }));
    expect(await collection.count()).toBe(2);
    expect(await collection.vector('a')).toMatchObject({ vector: [0, 0, 0, 1], payload: { x: 1 } });
    expect((await collection.vector('a')).payload).toEqual({ x: 1 });
  });
});

describe.each(FLAT)('POST %s', (route) => {
  it('wants a collection', async () => {
    expect(await api.post(route, { vectors: [A] })).toEqual(invalidField('collection'));
    expect(await api.post(route)).toEqual(invalidField('collection'));
  });
});

describe.each(BELOW)('POST /collections/{c}%s', (route) => {
  it('wants no collection in the body, and heeds none', async () => {
    const other = await api.create();
    expect(await collection.post(route, { vectors: [A] })).toEqual(done({ collection: collection.name, inserted: 1 }));
    expect(await collection.post(route, { collection: other.name, vectors: [B] })).toEqual(done({ collection: collection.name }));
    expect([await collection.count(), await other.count()]).toEqual([2, 0]);
  });
});

describe('the entries of a batch', () => {
  async function insert(vectors: readonly unknown[]): Promise<Outcome> {
    return send('/insert_vectors', { vectors });
  }

  it('take vector, embedding or data, and payload or metadata', async () => {
    const entries = [
      { id: 'a', data: [0, 0, 1, 0], embedding: [0, 1, 0, 0], vector: [1, 0, 0, 0], payload: { x: 1 }, metadata: { x: 2 } },
      { id: 'b', data: [0, 0, 1, 0], embedding: [0, 1, 0, 0], metadata: { x: 2 } },
      { id: 'c', data: [0, 0, 1, 0], metadata: null, public_key: null },
    ];
    expect(await insert(entries)).toEqual(done({ inserted: 3, failed: 0 }));
    expect(await collection.vector('a')).toMatchObject({ vector: [1, 0, 0, 0], payload: { x: 1 } });
    expect(await collection.vector('b')).toMatchObject({ vector: [0, 1, 0, 0], payload: { x: 2 } });
    expect(await collection.vector('c')).toMatchObject({ vector: [0, 0, 1, 0], payload: {} });
  });

  it('keep the types of their metadata', async () => {
    const metadata = { page: 1, half: 0.5, draft: true, none: null, list: [1, 'a'], nested: { a: { b: 2 } }, text: '1' };
    expect(await insert([{ id: 'a', embedding: [1, 0, 0, 0], metadata }])).toEqual(done({ inserted: 1 }));
    await send('/insert_texts', { texts: [{ id: 'b', text: 'hello', metadata }] });
    expect((await collection.vector('a')).payload).toEqual(metadata);
    expect((await collection.vector('b')).payload).toEqual(metadata);
  });

  it('get a UUID each where they have no id', async () => {
    const [status, body] = await insert([{ embedding: [1, 0, 0, 0] }, { text: 'hello', id: null }]);
    const { ids, results } = body as { ids: readonly string[]; results: readonly object[] };
    const uuid: unknown = expect.stringMatching(UUID_V4);
    expect([status, ids]).toEqual([200, [uuid, uuid]]);
    expect(results).toMatchObject([
      { index: 0, client_id: null, vector_ids: [ids[0]] },
      { index: 1, client_id: null, vector_ids: [ids[1]] },
    ]);
    expect(await collection.ids()).toEqual(ids);
  });

  it('fail alone, whatever is wrong with them', async () => {
    const wrong = [
      ...[null, 7, 'x', [1, 0, 0, 0], {}, { id: 'text', text: 5 }, { id: 'metadata', embedding: [1, 0, 0, 0], payload: 'x' }],
      { id: 'components', embedding: [1, 0, 0, 'x'] },
      { id: 'infinite', embedding: [1, 0, 0, 1e39] },
      { id: 'no-list', embedding: 'x' },
      { id: 'empty', embedding: [] },
      { id: 'sparse', embedding: [1, 0, 0, 0], sparse: { indices: [1, 1], values: [1, 2] } },
    ];
    const [status, body] = await insert([A, ...wrong, B]);
    const { results } = body as { results: readonly { status: string; error_type?: string }[] };
    expect([status, body]).toEqual(done({ inserted: 2, failed: wrong.length, ids: ['a', 'b'], status: 'partial' }));
    expect(results.slice(1, -1).map(({ error_type }) => error_type)).toEqual(wrong.map(() => 'validation_error'));
    expect(await collection.ids()).toEqual(['a', 'b']);
  });

  it('of one id: the last one stays', async () => {
    const last = { id: 'a', embedding: [0, 0, 0, 1], payload: { last: true } };
    expect(await insert([A, B, last])).toEqual(done({ inserted: 3, failed: 0 }));
    expect(await collection.count()).toBe(2);
    expect(await collection.vector('a')).toMatchObject({ vector: [0, 0, 0, 1], payload: { last: true } });
    expect((await collection.vector('a')).payload).toEqual({ last: true });
  });

  it('are 10,000 if need be', async () => {
    const vectors = Array.from({ length: 10_000 }, (_, index) => ({ id: `v${String(index)}`, embedding: [index, 1, 0, 0] }));
    const ids = vectors.map(({ id }) => id);
    expect(await insert(vectors)).toEqual(done({ inserted: 10_000, failed: 0, ids }));
    expect(await collection.count()).toBe(10_000);
    expect(await collection.ids()).toEqual(ids);
  });

  it('of the Python SDK and of the OpenAPI file are taken', async () => {
    const vectors = [{ id: 'python', data: [1, 0, 0, 0], metadata: { page: 1 }, public_key: null }];
    expect(await collection.post('/vectors', { collection: collection.name, vectors })).toEqual(done({ inserted: 1 }));
    const texts = [{ id: 'openapi', text: 'hello', metadata: { page: 2 } }];
    expect(await collection.post('/vectors', { texts })).toEqual(done({ inserted: 1 }));
    expect(await collection.ids({ page: { $in: [1, 2] } })).toEqual(['python', 'openapi']);
  });

  it('that all fail make no collection', async () => {
    const other = new CollectionApi(api, `c-${randomUUID()}`);
    expect(await send('/insert_vectors', { vectors: [{ id: '#', embedding: [1] }] }, other)).toEqual(done({ inserted: 0 }));
    expect(await other.get()).toEqual(noCollection(other.name));
  });

  it.each(['a/b', ' ', 'empty', 'cleanup', 'x\ny'])('make no collection of the name %j', async (name) => {
    expect(await api.post('/insert_vectors', { collection: name, vectors: [A] })).toEqual(refused(400, 'invalid_configuration'));
  });
});
