import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A gateway for as long as the demo runs. */
export interface OwnGateway {
  readonly url: string;
  /** The database engine, in the gateway's words. */
  readonly engine: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** Starts the built gateway on a free port, on the embedded engine, in a directory of its own. `signal` ends it at any time. */
export async function startOwnGateway(signal: AbortSignal): Promise<OwnGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-demo-'));
  const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  // the caller's settings are for the caller's gateway, and so is the caller's database
  const environment = Object.entries(process.env).filter(([name]) => name !== 'DATABASE_URL' && !/^(POLYVEC|CHROMA)_/.test(name));
  // one that runs already has the ports that nobody asked for here
  const own = { POLYVEC_PINECONE_PORT: 'off', POLYVEC_VECTORIZER_PORT: 'off' };
  const args = [
    program,
    'start',
    '--path',
    join(directory, 'data'),
    '--port',
    '0',
    '--console-port',
    'off',
    '--log-level',
    'error',
  ];
  const child = spawn(process.execPath, args, {
    env: { ...Object.fromEntries(environment), ...own },
    signal,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // an abort is told as an error, and then the gateway ends as it does otherwise
  child.on('error', () => undefined);
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  const facts = await banner(child);
  const url = facts.get('chroma');
  if (url !== undefined) return { url, engine: (facts.get('engine') ?? '').replace(/, data in .*/, ''), stop };
  await stop();
  throw new Error('the gateway did not start');
}

/** What the gateway says of itself, word by word, until it listens. */
async function banner(child: ChildProcess): Promise<ReadonlyMap<string, string>> {
  const facts = new Map<string, string>();
  if (child.stdout === null) return facts;
  for await (const line of createInterface(child.stdout)) {
    const [, name, value] = /^ {2}(\w+) +(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) facts.set(name, value);
    if (line.startsWith('Listening')) return facts;
  }
  return new Map();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
