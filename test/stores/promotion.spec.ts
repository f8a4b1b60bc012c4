import { type Cluster, leftovers, promoted, startCluster } from '../chaos/promotion/promotion-cluster.js';
import { playRound } from '../chaos/promotion/promotion-round.js';
import { noProgress, type Progress } from '../chaos/promotion/promotion-scene.js';
import { ChromaApi, CollectionApi } from '../support/clients/chroma-api.js';
import { byEffort } from '../support/setup/effort.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

const ROUNDS = Number(process.env['PROMOTION_ROUNDS'] ?? byEffort({ quick: 1, full: 3 }));
const SEED = Number(process.env['TEST_SEED']);

describeOnServer(`collections that get tables of their own while three instances write and read them${reason}`, () => {
  let cluster: Cluster;
  let progress: Progress;

  beforeAll(async () => {
    cluster = await startCluster(3);
    progress = noProgress();
    for (let round = 0; round < ROUNDS && progress.complaints.length === 0; round += 1) {
      await playRound(cluster, round, SEED, progress);
    }
  }, ROUNDS * 480_000);

  afterAll(async () => {
    await cluster.stop();
  });

  it('lose nothing that was acknowledged, and answer every request as the pool does', () => {
    expect(progress.complaints).toEqual([]);
    expect(progress.rounds).toBe(ROUNDS);
  });

  it('were written and read all the while', () => {
    expect(progress.writes).toBeGreaterThan(100 * ROUNDS);
    expect(progress.reads).toBeGreaterThan(300 * ROUNDS);
  });

  it('were large enough, and moved, all of them', () => {
    expect(progress.large).toBeGreaterThanOrEqual(ROUNDS);
    expect(progress.moved).toBe(progress.large);
  });

  it('are whole at every moment, also while thousands of rows are removed from the pool', async () => {
    const [writer, ...readers] = cluster.instances.map(({ chromaUrl }) => new ChromaApi(chromaUrl));
    const collection = await (writer ?? new ChromaApi('')).filled({ ids: ['first'], embeddings: [[0, 0]] });
    const elsewhere = readers.map((api) => new CollectionApi(api, collection.id, collection.name));
    // they know it as it was in the pool
    expect(await Promise.all(elsewhere.map((reader) => reader.ids()))).toEqual(elsewhere.map(() => ['first']));
    const ids = Array.from({ length: 12_000 }, (_, index) => String(index));
    await collection.fill({ ids, embeddings: ids.map((_, index) => [index, 1]) });
    const seen = new Set<number>();
    const read = async (reader: CollectionApi): Promise<void> => {
      seen.add(Number((await reader.api.call(`${reader.path}/count`)).text));
      seen.add((await reader.ids({ include: [] })).length);
      const query = { query_embeddings: [[1, 1]], n_results: 20_000, include: [] };
      seen.add(((await reader.outcome('query', query))[1] as { ids: readonly (readonly string[])[] }).ids[0]?.length ?? 0);
    };
    let isMoving = true;
    const reading = elsewhere.map(async (reader) => {
      while (isMoving) await read(reader);
      await read(reader);
    });
    const hasMoved = await promoted(cluster.tables, collection.id);
    const left = await leftovers(cluster.tables);
    isMoving = false;
    await Promise.all(reading);
    expect([...seen]).toEqual([12_001]);
    expect([hasMoved, left]).toEqual([true, []]);
  });
});
