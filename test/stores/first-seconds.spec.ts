import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { randomEmbedding, randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

describe('a collection that is searched after a load', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    // background work that would not begin before the test is over
    gateway = await startGateway({
      env: {
        POLYVEC_DEDICATED_MIN_FLOATS: '1600',
        POLYVEC_INDEX_MIN_FLOATS: '1600',
        POLYVEC_MAINTENANCE_INTERVAL_MS: '3600000',
      },
    });
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('gets its index at once', async () => {
    const random = randomFrom(1);
    const ids = Array.from({ length: 600 }, (_, index) => String(index));
    const collection = await new ChromaApi(gateway.chromaUrl).filled({ ids, embeddings: ids.map(() => randomEmbedding(random)) });
    const body = { query_embeddings: [randomEmbedding(random)], n_results: 5, include: [] };
    const search = async (): Promise<string> => {
      const answer = await collection.api.call(`${collection.path}/query`, { body, headers: { 'x-polyvec-explain': '1' } });
      return answer.headers.get('x-polyvec-plan') ?? '';
    };
    expect(await eventually(search, (plan) => plan.startsWith('hnsw'))).toMatch(/^hnsw/);
  });
});
