import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  refused,
  setUp,
  succeeded,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const JSON_TYPE = { 'content-type': 'application/json' };

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
  collection = await setUp(api);
});

afterAll(async () => {
  await gateway.stop();
});

async function shown(): Promise<Readonly<Record<string, unknown>>> {
  return succeeded(await collection.call('GET', '?with_config=true')) as Record<string, unknown>;
}

describe('reindex', () => {
  it('is completed when it is answered, with the usual parameters unless told otherwise', async () => {
    const params = { m: 16, ef_construction: 200, ef_search: 100 };
    const job: unknown = expect.any(String);
    expect(await collection.post('/reindex', {})).toEqual([
      200,
      { job_id: job, collection: collection.name, state: 'completed', params, progress: 1 },
    ]);
    expect(await collection.post('/reindex')).toMatchObject([200, { params }]);
  });

  it('changes the parameters that the collection shows', async () => {
    const params = { m: 8, ef_construction: 64, ef_search: 50 };
    expect(await collection.post('/reindex', params)).toMatchObject([200, { state: 'completed', params }]);
    expect(await shown()).toMatchObject({ hnsw_config: params, indexing_status: { hnsw_config: params } });
    expect(await collection.search({ vector: [1, 0, 0, 0], limit: 1 })).toMatchObject([{ id: 'vec_001' }]);
  });

  it.each([{ m: 1 }, { m: 101 }, { m: 32, ef_construction: 63 }, { ef_construction: 1001 }, { ef_search: 0 }, { m: 'x' }])(
    'refuses %j',
    async (params) => {
      expect((await collection.post('/reindex', params))[0]).toBe(400);
    },
  );

  it('is 404 for no collection', async () => {
    expect(await api.post('/collections/none/reindex', {})).toEqual(noCollection('none'));
  });
});

describe('reencode', () => {
  it.each(['sq8', 'binary', 'fp32'])('to %s is completed, and loses nothing', async (encoding) => {
    const before = await collection.vector('vec_005');
    expect(await collection.post('/reencode', { target_encoding: encoding })).toEqual([
      200,
      {
        ...{ job_id: expect.any(String) as unknown, collection: collection.name, state: 'completed' },
        ...{ target_encoding: encoding, progress: 1 },
      },
    ]);
    expect(await collection.vector('vec_005')).toEqual(before);
  });

  it('is reported as the quantization', async () => {
    succeeded(await collection.call('POST', '/reencode', { target_encoding: 'sq8' }));
    expect(await shown()).toMatchObject({ quantization: { enabled: true } });
    succeeded(await collection.call('POST', '/reencode', { target_encoding: 'fp32' }));
    expect(await shown()).toMatchObject({ quantization: { enabled: false, type: 'None', bits: 0 } });
  });

  it('refuses other encodings', async () => {
    expect(await collection.post('/reencode', {})).toEqual(invalidField('target_encoding'));
    expect(await collection.post('/reencode', { target_encoding: 'fp8' })).toEqual(invalidField('target_encoding'));
  });

  it('is 404 for no collection', async () => {
    expect(await api.post('/collections/none/reencode', { target_encoding: 'sq8' })).toEqual(noCollection('none'));
  });
});

describe('snapshots', () => {
  it.each([
    ['POST', '/snapshot'],
    ['GET', '/snapshots'],
    ['POST', '/snapshots/x/restore'],
  ])('are not offered: %s %s', async (method, route) => {
    expect(await api.outcome(method, collection.path(route))).toEqual(refused(501, 'unimplemented'));
  });
});

