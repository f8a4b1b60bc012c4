import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../src/config/config.js';
import type { Database } from '../../src/postgres/database.js';
import { whereabouts } from '../../src/postgres/hosts.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { OverdueBackends } from '../../src/postgres/overdue-backends.js';
import { sql } from '../../src/postgres/sql.js';
import { createTarget, lostOf, startWriters } from '../chaos/failover/failover-writers.js';
import type { Instance } from '../chaos/promotion/promotion-transports.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import { openTransports } from '../support/faults/fault-transports.js';
import { startGatewayOn, type TestGateway } from '../support/gateway/gateway.js';
import { type Fleet, startFleet } from '../support/gateway/gateway-fleet.js';
import { findServerPrograms, type Replication, startReplication } from '../support/servers/standby.js';

const programs = findServerPrograms();
const describeWithStandby = programs === undefined ? describe.skip : describe;
const reason =
  programs === undefined ? ' (skipped: no Postgres server with pgvector is installed, of which to make a standby)' : '';

/** No statement ends by its own time limit here. */
const PATIENT = { POLYVEC_STATEMENT_TIMEOUT_MS: '550000', POLYVEC_POOL_TIMEOUT_MS: '1000' };

/** A database of several hosts, in this order. */
function urlOf(urls: readonly string[], query = ''): string {
  const [first = ''] = urls;
  const hosts = urls.map((url) => new URL(url).host).join(',');
  return first.replace(new URL(first).host, hosts) + query;
}

async function startGateway(url: string): Promise<TestGateway> {
  return startGatewayOn({ environment: { DATABASE_URL: url }, remove: () => Promise.resolve() }, PATIENT);
}

async function onDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(readConfig({ DATABASE_URL: url }), () => undefined);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function instanceOf({ members: [member] }: Fleet): Instance {
  if (member === undefined) throw new Error('no gateway runs');
  return member.instance;
}

