import { reindex } from '../../src/cli/reindex.js';
import { readConfig } from '../../src/config/config.js';
import { type Cluster, hasVectorIndex, startCluster } from '../chaos/promotion/promotion-cluster.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi, CollectionApi } from '../support/clients/chroma-api.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { byEffort } from '../support/setup/effort.js';

const COUNT = 1_500;
const DIMENSION = 16;
/** Records that are overwritten and deleted all the while; the others stay as they are. */
const CHANGING = 300;
const LIMIT = 10;
const ROUNDS = byEffort({ quick: 1, full: 6 });
const FORMS = ['half', 'binary', 'off', 'binary', 'half'];
const RECALLS = [0.7, 0.99, 0.9];
const SETTINGS = {
  POLYVEC_DEDICATED_MIN_FLOATS: '8000',
  POLYVEC_INDEX_MIN_FLOATS: '8000',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

const random = randomFrom(Number(process.env['TEST_SEED']));
const anyVector = (): number[] => Array.from({ length: DIMENSION }, () => random(2_000) / 1_000 - 1);

interface Answer {
  readonly ids: readonly (readonly string[])[];
  readonly distances: readonly (readonly number[])[];
  readonly metadatas: readonly (readonly { readonly third: number }[])[];
}

/** What is wrong with an answer, which may have missed neighbours, as approximate searches do. */
function faultsOf(
  { ids, distances, metadatas }: Answer,
  query: readonly number[],
  still: readonly number[][],
  third: number | null,
): readonly string[] {
  const [own = [], far = [], known = []] = [ids[0], distances[0], metadatas[0]];
  const trueDistance = (id: string): number | undefined =>
    still[Number(id)]?.reduce((sum, x, axis) => sum + (x - (query[axis] ?? 0)) ** 2, 0);
  return [
    ...(own.length === LIMIT ? [] : [`${String(own.length)} results`]),
    ...(new Set(own).size === own.length ? [] : ['an id twice']),
    ...(far.every((distance, at) => at === 0 || distance >= (far[at - 1] ?? 0)) ? [] : ['not in order']),
    ...known.filter((metadata) => third !== null && metadata.third !== third).map(() => 'a record that does not match'),
    ...own
      .filter((id, at) => Math.abs((trueDistance(id) ?? far[at] ?? 0) - (far[at] ?? 0)) > 1e-3)
      .map((id) => `${id} at a wrong distance`),
  ];
}

describeOnServer(`indexes that change their form while three instances write and search${reason}`, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(3, SETTINGS);
  });

  afterAll(async () => {
    await cluster.stop();
  });

  it('give no wrong answer', async () => {
    const apis = cluster.instances.map(({ chromaUrl }) => new ChromaApi(chromaUrl));
    const collection = await (apis[0] ?? new ChromaApi('')).createCollection();
    const everywhere = apis.map((api) => new CollectionApi(api, collection.id, collection.name));
    const still = Array.from({ length: COUNT }, anyVector);
    await collection.fill({
      ids: still.map((_, id) => String(id)),
      embeddings: still,
      metadatas: still.map((_, id) => ({ third: id % 3 })),
    });
    expect(await hasVectorIndex(cluster.tables, collection.id)).toBe(true);
    const faults: string[] = [];
    let [isChanging, searches] = [true, 0];
    const search = async (reader: CollectionApi): Promise<void> => {
      while (isChanging) {
        const [query, third] = [anyVector(), random(4)];
        const where = third === 3 ? {} : { where: { third } };
        const include = ['distances', 'metadatas'];
        const [status, body] = await reader.outcome('query', { query_embeddings: [query], n_results: LIMIT, include, ...where });
        searches += 1;
        faults.push(
          ...(status === 200 ? faultsOf(body as Answer, query, still, third === 3 ? null : third) : [JSON.stringify(body)]),
        );
      }
    };
    const write = async (writer: CollectionApi): Promise<void> => {
      while (isChanging) {
        const ids = Array.from({ length: 20 }, () => `c${String(random(CHANGING))}`);
        const own = [...new Set(ids)];
        const metadatas = own.map((id) => ({ third: Number(id.slice(1)) % 3 }));
        await writer.outcome('upsert', { ids: own, embeddings: own.map(anyVector), metadatas });
        await writer.outcome('delete', { ids: own.slice(0, 5) });
      }
    };
    const change = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [at, form] of FORMS.entries()) {
          const environment = { ...SETTINGS, DATABASE_URL: cluster.databaseUrl, POLYVEC_INDEX_QUANTIZATION: form };
          const settings = readConfig({ ...environment, POLYVEC_LOG_LEVEL: 'error' });
          await reindex(settings, { collection: collection.id }, () => undefined);
          const recall = RECALLS[at % RECALLS.length];
          const console = new ConsoleApi(cluster.instances[at % 3]?.consoleUrl ?? '');
          await console.get(`/collections/${collection.id}`, { method: 'PATCH', body: { recall } });
        }
      }
      isChanging = false;
    };
    await Promise.all([change(), ...everywhere.map(search), ...everywhere.slice(0, 2).map(write)]);
    expect(faults).toEqual([]);
    expect(searches).toBeGreaterThan(20 * ROUNDS);
    const { rows } = await cluster.tables.query<{ content: string }>('SELECT DISTINCT content FROM polyvec.vector_indexes');
    expect(rows.length).toBeGreaterThan(0);
  });
});
