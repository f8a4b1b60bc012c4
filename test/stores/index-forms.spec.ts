import type { CollectionDetail, MeasuredRecall } from '../../src/console/api/contract/collections.js';
import { type Cluster, eventually, startCluster } from '../chaos/promotion/promotion-cluster.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { ConsoleApi } from '../support/clients/console-api.js';

const COUNT = 1_200;
const DIMENSION = 64;
const SETTINGS = {
  POLYVEC_DEDICATED_MIN_FLOATS: '10000',
  POLYVEC_INDEX_MIN_FLOATS: '40000',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer
  ? ''
  : ' (skipped: the embedded engine is slow with 16-bit numbers, and takes none; TEST_DATABASE_URL names a server)';

type Make = (count: number, seed: number) => number[][];

/** Components around `centre`, up to `width` from it. */
function around(centre: number, width: number): Make {
  return (count, seed) => {
    const random = randomFrom(seed);
    return Array.from({ length: count }, () =>
      Array.from({ length: DIMENSION }, () => centre + width * (random(2_000) / 1_000 - 1)),
    );
  };
}

/** Corners of a cube with a little noise: their signs say nearly all of them. */
const corners: Make = (count, seed) => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: DIMENSION }, () => (random(2) === 0 ? -1 : 1) * (1 + random(1_000) / 1e6)),
  );
};

const ordinary = around(0, 1);
/** In 16 bits, numbers around 1,000 are half a unit apart. */
const farFromOrigin = around(1_000, 0.5);

async function load(collection: CollectionApi, embeddings: number[][], prefix = 'r'): Promise<void> {
  const ids = embeddings.map((_, index) => `${prefix}${String(index)}`);
  await collection.fill({ ids, embeddings, metadatas: ids.map((_, index) => ({ third: index % 3 })) });
}

/** The share of the ten nearest that queries find. */
async function recallOf(collection: CollectionApi, queries: number[][], stored: number[][]): Promise<number> {
  const [, body] = await collection.outcome('query', { query_embeddings: queries, n_results: 10, include: [] });
  const hits = queries.map((query, at) => {
    const distance = (vector: readonly number[]): number =>
      vector.reduce((sum, x, axis) => sum + (x - (query[axis] ?? 0)) ** 2, 0);
    const far = stored.map((vector, index) => [distance(vector), `r${String(index)}`] as const);
    const nearest = far.sort(([left], [right]) => left - right).slice(0, 10);
    return nearest.filter(([, id]) => (body as { ids: string[][] }).ids[at]?.includes(id)).length;
  });
  return hits.reduce((sum, count) => sum + count, 0) / (10 * queries.length);
}

