import type { Collection } from '../../src/collections/collection.js';
import { CollectionStore } from '../../src/collections/collection.store.js';
import type { Database } from '../../src/postgres/database.js';
import { MetadataIndexStore } from '../../src/records/maintenance/metadata-index.store.js';
import { MIN_RECORDS, RangedKeysStore } from '../../src/records/maintenance/ranged-keys.store.js';
import { StatisticsStore } from '../../src/records/maintenance/statistics.store.js';
import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { openGatewayDatabase } from '../support/gateway/gateway-database.js';

/** Two keys tell records apart; the others have few numbers, are rare, or are no numbers. */
function metadataOf(index: number): Readonly<Record<string, string | number>> {
  return {
    price: index * 0.25,
    "it's": index * index,
    page: index % 7,
    name: `n${String(index)}`,
    ...(index % 4 === 0 ? { rare: index } : {}),
  };
}

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const onServer = hasServer ? it : it.skip;
const serverReason = hasServer ? '' : ' (skipped: the embedded engine foresees none, as a build lets every request wait)';

describe('keys whose numbers tell records apart', () => {
  let storage: TestStorage;
  let gateway: TestGateway;
  let database: Database;

  beforeAll(async () => {
    storage = await createStorage();
    gateway = await startGatewayOn(storage, { POLYVEC_DEDICATED_MIN_FLOATS: '1000', POLYVEC_MAINTENANCE_INTERVAL_MS: '500' });
    database = await openGatewayDatabase(storage.environment);
  });

  afterAll(async () => {
    await database.close();
    await gateway.stop();
    await storage.remove();
  });

  /** A collection of so many records, and it as the catalog has it. */
  async function filled(records: number): Promise<{ readonly api: CollectionApi; readonly stored: () => Promise<Collection> }> {
    const numbers = Array.from({ length: records }, (_, index) => index);
    const api = await new ChromaApi(gateway.chromaUrl).filled({
      ids: numbers.map(String),
      embeddings: numbers.map((index) => [index, 1]),
      metadatas: numbers.map(metadataOf),
    });
    const stored = async (): Promise<Collection> => {
      const collection = await new CollectionStore(database).findAnywhere(api.id);
      if (collection === undefined) throw new Error('it is there');
      return collection;
    };
    return { api, stored };
  }

  const search = (api: CollectionApi): Promise<unknown> =>
    api.post('query', { query_embeddings: [[1, 1]], n_results: 1, include: [] });

  onServer(`have indexes after a load, before anybody filters by them${serverReason}`, async () => {
    const { api, stored } = await filled(MIN_RECORDS + 2_000);
    const keys = async (): Promise<readonly string[]> => {
      await search(api);
      return new MetadataIndexStore(database).list(await stored());
    };
    expect(await eventually(keys, (found) => found.length > 1)).toEqual(["it's", 'price']);
  });

  it('are looked for in large collections alone', async () => {
    const { stored } = await filled(2_000);
    const collection = await eventually(stored, ({ recordTable }) => recordTable !== 'pool_records');
    expect(await new RangedKeysStore(database, new StatisticsStore(database)).find(collection)).toBeUndefined();
  });
});
