import type { Database } from '../../src/postgres/database.js';
import { sql } from '../../src/postgres/sql.js';
import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { openGatewayDatabase } from '../support/gateway/gateway-database.js';

describe("the planner's statistics of a table that is loaded", () => {
  let storage: TestStorage;
  let gateway: TestGateway;
  let database: Database;

  beforeAll(async () => {
    storage = await createStorage();
    gateway = await startGatewayOn(storage, {});
    database = await openGatewayDatabase(storage.environment);
  });

  afterAll(async () => {
    await database.close();
    await gateway.stop();
    await storage.remove();
  });

  const add = (collection: CollectionApi, from: number, count: number): Promise<unknown> => {
    const ids = Array.from({ length: count }, (_, index) => String(from + index));
    return collection.fill({ ids, embeddings: ids.map((id) => [Number(id), 1]) });
  };

  async function knownRows(): Promise<number> {
    const [row] = await database.query<{ rows: string }>(
      sql`SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = to_regclass('polyvec.pool_records')`,
    );
    return Number(row?.rows);
  }

  it('know all rows in the end, although refreshes rest while rows are written', async () => {
    const collection = await new ChromaApi(gateway.chromaUrl).filled({ ids: ['first'], embeddings: [[0, 1]] });
    for (let batch = 0; batch < 6; batch += 1) await add(collection, 600 * batch, 600);
    // at least 30 % more than were known: less is not worth a refresh
    expect(await eventually(knownRows, (rows) => rows * 1.3 >= 3_601)).toBeGreaterThanOrEqual(3_601 / 1.3);
  });
});
