import { ChromaApi, notFound, refused } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const HNSW = { space: 'cosine', ef_construction: 100, ef_search: 100, resize_factor: 1.2, batch_size: 100, sync_threshold: 1000 };
const LEGACY_CONFIGURATION = {
  hnsw_configuration: { ...HNSW, M: 16, num_threads: expect.any(Number) as unknown, _type: 'HNSWConfigurationInternal' },
  _type: 'CollectionConfigurationInternal',
};
const MODERN_CONFIGURATION = {
  hnsw: { space: 'cosine', ef_construction: 100, ef_search: 100, max_neighbors: 16, resize_factor: 1.2, sync_threshold: 1000 },
  spann: null,
  embedding_function: null,
};
const PYTHON_0_6 = { 'user-agent': 'python-httpx/0.27.0' };
const PYTHON_0_5 = { 'user-agent': 'python-requests/2.31.0' };
const PYTHON_1 = { 'user-agent': 'Chroma Python Client v1.5.9 (https://github.com/chroma-core/chroma)' };

let gateway: TestGateway;
let chroma: ChromaApi;

const configurationOf = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
  const { name } = await chroma.createCollection({ configuration: { hnsw: { space: 'cosine' } } });
  const { body } = await chroma.call(`${COLLECTIONS}/${name}`, { headers });
  return (body as { configuration_json: unknown }).configuration_json;
};

