import pg from 'pg';
import type { PlaceList } from '../../src/console/api/contract/system.js';
import { eventually, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { useConsole } from '../support/console/console-suite.js';
import { createStorage, startGateway, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { installCitusStandIn } from '../support/servers/citus-stand-in.js';

/** Where large collections lie, as the console's System screen shows it. */

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer
  ? describeInBrowser
  : (name: string, suite: () => void): void => {
      describe.skip(name, suite);
    };
const reason = hasServer ? '' : ' (skipped: it needs a second connection; TEST_DATABASE_URL names a server)';

/** More than the small tiers keep in the pool. */
function records(count: number): Readonly<Record<'ids' | 'embeddings' | 'documents', readonly unknown[]>> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return {
    ids: numbers.map((number) => `r${String(number)}`),
    embeddings: numbers.map((number) => [number, 1, 2, 3, 4, 5, 6, 7]),
    documents: numbers.map((number) => `document ${String(number)}`),
  };
}

describeInBrowser('places on one server', () => {
  const console = useConsole(() => startGateway({ env: SMALL_TIERS }));

  const list = (gateway: TestGateway): Promise<PlaceList> => new ConsoleApi(gateway.consoleUrl).get<PlaceList>('/places');

  it('are listed with their sizes once there is a large collection', async () => {
    const before = await list(console.gateway);
    expect([before.isCluster, before.move, before.nodes.map(({ role, answers }) => [role, answers])]).toEqual([
      false,
      null,
      [['server', true]],
    ]);
    expect(before.nodes[0]?.places.map(({ isShared, collection }) => [isShared, collection])).toEqual([[true, null]]);
    const { id: uuid } = await new ChromaApi(console.gateway.chromaUrl).filled(records(250), { name: 'large' });
    const { nodes } = await eventually(
      () => list(console.gateway),
      ({ nodes: [first] }) => first?.places.length === 2,
    );
    const [node] = nodes;
    const own = node?.places.find(({ isShared }) => !isShared);
    expect(own).toMatchObject({
      collection: { uuid, tenant: 'default_tenant', database: 'default_database', name: 'large' },
      isMoving: false,
    });
    expect(own?.bytes).toBeGreaterThan(8_192);
    expect(node?.bytes).toBe(node?.places.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  it.each(['light', 'dark'] as const)('lead to their collection, accessibly in %s', async (colorScheme) => {
    const page = await console.open('/system', { colorScheme });
    const places = page.getByRole('region', { name: 'Places', exact: true });
    await places.getByRole('row', { name: /the catalog, and all small collections/ }).waitFor();
    expect(await places.getByRole('row', { name: /large polyvec_\d+ \d.* kB/ }).count()).toBe(1);
    expect(await places.getByText('worker').count()).toBe(0);
    expect(await accessibilityViolations(page)).toEqual([]);
    await places.getByRole('link', { name: 'large' }).click();
    await page.getByRole('heading', { name: 'large' }).waitFor();
  });
});

describeOnServer(`places on the nodes of a cluster (stand-ins for Citus: nothing is distributed)${reason}`, () => {
  let storage: TestStorage;
  let tables: pg.Client;
  // before the storage is removed, which ends all connections
  afterAll(async () => {
    await tables.end();
  });
  const console = useConsole(async () => {
    storage = await createStorage();
    return startGatewayOn(storage, SMALL_TIERS);
  });

  beforeAll(async () => {
    tables = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
    await tables.connect();
    await installCitusStandIn(tables);
    const { id } = await new ChromaApi(console.gateway.chromaUrl).filled(records(250), { name: 'placed' });
    expect(await promoted(tables, id)).toBe(true);
    await tables.query(`INSERT INTO down VALUES ('10.0.0.2')`);
  });

  it('are listed below their node, with those that move and nodes that are down', async () => {
    const { isCluster, nodes, move } = await new ConsoleApi(console.gateway.consoleUrl).get<PlaceList>('/places');
    expect([isCluster, move]).toEqual([true, { copied: 1_024, total: 2_048, status: 'Copying Data' }]);
    const told = nodes.map(({ name, role, answers, places }) => [
      ...[name, role, answers],
      places.map(({ collection, isMoving }) => [collection?.name ?? null, isMoving]),
    ]);
    expect(told).toEqual([
      ['10.0.0.1:5432', 'coordinator', true, [[null, false]]],
      ['10.0.0.2:5432', 'worker', false, []],
      ['10.0.0.3:5432', 'worker', true, [['placed', true]]],
    ]);
  });

  it.each(['light', 'dark'] as const)('are shown node by node, accessibly in %s', async (colorScheme) => {
    const page = await console.open('/system', { colorScheme });
    const places = page.getByRole('region', { name: 'Places', exact: true });
    await places.getByRole('heading', { name: '10.0.0.2:5432 worker down' }).waitFor();
    await places.getByRole('progressbar', { name: 'Places being moved' }).waitFor();
    const row = page.getByRole('region', { name: 'Places on 10.0.0.3:5432' }).getByRole('row', { name: /placed/ });
    expect(await row.getByText('moving').count()).toBe(1);
    expect(await accessibilityViolations(page)).toEqual([]);
  });
});
