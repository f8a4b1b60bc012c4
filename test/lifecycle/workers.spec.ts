import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { hasServer } from '../support/faults/faulty-gateway.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { exitCode, FREE_PORTS, polyvec, type Run, urlOf, waitFor } from '../support/gateway/polyvec-command.js';

const reason = hasServer ? '' : ' (skipped: the embedded engine serves one process; TEST_DATABASE_URL names a server)';

/** The processes that a process has started, by the system's account. */
async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  const text = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** On a connection of its own: any worker may get it. */
async function get(url: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const [response] = (await once(httpRequest(url, { agent: false }).end(), 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  return { status: response.statusCode, text };
}

/** Waits until it has written the text so often. */
async function written(run: Run, text: string, times: number): Promise<void> {
  while (run.output().split(text).length <= times) await new Promise((wake) => setTimeout(wake, 20));
}

describe('workers', () => {
  it('are refused on the embedded engine, in one line', async () => {
    const run = polyvec(['start'], { ...FREE_PORTS, POLYVEC_WORKERS: '2' });
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toMatch(/^polyvec: POLYVEC_WORKERS is 2, and the embedded Postgres serves one process[^\n]*\n$/);
  });
});

(hasServer ? describe : describe.skip)(`workers on a server${reason}`, () => {
  let storage: TestStorage;
  const runs: Run[] = [];

  beforeAll(async () => {
    storage = await createStorage();
  });

  afterAll(async () => {
    for (const { child } of runs) child.kill('SIGKILL');
    await Promise.all(runs.map(exitCode));
    await storage.remove();
  });

  const start = (env: Readonly<Record<string, string>> = {}): Run => {
    const run = polyvec(['start'], {
      ...FREE_PORTS,
      ...storage.environment,
      POLYVEC_WORKERS: '2',
      POLYVEC_LOG_LEVEL: 'info',
      ...env,
    });
    runs.push(run);
    return run;
  };

  it('share the ports, are replaced when they die, and stop together', async () => {
    const run = start();
    await waitFor(run, 'Listening');
    expect(run.output()).toContain('  workers    2\n');
    const urls = [
      `${urlOf(run, 'chroma')}/api/v2/heartbeat`,
      `${urlOf(run, 'console')}/readyz`,
      `${urlOf(run, 'vectorizer')}/health`,
    ];
    const all = async (): Promise<readonly unknown[]> =>
      Promise.all(Array.from({ length: 30 }, async (_, index) => (await get(urls[index % urls.length] ?? '')).status));
    const good: readonly unknown[] = Array(30).fill(200);
    expect(await all()).toEqual(good);

    // every worker counts what it has answered, and each tells the counts of all
    const heartbeats = /^polyvec_requests_total\{[^}]*operation="[^"]*heartbeat"[^}]*\} (\d+)$/gm;
    const told = await Promise.all(Array.from({ length: 4 }, async () => (await get(`${urlOf(run, 'console')}/metrics`)).text));
    const counts = told.map((text) => [...text.matchAll(heartbeats)].map(([, count]) => Number(count)));
    expect(counts.map((each) => [each.length, each.reduce((sum, count) => sum + count, 0)])).toEqual(Array(4).fill([2, 10]));

    const before = await childrenOf(run.child.pid);
    expect(before).toHaveLength(2);
    // one after the other: each has served alone then
    for (const [index, pid] of before.entries()) {
      process.kill(pid, 'SIGKILL');
      await written(run, 'a worker ended', index + 1);
      expect(await all()).toEqual(good);
      await written(run, 'another worker takes requests', index + 1);
    }
    expect(await all()).toEqual(good);

    const last = await childrenOf(run.child.pid);
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
    expect(last.filter(isAlive)).toEqual([]);
  });

  it('tell once what is wrong', async () => {
    const url = new URL(storage.environment['DATABASE_URL'] ?? '');
    url.password = 'wrong';
    const run = start({ DATABASE_URL: url.href });
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toMatch(/^polyvec: cannot use the database at [^\n]*\n$/);
  });
});
