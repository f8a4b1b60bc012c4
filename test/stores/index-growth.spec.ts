import { setTimeout as sleep } from 'node:timers/promises';
import type { CollectionDetail, MeasuredRecall } from '../../src/console/api/contract/collections.js';
import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi, CollectionApi } from '../support/clients/chroma-api.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const COUNT = 400;
const DIMENSION = 64;
/** For two indexes and their measurements: a slow machine needs two minutes. */
const LONGEST_MS = 240_000;
const SETTINGS = {
  POLYVEC_DEDICATED_MIN_FLOATS: '10000',
  POLYVEC_INDEX_MIN_FLOATS: '20000',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeEmbedded = hasServer ? describe.skip : describe;
const reason = hasServer ? ' (skipped: a server builds indexes beside its other work)' : '';

/** Twenty around each of some corners of a cube: their signs say which are near. */
function corners(count: number, seed: number): number[][] {
  const random = randomFrom(seed);
  let signs: number[] = [];
  return Array.from({ length: count }, (_, at) => {
    if (at % 20 === 0) signs = Array.from({ length: DIMENSION }, () => (random(2) === 0 ? -1 : 1));
    return signs.map((sign) => sign * (1 + random(1_000) / 1e4));
  });
}

/** Even in all directions: their signs say little, so many are compared again. */
function even(count: number, seed: number): number[][] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => Array.from({ length: DIMENSION }, () => random(2_001) / 1_000 - 1));
}

async function load(collection: CollectionApi, embeddings: number[][], prefix: string): Promise<void> {
  await collection.fill({ ids: embeddings.map((_, index) => `${prefix}${String(index)}`), embeddings });
}

async function planOf(collection: CollectionApi): Promise<string> {
  const body = { query_embeddings: corners(1, 9), n_results: 10, include: [] };
  const answer = await collection.api.call(`${collection.path}/query`, { body, headers: { 'x-polyvec-explain': '1' } });
  return answer.headers.get('x-polyvec-plan') ?? '';
}

