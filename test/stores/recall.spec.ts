import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const DIMENSION = 48;
const COUNT = 3_000;
const SETTINGS = {
  POLYVEC_DEDICATED_MIN_FLOATS: '10000',
  POLYVEC_INDEX_MIN_FLOATS: '100000',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};

/** Even in all directions: hard to find one's way among. */
function uniform(count: number, seed: number): number[][] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => Array.from({ length: DIMENSION }, () => random(2_000) / 1_000 - 1));
}

/** On a curve: what is near is easily found. */
function alongCurve(count: number, seed: number): number[][] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const at = random(1_000_000) / 1_000_000;
    return Array.from({ length: DIMENSION }, (_, axis) => Math.sin(at * (1 + axis / 8) + axis));
  });
}

async function load(collection: CollectionApi, embeddings: number[][], prefix = 'r'): Promise<void> {
  const ids = embeddings.map((_, index) => `${prefix}${String(index)}`);
  await collection.fill({ ids, embeddings, metadatas: ids.map((_, index) => ({ third: index % 3 })) });
}

async function planOf(collection: CollectionApi, given: object = {}): Promise<string> {
  const body = { query_embeddings: uniform(1, 7), n_results: 10, include: [], ...given };
  const answer = await collection.api.call(`${collection.path}/query`, { body, headers: { 'x-polyvec-explain': '1' } });
  return answer.headers.get('x-polyvec-plan') ?? '';
}

const measuredPlan = (collection: CollectionApi): Promise<string> =>
  eventually(
    () => planOf(collection),
    (plan) => plan.includes('reason=measured recall'),
  );
const efOf = (plan: string): number => Number(/ef=(\d+)/.exec(plan)?.[1]);

describe('searches of an indexed collection', () => {
  let gateway: TestGateway;
  let easy: CollectionApi;
  let hard: CollectionApi;

  beforeAll(async () => {
    gateway = await startGateway({ env: SETTINGS });
    const chroma = new ChromaApi(gateway.chromaUrl);
    easy = await chroma.createCollection();
    hard = await chroma.createCollection();
    await load(easy, alongCurve(COUNT, 1));
    await load(hard, uniform(COUNT, 2));
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('look less far than the number of vectors says where that is enough', async () => {
    const plan = await measuredPlan(easy);
    console.log(plan);
    expect(efOf(plan)).toBeLessThan(40);
  });

  it('look farther where it is not', async () => {
    const plan = await measuredPlan(hard);
    console.log(plan);
    expect(efOf(plan)).toBeGreaterThan(40);
  });
});
