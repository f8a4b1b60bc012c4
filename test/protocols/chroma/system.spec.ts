import { isJsonObject, type JsonNumber, parseJson } from '../../../src/http/json.js';
import { ChromaApi, notFound } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

let gateway: TestGateway;
let chroma: ChromaApi;
let console: ChromaApi;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
  chroma = new ChromaApi(gateway.chromaUrl);
  console = new ChromaApi(gateway.consoleUrl);
});

afterAll(async () => {
  await gateway.stop();
});

describe('system endpoints', () => {
  it.each(['/api/v2', '/api/v2/heartbeat', '/api/v1', '/api/v1/heartbeat'])(
    'give the heartbeat at %s under a key with a space, as an integer beyond 2^53',
    async (path) => {
      const answer = await chroma.call(path);
      const fields = parseJson(answer.text);
      const beat = isJsonObject(fields) ? fields.get('nanosecond heartbeat') : undefined;
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.body as object)).toEqual(['nanosecond heartbeat']);
      expect((beat as JsonNumber).text).toMatch(/^[1-9]\d{18}$/);
    },
  );

  it('say the version as a JSON string of three numbers', async () => {
    expect(await chroma.outcome('/api/v2/version')).toEqual([200, '1.0.0']);
    expect((await chroma.call('/api/v2/version')).text).toBe('"1.0.0"');
  });

  it('announce a batch size and base64 before the first write', async () => {
    expect(await chroma.outcome('/api/v2/pre-flight-checks')).toEqual([
      200,
      { max_batch_size: 5_461, supports_base64_encoding: true },
    ]);
  });

  it('report their health in two booleans', async () => {
    const health = { is_executor_ready: true, is_log_client_ready: true };
    expect(await chroma.outcome('/api/v2/healthcheck')).toEqual([200, health]);
  });

  it('give an anonymous caller the identity of the defaults', async () => {
    const identity = { user_id: '', tenant: 'default_tenant', databases: ['default_database'] };
    expect(await chroma.outcome('/api/v2/auth/identity')).toEqual([200, identity]);
  });

  it('answer with JSON, and say so', async () => {
    for (const path of ['/api/v2/heartbeat', '/api/v2/version', COLLECTIONS]) {
      expect((await chroma.call(path)).headers.get('content-type')).toMatch(/^application\/json/);
    }
  });
});

describe('reset', () => {
  it('answers with a bare true', async () => {
    expect((await chroma.call('/api/v2/reset', { method: 'POST' })).text).toBe('true');
  });

  it('leaves the default tenant and the default database, and nothing else', async () => {
    await chroma.outcome('/api/v2/tenants', { name: 'passing' });
    await chroma.outcome('/api/v2/tenants/passing/databases', { name: 'gone' });
    await chroma.outcome('/api/v2/tenants/default_tenant/databases', { name: 'gone-too' });
    expect(await chroma.outcome('/api/v2/reset', undefined, 'POST')).toEqual([200, true]);
    expect(await chroma.outcome('/api/v2/tenants/passing')).toEqual(notFound('Tenant [passing] not found'));
    expect(await chroma.outcome('/api/v2/tenants/default_tenant/databases')).toEqual([
      200,
      [{ id: '00000000-0000-0000-0000-000000000000', name: 'default_database', tenant: 'default_tenant' }],
    ]);
  });

  it.each([
    ['get', {}],
    ['add', { ids: ['a'], embeddings: [[1]] }],
    ['upsert', { ids: ['a'], embeddings: [[1]] }],
    ['update', { ids: ['a'] }],
    ['query', { query_embeddings: [[1]] }],
    ['delete', { ids: ['a'] }],
  ])('makes %s on an earlier id answer 404', async (action, body) => {
    const collection = await chroma.filled({ ids: ['a'], embeddings: [[1]] });
    await chroma.outcome('/api/v2/reset', undefined, 'POST');
    expect(await collection.outcome(action, body)).toEqual(notFound(`Collection [${collection.id}] does not exist.`));
    expect(await chroma.outcome(`${COLLECTIONS}/${collection.name}`)).toEqual(
      notFound(`Collection [${collection.name}] does not exist`),
    );
  });

  it('frees the names of collections, of another dimension if need be', async () => {
    await chroma.filled({ ids: ['a'], embeddings: [[1, 2, 3]] }, { name: 'again' });
    await chroma.outcome('/api/v2/reset', undefined, 'POST');
    const again = await chroma.filled({ ids: ['a'], embeddings: [[1, 2]] }, { name: 'again' });
    expect(await again.ids()).toEqual(['a']);
  });
});

describe('the console port', () => {
  it('says that the process lives and that the database answers', async () => {
    expect(await console.outcome('/livez')).toEqual([200, { status: 'ok' }]);
    expect(await console.outcome('/readyz')).toEqual([200, { status: 'ok' }]);
  });

  it('serves under /chroma what the home port serves, from the same data', async () => {
    const collection = await new ChromaApi(`${gateway.consoleUrl}/chroma`).filled({ ids: ['a'], embeddings: [[1]] });
    expect(await chroma.outcome(`${collection.path}/count`)).toEqual([200, 1]);
  });

  it('does not serve Chroma without the prefix', async () => {
    expect((await console.call('/api/v2/heartbeat')).status).toBe(404);
  });

  it('keeps its probes off the Chroma port', async () => {
    expect((await chroma.call('/livez')).status).toBe(404);
    expect((await chroma.call('/chroma/api/v2/heartbeat')).status).toBe(404);
  });

  it('words an unknown collection as the home port does', async () => {
    expect(await console.outcome(`/chroma${COLLECTIONS}/nope`)).toEqual(notFound('Collection [nope] does not exist'));
  });
});
