import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createStorage, type TestStorage } from '../support/gateway.js';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const REGISTER = new URL('../support/register.js', import.meta.url).href;

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
}

/** `polyvec …`, as a process. */
function polyvec(args: readonly string[], env: Readonly<Record<string, string>>): Run {
  const environment = { PATH: process.env['PATH'] ?? '', ...env };
  const child = spawn(process.execPath, ['--no-warnings', '--import', REGISTER, MAIN, ...args], { env: environment });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}

async function waitFor(run: Run, text: string): Promise<void> {
  while (!run.output().includes(text)) {
    if (run.child.exitCode !== null) throw new Error(`it ended with code ${String(run.child.exitCode)}: ${run.output()}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

async function exitCode(run: Run): Promise<unknown> {
  if (run.child.exitCode !== null) return run.child.exitCode;
  const [code] = (await once(run.child, 'exit')) as [unknown];
  return code;
}

describe('polyvec start', () => {
  let storage: TestStorage;
  const ports = { POLYVEC_CHROMA_PORT: '0', POLYVEC_CONSOLE_PORT: '0', POLYVEC_PINECONE_PORT: '0', POLYVEC_VECTORIZER_PORT: '0', POLYVEC_PINECONE_INDEX_PORTS: '0:2' };

  beforeEach(async () => {
    storage = await createStorage();
  });

  afterEach(async () => {
    await storage.remove();
  });

  it('says what it is, where its data is and where it listens, serves, and stops on SIGTERM with code 0', async () => {
    const run = polyvec(['start'], { ...ports, ...storage.environment });
    await waitFor(run, 'Listening');
    expect(run.output()).toMatch(/Polyvec \d+\.\d+\.\d+\n {2}engine +.*Postgres \d+.*pgvector \d+.*\n {2}auth +off/);
    const url = /chroma +(\S+)/.exec(run.output())?.[1] ?? '';
    expect((await fetch(`${url}/api/v2/heartbeat`)).status).toBe(200);
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
  });

  it('takes flags over the environment', async () => {
    const run = polyvec(['start', '--port', '0', '--host', '127.0.0.1'], {
      ...ports,
      POLYVEC_CHROMA_PORT: '1',
      ...storage.environment,
    });
    await waitFor(run, 'Listening');
    run.child.kill('SIGINT');
    expect(await exitCode(run)).toBe(0);
  });

  it('lists everything that is wrong with the settings, and does not start', async () => {
    const run = polyvec(['start', '--port', 'x'], { POLYVEC_POOL_SIZE: '-1', POLYVEC_NOPE: '1' });
    expect(await exitCode(run)).toBe(1);
    expect(run.output().trim().split('\n')).toEqual([
      'polyvec: --chromaPort must be a port number, 0 or off, not "x"',
      'polyvec: POLYVEC_POOL_SIZE must be a whole number above 0, not "-1"',
      'polyvec: POLYVEC_NOPE is not a setting',
    ]);
  });

  it('helps', async () => {
    const run = polyvec(['start', '--help'], {});
    expect(await exitCode(run)).toBe(0);
    for (const option of ['--path', '--port', '--host']) expect(run.output()).toContain(option);
  });

  it('says that the port is in use', async () => {
    const first = polyvec(['start'], { ...ports, ...storage.environment });
    await waitFor(first, 'Listening');
    const port = new URL(/chroma +(\S+)/.exec(first.output())?.[1] ?? '').port;
    const other = await createStorage();
    const second = polyvec(['start', '--port', port], { ...ports, ...other.environment });
    expect(await exitCode(second)).toBe(1);
    expect(second.output()).toContain(`cannot listen on 127.0.0.1 port ${port} for chroma: it is in use`);
    first.child.kill('SIGTERM');
    await exitCode(first);
    await other.remove();
  });

  it('says what to do when there is no database server', async () => {
    const run = polyvec(['start'], { ...ports, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toContain('polyvec: ');
    expect(run.output()).toContain('ECONNREFUSED');
  });
});