describeOnServer(`the form of indexes${reason}`, () => {
  let cluster: Cluster;
  let chroma: ChromaApi;

  const restart = async (env: Readonly<Record<string, string>>): Promise<void> => {
    await cluster.stop();
    cluster = await startCluster(1, { ...SETTINGS, ...env });
    chroma = new ChromaApi(cluster.instances[0]?.chromaUrl ?? '');
  };
  const look = async (collection: CollectionApi): Promise<MeasuredRecall | undefined> => {
    const { recall } = await new ConsoleApi(cluster.instances[0]?.consoleUrl ?? '').get<CollectionDetail>(
      `/collections/${collection.id}`,
    );
    return recall[0];
  };
  /** What the console says that the indexes hold, once it is as wanted, or after a while. */
  const heldBy = async (
    collection: CollectionApi,
    isWanted: (seen: MeasuredRecall) => boolean = () => true,
  ): Promise<readonly string[]> => {
    const seen = await eventually(
      () => look(collection),
      (found) => found !== undefined && isWanted(found),
      60_000,
    );
    return (seen?.indexes ?? []).map(({ content, reason: why, vectors }) => `${content}: ${String(why)}, ${String(vectors)}`);
  };

  beforeAll(async () => {
    cluster = await startCluster(1, SETTINGS);
    chroma = new ChromaApi(cluster.instances[0]?.chromaUrl ?? '');
  });

  afterAll(async () => {
    await cluster.stop();
  });

  it('is 16-bit numbers where they keep the recall, and says so', async () => {
    const collection = await chroma.createCollection();
    await load(collection, ordinary(COUNT, 1));
    expect(await heldBy(collection)).toEqual([`half: cheapest, ${String(COUNT)}`]);
    const measured = await look(collection);
    expect(measured?.forms.map(({ content, inGraph }) => [content, inGraph])).toEqual([
      ['half', false],
      ['half', true],
    ]);
    expect(Math.min(...(measured?.forms ?? []).map(({ recall }) => recall))).toBeGreaterThan(0.98);
    expect(await recallOf(collection, ordinary(30, 2), ordinary(COUNT, 1))).toBeGreaterThanOrEqual(0.97);
    const body = { query_embeddings: ordinary(1, 3), n_results: 10, include: [] };
    const answer = await collection.api.call(`${collection.path}/query`, { body, headers: { 'x-polyvec-explain': '1' } });
    expect(answer.headers.get('x-polyvec-plan')).toMatch(/^hnsw; .*; form=half; found=10$/);
  });

  it('is whole vectors where 16 bits lose the order', async () => {
    const collection = await chroma.createCollection();
    await load(collection, farFromOrigin(COUNT, 1));
    expect(await heldBy(collection)).toEqual([`full: recall, ${String(COUNT)}`]);
    const [form] = (await look(collection))?.forms ?? [];
    expect(form).toMatchObject({ content: 'half', inGraph: false });
    expect(form?.recall).toBeLessThan(0.9);
    expect(await recallOf(collection, farFromOrigin(30, 2), farFromOrigin(COUNT, 1))).toBeGreaterThanOrEqual(0.97);
  });

  it('is whole vectors where a component is beyond 16 bits', async () => {
    const collection = await chroma.createCollection();
    await load(collection, around(0, 1e5)(COUNT, 1));
    expect(await heldBy(collection)).toEqual([`full: recall, ${String(COUNT)}`]);
  });

  it('changes when the vectors that come are others', async () => {
    const collection = await chroma.createCollection();
    await load(collection, ordinary(COUNT, 1));
    expect(await heldBy(collection)).toEqual([`half: cheapest, ${String(COUNT)}`]);
    await load(collection, farFromOrigin(2 * COUNT, 4), 'far');
    const all = `full: recall, ${String(3 * COUNT)}`;
    expect(await heldBy(collection, ({ indexes }) => indexes.length === 1 && indexes[0]?.content === 'full')).toEqual([all]);
  });

  it('lets queries beyond 16 bits be compared with every vector', async () => {
    const collection = await chroma.createCollection();
    await load(collection, ordinary(COUNT, 1));
    await heldBy(collection);
    const body = { query_embeddings: around(1e5, 1)(1, 2), n_results: 10, include: ['distances'] };
    const answer = await collection.api.call(`${collection.path}/query`, { body, headers: { 'x-polyvec-explain': '1' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-polyvec-plan')).toMatch(/^exact; reason=beyond 16 bits;/);
  });

  it('is bits where memory is short, as far as they keep the recall', async () => {
    await restart({ POLYVEC_INDEX_CACHE_MB: '1' });
    const [easy, hard] = [await chroma.createCollection(), await chroma.createCollection()];
    // of both forms that hold more, an index would take more than a MiB
    await load(easy, corners(3 * COUNT, 1));
    expect(await heldBy(easy)).toEqual([`binary: memory, ${String(3 * COUNT)}`]);
    await load(hard, ordinary(3 * COUNT, 1));
    expect(await heldBy(hard)).toEqual([`half: cheapest, ${String(3 * COUNT)}`]);
  });

  it('that was configured is built as far as its numbers allow', async () => {
    await restart({ POLYVEC_INDEX_QUANTIZATION: 'half' });
    const [small, large] = [await chroma.createCollection(), await chroma.createCollection()];
    await load(small, farFromOrigin(COUNT, 1));
    await load(large, around(0, 1e5)(COUNT, 1));
    expect(await heldBy(small)).toEqual([`half: setting, ${String(COUNT)}`]);
    expect(await heldBy(large)).toEqual([`full: recall, ${String(COUNT)}`]);
  });
});
