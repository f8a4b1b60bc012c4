import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';

/** A server under test, as a process of its own. */
export interface Engine {
  readonly name: string;
  readonly url: string;
  /** The process; its CPU time is the gateway's. */
  readonly pid: number;
  /** Milliseconds from the start of the process to the first answer, in an empty and in a filled data directory. */
  readonly startMs: { readonly fresh: number; readonly again: number };
  stop(): Promise<void>;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
}

/** The real server, of the Python package `chromadb`. */
export async function startChroma(): Promise<Engine> {
  const environment = process.env['CHROMA_VENV'] ?? resolve('.clients/python-1.5.9');
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-'));
  const port = await freePort();
  const file = join(directory, 'config.yaml');
  await writeFile(file, `port: ${String(port)}\npersist_path: ${join(directory, 'data')}\n`);
  const url = `http://127.0.0.1:${String(port)}`;
  return start('Chroma 1.5.9', { command: join(environment, 'bin/chroma'), args: ['run', file], env: {}, url }, () =>
    rm(directory, { recursive: true, force: true }),
  );
}

/** Polyvec on its embedded Postgres. */
export async function startEmbedded(): Promise<Engine> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-'));
  const program = await polyvec({ POLYVEC_DATA_DIR: join(directory, 'data') });
  return start('Polyvec, embedded', program, () => rm(directory, { recursive: true, force: true }));
}

/** Polyvec on a Postgres server, in a database of its own. */
export async function startServer(server: string): Promise<Engine & { readonly databaseUrl: string }> {
  const name = `polyvec_bench_${String(process.pid)}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const program = await polyvec({ DATABASE_URL: url.href });
  const engine = await start('Polyvec, server', program, () => administer(server, `DROP DATABASE ${name} WITH (FORCE)`));
  return { ...engine, databaseUrl: url.href };
}

async function polyvec(env: Readonly<Record<string, string>>): Promise<Program> {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const settings = { POLYVEC_CHROMA_PORT: String(port), POLYVEC_CONSOLE_PORT: 'off', POLYVEC_LOG_LEVEL: 'error', ...env };
  return { command: process.execPath, args: [resolve('dist/main.js'), 'start'], env: settings, url };
}

async function start(name: string, program: Program, remove: () => Promise<void>): Promise<Engine> {
  const first = await launch(program);
  await end(first.child);
  const second = await launch(program);
  return {
    name,
    url: program.url,
    pid: second.child.pid ?? 0,
    startMs: { fresh: first.ms, again: second.ms },
    stop: async () => {
      await end(second.child);
      await remove();
    },
  };
}

async function launch({ command, args, env, url }: Program): Promise<{ child: ChildProcess; ms: number }> {
  const before = performance.now();
  // a server under test has its own settings only
  const inherited = Object.entries(process.env).filter(([name]) => name !== 'DATABASE_URL' && !name.startsWith('POLYVEC_'));
  const child = spawn(command, args, { env: { ...Object.fromEntries(inherited), ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ended with code ${String(child.exitCode)}`);
    // a connection that was taken before the server was ready may never be answered
    const signal = AbortSignal.timeout(1_000);
    const answer = await fetch(`${url}/api/v2/tenants/default_tenant`, { signal, headers: { connection: 'close' } }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return { child, ms: performance.now() - before };
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  // the real server takes its time
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}

/** CPU seconds that a process and its threads have used. */
export async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

async function freePort(): Promise<number> {
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
