import type { CollectionDetail, MeasuredRecall } from '../../src/console/api/contract/collections.js';
import { type Cluster, eventually, startCluster } from '../chaos/promotion/promotion-cluster.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi, CollectionApi } from '../support/clients/chroma-api.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const DIMENSION = 32;
const COUNT = 2_000;
const SETTINGS = {
  POLYVEC_DEDICATED_MIN_FLOATS: '10000',
  POLYVEC_INDEX_MIN_FLOATS: '40000',
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

const efOf = (plan: string): number => Number(/ef=(\d+)/.exec(plan)?.[1]);

describe('searches of an indexed collection', () => {
  let gateway: TestGateway;
  let easy: CollectionApi;
  let hard: CollectionApi;

  /** What the console shows of the collection, once it is as wanted, or after a while. */
  const measured = async (
    collection: CollectionApi,
    isWanted: (seen: MeasuredRecall) => boolean = () => true,
  ): Promise<MeasuredRecall> => {
    const look = async (): Promise<MeasuredRecall | undefined> => {
      const { recall } = await new ConsoleApi(gateway.consoleUrl).get<CollectionDetail>(`/collections/${collection.id}`);
      return recall[0];
    };
    const seen = await eventually(look, (found) => found !== undefined && isWanted(found), 60_000);
    expect(seen).toBeDefined();
    return seen as MeasuredRecall;
  };
  /** The same collection, at the gateway as it is now. */
  const again = ({ id, name }: CollectionApi): CollectionApi => new CollectionApi(new ChromaApi(gateway.chromaUrl), id, name);

  beforeAll(async () => {
    gateway = await startGateway({ env: SETTINGS });
    const chroma = new ChromaApi(gateway.chromaUrl);
    easy = await chroma.createCollection();
    // with few neighbours a graph has dead ends
    hard = await chroma.createCollection({ configuration: { hnsw: { max_neighbors: 8 } } });
    await load(easy, alongCurve(COUNT, 1));
    await load(hard, uniform(COUNT, 2));
    await measured(easy);
    await measured(hard);
    // an index of another form than the first one is measured again
    await eventually(
      () => planOf(easy),
      (plan) => plan.includes('reason=measured recall'),
      60_000,
    );
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('look less far than the number of vectors says where that is enough', async () => {
    const plan = await planOf(easy);
    expect(plan).toMatch(/^hnsw; indexes=\d; ef=\d+; reason=measured recall;/);
    expect(efOf(plan)).toBeLessThan(40);
  });

  it('look farther where it is not', async () => {
    expect(efOf(await planOf(hard))).toBeGreaterThan(40);
    const { target, recall, vectors, queries } = await measured(hard);
    expect({ target, vectors }).toEqual({ target: 0.98, vectors: COUNT });
    expect(queries).toBeGreaterThanOrEqual(64);
    expect(recall).toBeGreaterThan(0.98);
  });

  it('find what was asked for, for queries that nobody has stored or sent before', async () => {
    const queries = uniform(40, 3);
    const body = { query_embeddings: queries, n_results: 10, include: [] };
    const found = ((await hard.outcome('query', body))[1] as { ids: string[][] }).ids;
    const stored = uniform(COUNT, 2);
    const hits = queries.map((query, at) => {
      const distance = (vector: readonly number[]): number =>
        vector.reduce((sum, x, axis) => sum + (x - (query[axis] ?? 0)) ** 2, 0);
      const far = stored.map((vector, index) => [distance(vector), `r${String(index)}`] as const);
      const nearest = far.sort(([left], [right]) => left - right).slice(0, 10);
      return nearest.filter(([, id]) => found[at]?.includes(id)).length;
    });
    expect(hits.reduce((sum, count) => sum + count, 0) / 400).toBeGreaterThanOrEqual(0.96);
  });

  it('look farther for more results, and with a filter', async () => {
    const ef = efOf(await planOf(hard));
    expect(efOf(await planOf(hard, { n_results: 90 }))).toBeGreaterThan(ef);
    expect(await planOf(hard, { where: { third: { $lt: 2 } } })).toMatch(/^hnsw/);
    expect(efOf(await planOf(hard, { where: { third: { $lt: 2 } } }))).toBeGreaterThan(ef);
  });

  it('D105: an ef_search of 100 asks for nothing', async () => {
    const { body } = await easy.api.call(`${easy.collections}/${easy.name}`);
    expect(body).toMatchObject({ configuration_json: { hnsw: { ef_search: 100 } } });
    expect(efOf(await planOf(easy))).toBeLessThan(100);
  });

  it('look as far as the caller wants, at least', async () => {
    const change = (efSearch: number): Promise<unknown> =>
      hard.api.call(hard.path, { method: 'PUT', body: { new_configuration: { hnsw: { ef_search: efSearch } } } });
    await change(900);
    expect(await planOf(hard)).toMatch(/ef=900; reason=configuration;/);
    await change(10);
    expect(await planOf(hard)).toMatch(/reason=measured recall;/);
  });

  it("are measured again when the collection has grown by half, then by clients' searches, too", async () => {
    expect((await measured(easy)).recentQueries).toBe(0);
    await easy.outcome('query', { query_embeddings: uniform(40, 5), n_results: 1, include: [] });
    await load(easy, alongCurve(1_200, 4), 'new');
    const { vectors, recentQueries } = await measured(easy, (seen) => seen.vectors > COUNT);
    expect(vectors).toBe(COUNT + 1_200);
    expect([32, 40]).toContain(recentQueries);
  });

  it('keep what was asked for one collection, whatever the setting is', async () => {
    const [before, others] = [efOf(await planOf(hard)), await planOf(easy)];
    const ask = (recall: number | null): Promise<CollectionDetail> =>
      new ConsoleApi(gateway.consoleUrl).get(`/collections/${hard.id}`, { method: 'PATCH', body: { recall } });
    expect((await ask(0.7)).recall[0]).toMatchObject({ target: 0.7 });
    const plan = await planOf(hard);
    expect(plan).toMatch(/reason=measured recall;/);
    expect(efOf(plan)).toBeLessThan(before);
    await ask(1);
    expect(await planOf(hard)).toMatch(/^exact; reason=whole recall;/);
    expect(await planOf(easy)).toBe(others);
    await ask(null);
    expect(efOf(await planOf(hard))).toBe(before);
  });

  it('follow the setting, from what was measured before', async () => {
    const before = efOf(await planOf(hard));
    gateway = await gateway.restart({ POLYVEC_RECALL: '0.7' });
    const plan = await planOf(again(hard));
    expect(plan).toMatch(/reason=measured recall;/);
    expect(efOf(plan)).toBeLessThan(before);
  });

  it('compare every vector when all are to be found', async () => {
    gateway = await gateway.restart({ POLYVEC_RECALL: '1' });
    expect(await planOf(again(hard))).toMatch(/^exact; reason=whole recall;/);
  });
});

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

describeOnServer(`recall that two instances could measure${reason}`, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(2, SETTINGS);
  });

  afterAll(async () => {
    await cluster.stop();
  });

  it('is measured when the lease of one that was killed is over, and read by both', async () => {
    await cluster.tables.query(
      "INSERT INTO polyvec.leases VALUES ('vector-indexes', gen_random_uuid(), clock_timestamp() + interval '2 seconds')",
    );
    const { rows: leases } = await cluster.tables.query<{ until: Date }>('SELECT until FROM polyvec.leases');
    const [first, second] = cluster.instances.map(({ chromaUrl }) => new ChromaApi(chromaUrl));
    const collection = await (first ?? new ChromaApi('')).createCollection();
    await load(collection, alongCurve(COUNT, 1));
    const look = async (): Promise<readonly { measured_at: Date }[]> =>
      (await cluster.tables.query<{ measured_at: Date }>('SELECT measured_at FROM polyvec.recall_measurements')).rows;
    const [found] = await eventually(look, ({ length }) => length > 0);
    expect(found?.measured_at.getTime()).toBeGreaterThan(leases[0]?.until.getTime() ?? Infinity);
    const elsewhere = new CollectionApi(second ?? new ChromaApi(''), collection.id, collection.name);
    expect(await planOf(elsewhere)).toMatch(/reason=measured recall;/);
    expect(await planOf(collection)).toMatch(/reason=measured recall;/);
  });
});
