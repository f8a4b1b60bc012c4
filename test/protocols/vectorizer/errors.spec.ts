import {
  type Answer,
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  noVector,
  refused,
  setUp,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const LIMIT = 4000;
const JSON_TYPE = /^application\/json(;|$)/;
const EMBEDDING = [1, 0, 0, 0];

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

/** Calls that read a body, below a collection. */
const BELOW = [
  ['POST', '/insert'],
  ['POST', '/batch_insert'],
  ['POST', '/vectors'],
  ['POST', '/batch_delete'],
  ['POST', '/delete_by_filter'],
  ['POST', '/vectors/delete_by_filter'],
  ['POST', '/search'],
  ['POST', '/rename'],
  ['PATCH', ''],
  ['PUT', ''],
  ['PATCH', '/vectors/vec_001'],
  ['PUT', '/vectors/vec_001'],
] as const;

const FLAT = [
  '/collections',
  '/insert',
  '/insert_texts',
  '/insert_vectors',
  '/batch_insert',
  '/batch_delete',
  '/search',
  '/embed',
];

describe('an error', () => {
  it.each<[string, string, unknown, number]>([
    ['POST', '/collections', {}, 400],
    ['POST', '/collections', '{', 400],
    ['GET', '/collections/none', undefined, 404],
    ['DELETE', '/collections/none/vectors/x', undefined, 404],
    ['GET', '/nowhere', undefined, 404],
    ['DELETE', '/health', undefined, 405],
  ])('of %s %s is JSON that tells its type, a message and the status', async (method, path, body, status) => {
    const answer = await api.call(method, path, body);
    expect(answer).toMatchObject({ status, headers: { 'content-type': expect.stringMatching(JSON_TYPE) as unknown } });
    expect(answer.body).toMatchObject({
      error_type: expect.stringMatching(/^[a-z_]+$/) as unknown,
      message: expect.stringMatching(/./) as unknown,
      status_code: status,
    });
    expect(Object.keys(answer.body as object)).toEqual(expect.arrayContaining(['error_type', 'message', 'status_code']));
    expect(['error_type', 'message', 'status_code', 'details', 'request_id']).toEqual(
      expect.arrayContaining(Object.keys(answer.body as object)),
    );
  });

  it('of a missing collection, a missing vector and a wrong field have exactly their details', async () => {
    expect(await api.get('/collections/none')).toEqual([
      404,
      {
        ...{ error_type: 'collection_not_found', message: 'Collection not found: none', status_code: 404 },
        details: { collection_name: 'none' },
      },
    ]);
    expect(await collection.get('/vectors/none')).toEqual([
      404,
      {
        ...{ error_type: 'vector_not_found', message: 'Vector not found: none', status_code: 404 },
        details: { vector_id: 'none' },
      },
    ]);
    const [status, body] = await collection.post('/batch_delete', {});
    const { message, details } = body as { message: string; details: { field: string; reason: string } };
    expect([status, body]).toEqual([
      400,
      { error_type: 'validation_error', message, status_code: 400, details: { field: 'ids', reason: details.reason } },
    ]);
    expect(message).toBe(`Invalid ids: ${details.reason}`);
  });

  it('of a filter tells in its message why it cannot be parsed', async () => {
    const [status, body] = await collection.post('/delete_by_filter', { filter: 'x' });
    const { message, details } = body as { message: string; details: { reason: string } };
    expect([status, message]).toEqual([400, `Failed to parse filter: ${details.reason}`]);
  });
});

describe('a body', () => {
  it.each(BELOW)('case 58: that is no JSON is refused by %s /collections/{c}%s', async (method, route) => {
    for (const body of ['{', '{"a":1,}', '{"a":1} x', "{'a':1}", 'x', '\u{feff}{}x']) {
      expect(await api.outcome(method, collection.path(route), body)).toEqual(unparseable('body'));
    }
    expect(await collection.count()).toBe(5);
  });

  it.each(FLAT)('case 58: that is no JSON is refused by POST %s', async (route) => {
    expect(await api.post(route, '{"collection": "x", ')).toEqual(unparseable('body'));
  });

  it.each(['[]', '[{"id":"a"}]', '"text"', '7', 'true', 'null'])('that is %s and no object is refused', async (body) => {
    expect(await collection.post('/insert', body)).toEqual(unparseable('body'));
    expect(await api.post('/collections', body)).toEqual(unparseable('body'));
  });

  it('that is not UTF-8 is refused', async () => {
    const body = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(await collection.post('/insert', body)).toEqual(unparseable('body'));
  });

  it.each(['\\u0000', '\\ud800', '\\udc00x'])('with %s in a text, which cannot be stored, is refused', async (escape) => {
    const entries = [
      `{"id":"a${escape}b","vector":[1,0,0,0]}`,
      `{"id":"a","vector":[1,0,0,0],"metadata":{"k":"a${escape}b"}}`,
      `{"id":"a","vector":[1,0,0,0],"metadata":{"a${escape}b":1}}`,
      `{"id":"a","text":"a${escape}b"}`,
    ];
    for (const entry of entries) {
      expect(await collection.post('/insert', entry)).toMatchObject([400, { status_code: 400 }]);
    }
    expect(await api.post('/collections', `{"name":"a${escape}b","dimension":4}`)).toMatchObject([400, { status_code: 400 }]);
    expect(await collection.count()).toBe(5);
  });

  it('that is nested without end is refused, and the gateway lives on', async () => {
    const deep = `{"id":"a","vector":[1,0,0,0],"metadata":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
    expect(await collection.post('/insert', deep)).toMatchObject([400, { status_code: 400 }]);
    expect(await collection.post('/delete_by_filter', `{"filter":${'{"$and":['.repeat(50_000)}`)).toMatchObject([400, {}]);
    expect(await collection.count()).toBe(5);
  });

  it.each(BELOW)('that is empty is an empty object to %s /collections/{c}%s', async (method, route) => {
    const headers = { 'content-type': 'application/json', 'content-length': '0' };
    const empty = await api.call(method, collection.path(route), undefined, headers);
    const object = await api.call(method, collection.path(route), {});
    expect([empty.status, shape(empty)]).toEqual([object.status, shape(object)]);
    expect(shape(empty)).not.toMatchObject({ error_type: 'parse_error' });
  });

  it.each(FLAT)('that is empty is an empty object to POST %s', async (route) => {
    expect(await api.post(route)).toEqual(await api.post(route, {}));
  });

  it('case 58: may be empty where there is nothing to say', async () => {
    const headers = { 'content-type': 'application/json' };
    expect(await collection.call('POST', '/force-save', undefined, headers)).toMatchObject({ status: 200 });
    expect(await collection.call('POST', '/force-save', '', headers)).toMatchObject({ status: 200 });
    expect(await collection.call('POST', '/force-save')).toMatchObject({ status: 200 });
  });

  it.each(['/collections', '/health', '/stats', '/status'])('is missing from GET %s, whatever its content type', async (path) => {
    expect(await api.call('GET', path, undefined, { 'content-type': 'application/json' })).toMatchObject({ status: 200 });
  });
});

/** What an answer says, apart from times. */
function shape({ body }: Answer): unknown {
  return { ...(body as object), updated_at: 0, last_updated: 0 };
}

describe('a content type', () => {
  async function insert(headers: Readonly<Record<string, string>>): Promise<Answer> {
    return collection.call('POST', '/insert', { id: 'a', vector: EMBEDDING }, headers);
  }

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/vnd.api+json',
    'application/problem+json; x=y',
  ])('of %s is JSON', async (contentType) => {
    expect(await insert({ 'content-type': contentType })).toMatchObject({ status: 200, body: { id: 'a' } });
  });

  it('that is missing is JSON', async () => {
    const body = Buffer.from(JSON.stringify({ id: 'a', vector: EMBEDDING }));
    const answer = await fetch(`${gateway.vectorizerUrl}${collection.path('/insert')}`, { method: 'POST', body });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id: 'a' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', 'application/xml'])(
    'of %s is refused',
    async (contentType) => {
      const { status, body } = await insert({ 'content-type': contentType });
      expect([status, body]).toEqual(refused(415, 'unsupported_media_type'));
      expect(await collection.count()).toBe(5);
    },
  );
});

describe('a body above the limit', () => {
  let small: TestGateway;
  let vectorizer: VectorizerApi;

  beforeAll(async () => {
    small = await startGateway({ env: { POLYVEC_VECTORIZER_MAX_BODY_BYTES: String(LIMIT) } });
    vectorizer = new VectorizerApi(small.vectorizerUrl);
    await vectorizer.create({ name: 'small' });
  });

  afterAll(async () => {
    await small.stop();
  });

  function bodyOf(bytes: number): string {
    const frame = '{"id":"a","vector":[1,0,0,0],"x":""}';
    return frame.replace('""}', `"${'x'.repeat(bytes - frame.length)}"}`);
  }

  it('is refused with JSON, and nothing is stored', async () => {
    const answer = await vectorizer.call('POST', '/collections/small/insert', bodyOf(LIMIT + 1));
    expect([answer.status, answer.body]).toEqual(refused(413, 'payload_too_large'));
    expect(answer.headers['content-type']).toMatch(JSON_TYPE);
    expect(await vectorizer.get('/collections/small')).toEqual(done({ vector_count: 0 }));
  });

  it('is refused also when its length is not told before', async () => {
    const url = `${small.vectorizerUrl}/collections/small/insert`;
    const stream = new Blob([bodyOf(LIMIT + 1)]).stream();
    const answer = await fetch(url, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, await answer.json()]).toEqual(refused(413, 'payload_too_large'));
  });

  it('is one byte more than the greatest that is taken', async () => {
    expect(bodyOf(LIMIT)).toHaveLength(LIMIT);
    expect(await vectorizer.post('/collections/small/insert', bodyOf(LIMIT))).toMatchObject([200, { id: 'a' }]);
  });
});

describe('a path', () => {
  it.each<[string, string]>([
    ['GET', '/'],
    ['GET', '/nowhere'],
    ['POST', '/nowhere'],
    ['POST', '/collections/x/nowhere'],
    ['GET', '/api/v1/collections'],
    ['POST', '/batch_delete/x'],
  ])('case 58: that is unknown is 404 to %s %s', async (method, path) => {
    const answer = await api.call(method, path);
    expect([answer.status, answer.body]).toEqual(
      refused(404, 'not_found', { message: expect.stringMatching(/^Resource not found: ./) as unknown }),
    );
    expect(answer.headers['content-type']).toMatch(JSON_TYPE);
  });

  it.each<[string, string, readonly string[]]>([
    ['PUT', '/collections', ['GET', 'POST']],
    ['DELETE', '/collections', ['GET', 'POST']],
    ['POST', '/collections/c', ['GET', 'PUT', 'PATCH', 'DELETE']],
    ['GET', '/insert', ['POST']],
    ['GET', '/insert_vectors', ['POST']],
    ['PUT', '/batch_delete', ['POST']],
    ['DELETE', '/delete', ['POST']],
    ['GET', '/collections/c/batch_delete', ['POST']],
    ['DELETE', '/collections/c/delete_by_filter', ['POST']],
    ['GET', '/collections/c/insert', ['POST']],
    ['GET', '/collections/c/force-save', ['POST']],
    ['GET', '/collections/c/rename', ['POST']],
    ['POST', '/collections/c/stats', ['GET']],
    ['PUT', '/collections/c/vectors', ['GET', 'POST', 'DELETE']],
    ['POST', '/collections/c/vectors/x', ['GET', 'PUT', 'PATCH', 'DELETE']],
    ['POST', '/health', ['GET']],
    ['POST', '/stats', ['GET']],
    ['GET', '/embed', ['POST']],
    ['GET', '/search', ['POST']],
  ])('case 58: that is known is 405 to %s %s, with the methods it knows', async (method, path, methods) => {
    const answer = await api.call(method, path);
    expect([answer.status, answer.body]).toEqual(refused(405, 'method_not_allowed'));
    const allowed = (answer.headers.allow ?? '').split(', ').filter((one) => one !== 'HEAD' && one !== 'OPTIONS');
    expect(allowed.sort()).toEqual([...methods].sort());
  });

  it.each(['/collections/%00', '/collections/a%00b/vectors/x', '/collections/x/vectors/a%00b'])(
    'that holds a NUL character, as %s, is refused',
    async (path) => {
      expect(await api.get(path)).toMatchObject([400, { status_code: 400 }]);
      expect(await api.delete(path)).toMatchObject([400, { status_code: 400 }]);
    },
  );

  it('names no collection by its empty name', async () => {
    expect(await api.call('DELETE', '/collections/')).not.toMatchObject({ status: 200 });
    expect(await collection.count()).toBe(5);
  });
});

describe('a successful answer', () => {
  it.each<[string, string, unknown]>([
    ['GET', '/health', undefined],
    ['GET', '/stats', undefined],
    ['GET', '/status', undefined],
    ['GET', '/indexing/progress', undefined],
    ['POST', '/embed', { text: 'hello' }],
    ['GET', '/collections', undefined],
    ['GET', '/collections/empty', undefined],
    ['DELETE', '/collections/cleanup?dry_run=true', undefined],
    ['POST', '/collections', { name: 'created-1', dimension: 4 }],
    ['POST', '/collections', { name: 'created-2', dimension: 4, similarity_metric: 'cosine' }],
    ['POST', '/insert', { collection: 'created-1', text: 'hello' }],
    ['POST', '/insert_texts', { collection: 'created-1', texts: [{ text: 'hello' }] }],
    ['POST', '/insert_vectors', { collection: 'created-1', vectors: [{ embedding: EMBEDDING }] }],
    ['POST', '/batch_delete', { collection: 'created-1', ids: ['x'] }],
    ['DELETE', '/collections/created-1', undefined],
  ])('to %s %s is a 200 of JSON', async (method, path, body) => {
    const { status, headers, body: said } = await api.call(method, path, body);
    expect([status, headers['content-type'], typeof said]).toEqual([200, expect.stringMatching(JSON_TYPE), 'object']);
  });

  it.each<[string, string, unknown]>([
    ['GET', '', undefined],
    ['GET', '/stats', undefined],
    ['PATCH', '', {}],
    ['PUT', '', {}],
    ['POST', '/force-save', undefined],
    ['POST', '/rename', { new_name: 'renamed' }],
    ['POST', '/insert', { vector: EMBEDDING }],
    ['POST', '/batch_insert', { vectors: [{ vector: EMBEDDING }] }],
    ['POST', '/batch_delete', { ids: ['x'] }],
    ['POST', '/delete_by_filter', { filter: { a: 1 } }],
    ['POST', '/vectors/delete_by_filter', { filter: { a: 1 } }],
    ['POST', '/search', { query: '' }],
    ['GET', '/vectors/vec_001', undefined],
    ['DELETE', '/vectors/vec_001', undefined],
    ['DELETE', '', undefined],
  ])('to %s /collections/{c}%s is a 200 of JSON', async (method, after, body) => {
    const { status, headers, body: said } = await collection.call(method, after, body);
    expect([status, headers['content-type'], typeof said]).toEqual([200, expect.stringMatching(JSON_TYPE), 'object']);
  });
});

describe('fields', () => {
  it.each<[string, object]>([
    ['/insert', { vector: EMBEDDING }],
    ['/batch_insert', { vectors: [{ vector: EMBEDDING, nonsense: {} }] }],
    ['/batch_delete', { ids: ['vec_001'] }],
    ['/delete_by_filter', { filter: { page: 1 } }],
    ['/search', { vector: EMBEDDING }],
    ['/force-save', {}],
  ])('that are unknown mean nothing to %s', async (route, body) => {
    const unknown = { nonsense: [{ deep: null }], type: 'x', constructor: { prototype: 1 } };
    expect(await collection.post(route, { ...unknown, ...body })).toMatchObject([200, {}]);
    const proto = `{"__proto__":{"ids":["vec_002"],"filter":{}},${JSON.stringify({ nonsense: 1, ...body }).slice(1)}`;
    expect(await collection.post(route, proto)).toMatchObject([200, {}]);
    expect(await collection.get('/vectors/vec_002')).toMatchObject([200, {}]);
  });

  it.each<[string, unknown]>([
    ['/insert', 5],
    ['/insert_vectors', ['c']],
    ['/batch_delete', { c: 1 }],
    ['/search', true],
  ])('of the wrong type are invalid: %s with the collection %j', async (route, wrong) => {
    const body = { collection: wrong, id: 'x', ids: ['x'], vector: EMBEDDING, vectors: [{ embedding: EMBEDDING }] };
    expect(await api.post(route, body)).toEqual(invalidField('collection'));
  });

  it('are looked at before the collection is', async () => {
    expect(await api.post('/collections/none/batch_delete', { ids: [] })).toEqual(invalidField('ids'));
    expect(await api.post('/collections/none/batch_delete', { ids: ['x'] })).toEqual(noCollection('none'));
    expect(await collection.delete('/vectors/none')).toEqual(noVector('none'));
  });
});
