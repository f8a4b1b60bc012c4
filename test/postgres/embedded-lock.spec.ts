import type { ChildProcess } from 'node:child_process';
import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { DataDirectoryLock } from '../../src/postgres/embedded/data-directory-lock.js';
import { EmbeddedEngine, type EngineConnection } from '../../src/postgres/embedded/embedded-engine.js';
import { identify, processSpace } from '../../src/postgres/embedded/process-identity.js';
import { errorOf, gone, messageOf, newDirectory, newPool, run } from './embedded-helpers.js';

interface Opened {
  readonly childPid: number;
  readonly connection: EngineConnection;
}

const started: ChildProcess[] = [];
let directory: string;

beforeEach(() => {
  directory = newDirectory();
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

function start(file: string): ChildProcess {
  const child = run(file, directory);
  started.push(child);
  return child;
}

function leaveLock(holder: object): void {
  writeFileSync(join(directory, 'engine-1-0123456789ab.lock'), JSON.stringify(holder));
}

describe('the lock on a data directory', () => {
  it('refuses a second opener and names the directory and the process', async () => {
    const lock = await DataDirectoryLock.acquire(directory);
    const error = await errorOf(DataDirectoryLock.acquire(directory));
    expect(error.message).toContain(directory);
    expect(error.message).toContain(`process ${String(process.pid)}`);
    expect(error.message).not.toContain('\n');
    lock.release();
    const again = await DataDirectoryLock.acquire(directory);
    again.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is taken from a dead process', async () => {
    const holder = start('./embedded-lock-holder.ts');
    await messageOf(holder);
    holder.send('go');
    expect(await messageOf(holder)).toEqual({ taken: true });
    expect((await errorOf(DataDirectoryLock.acquire(directory))).message).toContain(`process ${String(holder.pid)}`);
    holder.kill('SIGKILL');
    await gone(holder.pid ?? 0, 5000);
    const lock = await DataDirectoryLock.acquire(directory);
    expect(readdirSync(directory)).toHaveLength(1);
    lock.release();
  });

  it('is taken when another process has got the dead one’s number', async () => {
    leaveLock({ space: processSpace(), process: { ...identify(process.pid), startedAt: '1' } });
    const lock = await DataDirectoryLock.acquire(directory);
    expect(readdirSync(directory)).toHaveLength(1);
    lock.release();
  });

  it('is taken from a process of another container only when that one is silent', async () => {
    leaveLock({ space: 'another container', process: { pid: 1, startedAt: '1' } });
    const heartbeat = setInterval(() => {
      utimesSync(join(directory, 'engine-1-0123456789ab.lock'), new Date(), new Date());
    }, 500);
    expect((await errorOf(DataDirectoryLock.acquire(directory))).message).toContain('process 1:');
    clearInterval(heartbeat);
    const lock = await DataDirectoryLock.acquire(directory);
    expect(readdirSync(directory)).toHaveLength(1);
    lock.release();
  });

  it('goes to exactly one of several processes that find a stale one at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      leaveLock({ space: processSpace(), process: { pid: 1, startedAt: 'long ago' } });
      const rivals = Array.from({ length: 4 }, () => start('./embedded-lock-holder.ts'));
      await Promise.all(rivals.map((rival) => messageOf(rival)));
      const results = Promise.all(rivals.map((rival) => messageOf<{ taken: boolean }>(rival)));
      for (const rival of rivals) rival.send('go');
      expect((await results).filter(({ taken }) => taken)).toHaveLength(1);
      for (const rival of rivals) rival.kill('SIGKILL');
      await Promise.all(rivals.map((rival) => gone(rival.pid ?? 0, 5000)));
    }
  });
});

describe('an embedded engine whose parent is killed', () => {
  it('ends within a second, even in the middle of a query, and its data is open to the next process', async () => {
    const parent = start('./embedded-parent.ts');
    const { childPid, connection } = await messageOf<Opened>(parent);
    const refused = start('./embedded-parent.ts');
    expect((await messageOf<{ failure: string }>(refused)).failure).toContain(`process ${String(parent.pid)}`);

    const client = new pg.Client({ ...connection });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('CREATE TABLE kept AS SELECT 1 AS one');
    const runaway = errorOf(client.query('SELECT count(*) FROM generate_series(1, 100000000000)'));
    parent.kill('SIGKILL');
    // the engine ends after one second at the latest; the rest is for a slow machine to notice
    await gone(childPid, 3000);
    await runaway;
    expect(() => readdirSync(connection.host)).toThrow('ENOENT');

    const engine = await EmbeddedEngine.start({ dataDirectory: directory, statementTimeoutMs: 60_000, log: () => undefined });
    const pool = newPool(engine, 1);
    const { rows } = await pool.query('SELECT one FROM kept');
    await pool.end();
    await engine.stop();
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('leaves a first start that was cut short to be done again', async () => {
    const parent = start('./embedded-parent.ts');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    parent.kill('SIGKILL');
    const engine = await EmbeddedEngine.start({ dataDirectory: directory, statementTimeoutMs: 60_000, log: () => undefined });
    const pool = newPool(engine, 1);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    await engine.stop();
  });
});
