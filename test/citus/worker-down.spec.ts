import pg from 'pg';
import { listNodes } from '../../src/cli/nodes.js';
import { verifyDatabase } from '../../src/cli/verify.js';
import { readConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { eventually, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { type Answer, ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { type CitusNode, citusNodes, runForNode } from '../support/servers/citus.js';
import { COUNT, numbered, type PlacedCollection, placedCollection, startWriter } from './place-scene.js';

const { TEST_CITUS_STOP_WORKER: stop = '', TEST_CITUS_START_WORKER: start = '' } = process.env;
const hasCommands = stop !== '' && start !== '';
const describeWithCommands = hasCommands ? describe : describe.skip;
const reason = hasCommands ? '' : ' (skipped: TEST_CITUS_STOP_WORKER and TEST_CITUS_START_WORKER say how to stop and start one)';

/** What requests are answered with while a worker is down. */
interface Meanwhile {
  readonly there: readonly Answer[];
  readonly elsewhere: readonly Answer[];
  readonly listed: Answer;
  readonly printed: readonly string[];
}

describeWithCommands(`a worker that is killed${reason}`, () => {
  let storage: TestStorage;
  let gateway: TestGateway;
  let tables: pg.Client;
  let chroma: ChromaApi;
  let worker: CitusNode;
  let there: PlacedCollection;
  let elsewhere: readonly CollectionApi[];
  let meanwhile: Meanwhile;
  let written: { readonly acknowledged: number; readonly refused: number; readonly others: readonly string[] };

  beforeAll(async () => {
    storage = await createStorage();
    gateway = await startGatewayOn(storage, SMALL_TIERS);
    tables = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
    await tables.connect();
    chroma = new ChromaApi(gateway.chromaUrl);
    const workers = (await citusNodes(storage.environment['DATABASE_URL'])).filter(({ isCoordinator }) => !isCoordinator);
    const placed: PlacedCollection[] = [];
    for (const [number] of workers.entries()) placed.push(await placedCollection(chroma, tables, `on-${String(number)}`));
    const [first] = placed;
    if (first === undefined) throw new Error('there is no worker');
    there = first;
    worker = first.node;
    const others = placed.filter(({ node }) => node.port !== worker.port || node.host !== worker.host).map(({ api }) => api);
    elsewhere = [...others, await chroma.filled(numbered(5), { name: 'pooled' })];
    const writer = startWriter(there.api, 10_000);
    await eventually(
      () => there.api.ids({ ids: ['r10020'] }),
      (ids) => ids.length > 0,
    );
    await runForNode(stop, worker);
    meanwhile = await ask();
    await runForNode(start, worker);
    // what was prepared when it was killed holds its rows until Citus looks after it, once a minute
    await eventually(
      () => there.api.post('get', { ids: ['r1'] }),
      ({ status }) => status === 200,
      180_000,
    );
    await eventually(
      () => there.api.post('upsert', numbered(1, 9_000)),
      ({ status }) => status === 200,
      180_000,
    );
    written = await writer.stop();
  });

  afterAll(async () => {
    await runForNode(start, worker).catch(() => undefined);
    await tables.end();
    await gateway.stop();
  });

  async function ask(): Promise<Meanwhile> {
    const printed: string[] = [];
    await listNodes(readConfig({ ...storage.environment, POLYVEC_LOG_LEVEL: 'error' }), (line) => printed.push(line));
    const { api } = there;
    const query = { query_embeddings: [numbered(1).embeddings[0]], n_results: 3 };
    const answers: Answer[] = [];
    for (const other of elsewhere) {
      answers.push(await other.post('get', { ids: ['r1'] }), await other.post('query', query));
      answers.push(await other.post('upsert', numbered(1, 8_000)));
    }
    return {
      there: [
        await api.post('get', { ids: ['r1'] }),
        await api.post('query', query),
        await api.post('upsert', numbered(1, 8_000)),
        await api.post('delete', { ids: ['r2'] }),
      ],
      elsewhere: answers,
      listed: await chroma.call(COLLECTIONS),
      printed,
    };
  }

  it('makes requests for its collections 503, with the time to wait', () => {
    expect(meanwhile.there.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    for (const { headers } of meanwhile.there) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('leaves requests for all other collections alone, and lists', () => {
    expect(meanwhile.elsewhere.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    expect(meanwhile.listed.status).toBe(200);
    const names = (meanwhile.listed.body as readonly { readonly name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([there.api.name, ...elsewhere.map(({ name }) => name)]));
  });

  it('is shown as down by polyvec nodes', () => {
    expect(meanwhile.printed).toContain(`${worker.host}:${String(worker.port)}  worker  DOWN`);
  });

  it('loses no acknowledged write, and is in use again once it is back', async () => {
    expect(written.others).toEqual([]);
    expect(written.refused).toBeGreaterThan(0);
    const ids = Array.from({ length: written.acknowledged }, (_, index) => `r${String(10_000 + index)}`);
    expect(new Set(await there.api.ids({ ids, include: [] }))).toEqual(new Set(ids));
    expect((await there.api.ids({ include: [] })).length).toBeGreaterThanOrEqual(COUNT + written.acknowledged);
  });

  it('leaves everything whole', async () => {
    const database = await openDatabase(readConfig(storage.environment), () => undefined);
    const lines: string[] = [];
    const isWell = await verifyDatabase(database, { recall: 0 }, (line) => lines.push(line));
    await database.close();
    expect([isWell, lines.filter((line) => line.includes('WRONG'))]).toEqual([true, []]);
  });
});
