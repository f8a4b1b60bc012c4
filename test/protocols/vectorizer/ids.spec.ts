import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  noVector,
  type Outcome,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const EMBEDDING = [1, 0, 0, 0];
const WRONG_IDS = [
  ['an empty id', ''],
  ['a space before', ' x'],
  ['a space behind', 'x '],
  ['a line break behind', 'x\n'],
  ['nothing but a space', ' '],
  ['a number sign', 'a#b'],
  ['257 bytes', 'x'.repeat(257)],
  ['257 bytes in 129 characters', `${'é'.repeat(128)}x`],
  ['a fraction', 1.5],
  ['a boolean', true],
  ['a list', ['a']],
  ['an object', { a: 1 }],
] as const;
const RIGHT_IDS = [
  ['one character', 'x'],
  ['256 bytes', 'x'.repeat(256)],
  ['256 bytes in 128 characters', 'é'.repeat(128)],
  ['spaces inside', 'a b  c'],
  ['slashes', '/a//b/'],
  ['a percent sign', '100%'],
  ['what looks encoded', '%41%2F'],
  ['a question mark', 'a?x=1'],
  ['a plus sign', 'a+b'],
  ['letters of any script', 'ünï-漢-🦄'],
  ['a quote and a backslash', `'"\\`],
  ['dots', '..'],
  ['the name of a route', 'delete_by_filter'],
] as const;

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

describe('client ids', () => {
  it.each(WRONG_IDS)('case 40: %s is refused by a single insert', async (_, id) => {
    const entry = { id, vector: EMBEDDING };
    expect(await collection.post('/insert', entry)).toEqual(invalidField('id'));
    expect(await api.post('/insert', { collection: collection.name, ...entry })).toEqual(invalidField('id'));
    expect(await api.post('/insert', { collection: collection.name, id, text: 'hello' })).toEqual(invalidField('id'));
    expect(await collection.count()).toBe(0);
  });

  it.each(['/insert_vectors', '/insert_texts', '/batch_insert'])(
    'case 40: in %s only the entries of wrong ids fail',
    async (route) => {
      const entries = WRONG_IDS.map(([, id]) => ({ id, embedding: EMBEDDING }));
      const vectors = [{ id: 'first', embedding: EMBEDDING }, ...entries, { id: 'last', text: 'hello' }];
      const [status, body] = await api.post(route, { collection: collection.name, vectors });
      expect([status, body]).toEqual(done({ inserted: 2, failed: entries.length, ids: ['first', 'last'], status: 'partial' }));
      const { results } = body as { results: readonly object[] };
      const failure = {
        status: 'error',
        error_type: 'validation_error',
        error: expect.stringMatching(/^Invalid id: /) as unknown,
      };
      expect(results.slice(1, -1)).toMatchObject(entries.map((__, index) => ({ index: index + 1, ...failure })));
      expect(await collection.ids()).toEqual(['first', 'last']);
    },
  );

  it.each(['/batch_insert', '/vectors'])('case 40: in /collections/{c}%s only the entries of wrong ids fail', async (route) => {
    const vectors = [
      { id: 'a#b', embedding: EMBEDDING },
      { id: 'right', embedding: EMBEDDING },
    ];
    expect(await collection.post(route, { vectors })).toEqual(done({ inserted: 1, failed: 1, ids: ['right'] }));
  });

  it.each(RIGHT_IDS)('may be of %s, and are found by their encoded paths', async (_, id) => {
    const path = `/vectors/${encodeURIComponent(id).replaceAll('.', '%2E')}`;
    expect(await collection.post('/insert', { id, vector: EMBEDDING })).toMatchObject([200, { id, vector_ids: [id] }]);
    expect(await collection.ids()).toEqual([id]);
    expect(await collection.get(path)).toMatchObject([200, { id, vector: EMBEDDING }]);
    expect(await api.outcome('PATCH', collection.path(path), { metadata: { page: 1 } })).toMatchObject([200, { id }]);
    expect(await api.outcome('PUT', collection.path(path), { metadata: { page: 2 } })).toMatchObject([200, { id }]);
    expect(await collection.get(path)).toMatchObject([200, { payload: { page: 2 } }]);
    expect(await collection.delete(path)).toMatchObject([200, { id }]);
    expect(await collection.get(path)).toEqual(noVector(id));
  });

  it.each([
    ['42', '42'],
    ['0', '0'],
    ['-7', '-7'],
    ['9007199254740993', '9007199254740993'],
    ['18446744073709551615', '18446744073709551615'],
  ])('the integer %s becomes its decimal digits', async (digits, id) => {
    const single = `{"id":${digits},"vector":[1,0,0,0]}`;
    expect(await collection.post('/insert', single)).toMatchObject([200, { id, vector_ids: [id] }]);
    const batch = `{"vectors":[{"id":${digits},"embedding":[0,1,0,0]}]}`;
    expect(await collection.post('/batch_insert', batch)).toEqual(done({ inserted: 1, ids: [id] }));
    expect(await collection.count()).toBe(1);
    expect(await collection.post('/batch_delete', `{"ids":[${digits}]}`)).toEqual(done({ deleted: 1 }));
  });
});

