import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { cpuOfDatabase, cpuOfTree, type CpuTimes } from './processes.js';

/** A server under test, as a process of its own. */
export interface Engine {
  readonly name: string;
  readonly url: string;
  /** CPU time so far: of the server with its child processes, and of its sessions on a Postgres server. */
  cpu(): Promise<{ readonly server: CpuTimes; readonly postgres: CpuTimes }>;
  /** Milliseconds from the start of the process to the first answer, in an empty and in a filled data directory. */
  readonly startMs: { readonly fresh: number; readonly again: number };
  stop(): Promise<void>;
}

/** A server that can be ended and started again: what it has kept stays, at the same address. */
export interface RestartableEngine extends Engine {
  restart(): Promise<void>;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  /** What it says is not shown. */
  readonly isQuiet?: boolean;
}

/** The real server, of the Python package `chromadb`. Here and below, `signal` ends the server, also while it starts. */
export async function startChroma(signal: AbortSignal): Promise<RestartableEngine> {
  const environment = process.env['CHROMA_VENV'] ?? resolve('.clients/python-1.5.9');
  const command = join(environment, 'bin/chroma');
  if (!existsSync(command)) {
    throw new Error(`${command} is missing: run test/clients/python/install.sh, or name a Python environment in CHROMA_VENV`);
  }
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-'));
  const port = await freePort();
  const file = join(directory, 'config.yaml');
  await writeFile(file, `port: ${String(port)}\npersist_path: ${join(directory, 'data')}\n`);
  const url = `http://127.0.0.1:${String(port)}`;
  const program = { command, args: ['run', file], env: {}, url, isQuiet: true };
  return start('Chroma 1.5.9', program, signal, () => rm(directory, { recursive: true, force: true }));
}

/** Polyvec on its embedded Postgres. `settings` are added to those of every engine. */
export async function startEmbedded(signal: AbortSignal, settings: Readonly<Record<string, string>> = {}): Promise<Engine> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-'));
  const program = await polyvec({ POLYVEC_DATA_DIR: join(directory, 'data'), ...settings });
  return start('Polyvec, embedded', program, signal, () => rm(directory, { recursive: true, force: true }));
}

/** Polyvec on a Postgres server, in a database of its own. `settings` are added to those of every engine. */
export async function startServer(
  server: string,
  signal: AbortSignal,
  settings: Readonly<Record<string, string>> = {},
): Promise<Engine & { readonly databaseUrl: string }> {
  const name = `polyvec_bench_${String(process.pid)}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const program = await polyvec({ DATABASE_URL: url.href, ...settings });
  const engine = await start('Polyvec, server', program, signal, () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`));
  const cpu = async (): ReturnType<Engine['cpu']> => ({ ...(await engine.cpu()), postgres: await cpuOfDatabase(name) });
  return { ...engine, cpu, databaseUrl: url.href };
}

/** Another gateway of Polyvec on a database that one has open. */
export async function startBeside(
  databaseUrl: string,
  signal: AbortSignal,
  settings: Readonly<Record<string, string>>,
): Promise<Engine> {
  return start('Polyvec, server', await polyvec({ DATABASE_URL: databaseUrl, ...settings }), signal, () => Promise.resolve());
}

async function polyvec(env: Readonly<Record<string, string>>): Promise<Program> {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const settings = {
    POLYVEC_CHROMA_PORT: String(port),
    POLYVEC_CONSOLE_PORT: 'off',
    POLYVEC_PINECONE_PORT: 'off',
    POLYVEC_VECTORIZER_PORT: 'off',
    POLYVEC_LOG_LEVEL: 'error',
    ...env,
  };
  return { command: process.execPath, args: [resolve('dist/main.js'), 'start'], env: settings, url };
}

async function start(
  name: string,
  program: Program,
  signal: AbortSignal,
  remove: () => Promise<void>,
): Promise<RestartableEngine> {
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child !== undefined) await end(child);
    await remove();
  };
  const restart = async (): Promise<number> => {
    if (child !== undefined) await end(child);
    return answering(program, (child = launch(program, signal)));
  };
  try {
    const fresh = await restart();
    const again = await restart();
    return {
      name,
      url: program.url,
      startMs: { fresh, again },
      cpu: async () => ({ server: await cpuOfTree(child?.pid ?? 0), postgres: new Map() }),
      restart: async () => {
        await restart();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function launch({ command, args, env, isQuiet }: Program, signal: AbortSignal): ChildProcess {
  // a server under test has its own settings only
  const inherited = Object.entries(process.env).filter(([name]) => name !== 'DATABASE_URL' && !/^(POLYVEC|CHROMA)_/.test(name));
  return spawn(command, args, {
    signal,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'ignore', isQuiet === true ? 'ignore' : 'inherit'],
  });
}

/** Milliseconds until the process answers. */
async function answering({ command, url }: Program, child: ChildProcess): Promise<number> {
  const before = performance.now();
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (;;) {
    if (failure !== undefined) throw failure;
    if (hasEnded(child)) throw new Error(`${command} ended with ${String(child.exitCode ?? child.signalCode)}`);
    // a connection that was taken before the server was ready may never be answered
    const signal = AbortSignal.timeout(1_000);
    const headers = { connection: 'close' };
    const answer = await fetch(`${url}/api/v2/tenants/default_tenant`, { signal, headers }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return performance.now() - before;
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  // the real server takes its time
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
