import {
  type CollectionApi,
  invalidField,
  noCollection,
  setUp,
  succeeded,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

interface Explanation {
  readonly collection: string;
  readonly k: number;
  readonly results: readonly object[];
  readonly trace: Readonly<Record<string, number>>;
}

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

describe('an explained search', () => {
  it('returns the hits of the search, as ids, scores and payloads', async () => {
    const vector = [1, 0.5, 0, 0];
    const found = (await collection.search({ vector, limit: 3 })).map(({ id, score, payload }) => ({ id, score, payload }));
    const explained = await explain({ vector, k: 3 });
    expect(explained).toMatchObject({ collection: collection.name, k: 3 });
    expect(explained.results).toEqual(found);
    expect(found.map(({ id }) => id)).toEqual(['vec_005', 'vec_001', 'vec_002']);
  });

  it('tells that every vector was compared, and how long that took', async () => {
    const { k, trace } = await explain({ vector: [1, 0, 0, 0] });
    expect(k).toBe(10);
    expect(trace).toEqual({
      ...{ visited_nodes: 5, ef_search: 100, hnsw_search_ms: expect.any(Number) as unknown, payload_filter_evals: 0 },
      ...{ quantization_score_ms: 0, total_ms: expect.any(Number) as unknown },
    });
    expect(trace['hnsw_search_ms']).toBeGreaterThan(0);
    expect(trace['total_ms']).toBeGreaterThanOrEqual(trace['hnsw_search_ms'] ?? 0);
  });

  it('compares only what matches a filter', async () => {
    const { results, trace } = await explain({ vector: [1, 0, 0, 0], filter: { category: 'old_docs' } });
    expect(results).toHaveLength(2);
    expect(trace).toMatchObject({ visited_nodes: 2, payload_filter_evals: 5 });
  });

  it('compares nothing for no results', async () => {
    const { results, trace } = await explain({ vector: [1, 0, 0, 0], k: 0 });
    expect(results).toEqual([]);
    expect(trace).toMatchObject({ visited_nodes: 0, payload_filter_evals: 0 });
  });

  it("tells the collection's own setting", async () => {
    const tuned = await api.create({ hnsw_config: { m: 8, ef_construction: 50, ef_search: 77 } });
    const answer = succeeded(await tuned.call('POST', '/explain', { vector: [1, 0, 0, 0] })) as Explanation;
    expect(answer.trace).toMatchObject({ visited_nodes: 0, ef_search: 77 });
  });

  it.each([
    ['no vector', { query: 'cats' }, 'vector'],
    ['a vector of another length', { vector: [1] }, 'vector'],
    ['a vector that is none', { vector: 'x' }, 'vector'],
    ['a negative k', { vector: [1, 0, 0, 0], k: -1 }, 'limit'],
  ])('refuses %s', async (_, body, field) => {
    expect(await collection.post('/explain', body)).toEqual(invalidField(field));
  });

  it('refuses a filter that is none, and a collection that there is not', async () => {
    expect(await collection.post('/explain', { vector: [1, 0, 0, 0], filter: 7 })).toEqual(unparseable('filter'));
    expect(await api.post('/collections/nobody/explain', { vector: [1, 0, 0, 0] })).toEqual(noCollection('nobody'));
  });
});

async function explain(body: object): Promise<Explanation> {
  return succeeded(await collection.call('POST', '/explain', body)) as Explanation;
}
