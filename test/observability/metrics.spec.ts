import { connect } from 'node:net';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createIndex, type IndexApi } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { scrape, scrapeUntil } from '../support/gateway/prometheus.js';

const REQUESTS = 'polyvec_requests_total';
const GET = 'POST /api/v2/tenants/:tenant/databases/:database/collections/:uuid/get';
const QUERY = 'POST /api/v2/tenants/:tenant/databases/:database/collections/:uuid/query';

let gateway: TestGateway;
let chroma: ChromaApi;
let collection: CollectionApi;
let index: IndexApi;
let grpc: PineconeGrpc;
let vectorizer: VectorizerApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
  collection = await chroma.filled({
    ids: ['a', 'b'],
    embeddings: [
      [1, 0],
      [0, 1],
    ],
  });
  index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
  grpc = new PineconeGrpc(index.port);
  vectorizer = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  grpc.close();
  await gateway.stop();
});

/** How many requests are counted under these labels more than before, once there are as many as wanted. */
async function countedBy(
  labels: Readonly<Record<string, string>>,
  wanted: number,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = (await scrape(gateway.consoleUrl)).sum(REQUESTS, labels);
  await work();
  const after = await scrapeUntil(gateway.consoleUrl, (seen) => seen.sum(REQUESTS, labels) - before >= wanted);
  return after.sum(REQUESTS, labels) - before;
}

describe('requests', () => {
  it('are counted by the pattern of their route and their status', async () => {
    const labels = { protocol: 'chroma', operation: GET, status: '200' };
    const work = async (): Promise<void> => {
      await collection.ids();
      await collection.ids();
    };
    expect(await countedBy(labels, 2, work)).toBe(2);
  });

  it('that fail are counted by their status', async () => {
    const labels = { protocol: 'chroma', operation: GET, status: '404' };
    const path = `${COLLECTIONS}/00000000-0000-4000-8000-000000000000/get`;
    expect(await countedBy(labels, 1, () => chroma.call(path, { body: {} }))).toBe(1);
  });

  it('of Pinecone are counted', async () => {
    const labels = { protocol: 'pinecone', operation: 'POST /_port/:port/query', status: '200' };
    const query = { vector: [1, 0], topK: 1 };
    expect(await countedBy(labels, 1, () => index.call('/query', { body: query }))).toBe(1);
  });

  it('of gRPC are counted by method and code', async () => {
    const ok = { protocol: 'pinecone-grpc', operation: 'Upsert', status: 'OK' };
    const vectors = [{ id: 'a', values: [1, 0] }];
    expect(await countedBy(ok, 1, () => grpc.outcome('Upsert', { vectors }))).toBe(1);
    const missing = { protocol: 'pinecone-grpc', operation: 'DescribeNamespace', status: 'NOT_FOUND' };
    expect(await countedBy(missing, 1, () => grpc.outcome('DescribeNamespace', { namespace: 'nowhere' }))).toBe(1);
  });

  it('of Vectorizer are counted', async () => {
    const labels = { protocol: 'vectorizer', operation: 'GET /collections/:collection', status: '404' };
    expect(await countedBy(labels, 1, () => vectorizer.call('GET', '/collections/nowhere'))).toBe(1);
  });

  it('of the console are counted', async () => {
    const labels = { protocol: 'console', operation: 'GET /livez', status: '200' };
    expect(await countedBy(labels, 1, () => fetch(`${gateway.consoleUrl}/livez`))).toBe(1);
  });

  it('count the same through the console port', async () => {
    const labels = { protocol: 'chroma', operation: GET, status: '200' };
    const through = new ChromaApi(`${gateway.consoleUrl}/chroma`);
    expect(await countedBy(labels, 1, () => through.call(`${collection.path}/get`, { body: {} }))).toBe(1);
  });

  it('to paths that nothing answers are one operation, whatever they are called', async () => {
    const labels = { protocol: 'chroma', operation: 'unmatched', status: '404' };
    const paths = Array.from({ length: 20 }, (_, number) => `/nothing/${String(number)}`);
    const series = (await scrape(gateway.consoleUrl)).of(REQUESTS, { protocol: 'vectorizer' }).length;
    expect(await countedBy(labels, 20, () => Promise.all(paths.map((path) => chroma.call(path))))).toBe(20);
    await Promise.all(paths.map((path) => vectorizer.call('GET', `/collections${path}`)));
    const labelled = { protocol: 'vectorizer', operation: 'unmatched' };
    const seen = await scrapeUntil(gateway.consoleUrl, (now) => now.sum(REQUESTS, labelled) >= 20);
    expect(seen.of(REQUESTS, { protocol: 'vectorizer' }).length - series).toBeLessThanOrEqual(1);
  });

  it('whose client goes before the answer are counted as such', async () => {
    const { port } = new URL(gateway.chromaUrl);
    const labels = { protocol: 'chroma', status: '499' };
    const leave = (): Promise<void> =>
      new Promise((resolve) => {
        const head = `POST ${collection.path}/get HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n`;
        const socket = connect(Number(port), '127.0.0.1');
        socket.write(`${head}{"ids":`, () => {
          socket.destroy();
          resolve();
        });
      });
    expect(await countedBy(labels, 1, leave)).toBe(1);
  });

  it('are in the histogram as often as they are counted', async () => {
    await collection.ids();
    const labels = { protocol: 'chroma', operation: GET };
    const seen = await scrape(gateway.consoleUrl);
    expect(seen.sum('polyvec_request_seconds_count', labels)).toBe(seen.sum(REQUESTS, labels));
    expect(seen.sum('polyvec_request_seconds_bucket', { ...labels, le: '+Inf' })).toBe(seen.sum(REQUESTS, labels));
    expect(seen.sum('polyvec_request_seconds_sum', labels)).toBeGreaterThan(0);
  });

  it('of one gateway are not counted by another one in the same process', async () => {
    const other = await startGateway();
    try {
      const seen = await scrape(other.consoleUrl);
      expect(seen.of(REQUESTS, { protocol: 'chroma' })).toEqual([]);
      expect(seen.metrics).toContain('nodejs_eventloop_lag_p99_seconds');
    } finally {
      await other.stop();
    }
  });
});

