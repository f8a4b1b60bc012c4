import { closeConnections, get, post, send, withBody } from '../support/differential/exchange.js';
import { startGateway } from '../support/gateway/gateway.js';
import { at, type ChromaSession, COLLECTIONS, message, startSession, TENANTS } from './chroma-session.js';

const MiB = 1024 * 1024;

/** The numbers in `docs/differences.md`, section Chroma, that are not about records. */

let session: ChromaSession;

beforeAll(async () => {
  session = await startSession();
});

afterAll(async () => {
  closeConnections();
  await session.stop();
});

describe('collections and tenants', () => {
  it('D1: clients of API v1 are served, unless it is switched off', async () => {
    expect(await session.ask(get('/api/v1/collections'))).toMatchObject({ status: 200 });
    const without = await startGateway({ env: { POLYVEC_CHROMA_V1: 'false' } });
    const refused = await send(without.chromaUrl, get('/api/v1/collections'));
    await without.stop();
    expect(refused.status).toBe(410);
    expect(message(refused)).toBe('"The v1 API is deprecated. Please use /v2 apis"');
  });

  it('D94: a page of another site deletes nothing', async () => {
    await session.collection('kept');
    const headers = { origin: 'http://evil.example', 'content-type': 'text/plain' };
    const answers = await Promise.all([
      session.ask({ method: 'DELETE', path: `${COLLECTIONS}/kept`, headers }),
      session.ask({ method: 'DELETE', path: `${COLLECTIONS}/kept`, headers: { host: 'rebound.example' } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 421]);
    expect(await session.ask(get(`${COLLECTIONS}/kept`))).toMatchObject({ status: 200 });
  });

  it('D2: renaming a collection to a taken name is 409 and renames nothing', async () => {
    const path = await session.collection('rename-me');
    await session.collection('taken');
    const answer = await session.ask(withBody('PUT', path, '{"new_name":"taken"}'));
    expect([answer.status, at(answer, 'error'), message(answer)]).toEqual([
      409,
      '"ChromaError"',
      '"Collection [taken] already exists"',
    ]);
    expect(await session.ask(get(`${COLLECTIONS}/rename-me`))).toMatchObject({ status: 200 });
  });

  it('D3: a tenant keeps its resource name, once and for itself alone', async () => {
    const patch = async (tenant: string, name: string): Promise<number> =>
      (await session.ask(withBody('PATCH', `${TENANTS}/${tenant}`, { resource_name: name }))).status;
    for (const name of ['resource-one', 'resource-two']) await session.ask(post(TENANTS, { name }));
    expect(await patch('nobody', 'first')).toBe(404);
    expect(await patch('resource-one', 'first')).toBe(200);
    expect(at(await session.ask(get(`${TENANTS}/resource-one`)), 'resource_name')).toBe('"first"');
    expect(await patch('resource-one', 'first')).toBe(200);
    expect(await patch('resource-one', 'second')).toBe(409);
    expect(await patch('resource-two', 'first')).toBe(409);
  });

  it('D4: a collection is found by its resource name', async () => {
    await session.collection('by-resource');
    await session.ask(withBody('PATCH', `${TENANTS}/default_tenant`, '{"resource_name":"house"}'));
    const found = await session.ask(get('/api/v2/collections/house:default_database:by-resource'));
    expect([found.status, at(found, 'name')]).toEqual([200, '"by-resource"']);
    expect(await session.ask(get('/api/v2/collections/default_tenant:default_database:by-resource'))).toMatchObject({
      status: 200,
    });
    expect(await session.ask(get('/api/v2/collections/house:default_database:nothing'))).toMatchObject({ status: 404 });
    expect(await session.ask(get('/api/v2/collections/nobody:default_database:by-resource'))).toMatchObject({ status: 404 });
  });

  it('D5: collection metadata may hold arrays, and no sparse vector', async () => {
    const metadata = '{"words":["a","b"],"numbers":[1,2],"floats":[1.0,2.5],"flags":[true]}';
    await session.collection('with-arrays', `,"metadata":${metadata}`);
    const found = await session.ask(get(`${COLLECTIONS}/with-arrays`));
    expect(at(found, 'metadata', 'words')).toBe('["a","b"]');
    expect(at(found, 'metadata', 'numbers')).toBe('[1,2]');
    expect(at(found, 'metadata', 'floats')).toBe('[1.0,2.5]');
    expect(at(found, 'metadata', 'flags')).toBe('[true]');
    const sparse = '{"name":"with-sparse","metadata":{"v":{"indices":[1],"values":[0.5]}}}';
    expect(await session.ask(post(COLLECTIONS, sparse))).toMatchObject({ status: 400 });
  });

  it('D15: a database under a missing tenant creates the tenant', async () => {
    expect(await session.ask(post(`${TENANTS}/nobody/databases`, '{"name":"orphan"}'))).toMatchObject({
      status: 200,
      text: '{}',
    });
    expect(at(await session.ask(get(`${TENANTS}/nobody`)), 'name')).toBe('"nobody"');
    expect(at(await session.ask(get(`${TENANTS}/nobody/databases`)), 0, 'name')).toBe('"orphan"');
    expect((await session.ask(post(TENANTS, '{"name":"nobody"}'))).status).toBe(409);
  });

  it('D100: Python 0.5.1 to 0.5.3 list collections only by setting', async () => {
    await session.collection('listed-by-old-python');
    const list = { ...get('/api/v1/collections'), headers: { 'user-agent': 'python-requests/2.31.0' } };
    expect(at(await session.ask(list), 0, 'dimension')).toBeUndefined();
    const other = await startGateway({ env: { POLYVEC_CHROMA_V1_COLLECTION_SHAPE: 'modern' } });
    await send(other.chromaUrl, post(COLLECTIONS, '{"name":"listed"}'));
    const listed = await send(other.chromaUrl, list);
    await other.stop();
    expect([at(listed, 0, 'dimension'), at(listed, 0, 'version')]).toEqual(['null', '0']);
  });

  it('D16: writes above 40 MiB are accepted, but for the strict profile', async () => {
    const path = await session.collection('large-writes');
    const body = `{"ids":["a"],"embeddings":[[1]],"documents":["${'x'.repeat(41 * MiB)}"]}`;
    expect((await session.ask(post(`${path}/add`, body))).status).toBe(201);
    expect((await session.ask(post(`${path}/get`, body))).status).toBe(413);
    const strict = await startGateway({ env: { POLYVEC_LIMITS: 'strict' } });
    const answer = await send(strict.chromaUrl, post(`${path}/add`, body));
    await strict.stop();
    expect([answer.status, answer.text]).toEqual([413, 'Payload too large']);
  });

  it('D25: Python clients of 0.6 get the configuration shape of their time', async () => {
    await session.collection('old-python', ',"configuration":{"hnsw":{"space":"cosine","max_neighbors":9}}');
    const path = `${COLLECTIONS}/old-python`;
    const old = await session.ask({ ...get(path), headers: { 'user-agent': 'python-httpx/0.27.2' } });
    expect(at(old, 'configuration_json', '_type')).toBe('"CollectionConfigurationInternal"');
    expect(at(old, 'configuration_json', 'hnsw_configuration', 'M')).toBe('9');
    expect(at(old, 'configuration_json', 'hnsw_configuration', 'space')).toBe('"cosine"');
    expect(at(old, 'schema')).toBeUndefined();
    const today = await session.ask(get(path));
    expect(at(today, 'configuration_json', 'hnsw', 'max_neighbors')).toBe('9');
    expect(at(today, 'configuration_json', '_type')).toBeUndefined();
  });
});

describe('errors', () => {
  it('D19: unknown routes and methods have a JSON body', async () => {
    const missing = await session.ask(get('/api/v2/nothing'));
    const wrong = await session.ask({ method: 'DELETE', path: '/api/v2/version' });
    for (const answer of [missing, wrong]) {
      expect(answer.contentType).toBe('application/json');
      expect(at(answer, 'error')).toMatch(/^"\w+"$/);
      expect(message(answer)).not.toBe('');
    }
    expect([missing.status, wrong.status, wrong.allow]).toEqual([404, 405, 'GET,HEAD']);
  });

  it('D20: the message for a wrong body names the path and the reason', async () => {
    const path = await session.collection('positions');
    const syntax = await session.ask(post(`${path}/get`, '{"ids": [x]}'));
    expect([syntax.status, message(syntax)]).toEqual([
      400,
      expect.stringMatching(/JSON: .*expected value at line 1 column \d+"$/),
    ]);
    const type = await session.ask(post(`${path}/get`, '{"ids": [5]}'));
    expect([type.status, message(type)]).toEqual([
      422,
      expect.stringContaining('type: ids[0]: invalid type: integer `5`, expected a string'),
    ]);
  });

  it('D21: a pattern that is too large is 400', async () => {
    const path = await session.filled('large-patterns', '"ids":["a"],"embeddings":[[1]],"documents":["aaa"]');
    for (const pattern of ['a{99999}', '(a{1000}){1000}', '(?:\\\\w{100}){100}']) {
      const answer = await session.ask(post(`${path}/get`, `{"where_document":{"$regex":"${pattern}"}}`));
      expect([answer.status, message(answer)]).toEqual([400, expect.stringContaining('Compiled regex exceeds size limit')]);
    }
  });

  it('D93: the API document and its page are about the routes that are served', async () => {
    const document = await session.ask(get('/openapi.json'));
    expect([document.status, document.contentType, at(document, 'openapi')]).toEqual([200, 'application/json', '"3.1.0"']);
    expect(at(document, 'paths', '/api/v1/collections', 'get', 'operationId')).toBe('"v1_list_collections"');
    const page = await session.ask(get('/docs'));
    expect([page.status, page.contentType]).toEqual([200, 'text/html']);
    expect(page.text).not.toContain('<script');
  });

  it('D107: a collection is forked, and its forks are counted', async () => {
    const path = await session.filled('source', '"ids":["a","b"],"embeddings":[[1],[2]]');
    expect((await session.ask(get(`${path}/fork_count`))).text).toBe('{"count":0}');
    expect(at(await session.ask(post(`${path}/fork`, '{"new_name":"forked"}')), 'name')).toBe('"forked"');
    expect((await session.ask(get(`${path}/fork_count`))).text).toBe('{"count":1}');
    expect(await session.ask(post(`${path}/fork`, '{"new_name":"a b"}'))).toMatchObject({ status: 400 });
  });

  it("D108: writes show in a collection's version and log position", async () => {
    const path = await session.filled('versioned', '"ids":["a","b"],"embeddings":[[1],[2]]');
    await session.ask(post(`${path}/delete`, '{"ids":["a"]}'));
    const list = await session.ask(get(`${path.slice(0, path.lastIndexOf('/'))}/versioned`));
    expect([at(list, 'version'), at(list, 'log_position')]).toEqual(['2', '3']);
  });
});
