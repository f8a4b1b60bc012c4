import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { send } from './exchange.js';

/** A running Chroma server; `stop` ends it and removes its data. */
export interface ChromaServer {
  readonly chromaUrl: string;
  readonly stop: () => Promise<void>;
}

const START_ATTEMPTS = 150;
const PAUSE_MS = 200;

/** Starts the real Chroma server on a free loopback port, with an empty store and `reset` allowed. */
export async function startChroma(): Promise<ChromaServer> {
  const program = chromaProgram('chroma');
  const directory = await mkdtemp(join(tmpdir(), 'chroma-'));
  const port = await freePort();
  const configuration = join(directory, 'config.yaml');
  await writeFile(configuration, configurationFile(port, join(directory, 'data')));
  return started(program, ['run', configuration], { port, version: 'v2', directory });
}

/** Starts the server of an older release on a folder of its own, of API v1 or v2, in the environment of that release's client. */
export async function startChromaOf(release: string, folder: string, version: 'v1' | 'v2'): Promise<ChromaServer> {
  const program = resolve(`.clients/python-${release}`, 'bin', 'chroma');
  if (!existsSync(program)) throw new Error(`${program} does not exist: npm run clients installs it`);
  const port = await freePort();
  return started(program, ['run', '--path', folder, '--host', '127.0.0.1', '--port', String(port)], { port, version });
}

/** `directory`: what is removed when it has ended. */
async function started(
  program: string,
  words: readonly string[],
  { port, version, directory }: { readonly port: number; readonly version: 'v1' | 'v2'; readonly directory?: string },
): Promise<ChromaServer> {
  const server = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  server.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  server.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const stop = async (): Promise<void> => {
    await ended(server);
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  };
  const chromaUrl = `http://127.0.0.1:${String(port)}`;
  try {
    await answering(server, chromaUrl, version);
  } catch (error) {
    await stop();
    throw new Error(`Chroma's server did not start: ${output.join('').slice(-2000)}`, { cause: error });
  }
  return { chromaUrl, stop };
}

/** The release of the server that `startChroma` starts, such as `1.5.9`. Its own version route says `1.0.0`, whatever it is. */
export function chromaRelease(): string {
  const question = "from importlib.metadata import version; print(version('chromadb'))";
  return execFileSync(chromaProgram('python'), ['-c', question], { encoding: 'utf8' }).trim();
}

/** A command of the pinned Python environment. Its absence is a failure: a skipped comparison proves nothing. */
function chromaProgram(name: string): string {
  const environment = process.env['CHROMA_VENV'] ?? resolve('.clients/python-1.5.9');
  const program = join(environment, 'bin', name);
  if (existsSync(program)) return program;
  throw new Error(
    `The Chroma server to compare with is missing: ${program} does not exist. ` +
      'Run test/clients/python/install.sh, or set CHROMA_VENV to a Python environment with chromadb 1.5.9.',
  );
}

function configurationFile(port: number, directory: string): string {
  return [
    `port: ${String(port)}`,
    'listen_address: "127.0.0.1"',
    `persist_path: ${JSON.stringify(directory)}`,
    'allow_reset: true',
    '',
  ].join('\n');
}

async function answering(server: ChildProcess, url: string, version: 'v1' | 'v2'): Promise<void> {
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`it ended with ${String(server.exitCode)}`);
    const answer = await send(url, { method: 'GET', path: `/api/${version}/heartbeat` });
    if (answer.status === 200) return;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  throw new Error('it never answered');
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await exit;
}

/** A port that was free a moment ago: the server cannot be asked to choose one itself and tell. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
