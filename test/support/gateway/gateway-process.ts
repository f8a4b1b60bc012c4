import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { createStorage } from './gateway.js';
import { probed } from './probes.js';
import { POLYVEC } from './program.js';

/** A gateway in a process of its own, as people run it: it can be killed, and its temporary files seen. */
export interface GatewayProcess {
  readonly chromaUrl: string;
  /** Where each protocol is served, by its name. */
  readonly urls: ReadonlyMap<string, string>;
  readonly process: ChildProcess;
  /** What it has written to standard error: its log. */
  readonly log: () => string;
}

/** Where such processes keep their data, one after the other or several at once. */
export interface ProcessStorage {
  readonly temporaryDirectory: string;
  /** Resolves when it listens and has reached its database. @throws Error with what it wrote, when it ends instead. */
  start(): Promise<GatewayProcess>;
  /** The pid of the embedded engine's process. */
  enginePid(): Promise<number>;
  /** A connection to the database, past the gateway; it needs a running gateway when the engine is the embedded one. */
  connect(): Promise<pg.Client>;
  /** Ends what still runs and removes the data. */
  remove(): Promise<void>;
}

export async function createProcessStorage(env: Readonly<Record<string, string>> = {}): Promise<ProcessStorage> {
  const storage = await createStorage();
  const directory = await mkdtemp(join(tmpdir(), 'polyvec-process-'));
  const temporaryDirectory = join(directory, 't');
  await mkdir(temporaryDirectory);
  const started: ChildProcess[] = [];
  const environment = { ...storage.environment, ...env, TMPDIR: temporaryDirectory };
  return {
    temporaryDirectory,
    start: async () => {
      const gateway = await launchGateway(environment, started);
      await ready(gateway);
      return gateway;
    },
    enginePid: () => readEnginePid(storage.environment['POLYVEC_DATA_DIR'] ?? ''),
    connect: async () => {
      const client = new pg.Client(await connectionOf(storage.environment['DATABASE_URL'], temporaryDirectory));
      await client.connect();
      return client;
    },
    remove: async () => {
      await Promise.all(started.map((process) => endProcess(process, 'SIGTERM')));
      await storage.remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A busy machine may take longer to answer the first connection than a start waits for it. */
async function ready({ urls }: GatewayProcess): Promise<void> {
  const url = urls.get('console');
  if (url !== undefined) await probed(url, '/readyz', 200);
}

/** Sends a signal and waits for the end; a process that has ended already is fine. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/**
 * Chroma and the console on free ports, the others off, unless the environment says otherwise. The process is put among those started
 * before it listens. @throws Error with what it wrote, when it ends instead
 */
export async function launchGateway(
  environment: Readonly<Record<string, string>>,
  started: ChildProcess[],
): Promise<GatewayProcess> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [POLYVEC, 'start'], {
    env: {
      PATH,
      HOME,
      POLYVEC_CHROMA_PORT: '0',
      POLYVEC_CONSOLE_PORT: '0',
      POLYVEC_PINECONE_PORT: 'off',
      POLYVEC_VECTORIZER_PORT: 'off',
      POLYVEC_LOG_LEVEL: 'silent',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const urls = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, url] = /^ +(\w+) +(http:\S+)$/.exec(line) ?? [];
    if (name !== undefined && url !== undefined) urls.set(name, url);
    if (line.startsWith('Listening')) return { chromaUrl: urls.get('chroma') ?? '', urls, process: child, log: () => output };
  }
  throw new Error(`the gateway did not start: ${output}`);
}

async function readEnginePid(dataDirectory: string): Promise<number> {
  const lock = (await readdir(dataDirectory)).find((name) => name.endsWith('.lock')) ?? '';
  const holder = JSON.parse(await readFile(join(dataDirectory, lock), 'utf8')) as { child: { pid: number } };
  return holder.child.pid;
}

/** The server's database, or the socket of the embedded engine that runs in this temporary directory. */
async function connectionOf(url: string | undefined, temporaryDirectory: string): Promise<pg.ClientConfig> {
  if (url !== undefined) return { connectionString: url };
  for (const name of await readdir(temporaryDirectory)) {
    const host = join(temporaryDirectory, name);
    if ((await readdir(host)).includes('.s.PGSQL.5432')) return { host, user: 'postgres', database: 'postgres' };
  }
  throw new Error('no embedded engine runs here');
}
