import pg from 'pg';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import { hasServer, serverReason } from '../support/faults/faulty-gateway.js';
import { createStorage, startGateway, startGatewayOn, type TestGateway } from '../support/gateway/gateway.js';
import { probe, probed } from '../support/gateway/probes.js';

const OK = [200, { status: 'ok' }];

describe('probes of a gateway that is well', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it.each(['/livez', '/readyz', '/startupz'])('%s says ok', async (path) => {
    expect(await probe(gateway.consoleUrl, path)).toEqual(OK);
  });

  it('answer HEAD requests', async () => {
    const answer = await fetch(`${gateway.consoleUrl}/readyz`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

(hasServer ? describe : describe.skip)(`probes of a gateway whose database fails${serverReason}`, () => {
  let gateway: TestGateway;
  let proxy: FaultProxy;
  let beside: pg.Client;

  beforeAll(async () => {
    const storage = await createStorage();
    const url = storage.environment['DATABASE_URL'] ?? '';
    proxy = await FaultProxy.start(url);
    gateway = await startGatewayOn(storage, { DATABASE_URL: proxy.url, POLYVEC_POOL_SIZE: '2' });
    beside = new pg.Client({ connectionString: url });
    await beside.connect();
  });

  beforeEach(async () => {
    await proxy.set({ kind: 'pass' });
    proxy.cut();
    expect(await probed(gateway.consoleUrl, '/readyz', 200)).toEqual(OK);
  });

  afterAll(async () => {
    await beside.end();
    await proxy.set({ kind: 'pass' });
    await gateway.stop();
    await proxy.stop();
  });

  it.each(['refuse', 'swallow'] as const)(
    'tell readiness from life when it does not answer (%s), and get over it',
    async (kind) => {
      await proxy.set({ kind });
      // the database would take longer to give up
      expect(await probe(gateway.consoleUrl, '/readyz', 3_000)).toEqual([
        503,
        { status: 'unavailable', reason: 'database_unreachable' },
      ]);
      expect(await probe(gateway.consoleUrl, '/livez')).toEqual(OK);
      expect(await probe(gateway.consoleUrl, '/startupz')).toEqual(OK);
      await proxy.set({ kind: 'pass' });
      proxy.cut();
      expect(await probed(gateway.consoleUrl, '/readyz', 200)).toEqual(OK);
    },
  );

  it('are not ready when it takes no writes', async () => {
    const name = new URL(proxy.url).pathname.slice(1);
    await beside.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    proxy.cut();
    const answer = await probed(gateway.consoleUrl, '/readyz', 503);
    await beside.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    expect(answer).toEqual([503, { status: 'unavailable', reason: 'database_read_only' }]);
  });

  it('are ready when every connection of the pool waits for a lock', async () => {
    await beside.query('BEGIN; LOCK TABLE polyvec.collections IN ACCESS EXCLUSIVE MODE');
    const lists = Array.from({ length: 6 }, () =>
      fetch(`${gateway.chromaUrl}/api/v2/tenants/default_tenant/databases/default_database/collections`),
    );
    const waiting =
      'SELECT FROM pg_locks JOIN pg_database d ON d.oid = database WHERE datname = current_database() AND NOT granted';
    while ((await beside.query(waiting)).rowCount !== 2) await new Promise((wake) => setTimeout(wake, 20));
    const answer = await probe(gateway.consoleUrl, '/readyz');
    await beside.query('ROLLBACK');
    await Promise.all(lists);
    expect(answer).toEqual(OK);
  });
});