describe('a gateway for listed origins, without v1, with the legacy configuration shape', () => {
  beforeAll(async () => {
    gateway = await startGateway({
      env: {
        POLYVEC_CORS_ORIGINS: 'http://a.example,http://b.example',
        POLYVEC_CHROMA_V1: 'false',
        POLYVEC_CHROMA_LEGACY_CONFIGURATION: 'always_legacy',
        POLYVEC_CHROMA_MAX_BATCH_SIZE: '7',
      },
    });
    chroma = new ChromaApi(gateway.chromaUrl);
  });
  afterAll(async () => {
    await gateway.stop();
  });

  it.each(['http://a.example', 'http://b.example'])(
    'answers the preflight request of %s with everything allowed',
    async (origin) => {
      const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-chroma-token' };
      const answer = await chroma.call(COLLECTIONS, { method: 'OPTIONS', headers });
      expect([answer.status, answer.text]).toEqual([200, '']);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-allow-methods')).toBe('*');
      expect(answer.headers.get('access-control-allow-headers')).toBe('*');
      expect(answer.headers.get('vary')?.toLowerCase().split(/, */).sort()).toEqual([
        'access-control-request-headers',
        'access-control-request-method',
        'origin',
      ]);
    },
  );

  it('names an allowed origin on real answers and on errors, too', async () => {
    for (const path of ['/api/v2/version', `${COLLECTIONS}/nope`, '/nowhere']) {
      const { headers } = await chroma.call(path, { headers: { origin: 'http://b.example' } });
      expect(headers.get('access-control-allow-origin')).toBe('http://b.example');
      expect(headers.get('vary')?.toLowerCase()).toContain('origin');
    }
  });

  it.each(['http://c.example', 'https://a.example', 'http://a.example.evil', 'null'])(
    'refuses a foreign origin: %s',
    async (origin) => {
      const answer = await chroma.call('/api/v2/version', { headers: { origin } });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('says to %s on v1 that it is gone', async (method) => {
    const gone = { error: 'Unimplemented', message: 'The v1 API is deprecated. Please use /v2 apis' };
    for (const path of ['/api/v1/heartbeat', '/api/v1/collections', '/api/v1/collections/x/get', '/api/v1/whatever']) {
      const { status, body } = await chroma.call(path, { method });
      expect([status, body]).toEqual([410, gone]);
    }
  });

  it('answers HEAD on v1 with 410, POST with 405 and its root with 404', async () => {
    expect((await chroma.call('/api/v1/collections', { method: 'HEAD' })).status).toBe(410);
    expect((await chroma.call('/api/v1/collections', { body: { name: 'abc' } })).status).toBe(405);
    expect((await chroma.call('/api/v1')).status).toBe(404);
  });

  it('gives every client the legacy configuration, without schema', async () => {
    expect(await configurationOf(PYTHON_0_6)).toEqual(LEGACY_CONFIGURATION);
    expect(await configurationOf(PYTHON_1)).toEqual(LEGACY_CONFIGURATION);
    expect((await (await chroma.createCollection()).shown())['schema']).toBeUndefined();
  });

  it('announces the batch size that is set, and does not enforce it', async () => {
    expect((await chroma.call('/api/v2/pre-flight-checks')).body).toMatchObject({ max_batch_size: 7 });
    const ids = ['1', '2', '3', '4', '5', '6', '7', '8'];
    const collection = await chroma.filled({ ids, embeddings: ids.map(() => [1]) });
    expect(await collection.ids()).toEqual(ids);
  });

  it('refuses reset, and deletes nothing', async () => {
    const collection = await chroma.filled({ ids: ['a'], embeddings: [[1]] });
    expect(await chroma.outcome('/api/v2/reset', undefined, 'POST')).toEqual(refused(403, 'Reset is disabled by config'));
    expect(await collection.ids()).toEqual(['a']);
  });
});

describe('a gateway for any origin, with the modern configuration shape and the oldest shape on v1', () => {
  beforeAll(async () => {
    gateway = await startGateway({
      env: {
        POLYVEC_CORS_ORIGINS: '*',
        POLYVEC_CHROMA_LEGACY_CONFIGURATION: 'always_modern',
        POLYVEC_CHROMA_V1_COLLECTION_SHAPE: 'minimal',
        POLYVEC_CHROMA_V1_MISSING_KEY: 'included',
      },
    });
    chroma = new ChromaApi(gateway.chromaUrl);
  });
  afterAll(async () => {
    await gateway.stop();
  });

  it('allows any origin by a star', async () => {
    const { headers } = await chroma.call('/api/v2/version', { headers: { origin: 'http://anywhere.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  it('gives every client the modern configuration, and the schema', async () => {
    expect(await configurationOf(PYTHON_0_6)).toEqual(MODERN_CONFIGURATION);
    expect(await configurationOf(PYTHON_0_5)).toEqual(MODERN_CONFIGURATION);
    expect((await (await chroma.createCollection()).shown())['schema']).toMatchObject({ defaults: {}, keys: {} });
  });

  it('gives collections on v1 as Python 0.4 wants them: id, name and metadata', async () => {
    const { id, name } = await chroma.createCollection({ metadata: { k: 1 } });
    expect(await chroma.outcome(`/api/v1/collections/${name}`)).toEqual([200, { id, name, metadata: { k: 1 } }]);
    expect((await chroma.call('/api/v1/collections')).body).toContainEqual({ id, name, metadata: { k: 1 } });
  });

  it('returns records without the key for negations on v1', async () => {
    const collection = await chroma.filled({ ids: ['a', 'b'], embeddings: [[1], [2]], metadatas: [{ k: 1 }, { other: 1 }] });
    const path = `/api/v1/collections/${collection.id}/get`;
    for (const where of [{ k: { $ne: 1 } }, { k: { $nin: [1] } }]) {
      expect((await chroma.call(path, { body: { where } })).body).toMatchObject({ ids: ['b'] });
    }
  });
});

describe('a gateway with default settings', () => {
  beforeAll(async () => {
    gateway = await startGateway();
    chroma = new ChromaApi(gateway.chromaUrl);
  });
  afterAll(async () => {
    await gateway.stop();
  });

  it.each([PYTHON_0_6, PYTHON_0_5])(
    'gives the old Python clients, by their user agent, the configuration they read: %p',
    async (agent) => {
      expect(await configurationOf(agent)).toEqual(LEGACY_CONFIGURATION);
    },
  );

  it.each([PYTHON_1, { 'user-agent': 'node' }, { 'user-agent': 'my-python-httpx/1' }])(
    "gives everybody else today's configuration: %p",
    async (agent) => {
      expect(await configurationOf(agent)).toEqual(MODERN_CONFIGURATION);
    },
  );

  it('gives old Python clients no schema, in answers to create and in lists, too', async () => {
    const { body: created } = await chroma.call(COLLECTIONS, { body: { name: 'legacy-shape' }, headers: PYTHON_0_6 });
    const { body: listed } = await chroma.call(COLLECTIONS, { headers: PYTHON_0_6 });
    for (const shown of [created, ...(listed as unknown[])]) {
      expect(shown).not.toHaveProperty('schema');
      expect(shown).toMatchObject({ configuration_json: { _type: 'CollectionConfigurationInternal' } });
    }
  });

  it('reads the configuration that old Python clients send', async () => {
    const configuration = {
      hnsw_configuration: { space: 'ip', M: 32, ef_construction: 50, ef_search: 20, _type: 'HNSWConfigurationInternal', odd: 1 },
      _type: 'CollectionConfigurationInternal',
    };
    const { body } = await chroma.call(COLLECTIONS, { body: { name: 'legacy-sent', configuration }, headers: PYTHON_0_6 });
    expect(body).toMatchObject({ configuration_json: { hnsw_configuration: { space: 'ip', M: 32, ef_construction: 50 } } });
    const { body: modern } = await chroma.call(`${COLLECTIONS}/legacy-sent`, { headers: PYTHON_1 });
    expect(modern).toMatchObject({ configuration_json: { hnsw: { space: 'ip', max_neighbors: 32, ef_search: 20 } } });
  });

  it('returns no record without the key for negations on v1', async () => {
    const collection = await chroma.filled({ ids: ['a', 'b'], embeddings: [[1], [2]], metadatas: [{ k: 1 }, { other: 1 }] });
    const path = `/api/v1/collections/${collection.id}/get`;
    for (const where of [{ k: { $ne: 5 } }, { k: { $nin: [5] } }]) {
      expect((await chroma.call(path, { body: { where } })).body).toMatchObject({ ids: ['a'] });
    }
  });

  it('answers what it does not have with 404 on both versions', async () => {
    expect(await chroma.outcome(`${COLLECTIONS}/nope`)).toEqual(notFound('Collection [nope] does not exist'));
    expect((await chroma.call('/api/v1/raw_sql', { body: {} })).status).toBe(404);
    expect((await chroma.call('/api/v1/collections/x/create_index', { body: {} })).status).toBe(404);
  });
});
