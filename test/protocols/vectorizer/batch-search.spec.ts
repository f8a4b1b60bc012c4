import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  setUp,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const E1 = [1, 0, 0, 0];

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

interface Report {
  readonly count: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

async function searched(...queries: readonly unknown[]): Promise<Report> {
  return succeeded(await collection.call('POST', '/batch_search', { queries })) as Report;
}

describe('a batch of searches', () => {
  it.each(['/batch_search', 'the path'])('answers each of them in order: %s', async (route) => {
    const queries = [
      { vector: E1, limit: 2 },
      { query: '', filter: { category: 'old_docs' } },
      { vector: [0, 0, 1, 0], limit: 1, filter: { category: 'new' }, threshold: 0.5 },
    ];
    const path = route === 'the path' ? collection.path('/batch_search') : route;
    const [status, body] = await api.post(path, { collection: collection.name, queries });
    expect([status, body]).toMatchObject([200, { collection: collection.name, count: 3, succeeded: 3, failed: 0 }]);
    expect((body as Report).results).toMatchObject([
      {
        ...{ index: 0, status: 'ok', query_type: 'vector', limit: 2, total_results: 2, collection: collection.name },
        results: [{ id: 'vec_001', vector: E1 }, { id: 'vec_005' }],
      },
      { index: 1, status: 'ok', query: '', query_type: 'filter', results: [{ id: 'vec_001' }, { id: 'vec_002' }] },
      { index: 2, status: 'ok', results: [{ id: 'vec_003', payload: { page: 1 } }], limit: 1, total_results: 1 },
    ]);
  });

  it('answers each as a search of its own would', async () => {
    const alone = { vector: [4, 3, 2, 1], limit: 3, offset: 1, with_vector: false };
    const { results } = await searched(alone);
    expect(results[0]?.['results']).toEqual(await collection.search(alone));
  });

  it('takes the other names of the fields', async () => {
    const { results } = await searched({ query_vector: E1, top_k: 1 }, { embedding: E1, k: 2 }, { text: '', max_results: 3 });
    expect(results.map(({ total_results: total }) => total)).toEqual([1, 2, 3]);
  });

  it('searches texts', async () => {
    const own = await api.create({ dimension: 128 });
    const texts = ['cats and dogs', 'rain and snow'].map((text) => ({ id: text, text }));
    succeeded(await own.call('POST', '/batch_insert', { texts }));
    const queries = [
      { query: 'snow', limit: 1 },
      { query: 'dogs', limit: 1 },
    ];
    expect(await own.post('/batch_search', { queries })).toMatchObject([
      200,
      {
        results: [
          { query: 'snow', query_type: 'text', results: [{ id: 'rain and snow', content: 'rain and snow' }] },
          { query: 'dogs', query_type: 'text', results: [{ id: 'cats and dogs' }] },
        ],
      },
    ]);
  });

  it('tells of each that fails, and answers the others', async () => {
    const report = await searched(
      { limit: 3 },
      { vector: [1, 0] },
      { vector: E1, limit: 1 },
      { query: 'x', limit: -1 },
      { query: '', filter: { page: { $near: 1 } } },
      { vector: E1, filter: 'x' },
      7,
    );
    expect(report).toMatchObject({ count: 7, succeeded: 1, failed: 6 });
    const fails = { status: 'error', error: expect.any(String) as string, error_type: 'validation_error' };
    expect(report.results).toMatchObject([
      { index: 0, ...fails, error: expect.stringContaining('missing both') as string },
      {
        index: 1,
        ...fails,
        error: expect.stringContaining('vector dimension 2 does not match collection dimension 4') as string,
      },
      { index: 2, status: 'ok', results: [{ id: 'vec_001' }] },
      { index: 3, ...fails },
      { index: 4, ...fails, error_type: 'parse_error' },
      { index: 5, ...fails, error_type: 'parse_error' },
      { index: 6, status: 'error', error: expect.any(String) as string, error_type: expect.any(String) as string },
    ]);
  });

  it('has every result at its place, however many there are', async () => {
    const own = await api.create({ metric: 'euclidean' });
    const rows = Array.from({ length: 60 }, (_, at) => ({ id: String(at), embedding: [at, 0, 0, 0] }));
    await own.fill(rows);
    const queries = rows.map(({ embedding }) => ({ vector: embedding, limit: 1 })).reverse();
    const { results } = succeeded(await own.call('POST', '/batch_search', { queries })) as Report;
    expect(results).toMatchObject(rows.map(({ id }, at) => ({ index: at, results: [{ id: String(59 - Number(id)) }] })));
  });

  it('wants a list with something in it', async () => {
    expect(await collection.post('/batch_search', {})).toEqual(invalidField('queries'));
    expect(await collection.post('/batch_search', { queries: [] })).toEqual(invalidField('queries'));
    expect(await collection.post('/batch_search', { queries: { vector: E1 } })).toEqual(invalidField('queries'));
  });

  it('wants a collection that exists', async () => {
    expect(await api.post('/batch_search', { queries: [{ vector: E1 }] })).toEqual(invalidField('collection'));
    expect(await api.post('/batch_search', { collection: 'none', queries: [{ vector: E1 }] })).toEqual(noCollection('none'));
    expect(await api.post('/collections/none/batch_search', { queries: [{ vector: E1 }] })).toEqual(noCollection('none'));
  });

  it('succeeds also when everything fails', async () => {
    expect(await collection.post('/batch_search', { queries: [{}] })).toEqual(done({ count: 1, succeeded: 0, failed: 1 }));
  });
});