describeEmbedded(`indexes of the embedded engine${reason}`, () => {
  let gateway: TestGateway;
  let collection: CollectionApi;

  const look = async (): Promise<MeasuredRecall | undefined> =>
    (await new ConsoleApi(gateway.consoleUrl).get<CollectionDetail>(`/collections/${collection.id}`)).recall[0];
  /** What the indexes hold, once they hold so many vectors that were measured. */
  const held = async (vectors: number): Promise<readonly string[]> => {
    const isThere = (seen: MeasuredRecall | undefined): boolean =>
      seen?.vectors === vectors && seen.indexes.reduce((sum, index) => sum + index.vectors, 0) === vectors;
    const seen = await eventually(look, isThere, LONGEST_MS);
    return (seen?.indexes ?? []).map((index) => `${index.content}: ${String(index.reason)}, ${String(index.vectors)}`);
  };
  const everything = async (): Promise<number> => (await collection.ids({ include: [], limit: 10_000 })).length;

  beforeAll(async () => {
    gateway = await startGateway({ env: SETTINGS });
    collection = await new ChromaApi(gateway.chromaUrl).createCollection({ configuration: { hnsw: { space: 'cosine' } } });
    await load(collection, corners(COUNT, 1), 'a');
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('are gone on with after a restart in the middle of the first one', async () => {
    const isBegun = async (): Promise<number> => Number(/form=|few vectors/.test(await planOf(collection)));
    await eventually(isBegun, (begun) => begun === 1);
    gateway = await gateway.restart();
    collection = new CollectionApi(new ChromaApi(gateway.chromaUrl), collection.id, collection.name);
    expect(await everything()).toBe(COUNT);
  });

  it('hold bits where these keep the recall', async () => {
    expect(await held(COUNT)).toEqual([`binary: cheapest, ${String(COUNT)}`]);
    expect(await planOf(collection)).toMatch(/^hnsw; indexes=1; .*form=binary; found=10$/);
    const own = { query_embeddings: corners(COUNT, 1).slice(0, 20), n_results: 1, include: [] };
    const [, found] = await collection.outcome('query', own);
    expect((found as { ids: string[][] }).ids.map(([id]) => id)).toEqual(Array.from({ length: 20 }, (_, at) => `a${String(at)}`));
  });

  it('grow with what is written, also after a restart in the middle of it', async () => {
    await load(collection, corners(2 * COUNT, 2), 'b');
    const growing = async (): Promise<number> => Number(/form=binary/.test(await planOf(collection)));
    await eventually(growing, (isThere) => isThere === 1);
    await sleep(100);
    gateway = await gateway.restart();
    collection = new CollectionApi(new ChromaApi(gateway.chromaUrl), collection.id, collection.name);
    expect(await held(3 * COUNT)).toEqual([`binary: cheapest, ${String(3 * COUNT)}`]);
    expect(await planOf(collection)).toMatch(/^hnsw; indexes=1; /);
    expect(await everything()).toBe(3 * COUNT);
  });

  it('are made anew when much of them is gone', async () => {
    const gone = Array.from({ length: COUNT }, (_, at) => `b${String(at)}`);
    for (let first = 0; first < gone.length; first += 500)
      await collection.outcome('delete', { ids: gone.slice(first, first + 500) });
    expect(await held(2 * COUNT)).toHaveLength(1);
    expect(await planOf(collection)).toMatch(/^hnsw; indexes=1; /);
    expect(await everything()).toBe(2 * COUNT);
  });

  it('hold whole vectors in the end, where bits let many be compared again, also after a restart in the middle', async () => {
    collection = await new ChromaApi(gateway.chromaUrl).createCollection();
    const stored = even(3 * COUNT, 3);
    await load(collection, stored, 'e');
    const queries = { query_embeddings: even(20, 4), n_results: 10, include: [] };
    const nearest = queries.query_embeddings.map((query) => nearestTen(stored, query));
    const hits = async (): Promise<number> => {
      const answers = ((await collection.outcome('query', queries))[1] as { ids: string[][] }).ids;
      return answers.flatMap((ids, at) => ids.filter((id) => nearest[at]?.has(id))).length;
    };
    const forms = new Set<string>();
    let restarts = 0;
    const isWhole = async (): Promise<boolean> => {
      const seen = await look();
      for (const { content, reason: why } of seen?.indexes ?? []) forms.add(`${content}: ${String(why)}`);
      // nothing is measured while vectors move
      expect(await hits()).toBeGreaterThanOrEqual(150);
      // the background has its turns: it leaves the engine to requests while they come
      await sleep(100);
      if (forms.size === 2 && restarts === 0) {
        restarts += 1;
        gateway = await gateway.restart();
        collection = new CollectionApi(new ChromaApi(gateway.chromaUrl), collection.id, collection.name);
      }
      return seen?.indexes.every(({ content }) => content === 'full') === true && seen.vectors === 3 * COUNT;
    };
    await eventually(isWhole, (isSo) => isSo, LONGEST_MS);
    expect([...forms]).toEqual(['binary: cheapest', 'full: cheapest']);
    expect(restarts).toBe(1);
    expect(await held(3 * COUNT)).toEqual([`full: cheapest, ${String(3 * COUNT)}`]);
    expect(await hits()).toBeGreaterThanOrEqual(190);
    expect(await planOf(collection)).toMatch(/^hnsw; indexes=1; /);
    expect(await everything()).toBe(3 * COUNT);
  });
});

/** Ids of the ten nearest, all vectors compared. */
function nearestTen(stored: readonly number[][], query: readonly number[]): ReadonlySet<string> {
  const distance = (vector: readonly number[]): number => vector.reduce((sum, x, axis) => sum + (x - (query[axis] ?? 0)) ** 2, 0);
  const far = stored.map((vector, at) => [distance(vector), `e${String(at)}`] as const);
  return new Set(
    far
      .sort(([left], [right]) => left - right)
      .slice(0, 10)
      .map(([, id]) => id),
  );
}
