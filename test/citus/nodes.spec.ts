import pg from 'pg';
import { distribute, listNodes, moveToNode, rebalance, undistribute } from '../../src/cli/nodes.js';
import { verifyDatabase } from '../../src/cli/verify.js';
import { CollectionStore } from '../../src/collections/collection.store.js';
import { type Config, readConfig } from '../../src/config/config.js';
import { nodeProblems } from '../../src/postgres/cluster/cluster-checks.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { MetadataIndexStore } from '../../src/records/maintenance/metadata-index.store.js';
import { StatisticsStore } from '../../src/records/maintenance/statistics.store.js';
import { RecordEstimateStore } from '../../src/records/search/record-estimate.store.js';
import { eventually, hasVectorIndex, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { type CitusNode, citusNodes, homes } from '../support/servers/citus.js';
import { COUNT, homeOf, numbered, type PlacedCollection, placedCollection, startWriter } from './place-scene.js';

type Command = (config: Config, print: (line: string) => void) => Promise<void>;

const nameOf = ({ host, port }: CitusNode): string => `${host}:${String(port)}`;

describe('large collections on the nodes of a cluster', () => {
  let storage: TestStorage;
  let gateway: TestGateway;
  let tables: pg.Client;
  let chroma: ChromaApi;
  let config: Config;
  let database: Database;
  let workers: readonly CitusNode[];
  let placed: readonly PlacedCollection[];

  beforeAll(async () => {
    storage = await createStorage();
    gateway = await startGatewayOn(storage, SMALL_TIERS);
    config = readConfig({ ...storage.environment, POLYVEC_LOG_LEVEL: 'error' });
    database = await openDatabase(config, () => undefined);
    tables = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
    await tables.connect();
    chroma = new ChromaApi(gateway.chromaUrl);
    workers = (await citusNodes(storage.environment['DATABASE_URL'])).filter(({ isCoordinator }) => !isCoordinator);
    const all: PlacedCollection[] = [];
    for (let number = 0; number < 2 * workers.length; number += 1) {
      all.push(await placedCollection(chroma, tables, `placed-${String(number)}`));
    }
    placed = all;
  });

  afterAll(async () => {
    await tables.end();
    await database.close();
    await gateway.stop();
  });

  async function printed(command: Command): Promise<readonly string[]> {
    const lines: string[] = [];
    await command(config, (line) => lines.push(line));
    return lines;
  }

  function first(): PlacedCollection {
    const [one] = placed;
    if (one === undefined) throw new Error('there is one');
    return one;
  }

  it('are spread over all workers, and the coordinator has none', () => {
    expect(new Set(placed.map(({ node }) => nameOf(node)))).toEqual(new Set(workers.map(nameOf)));
  });

  it('need nothing changed about the nodes', async () => {
    expect(await nodeProblems(database)).toEqual([]);
  });

  it('find the nearest by the index, and by a filter', async () => {
    const { api } = first();
    const { embeddings } = numbered(COUNT);
    const query = { query_embeddings: [embeddings[40]], n_results: 5, include: ['distances'] };
    const found = await api.post('query', query);
    expect(found.body).toMatchObject({ ids: [expect.arrayContaining(['r40'])] });
    const filtered = await api.post('query', { ...query, where: { kind: 'odd' }, where_document: { $contains: 'needles' } });
    expect((filtered.body as { ids: readonly (readonly string[])[] }).ids[0]).toHaveLength(5);
  });

  it('have estimates and numbers of rows from their shards', async () => {
    const collection = await new CollectionStore(database).findAnywhere(first().api.id);
    if (collection === undefined) throw new Error('it is there');
    const statistics = new StatisticsStore(database);
    await statistics.refresh(collection);
    expect(await statistics.estimateRows(collection)).toBe(COUNT);
    const odd = { kind: 'is', field: 'kind', values: ['odd'] } as const;
    const estimate = await new RecordEstimateStore(database).estimate(collection, '', odd);
    expect(estimate).toBeGreaterThan(COUNT / 10);
  });

  it('have indexes on numbers, whose use is counted where they are', async () => {
    const collection = await new CollectionStore(database).findAnywhere(first().api.id);
    if (collection === undefined) throw new Error('it is there');
    const store = new MetadataIndexStore(database);
    await database.session((session) => store.create(session, collection, 'number'));
    expect(await store.list(collection)).toEqual(['number']);
    const range = { where: { number: { $gt: 100 } }, limit: 5 };
    for (let times = 0; times < 3; times += 1) expect(await first().api.ids(range)).toHaveLength(5);
    expect([...(await store.usage(collection)).keys()]).toEqual(['number']);
    await database.session((session) => store.drop(session, collection, 'number'));
    expect(await store.list(collection)).toEqual([]);
  });

  it('are listed by polyvec nodes, with their sizes', async () => {
    const lines = await printed(listNodes);
    expect(lines.filter((line) => / (coordinator|worker) {2}/.test(line))).toHaveLength(workers.length + 1);
    for (const { place, api } of placed) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^ {2}${place} {2}[\\d.]+ (kB|MB) {2}${api.name}$`)));
    }
  });

  it('move to another node while clients write, and lose nothing', async () => {
    const { api, place, node } = first();
    const target = workers.find((worker) => nameOf(worker) !== nameOf(node)) ?? node;
    const writers = [startWriter(api, 10_000), startWriter(api, 20_000), startWriter(api, 30_000)];
    const lines = await printed((c, print) => moveToNode(c, { place, node: nameOf(target), mode: 'online' }, print));
    const written = await Promise.all(writers.map((writer) => writer.stop()));
    expect(lines.at(-1)).toMatch(workers.length > 1 ? /^ {2}done in/ : /already$/);
    expect(nameOf(await homeOf(tables, place))).toBe(nameOf(target));
    expect(written.flatMap(({ others }) => others)).toEqual([]);
    const acknowledged = written.reduce((sum, { acknowledged: count }) => sum + count, 0);
    expect(acknowledged).toBeGreaterThan(0);
    expect(await api.ids({ include: [] })).toHaveLength(COUNT + acknowledged);
    expect((await api.api.call(`${COLLECTIONS}/${api.id}/count`)).body).toBe(COUNT + acknowledged);
  });

  it('move with their writes waiting, too', async () => {
    const { api, place } = first();
    const here = await homeOf(tables, place);
    const target = workers.find((worker) => nameOf(worker) !== nameOf(here)) ?? here;
    const before = (await api.ids({ include: [] })).length;
    await printed((c, print) => moveToNode(c, { place: api.name, node: nameOf(target), mode: 'blocking' }, print));
    expect(nameOf(await homeOf(tables, place))).toBe(nameOf(target));
    expect(await api.ids({ include: [] })).toHaveLength(before);
  });

  it('are rebalanced by size', async () => {
    const [full] = workers;
    for (const { place } of placed) {
      await printed((c, print) => moveToNode(c, { place, node: nameOf(full ?? first().node), mode: 'blocking' }, print));
    }
    const planned = await printed((c, print) => rebalance(c, { mode: 'online', isDry: true }, print));
    const done = await printed((c, print) => rebalance(c, { mode: 'online', isDry: false }, print));
    expect(planned.map((line) => / -> /.test(line))).toContain(workers.length > 1);
    expect(done[0]?.split('  ')[0]).toBe(planned[0]?.split('  ')[0]);
    expect(new Set([...(await homes(tables)).values()].map(nameOf))).toEqual(new Set(workers.map(nameOf)));
    for (const { api } of placed) expect((await api.ids({ include: [] })).length).toBeGreaterThanOrEqual(COUNT);
  });

  it('go back to one server, and to nodes again', async () => {
    const last = placed.at(-1) ?? first();
    await printed((c, print) => undistribute(c, last.place, print));
    const on = await homes(tables);
    const alone = await last.api.ids({ include: [] });
    await last.api.fill(numbered(1, 70_000));
    await printed((c, print) => distribute(c, last.place, print));
    expect([on.has(last.place), (await homes(tables)).has(last.place)]).toEqual([false, true]);
    expect(await last.api.ids({ include: [] })).toHaveLength(alone.length + 1);
    await last.api.fill(numbered(1, 70_001));
  });

  it('are settled on a node when they had tables in the shared schema', async () => {
    const older = new pg.Client({ connectionString: storage.environment['DATABASE_URL'], application_name: 'polyvec' });
    await older.connect();
    const api = await chroma.filled(numbered(COUNT), { name: 'settled' });
    expect(await promoted(tables, api.id, 120_000)).toBe(true);
    await older.end();
    const settled = await eventually(
      async () =>
        (await tables.query<{ place: string }>('SELECT place FROM polyvec.collections WHERE uuid = $1', [api.id])).rows[0],
      (row) => row !== undefined && row.place !== 'polyvec',
      120_000,
    );
    expect((await homes(tables)).has(settled?.place ?? '')).toBe(true);
    expect(await hasVectorIndex(tables, api.id, 120_000)).toBe(true);
    expect(await api.ids({ include: [] })).toHaveLength(COUNT);
  });

  it('are whole, as polyvec verify says', async () => {
    const lines: string[] = [];
    const isWell = await verifyDatabase(database, { recall: 5 }, (line) => lines.push(line));
    expect([isWell, lines.filter((line) => line.includes('WRONG'))]).toEqual([true, []]);
  });

  it('leave nothing on their node when they are deleted', async () => {
    const { api, place } = first();
    await chroma.call(`${COLLECTIONS}/${api.name}`, { method: 'DELETE' });
    const gone = await eventually(
      async () => (await homes(tables)).has(place),
      (isThere) => !isThere,
      60_000,
    );
    expect(gone).toBe(false);
  });
});
