import { connect } from 'node:net';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { startGatewayInProcess } from '../support/gateway/gateway-in-process.js';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';

async function call(
  url: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...options.headers },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? '' : JSON.parse(text) };
}

describe('a gateway with default settings', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    // its prototypes are looked at
    gateway = await startGatewayInProcess();
  });
  afterAll(async () => {
    await gateway.stop();
  });

  it('refuses reset with 403, on v2 and on v1', async () => {
    for (const version of ['v2', 'v1']) {
      const { status, body } = await call(`${gateway.chromaUrl}/api/${version}/reset`, { method: 'POST' });
      expect([status, body]).toEqual([403, { error: 'ChromaError', message: 'Reset is disabled by config' }]);
    }
  });

  it('serves Chroma on the console port, too, under its prefix, and says there that it lives and is ready', async () => {
    expect((await call(`${gateway.consoleUrl}/chroma/api/v2/version`)).body).toBe('1.0.0');
    expect(await call(`${gateway.consoleUrl}/livez`)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await call(`${gateway.consoleUrl}/readyz`)).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((await call(`${gateway.consoleUrl}/api/v2/version`)).status).toBe(404);
  });

  it('names the limit and answers 413 before it reads a body that is announced too long', async () => {
    const { hostname, port } = new URL(gateway.chromaUrl);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /api/v2/tenants HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n{`,
    );
    const answer = await new Promise<string>((resolve) =>
      socket.once('data', (chunk) => {
        resolve(chunk.toString());
      }),
    );
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('polyvec-limit: 41943040');
    expect(answer).toContain('Failed to buffer the request body: length limit exceeded');
  });

  it('gives a trace id of 32 hex digits with every error', async () => {
    const { headers } = await call(`${gateway.chromaUrl}${COLLECTIONS}/nope`);
    expect(headers.get('chroma-trace-id')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('gives Python 0.5.16 to 0.6.3, by their user agent, the configuration they can read, and no schema', async () => {
    await call(`${gateway.chromaUrl}${COLLECTIONS}`, { body: { name: 'shapes', metadata: { 'hnsw:space': 'ip' } } });
    const legacy = await call(`${gateway.chromaUrl}${COLLECTIONS}/shapes`, { headers: { 'user-agent': 'python-httpx/0.27.0' } });
    expect(legacy.body).toMatchObject({
      configuration_json: {
        _type: 'CollectionConfigurationInternal',
        hnsw_configuration: { space: 'ip', M: 16, _type: 'HNSWConfigurationInternal' },
      },
    });
    expect(legacy.body).not.toHaveProperty('schema');
    const modern = await call(`${gateway.chromaUrl}${COLLECTIONS}/shapes`, {
      headers: { 'user-agent': 'Chroma Python Client v1.5.9' },
    });
    expect(modern.body).toMatchObject({ configuration_json: { hnsw: { space: 'ip' }, spann: null }, schema: { keys: {} } });
  });

  it('finds the nearest of a thousand vectors exactly, with a filter and without', async () => {
    const vectors = Array.from({ length: 1_200 }, (_, row) =>
      Array.from({ length: 16 }, (_value, at) => Math.sin(row * 31 + at * 7)),
    );
    const { body } = await call(`${gateway.chromaUrl}${COLLECTIONS}`, { body: { name: 'recall' } });
    const path = `${gateway.chromaUrl}${COLLECTIONS}/${(body as { id: string }).id}`;
    const ids = vectors.map((_, row) => `v${String(row)}`);
    await call(`${path}/add`, { body: { ids, embeddings: vectors, metadatas: vectors.map((_, row) => ({ part: row % 40 })) } });
    const query = vectors[77]?.map((component) => component + 0.01) ?? [];
    const distance = (row: number): number =>
      (vectors[row] ?? []).reduce((sum, value, at) => sum + (value - (query[at] ?? 0)) ** 2, 0);
    const nearest = (rows: readonly number[]): string[] =>
      [...rows]
        .sort((a, b) => distance(a) - distance(b))
        .slice(0, 20)
        .map((row) => `v${String(row)}`);
    const all = await call(`${path}/query`, { body: { query_embeddings: [query], n_results: 20 } });
    expect((all.body as { ids: string[][] }).ids[0]).toEqual(nearest(vectors.map((_, row) => row)));
    const some = await call(`${path}/query`, { body: { query_embeddings: [query], n_results: 20, where: { part: 3 } } });
    expect((some.body as { ids: string[][] }).ids[0]).toEqual(
      nearest(vectors.map((_, row) => row).filter((row) => row % 40 === 3)),
    );
  });

  it('keeps __proto__ and other inherited names as keys of metadata and filters', async () => {
    const { body } = await call(`${gateway.chromaUrl}${COLLECTIONS}`, { body: { name: 'proto' } });
    const path = `${gateway.chromaUrl}${COLLECTIONS}/${(body as { id: string }).id}`;
    const headers = { 'content-type': 'application/json' };
    const metadata = '{"__proto__":1,"constructor":"x","toString":true}';
    await fetch(`${path}/add`, { method: 'POST', headers, body: `{"ids":["a"],"embeddings":[[1]],"metadatas":[${metadata}]}` });
    const got = await fetch(`${path}/get`, { method: 'POST', headers, body: '{"where":{"__proto__":{"$gte":1}}}' });
    const text = await got.text();
    for (const pair of ['"__proto__": 1', '"constructor": "x"', '"toString": true']) expect(text).toContain(pair);
    expect(Object.prototype).not.toHaveProperty('x');
  });
});

describe('API v1', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
  });
  afterAll(async () => {
    await gateway.stop();
  });
  const v1 = async (path: string, body?: unknown, method?: string): Promise<Answer> =>
    call(`${gateway.chromaUrl}/api/v1${path}`, {
      ...(body === undefined ? {} : { body }),
      ...(method === undefined ? {} : { method }),
    });
  const create = async (name: string): Promise<string> => ((await v1('/collections', { name })).body as { id: string }).id;

  it('answers with its own statuses and bodies, with a trailing slash or without', async () => {
    const id = await create('statuses');
    const path = `/collections/${id}`;
    expect(
      await v1(`${path}/add/`, {
        ids: ['a', 'b'],
        embeddings: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toMatchObject({ status: 201, body: true });
    expect(await v1(`${path}/upsert`, { ids: ['a'], embeddings: [[1, 2]] })).toMatchObject({ status: 200, body: null });
    expect(await v1(`${path}/update`, { ids: ['a'], documents: ['x'] })).toMatchObject({ status: 200, body: null });
    expect(await v1(`${path}/count/`)).toMatchObject({ status: 200, body: 2 });
    expect(await v1(`${path}/delete`, { ids: ['b', 'nope'] })).toMatchObject({ status: 200, body: ['b'] });
    expect(await v1('/collections/statuses', undefined, 'DELETE')).toMatchObject({ status: 200, body: null });
    expect(await v1('/reset', undefined, 'POST')).toMatchObject({ status: 200, body: true });
    expect((await v1('/version')).body).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('takes {} for no filter, and answers with included and data', async () => {
    const id = await create('filters');
    await v1(`/collections/${id}/add`, { ids: ['a'], embeddings: [[1, 2]], metadatas: [{ k: 1 }], documents: ['x'] });
    expect((await v1(`/collections/${id}/get`, { where: {}, where_document: {}, sort: null })).body).toEqual({
      ids: ['a'],
      embeddings: null,
      documents: ['x'],
      uris: null,
      metadatas: [{ k: 1 }],
      data: null,
      included: ['metadatas', 'documents'],
    });
    const query = await v1(`/collections/${id}/query`, {
      query_embeddings: [[1, 2]],
      n_results: 5,
      where: {},
      include: ['distances', 'data'],
    });
    expect(query.body).toMatchObject({ ids: [['a']], distances: [[0]], data: null, included: ['distances', 'data'] });
  });

  it('leaves records without the key out of negations', async () => {
    const id = await create('negations');
    await v1(`/collections/${id}/add`, { ids: ['a', 'b'], embeddings: [[1], [2]], metadatas: [{ k: 1 }, { other: 1 }] });
    expect((await v1(`/collections/${id}/get`, { where: { k: { $ne: 5 } } })).body).toMatchObject({ ids: ['a'] });
  });

  it('gives collections without log position and schema', async () => {
    await create('shape');
    const { body } = await v1('/collections/shape');
    expect(Object.keys(body as object).sort()).toEqual([
      'configuration_json',
      'database',
      'dimension',
      'id',
      'metadata',
      'name',
      'tenant',
      'version',
    ]);
  });

  it('has the errors of its last servers', async () => {
    const id = await create('errors');
    await v1(`/collections/${id}/add`, { ids: ['a'], embeddings: [[1, 2]] });
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await v1('/collections/nope')).toMatchObject({
      status: 400,
      body: { error: 'InvalidCollection', message: 'Collection nope does not exist.' },
    });
    expect(await v1('/collections/nope', undefined, 'DELETE')).toMatchObject({
      status: 400,
      body: { error: 'InvalidArgumentError' },
    });
    expect(await v1('/collections', { name: 'errors' })).toMatchObject({
      status: 409,
      body: { error: 'UniqueConstraintError', message: 'Collection errors already exists' },
    });
    expect(await v1(`/collections/${unknown}/count`)).toMatchObject({ status: 400, body: { error: 'InvalidCollection' } });
    expect(await v1('/tenants/nope')).toMatchObject({
      status: 404,
      body: { error: 'NotFoundError', message: 'Tenant nope not found' },
    });
    expect(await v1('/databases/nope')).toMatchObject({
      status: 404,
      body: { message: 'Database nope not found for tenant default_tenant. Are you sure it exists?' },
    });
    expect(await v1(`/collections/${id}/add`, { ids: ['b'], embeddings: [[1]] })).toMatchObject({
      status: 400,
      body: { error: 'InvalidDimension', message: 'Embedding dimension 1 does not match collection dimensionality 2' },
    });
    expect(await v1(`/collections/${id}/delete`, {})).toMatchObject({ status: 400, body: { error: 'InvalidArgumentError' } });
  });
});

describe('settings', () => {
  const withGateway = async (env: Record<string, string>, work: (url: string) => Promise<void>): Promise<void> => {
    const gateway = await startGateway({ env });
    try {
      await work(gateway.chromaUrl);
    } finally {
      await gateway.stop();
    }
  };

  it('allow an origin, and answer its preflight requests', async () => {
    await withGateway({ POLYVEC_CORS_ORIGINS: 'http://a.example' }, async (url) => {
      const headers = { origin: 'http://a.example', 'access-control-request-method': 'POST' };
      const preflight = await call(`${url}/api/v2/heartbeat`, { method: 'OPTIONS', headers });
      expect(preflight.status).toBe(200);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('http://a.example');
      const real = await call(`${url}/api/v2/heartbeat`, { headers: { origin: 'http://a.example' } });
      expect(real.headers.get('access-control-allow-origin')).toBe('http://a.example');
      const foreign = await call(`${url}/api/v2/heartbeat`, { headers: { origin: 'http://b.example' } });
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  it('switch API v1 off: 410, 405 for POST, 404 for its root', async () => {
    await withGateway({ POLYVEC_CHROMA_V1: 'false' }, async (url) => {
      const gone = { error: 'Unimplemented', message: 'The v1 API is deprecated. Please use /v2 apis' };
      expect(await call(`${url}/api/v1/collections`)).toMatchObject({ status: 410, body: gone });
      expect((await call(`${url}/api/v1/collections`, { method: 'POST' })).status).toBe(405);
      expect((await call(`${url}/api/v1`)).status).toBe(404);
    });
  });

  it('choose the missing-key rule and the collection shape of v1', async () => {
    const env = { POLYVEC_CHROMA_V1_MISSING_KEY: 'included', POLYVEC_CHROMA_V1_COLLECTION_SHAPE: 'minimal' };
    await withGateway(env, async (url) => {
      const { body } = await call(`${url}/api/v1/collections`, { body: { name: 'minimal' } });
      expect(Object.keys(body as object).sort()).toEqual(['id', 'metadata', 'name']);
      const path = `${url}/api/v1/collections/${(body as { id: string }).id}`;
      await call(`${path}/add`, { body: { ids: ['a'], embeddings: [[1]] } });
      expect((await call(`${path}/get`, { body: { where: { k: { $ne: 1 } } } })).body).toMatchObject({ ids: ['a'] });
    });
  });

  it('limit bodies', async () => {
    await withGateway({ POLYVEC_MAX_BODY_BYTES: '1000' }, async (url) => {
      const { status, headers } = await call(`${url}/api/v2/tenants`, { body: { name: 'x'.repeat(2_000) } });
      expect([status, headers.get('polyvec-limit')]).toEqual([413, '1000']);
    });
  });
});