describe('the rest', () => {
  it('counts searches by how they were carried out, in every protocol', async () => {
    const plans = 'polyvec_search_plans_total';
    const before = (await scrape(gateway.consoleUrl)).sum(plans);
    await collection.post('query', { query_embeddings: [[1, 0]], n_results: 1 });
    await grpc.outcome('Query', { vector: [1, 0], topK: 1 });
    const seen = await scrapeUntil(gateway.consoleUrl, (now) => now.sum(plans) - before >= 2);
    expect(seen.sum(plans) - before).toBe(2);
    expect(seen.of(plans).map(({ labels }) => labels['plan'])).toEqual(['exact: no index']);
    expect(seen.sum(REQUESTS, { operation: QUERY })).toBeGreaterThan(0);
  });

  it('tells the connections of the pool', async () => {
    const seen = await scrape(gateway.consoleUrl);
    const of = (state: string): number => seen.sum('polyvec_pool_connections', { state });
    expect(of('used') + of('idle')).toBeGreaterThanOrEqual(1);
    expect(seen.of('polyvec_pool_connections', { state: 'waiting' })).toHaveLength(1);
  });

  it('tells of the process', async () => {
    const { metrics } = await scrape(gateway.consoleUrl);
    expect(metrics).toEqual(expect.arrayContaining(['process_resident_memory_bytes', 'nodejs_gc_duration_seconds']));
  });

  it('declares no metric twice', async () => {
    const { metrics } = await scrape(gateway.consoleUrl);
    expect(metrics).toEqual([...new Set(metrics)]);
  });

  it('says that the database answers', async () => {
    const seen = await scrape(gateway.consoleUrl);
    expect(seen.sum('polyvec_database_up')).toBe(1);
    expect(seen.of('polyvec_engine_restarts_total')).toEqual([{ name: 'polyvec_engine_restarts_total', labels: {}, value: 0 }]);
    expect(seen.metrics).toContain('polyvec_collections');
  });
});
