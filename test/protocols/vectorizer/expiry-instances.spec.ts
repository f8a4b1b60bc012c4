import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type CollectionApi, setUp, VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { hasServer } from '../../support/faults/faulty-gateway.js';
import {
  createProcessStorage,
  endProcess,
  type GatewayProcess,
  type ProcessStorage,
} from '../../support/gateway/gateway-process.js';

const PAST = 1_000;
const INTERVAL_MS = 100;
const ENV = {
  POLYVEC_VECTORIZER_PORT: '0',
  POLYVEC_VECTORIZER_EXPIRY_INTERVAL_MS: String(INTERVAL_MS),
  POLYVEC_LOG_LEVEL: 'warn',
};
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

let storage: ProcessStorage;
let database: pg.Client;
let gateway: GatewayProcess;
let api: VectorizerApi;

beforeAll(async () => {
  storage = await createProcessStorage(ENV);
  gateway = await storage.start();
  api = apiOf(gateway);
  database = await storage.connect();
});

afterAll(async () => {
  await database.end();
  await storage.remove();
});

function apiOf({ urls }: GatewayProcess): VectorizerApi {
  return new VectorizerApi(urls.get('vectorizer') ?? '');
}

/** From now on the database refuses every delete of the collection's records, as an operator's own trigger may. */
async function refuseDeletes({ name }: CollectionApi): Promise<void> {
  const id = await numberOf(name);
  await database.query(`
    CREATE FUNCTION refuse_${id}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'this one is kept'; END $$;
    CREATE TRIGGER refuse_${id} BEFORE DELETE ON ${await recordTable(name)} FOR EACH ROW
      WHEN (OLD.collection_id = ${id}) EXECUTE FUNCTION refuse_${id}()`);
}

async function numberOf(name: string): Promise<string> {
  const { rows } = await database.query<{ id: string }>('SELECT id FROM polyvec.collections WHERE name = $1', [name]);
  return rows[0]?.id ?? '';
}

async function recordTable(name: string): Promise<string> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT quote_ident(place) || '.' || quote_ident(record_table) AS name FROM polyvec.collections WHERE name = $1`,
    [name],
  );
  return rows[0]?.name ?? '';
}

async function addDue(collection: CollectionApi): Promise<void> {
  await collection.fill([{ id: 'due', embedding: [1, 0, 0, 0], payload: { __expires_at: PAST } }]);
}

/** Waits until the collection has so many vectors; the test's own time limit ends it. */
async function untilCount(collection: CollectionApi, count: number): Promise<void> {
  while ((await collection.count()) !== count) await sleep(INTERVAL_MS / 2);
}

/** Waits until the process has reported so often that the collection's vectors could not be removed. */
async function untilReported({ log }: GatewayProcess, { name }: CollectionApi, times: number): Promise<void> {
  while (reportsOf(log(), name) < times) await sleep(INTERVAL_MS / 2);
}

function reportsOf(log: string, name: string): number {
  return log.split('\n').filter((line) => line.includes('expired vectors') && line.includes(name)).length;
}

describe('expired vectors of a collection that cannot be deleted', () => {
  it.each([
    ['first', 0],
    ['last', 1],
  ])('do not keep those of others, when it is the %s', async (_, refused) => {
    const collections = [await setUp(api), await setUp(api)];
    const [kept, swept] = [collections[refused], collections[1 - refused]] as [CollectionApi, CollectionApi];
    await refuseDeletes(kept);
    await addDue(kept);
    await addDue(swept);
    await untilCount(swept, 5);
    await untilReported(gateway, kept, 1);
    expect(await kept.ids()).toContain('due');
    expect(reportsOf(gateway.log(), swept.name)).toBe(0);
  });
});

(hasServer ? describe : describe.skip)(`expired vectors in a database of several instances${reason}`, () => {
  it('are removed by one of them, and by another one when that has ended or was killed', async () => {
    const other = await storage.start();
    const collection = await setUp(api);
    await refuseDeletes(collection);
    await addDue(collection);
    await Promise.race([untilReported(gateway, collection, 5), untilReported(other, collection, 5)]);
    const [busy, idle] = inOrder(gateway, other, collection);
    expect(reportsOf(idle.log(), collection.name)).toBe(0);
    await endProcess(busy.process, 'SIGTERM');
    await untilReported(idle, collection, 1);
    const third = await storage.start();
    expect(reportsOf(third.log(), collection.name)).toBe(0);
    await endProcess(idle.process, 'SIGKILL');
    await untilReported(third, collection, 1);
  });
});

/** The process that sweeps, and the one that does not. */
function inOrder(one: GatewayProcess, two: GatewayProcess, { name }: CollectionApi): readonly [GatewayProcess, GatewayProcess] {
  return reportsOf(one.log(), name) > 0 ? [one, two] : [two, one];
}