describeWithStandby(`a database of several hosts${reason}`, () => {
  let replication: Replication;
  let standbyFirst: string;

  beforeAll(async () => {
    replication = await startReplication(programs ?? '');
    standbyFirst = urlOf([replication.standbyUrl, replication.primaryUrl]);
  });

  afterAll(async () => {
    await replication.stop();
  });

  it('is migrated, read and written on the primary, wherever that stands in the list', async () => {
    const gateway = await startGateway(standbyFirst);
    const opened = await openTransports(gateway);
    const { transports } = opened;
    try {
      for (const transport of transports) {
        expect((await transport.read()).status).toBe(transport.succeeded);
        expect((await transport.write()).status).toBe(transport.succeeded);
      }
    } finally {
      opened.close();
      await gateway.stop();
    }
  });

  it('is where the first host answers when any will do', async () => {
    await onDatabase(urlOf([replication.primaryUrl, replication.standbyUrl]), () => Promise.resolve());
    await replication.caughtUp();
    // migrations that are all applied write nothing, but lock
    await expect(onDatabase(`${standbyFirst}?target_session_attrs=any`, () => Promise.resolve())).rejects.toThrow('read-only');
  });

  it('refuses a standby that is the only host when it has to take writes', async () => {
    const url = `${replication.standbyUrl}?target_session_attrs=primary`;
    await expect(onDatabase(url, () => Promise.resolve())).rejects.toThrow('it is a standby');
  });

  it('says which hosts failed, and how, without the password', async () => {
    const error: unknown = await onDatabase('postgres://u:pAssw0rd@127.0.0.1:1,127.0.0.1:2/db', () => Promise.resolve()).catch(
      (reason: unknown) => reason,
    );
    const message = error instanceof Error ? error.message : '';
    expect(message).toMatch(/^cannot use the database at 127\.0\.0\.1:1,127\.0\.0\.1:2\/db: no host can be used: /);
    expect(message).toMatch(/127\.0\.0\.1:1: .*ECONNREFUSED.*; 127\.0\.0\.1:2: .*ECONNREFUSED/);
    expect(message).not.toContain('pAssw0rd');
  });

  it('tries what is behind a wrong login, and says that one when nothing is', async () => {
    const proxy = await FaultProxy.start(replication.primaryUrl);
    await proxy.set({ kind: 'reject', sqlstate: '3D000' });
    const ask = (url: string): Promise<unknown> => onDatabase(url, (database) => database.query(sql`SELECT 1 AS one`));
    expect(await ask(urlOf([proxy.url, replication.primaryUrl]))).toEqual([{ one: '1' }]);
    await expect(ask(urlOf([proxy.url, replication.standbyUrl]))).rejects.toThrow('3D000');
    await proxy.stop();
  });

  it('cancels what runs apart from the pool on the host where it runs', async () => {
    await onDatabase(standbyFirst, async (database) => {
      const sleeping = database.session((session) => session.script(`SELECT pg_sleep(500), 'apart'`));
      const failed = expect(sleeping).rejects.toThrow('canceling statement');
      const look = sql`SELECT 1 AS one FROM pg_stat_activity WHERE query LIKE '%''apart''%' AND pid <> pg_backend_pid()`;
      while ((await database.query(look)).length === 0) await sleep(20);
      await database.cancelSessions();
      await failed;
    });
  });

  it('ends what was given up on the host where it runs', async () => {
    const { host } = new URL(replication.primaryUrl);
    await onDatabase(standbyFirst, async (database) => {
      const sleeping = database.query(sql`SELECT pg_sleep(500), 'given up'`).catch((error: unknown) => error);
      const look = sql`SELECT pid FROM pg_stat_activity WHERE query LIKE '%''given up''%' AND pid <> pg_backend_pid()`;
      let [row] = await database.query<{ pid: string }>(look);
      for (; row === undefined; [row] = await database.query<{ pid: string }>(look)) await sleep(20);
      const logged: string[] = [];
      const overdue = new OverdueBackends(whereabouts(standbyFirst), (message) => logged.push(message));
      overdue.end({ pid: Number(row.pid), place: host, ranMs: 0 });
      while (logged.length === 0) await sleep(20);
      expect(logged).toEqual([expect.stringMatching(/was ended$/)]);
      expect(await sleeping).toMatchObject({ kind: 'unavailable' });
    });
  });

  it('is left when it falls silent, for the next host', async () => {
    const [silent, other] = [await FaultProxy.start(replication.primaryUrl), await FaultProxy.start(replication.primaryUrl)];
    const gateway = await startGateway(urlOf([silent.url, other.url]));
    const opened = await openTransports(gateway);
    const { transports } = opened;
    try {
      await silent.set({ kind: 'swallow' });
      const hanging = transports.map((transport) => transport.write());
      // a probe has a connection of its own, and finds the other host
      while ((await fetch(`${gateway.consoleUrl}/readyz`)).status !== 200) await sleep(100);
      const statuses = (await Promise.all(hanging)).map(({ status }) => status);
      // what had not begun to write is tried again there
      for (const [index, transport] of transports.entries()) {
        expect([transport.succeeded, transport.expected('database').status]).toContain(statuses[index]);
      }
      for (const transport of transports) expect((await transport.write()).status).toBe(transport.succeeded);
    } finally {
      opened.close();
      await gateway.stop();
      await Promise.all([silent.stop(), other.stop()]);
    }
  });

  it('answers 503 while no host takes writes, and goes on by itself, with every acknowledged write', async () => {
    await replication.makeSynchronous();
    const gateway = await startGateway(standbyFirst);
    const opened = await openTransports(gateway);
    const fleet = await startFleet({ DATABASE_URL: standbyFirst }, 1);
    const instance = instanceOf(fleet);
    const target = await createTarget(instance, 'failover');
    const writers = startWriters([instance], target);
    try {
      while (writers.written.some(({ acknowledged }) => acknowledged.length < 20)) await sleep(20);
      await replication.stopPrimary();
      const refused = await Promise.all(opened.transports.map((transport) => transport.write()));
      expect(refused).toEqual(opened.transports.map((transport) => transport.expected('database')));
      while (writers.written.some((written) => written.refused === 0)) await sleep(20);
      const before = writers.written.map(({ acknowledged }) => acknowledged.length);
      await replication.promoteStandby();
      while (writers.written.some(({ acknowledged }, index) => acknowledged.length < (before[index] ?? 0) + 20)) await sleep(20);
      await writers.stop();
      expect(writers.written.flatMap(({ unexplained }) => unexplained)).toEqual([]);
      expect(await lostOf(writers.written, instance, target)).toEqual([]);
      for (const transport of opened.transports) expect((await transport.write()).status).toBe(transport.succeeded);
    } finally {
      await writers.stop();
      opened.close();
      await fleet.stop();
      await gateway.stop();
    }
  });
});
