import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { type Config, readConfig } from '../config/config.js';
import type { Gateway } from '../gateway.js';
import { createLogger, isForPeople, LogOutput } from '../logger.js';
import { DATABASE } from '../postgres/embedded/data-directory.js';
import { openResources } from '../resources.js';
import { tellProblems } from './problems.js';
import { stopOnSignals } from './stop-on-signals.js';
import { Supervisor } from './supervisor.js';
import { workerCountOf } from './worker-count.js';
import type { WorkerMessage } from './worker-messages.js';

/** Starts the gateway, or as many workers as the settings ask for, prints where it is, and stops it on SIGINT or SIGTERM. */
export async function start(version: string, overrides: Partial<Record<keyof Config, string>>): Promise<void> {
  const config = readConfig(process.env, overrides);
  const workers = workerCountOf(config);
  if (cluster.isWorker) await work(version, config, workers);
  else if (workers > 1) await new Supervisor(workers, createLogger(config)).run();
  else await serve(version, config);
}

async function serve(version: string, config: Config): Promise<void> {
  // what people look for is not to be searched for among warnings
  const output = isForPeople(config) ? LogOutput.held() : new LogOutput();
  if (isForPeople(config)) announceNewDatabase(config);
  const starting = loadAndStart(config, output).catch((error: unknown) => {
    output.release();
    throw error;
  });
  stopOnSignals(starting, config);
  const gateway = await starting;
  void gateway.failure.then((error) => {
    tellProblems(error);
    process.exit(1);
  });
  // a program that waits for the last line may send a signal at once
  process.stdout.write(banner(version, gateway, config, 1));
  output.release();
}

/** Otherwise nothing would be seen for some seconds. */
function announceNewDatabase({ databaseUrl, dataDirectory }: Config): void {
  if (databaseUrl !== undefined || existsSync(join(dataDirectory, DATABASE))) return;
  process.stderr.write(`Making a new database in ${dataDirectory}: the first start takes some seconds…\n`);
}

/** Serves beside others; the channel to the supervisor would keep a process that has failed. */
async function work(version: string, config: Config, workers: number): Promise<void> {
  const fail = (error: unknown): void => {
    tellProblems(error);
    process.exit(1);
  };
  try {
    const starting = loadAndStart(config);
    stopOnSignals(starting, config);
    const gateway = await starting;
    void gateway.failure.then((error) => {
      send({ kind: 'failed' }, () => {
        fail(error);
      });
    });
    send({ kind: 'listening', banner: banner(version, gateway, config, workers) });
  } catch (error) {
    fail(error);
  }
}

/** The supervisor of workers, which starts no gateway, is spared loading one. The database opens meanwhile. */
async function loadAndStart(config: Config, output?: LogOutput): Promise<Gateway> {
  const opening = openResources(config, output);
  // a failure is met below
  opening.catch(() => undefined);
  keepCompiledCode();
  // eslint-disable-next-line no-restricted-syntax
  const { startGateway } = await import('../gateway.js');
  return startGateway(config, opening);
}

/** From Node 22 on, what V8 has compiled is kept between starts, in the directory for temporary files: a fifth less time until it listens. */
function keepCompiledCode(): void {
  (module as { readonly enableCompileCache?: () => unknown }).enableCompileCache?.();
}

function send(message: WorkerMessage, sent: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, sent);
}

/** What a person wants to know, and a script may wait for: the last line. */
function banner(version: string, gateway: Gateway, { auth }: Config, workers: number): string {
  const urls = [...gateway.urls].map(([name, url]) => `  ${name.padEnd(10)} ${url}`);
  const console = gateway.urls.get('console');
  const docs = console === undefined ? [] : [`  docs       ${console}/docs`];
  const [first] = gateway.indexPorts;
  const indexes = first === undefined ? [] : [`  indexes    ports ${String(first)} to ${String(gateway.indexPorts.at(-1))}`];
  return [
    `Polyvec ${version}`,
    `  engine     ${gateway.engine}`,
    `  auth       ${auth === 'keys' ? 'keys: `polyvec keys create` makes one' : 'off: whoever reaches a port can read and write everything'}`,
    ...urls,
    ...docs,
    ...indexes,
    ...(workers > 1 ? [`  workers    ${String(workers)}`] : []),
    'Listening. Ctrl-C stops it.',
    '',
  ].join('\n');
}
