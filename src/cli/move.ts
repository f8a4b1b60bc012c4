import type { Config } from '../config/config.js';
import { MiB, positive, postgresUrl } from '../config/values.js';
import { GatewayError } from '../errors.js';
import { createLogger } from '../logger.js';
import { compareAll } from '../move/comparison.js';
import type { Comparison } from '../move/move.js';
import { Mover } from '../move/mover.js';
import { openSource } from '../move/open-source.js';
import { grouped, type Progress, ProgressBar, ProgressLines } from '../move/progress.js';
import { SourceStore } from '../move/source.store.js';
import type { Database } from '../postgres/database.js';
import type { EngineLog } from '../postgres/engine.js';
import { openDatabase, openUnchanged } from '../postgres/open-database.js';
import { maintenanceConfig, type Print } from './maintenance-config.js';
import { dryRun } from './move-dry-run.js';

/** What `polyvec move` is asked for. */
export interface MoveOptions {
  readonly to: string;
  /** A data directory or a postgres:// URL; absent: the data directory of the settings. */
  readonly from?: string | undefined;
  /** Nothing is moved: what is there is compared. */
  readonly isVerifyOnly: boolean;
  /** Nothing is moved: it is printed what would be. */
  readonly isDryRun: boolean;
  readonly batchRows: number;
}

/** The most that is held of a page of records, about. */
const PAGE_BYTES = 8 * MiB;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Checks what stands behind the options. @throws Error that names the option */
export function moveOptions(given: {
  readonly to: string;
  readonly from?: string;
  readonly verifyOnly?: boolean;
  readonly dryRun?: boolean;
  readonly batchRows: string;
}): MoveOptions {
  if (given.verifyOnly === true && given.dryRun === true) throw new Error('--verify-only or --dry-run, not both');
  return {
    to: read('--to', given.to, postgresUrl),
    from: given.from,
    isVerifyOnly: given.verifyOnly === true,
    isDryRun: given.dryRun === true,
    batchRows: read('--batch-rows', given.batchRows, positive),
  };
}

/**
 * Moves everything, or compares it, and prints a table. True when all is equal; of a dry run, when a move may begin. SIGINT and SIGTERM end it; the same call goes on then.
 * @throws Error when one of the databases cannot be used, or the target holds something else
 */
export async function move(
  environment: Readonly<Record<string, string | undefined>>,
  options: MoveOptions,
  print: Print,
  terminal?: NodeJS.WriteStream,
): Promise<boolean> {
  const config = maintenanceConfig(environment, {});
  const logger = createLogger(config);
  const log: EngineLog = (level, message) => {
    logger[level]({ context: 'database' }, message);
  };
  const progress = terminal === undefined ? new ProgressLines(print) : new ProgressBar(terminal);
  const start = performance.now();
  try {
    if (options.isDryRun) {
      const places = { source: sourceConfig(config, options.from), target: serverConfig(config, options.to) };
      return await dryRun(places, log, print);
    }
    const comparisons = await withBoth(config, options, log, (source, target) =>
      options.isVerifyOnly ? verify(source, target, progress) : moveAll(source, target, options, progress),
    );
    for (const line of reportOf(comparisons, options, (performance.now() - start) / 1000)) print(line);
    return comparisons.every(({ differences }) => differences.length === 0);
  } catch (error) {
    // a person reads it, who can do something about the database
    if (error instanceof GatewayError && error.cause instanceof Error) throw new Error(error.cause.message, { cause: error });
    throw error;
  }
}

async function withBoth<T>(
  config: Config,
  options: MoveOptions,
  log: EngineLog,
  work: (source: Database, target: Database) => Promise<T>,
): Promise<T> {
  const source = await openSource(sourceConfig(config, options.from), log);
  try {
    const open = options.isVerifyOnly ? openUnchanged : openDatabase;
    const target = await open(serverConfig(config, options.to), log);
    try {
      return await work(source.database, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function moveAll(
  source: Database,
  target: Database,
  { batchRows }: MoveOptions,
  progress: Progress,
): Promise<readonly Comparison[]> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  const limits = { rows: batchRows, bytes: PAGE_BYTES };
  try {
    return await reading(source, (store) => new Mover(store, target, { limits, progress, signal: controller.signal }).move());
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
}

async function verify(source: Database, target: Database, progress: Progress): Promise<readonly Comparison[]> {
  return reading(source, (from) => reading(target, (to) => compareAll(from, to, progress)));
}

/** Reads a database as it is at one moment. */
async function reading<T>(database: Database, work: (store: SourceStore) => Promise<T>): Promise<T> {
  return database.transaction(async (transaction) => {
    const store = new SourceStore(transaction);
    await store.prepare();
    return work(store);
  }, 'snapshot');
}

function sourceConfig(config: Config, from: string | undefined): Config {
  if (from !== undefined && /^postgres(ql)?:\/\//.test(from)) return serverConfig(config, read('--from', from, postgresUrl));
  // DATABASE_URL may name the target already
  const embedded = {
    ...config,
    databaseUrl: undefined,
    directDatabaseUrl: undefined,
    replicaUrl: undefined,
    pooler: 'off',
  } as const;
  return from === undefined ? embedded : { ...embedded, dataDirectory: from };
}

/** What the settings say of the ways beside `DATABASE_URL` is not about this one. */
function serverConfig(config: Config, databaseUrl: string): Config {
  return { ...config, databaseUrl, directDatabaseUrl: undefined, replicaUrl: undefined };
}

function reportOf(comparisons: readonly Comparison[], { isVerifyOnly }: MoveOptions, seconds: number): readonly string[] {
  const width = Math.max('collection'.length, ...comparisons.map(({ label }) => label.length));
  const row = (label: string, records: string, time: string, checksum: string): string =>
    `${label.padEnd(width)}  ${records.padStart(13)}  ${time.padStart(9)}  ${checksum}`;
  const different = comparisons.filter(({ differences }) => differences.length > 0);
  const records = comparisons.reduce((sum, comparison) => sum + comparison.records, 0);
  const done = `${isVerifyOnly ? 'compared' : 'moved'} ${grouped(records)} records in ${seconds.toFixed(1)} s`;
  return [
    row('collection', 'records', 'seconds', 'checksum'),
    ...comparisons.map((each) =>
      row(each.label, grouped(each.records), each.seconds.toFixed(1), each.differences.length === 0 ? 'equal' : 'DIFFERENT'),
    ),
    ...different.flatMap(({ label, differences }) => differences.map((difference) => `WRONG: ${label}: ${difference}`)),
    different.length === 0 ? `${done}, and all of it is equal` : failure(different.length, isVerifyOnly),
  ];
}

function failure(different: number, isVerifyOnly: boolean): string {
  const what = `${grouped(different)} of them ${different === 1 ? 'differs' : 'differ'}`;
  return isVerifyOnly ? what : `${what}: nothing is to be seen in the target yet, and the same command copies what differs anew`;
}

function read<T>(option: string, given: string, reader: (text: string) => T): T {
  try {
    return reader(given);
  } catch (error) {
    // without what was given, which may hold a password
    throw new Error(`${option} must be ${(error as Error).message}`, { cause: error });
  }
}
