/**
 * `npm run bench -- start`: how long the installed package takes from its command to the first answer, and how much memory it has when
 * nothing is asked of it, beside `chroma run`. `--rounds 3` is the default; the figures are medians.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { markdownTable, provenance } from './report.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const CHROMA = join(root, '.clients/python-1.5.9/bin/chroma');
/** After the start, garbage is collected and caches are written. */
const IDLE_MS = 10_000;
const POLL_MS = 10;
const LIMIT_MS = 120_000;
const MiB = 1024 * 1024;

/** One of those that are compared. */
interface Server {
  readonly name: string;
  launch(data: string, port: number): ChildProcess;
}

interface Start {
  readonly ms: number;
  /** Of all its processes; what they share counts once. */
  readonly idleBytes: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } }, allowPositionals: true });
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-bench-start-'));
  try {
    const servers = [polyvecIn(await install(directory)), ...(existsSync(CHROMA) ? [chroma()] : [])];
    const results = servers.map(() => ({ cold: [] as Start[], warm: [] as Start[] }));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [at, server] of servers.entries()) {
        const data = await mkdtemp(join(directory, 'data-'));
        results[at]?.cold.push(await measure(server, data));
        results[at]?.warm.push(await measure(server, data));
      }
    }
    console.log(provenance('npm run bench -- start'));
    console.log(reportOf(servers, results).join('\n'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Makes the package and installs it in an empty folder. @returns the program */
async function install(directory: string): Promise<string> {
  const packed = spawnSync(process.execPath, ['scripts/package.js', directory], { cwd: root, encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(packed.stderr);
  await writeFile(join(directory, 'package.json'), '{ "private": true }');
  const words = ['install', '--offline', '--no-audit', '--no-fund', packed.stdout.trim().split('\n').at(-1) ?? ''];
  const installed = spawnSync('npm', words, { cwd: directory, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(installed.stderr);
  return join(directory, 'node_modules/.bin/polyvec');
}

function polyvecIn(program: string): Server {
  const settings = { POLYVEC_CONSOLE_PORT: '0', POLYVEC_PINECONE_PORT: '0', POLYVEC_VECTORIZER_PORT: '0' };
  const ports = { ...settings, POLYVEC_PINECONE_INDEX_PORTS: '0:100' };
  return {
    name: 'Polyvec, embedded',
    launch: (data, port) =>
      spawn(program, ['start', '--path', data, '--port', String(port)], { env: { ...process.env, ...ports }, stdio: 'ignore' }),
  };
}

function chroma(): Server {
  return {
    name: 'Chroma 1.5.9',
    launch: (data, port) => spawn(CHROMA, ['run', '--path', data, '--port', String(port)], { stdio: 'ignore' }),
  };
}

async function measure(server: Server, data: string): Promise<Start> {
  const port = await freePort();
  const before = performance.now();
  const child = server.launch(data, port);
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null || performance.now() - before > LIMIT_MS)
        throw new Error(`${server.name} does not start: ${String(child.exitCode)}`);
      await sleep(POLL_MS);
    }
    const ms = performance.now() - before;
    await sleep(IDLE_MS);
    return { ms, idleBytes: await memoryOf(child.pid ?? 0) };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${String(port)}/api/v2/heartbeat`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The proportional set sizes of a process and all that descend from it, from Linux' /proc. */
async function memoryOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${String(pid)}/smaps_rollup`, 'utf8').catch(() => '');
  const own = Number(/^Pss: +(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
  const tasks = await readdir(`/proc/${String(pid)}/task`).catch(() => []);
  const lists = tasks.map((task) => readFile(`/proc/${String(pid)}/task/${task}/children`, 'utf8').catch(() => ''));
  const children = (await Promise.all(lists)).flatMap((list) => list.trim().split(' ')).filter((child) => child !== '');
  return (await Promise.all(children.map((child) => memoryOf(Number(child))))).reduce((sum, bytes) => sum + bytes, own);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function reportOf(
  servers: readonly Server[],
  results: readonly { readonly cold: readonly Start[]; readonly warm: readonly Start[] }[],
): readonly string[] {
  const rows = (['cold', 'warm'] as const).flatMap((kind) => [
    cells(
      `${kind} start to first answer, s`,
      results.map((result) => median(result[kind].map(({ ms }) => ms)) / 1000),
      1,
    ),
    cells(
      `memory, idle after a ${kind} start, MiB`,
      results.map((result) => median(result[kind].map((one) => one.idleBytes)) / MiB),
      0,
    ),
  ]);
  return markdownTable([...servers.map(({ name }) => name), 'ratio'], rows);
}

function cells(name: string, figures: readonly number[], digits: number): readonly string[] {
  const [own = NaN, other = NaN] = figures;
  return [name, ...figures.map((figure) => figure.toFixed(digits)), (own / other).toFixed(1)];
}

function median(figures: readonly number[]): number {
  return [...figures].sort((one, other) => one - other)[Math.floor(figures.length / 2)] ?? NaN;
}

await main();
