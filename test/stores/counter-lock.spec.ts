import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer
  ? ''
  : ' (skipped: the embedded engine carries out one statement at a time; TEST_DATABASE_URL names a server)';

describeOnServer(`a write that waits for a vector${reason}`, () => {
  let gateway: TestGateway;
  let tables: pg.Client;
  let collection: CollectionApi;

  beforeAll(async () => {
    gateway = await startGateway();
    tables = new pg.Client({ connectionString: gateway.environment['DATABASE_URL'] });
    await tables.connect();
  });

  beforeEach(async () => {
    const records = {
      ids: ['a', 'b'],
      embeddings: [
        [1, 2],
        [3, 4],
      ],
      metadatas: [{ n: 1 }, { n: 2 }],
    };
    collection = await new ChromaApi(gateway.chromaUrl).filled(records);
  });

  // where the second write waits after all, both may end
  afterEach(() => tables.query('ROLLBACK'));

  afterAll(async () => {
    await tables.end();
    await gateway.stop();
  });

  async function send(path: string, body: unknown): Promise<number> {
    return (await collection.post(path, body)).status;
  }

  async function untilSomeoneWaits(): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      const { rows } = await tables.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (rows.length > 0) return;
      await sleep(25);
    }
    throw new Error('nobody waits');
  }

  it.each([
    ['a delete by ids', 'delete', { ids: ['a'] }, { ids: ['b'] }],
    ['a delete by a filter', 'delete', { where: { n: 1 } }, { where: { n: 2 } }],
    ['an upsert', 'upsert', { ids: ['a'], embeddings: [[5, 6]] }, { ids: ['b'], embeddings: [[7, 8]] }],
    ['an update', 'update', { ids: ['a'], embeddings: [[5, 6]] }, { ids: ['b'], embeddings: [[7, 8]] }],
  ])('keeps no other write of its namespace waiting: %s', async (_name, path, first, second) => {
    await tables.query('BEGIN');
    await tables.query(
      `SELECT 1 FROM polyvec.pool_vectors v JOIN polyvec.pool_records r USING (collection_id, namespace, rid)
        JOIN polyvec.collections c ON c.id = r.collection_id WHERE c.uuid = $1 AND r.id = 'a' FOR UPDATE OF v`,
      [collection.id],
    );
    const waiting = send(path, first);
    await untilSomeoneWaits();
    expect(await send(path, second)).toBe(200);
    await tables.query('COMMIT');
    expect(await waiting).toBe(200);
  });
});