describe('the server', () => {
  it('case 59: tells its providers with their dimensions, and how many collections there are', async () => {
    const stats = succeeded(await api.call('GET', '/stats')) as { readonly collections: number; readonly total_vectors: number };
    expect(stats).toMatchObject({
      ...{ collections: expect.any(Number) as number, total_vectors: expect.any(Number) as number },
      ...{ version: expect.stringMatching(/^3\./) as string, default_provider: 'bm25' },
      providers: expect.arrayContaining([{ name: 'bm25', dimension: 512, default: true }]) as unknown,
    });
    const other = await setUp(api);
    const after = { collections: stats.collections + 1, total_vectors: stats.total_vectors + 5 };
    expect(await api.get('/stats')).toEqual(done(after));
    await other.delete();
    expect(await api.get('/stats')).toEqual(done({ collections: stats.collections, total_vectors: stats.total_vectors }));
  });

  it('is healthy', async () => {
    const { status, body } = await api.call('GET', '/health', undefined, JSON_TYPE);
    expect([status, body]).toEqual(
      done({
        ...{
          status: 'healthy',
          version: expect.stringMatching(/^3\./) as unknown,
          gateway_version: expect.any(String) as unknown,
        },
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) as unknown,
        cache: { size: 0, capacity: 0, hits: 0, misses: 0, evictions: 0, hit_rate: 0 },
      }),
    );
  });

  it('is online, and has indexed everything', async () => {
    expect(await api.get('/status')).toEqual(
      done({ online: true, uptime_seconds: expect.any(Number) as unknown, collections_count: expect.any(Number) as unknown }),
    );
    const own = {
      ...{ name: collection.name, status: 'completed', progress: 1 },
      ...{ total_documents: 5, processed_documents: 5, errors: 0 },
    };
    expect(await api.get('/indexing/progress')).toMatchObject([
      200,
      {
        ...{ overall_status: 'completed', processing_collections: 0 },
        collections: expect.arrayContaining([expect.objectContaining(own)]) as unknown,
      },
    ]);
  });

  it('has metrics', async () => {
    const { status, headers, text } = await api.call('GET', '/prometheus/metrics');
    expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(text).toMatch(/^[a-z_]+ \d/m);
  });
});

describe('requests', () => {
  it.each(['{', '{"ids":[}', 'x', '{"ids":["a"]}}'])('case 58: that are malformed are refused as JSON: %s', async (body) => {
    const answer = await collection.call('POST', '/batch_delete', body);
    expect([answer.status, answer.body]).toEqual(unparseable('body'));
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(await collection.count()).toBe(5);
  });

  it('case 58: may have an empty body with a JSON content type', async () => {
    const { status, body } = await collection.call('POST', '/force-save', undefined, JSON_TYPE);
    expect([status, body]).toEqual(done({ success: true, flushed: true }));
  });

  it('case 58: for an unknown route are 404', async () => {
    const answer = await api.call('GET', '/nothing/here');
    expect([answer.status, answer.body]).toEqual(refused(404, 'not_found'));
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(await collection.post('/nothing', {})).toEqual(refused(404, 'not_found'));
  });

  it.each([
    ['DELETE', '/health', ['GET']],
    ['GET', '/search', ['POST']],
    ['GET', '/batch_delete', ['POST']],
    ['PATCH', '/collections', ['GET', 'POST']],
    ['DELETE', '/collections/x/search', ['POST']],
    ['POST', '/collections/x/vectors/y', ['GET', 'PUT', 'PATCH', 'DELETE']],
  ])('case 58: with the wrong method are 405 and told the right ones: %s %s', async (method, path, methods) => {
    const answer = await api.call(method, path);
    expect([answer.status, answer.body]).toEqual(refused(405, 'method_not_allowed'));
    const allowed = String(answer.headers.allow).split(/, */);
    expect(allowed).toEqual(expect.arrayContaining(methods));
    expect(allowed).not.toContain(method);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'application/vnd.x+json'])('may be %s', async (type) => {
    const body = '{"query":"","limit":1}';
    expect((await collection.call('POST', '/search', body, { 'content-type': type })).status).toBe(200);
  });

  it('are refused in another media type', async () => {
    const body = '{"query":"","limit":1}';
    const answer = await collection.call('POST', '/search', body, { 'content-type': 'text/plain' });
    expect([answer.status, answer.body]).toEqual(refused(415, 'unsupported_media_type'));
  });

  it.each(['[]', '5', 'null', '"x"'])('are objects: %s is none', async (body) => {
    const answer = await collection.call('POST', '/search', body);
    expect([answer.status, answer.body]).toEqual(unparseable('body'));
  });

  it('may be large, up to a limit', async () => {
    const large = await startGateway({ env: { POLYVEC_VECTORIZER_MAX_BODY_BYTES: '65536' } });
    const own = new VectorizerApi(large.vectorizerUrl);
    const target = await setUp(own);
    const body = { metadata: { long: 'x'.repeat(60_000) } };
    expect((await target.call('PATCH', '/vectors/vec_001', body)).status).toBe(200);
    const tooLarge = { metadata: { long: 'x'.repeat(70_000) } };
    expect(await own.outcome('PATCH', target.path('/vectors/vec_001'), tooLarge)).toEqual(refused(413, 'payload_too_large'));
    await large.stop();
  });

  it.each(['/logs', '/config', '/backups', '/graph/x', '/admin/restart', '/dashboard'])('for %s are 404', async (path) => {
    expect(await api.get(path)).toEqual(refused(404, 'not_found'));
  });
});
