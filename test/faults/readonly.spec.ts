import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type FaultyGateway, hasServer, serverReason, startFaultyGateway } from '../support/faults/faulty-gateway.js';

const describeOnServer = hasServer ? describe : describe.skip;

describeOnServer(`a gateway whose database takes no writes for a while${serverReason}`, () => {
  let faulty: FaultyGateway;
  let administrator: pg.Client;
  let name: string;

  beforeAll(async () => {
    faulty = await startFaultyGateway({ POLYVEC_POOL_TIMEOUT_MS: '1000', POLYVEC_MAINTENANCE_INTERVAL_MS: '600000' });
    const url = new URL(faulty.databaseUrl);
    name = url.pathname.slice(1);
    url.pathname = '/postgres';
    administrator = new pg.Client({ connectionString: url.href });
    await administrator.connect();
  });

  afterAll(async () => {
    await administrator.end();
    await faulty.stop();
  });

  /** New connections see it; those that there are stay as they are. */
  async function setReadOnly(isReadOnly: boolean): Promise<void> {
    await administrator.query(
      `ALTER DATABASE ${pg.escapeIdentifier(name)} SET default_transaction_read_only = ${String(isReadOnly)}`,
    );
  }

  async function statuses(act: 'read' | 'write'): Promise<readonly number[]> {
    return Promise.all(faulty.transports.map(async (transport) => (await transport[act]()).status));
  }

  it('goes on reading, refuses writes, and writes again by itself', async () => {
    const succeeded = faulty.transports.map((transport) => transport.succeeded);
    await setReadOnly(true);
    faulty.proxy.cut();
    // what was idle has noticed by then
    expect(await statuses('read')).toEqual(succeeded);
    const refusals = await Promise.all(faulty.transports.map((transport) => transport.write()));
    expect(refusals).toEqual(faulty.transports.map((transport) => transport.expected('read_only')));
    expect(await statuses('read')).toEqual(succeeded);
    await setReadOnly(false);
    // the connections that there are take no writes: they are left when that has been seen, twice a second at most
    await sleep(600);
    expect(await statuses('write')).toEqual(succeeded);
  });
});