describe('ids in raw paths', () => {
  async function fill(...ids: readonly string[]): Promise<void> {
    await collection.fill(ids.map((id) => ({ id, embedding: EMBEDDING })));
  }

  function read(id: string): Outcome {
    return done({ id, vector: EMBEDDING });
  }

  it.each([
    ['a/b', 'a/b'],
    ['a/b/c', 'a/b/c'],
    ['a/b c', 'a/b%20c'],
    ['a/b', 'a%2Fb'],
    ['100%', '100%'],
    ['100%', '100%25'],
    ['50%/100%', '50%/100%'],
    ['%zz', '%zz'],
    ['ü', '%C3%BC'],
    ['a+b', 'a+b'],
    ['a//b', 'a//b'],
    ['/a', '/a'],
    ['a/', 'a/'],
    ['a/..', 'a/..'],
  ])('%s is read, changed and deleted as %s', async (id, path) => {
    await fill(id);
    expect(await collection.get(`/vectors/${path}`)).toEqual(read(id));
    expect(await api.outcome('PATCH', collection.path(`/vectors/${path}`), { metadata: { a: 1 } })).toEqual(done({ id }));
    expect(await api.outcome('PUT', collection.path(`/vectors/${path}`), { metadata: { b: 2 } })).toEqual(done({ id }));
    expect(await collection.get(`/vectors/${path}`)).toEqual(done({ payload: { b: 2 } }));
    expect(await collection.delete(`/vectors/${path}`)).toEqual(done({ success: true, id }));
    expect(await collection.count()).toBe(0);
  });

  it('an id that cannot be decoded is looked for as it is', async () => {
    expect(await collection.get('/vectors/%E4%zz')).toEqual(noVector('%E4%zz'));
    expect(await collection.delete('/vectors/%C3')).toEqual(noVector('%C3'));
  });

  it.each(['move', 'copy', 'delete_by_filter', 'bulk_update_metadata', 'delete', 'expiry'])(
    'the id %s is no route to GET, PUT, PATCH and DELETE',
    async (id) => {
      await fill(id);
      expect(await collection.get(`/vectors/${id}`)).toEqual(read(id));
      expect(await api.outcome('PATCH', collection.path(`/vectors/${id}`), { metadata: { a: 1 } })).toEqual(done({ id }));
      expect(await api.outcome('PUT', collection.path(`/vectors/${id}`), { metadata: { b: 2 } })).toEqual(done({ id }));
      expect(await collection.delete(`/vectors/${id}`)).toEqual(done({ id }));
    },
  );

  it('an id that ends in /expiry is read and deleted, and PATCH means the expiry of what is before', async () => {
    await fill('a', 'a/expiry');
    expect(await collection.get('/vectors/a/expiry')).toEqual(read('a/expiry'));
    const path = collection.path('/vectors/a/expiry');
    expect(await api.outcome('PATCH', path, { expires_at: null })).toEqual(done({ id: 'a', status: 'ok' }));
    expect(await collection.delete('/vectors/a/expiry')).toEqual(done({ id: 'a/expiry' }));
    expect(await collection.ids()).toEqual(['a']);
  });

  it('a query does not belong to the id', async () => {
    await fill('a');
    expect(await collection.get('/vectors/a?with_payload=true&x=/b')).toEqual(read('a'));
    expect(await collection.delete('/vectors/a?x=1')).toEqual(done({ id: 'a' }));
  });
});

describe('names of collections in paths', () => {
  it.each([
    ['names with spaces', 'names%20with%20spaces'],
    ['Größe-漢', 'Gr%C3%B6%C3%9Fe-%E6%BC%A2'],
    ['50%', '50%25'],
    ['100%', '100%'],
    ['a:b', 'a:b'],
    ['a.b', 'a.b'],
  ])('%s is found as %s', async (name, path) => {
    await api.create({ name });
    expect(await api.get(`/collections/${path}`)).toEqual(done({ name }));
    expect(await api.post(`/collections/${path}/insert`, { id: 'a', vector: EMBEDDING })).toEqual(done({ collection: name }));
    expect(await api.get(`/collections/${path}/vectors/a`)).toEqual(done({ id: 'a', collection: name }));
    expect(await api.delete(`/collections/${path}/vectors/a`)).toEqual(done({ id: 'a' }));
    expect(await api.delete(`/collections/${path}`)).toEqual(done({ collection: name }));
  });

  it('one that cannot be decoded is looked for as it is', async () => {
    expect(await api.get('/collections/none%zz')).toEqual(noCollection('none%zz'));
    expect(await api.delete('/collections/none%zz/vectors/x')).toEqual(noCollection('none%zz'));
    expect(await api.post('/collections/none%zz/batch_delete', { ids: ['x'] })).toEqual(noCollection('none%zz'));
  });
});
