import { appendFile, readFile } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { type Checked, checkRecords } from '../copy/check.js';
import { Copier, type CopierOptions, type CopyReport, Unfinished } from '../copy/copier.js';
import type { Source } from '../copy/copy.js';
import { type OpenedTarget, openSource, openTarget, sourcePlace, type Surroundings, targetPlace } from '../copy/places.js';
import { planCopy, type PlannedCopy, type PlanOptions } from '../copy/plan.js';
import { nameOf } from '../copy/record-digest.js';
import { wantedFrom } from '../copy/wanted.js';
import { createLogger } from '../logger.js';
import { NO_PROGRESS, ProgressBar } from '../move/progress.js';
import { CopyOutput } from './copy-output.js';
import {
  type CopyArguments,
  filesOf,
  intervalOf,
  isChecked,
  renamesOf,
  type Rules,
  rulesOf,
  settleOf,
  shadowOf,
  wantedOf,
} from './copy-rules.js';
import { interruptible, ROUND, watch } from './copy-watch.js';
import { maintenanceConfig } from './maintenance-config.js';

/** What a call ends with. */
export type ExitCode = 0 | 1 | 3;

const CHECKPOINTS = './polyvec-copies';

/** Places that ask for a key. */
const SERVER = /^(?:(?:chroma|pinecone|qdrant)(?:\+https?)?|polyvec\+https?):/;

type Stream = Pick<NodeJS.WriteStream, 'write' | 'columns' | 'isTTY'>;

/**
 * Copies, and prints what has become of it: 0 when all is equal, 1 when something differs or was skipped, 3 when it was interrupted.
 * @throws Error, before anything has been written, when the arguments make no sense or something is in the way
 */
export async function copy(
  environment: Readonly<Record<string, string | undefined>>,
  given: CopyArguments,
  stream: Stream,
): Promise<ExitCode> {
  const [rules, searches] = [rulesOf(given), await shadowOf(given)];
  const [from, to] = [sourcePlace(given.from), targetPlace(given.to)];
  const config = maintenanceConfig(environment, given.path === undefined ? {} : { dataDirectory: given.path });
  const output = new CopyOutput((line) => stream.write(`${line}\n`), given.json === true);
  const surroundings = {
    ...{ config, log: logOf(config), isDryRun: given.dryRun === true, files: filesOf(given) },
    ...(await keysOf(environment, given)),
    settleSeconds: settleOf(given),
    checkpointFolder: given.checkpointDir ?? CHECKPOINTS,
  };
  const wanted = wantedOf(given);
  const open = async (): Promise<Source> => wantedFrom(await openSource(from, surroundings), wanted, config);
  const source = await open();
  try {
    const opened = await openTarget(to, surroundings);
    try {
      return await carryOut(source, opened, { given, rules, searches, output, open }, stream);
    } finally {
      await opened.target.close();
    }
  } finally {
    await source.close();
  }
}

/** What a call asks for. */
interface Call {
  readonly given: CopyArguments;
  readonly rules: Rules;
  readonly searches: Awaited<ReturnType<typeof shadowOf>>;
  readonly output: CopyOutput;
  /** The source as it is now. */
  readonly open: () => Promise<Source>;
}

async function carryOut(
  source: Source,
  opened: OpenedTarget,
  { given, rules, searches, output, open }: Call,
  stream: Stream,
): Promise<ExitCode> {
  const options = {
    ...given,
    ...rules,
    rename: renamesOf(given.rename ?? []),
    into: opened.into,
    isOne: opened.isOne === true,
  } satisfies PlanOptions;
  const plans = await planCopy(source, opened.target, options);
  output.plan(plans, opened.target);
  requireFree(plans, opened, rules);
  if (isChecked(given)) requireFit(await checkRecords(source, opened.target, plans, rules.isRestart), rules, output);
  if (given.dryRun === true) return 0;
  const progress = stream.isTTY && given.json !== true ? new ProgressBar(stream) : output.progress;
  const copying = { ...rules, ...searches, progress, reject: rejector(given, output) };
  return interruptible(async (signal) => {
    const code = await run(source, opened, plans, { ...copying, signal }, output);
    if (code === 3 || rules.isWatching !== true) return code;
    return watch<ExitCode>(code, {
      ...{ seconds: intervalOf(given), signal },
      open,
      plan: (current) => planCopy(current, opened.target, { ...options, ...ROUND }),
      run: (current, found) => run(current, opened, found, { ...copying, ...ROUND, signal, progress: NO_PROGRESS }, output),
    });
  });
}

async function run(
  source: Source,
  { target }: OpenedTarget,
  plans: readonly PlannedCopy[],
  options: CopierOptions & { readonly threshold: number },
  output: CopyOutput,
): Promise<ExitCode> {
  try {
    const reports = await new Copier(source, target, options).copy(plans);
    if (options.isRound === true) output.round(reports);
    else output.report(reports);
    output.shadows(reports, options.threshold);
    return reports.every((report) => isWell(report, options.threshold)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    if (options.isRound === true && !options.signal.aborted) output.failedRound(error.message);
    else if (options.isRound !== true) output.interrupted(error.message, process.argv.slice(2));
    return 3;
  }
}

/**
 * From files, or from the environment: never from an argument, which the list of processes shows. What the environment has is for the
 * server that is the source, or else for the one that is the target: a key is not sent to another server.
 */
async function keysOf(
  environment: Readonly<Record<string, string | undefined>>,
  { from, to, fromKeyFile, toKeyFile }: CopyArguments,
): Promise<Pick<Surroundings, 'fromKey' | 'toKey'>> {
  const read = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim();
  const isToServer = SERVER.test(to);
  const isFromSameKind = SERVER.test(from) && keyNameOf(from) === keyNameOf(to);
  return {
    fromKey: fromKeyFile === undefined ? environment[keyNameOf(from)] : await read(fromKeyFile),
    toKey:
      toKeyFile !== undefined ? await read(toKeyFile) : isFromSameKind || !isToServer ? undefined : environment[keyNameOf(to)],
  };
}

/** Each kind of server has its own: the key of one is not for another. */
function keyNameOf(place: string): string {
  if (place.startsWith('postgres:')) return 'PGPASSWORD';
  if (place.startsWith('polyvec+')) return 'POLYVEC_API_KEY';
  if (place.startsWith('qdrant')) return 'QDRANT_API_KEY';
  return place.startsWith('pinecone') ? 'PINECONE_API_KEY' : 'CHROMA_API_KEY';
}

function isWell({ differences, rejects, shadow }: CopyReport, threshold: number): boolean {
  return differences.length === 0 && rejects === 0 && (shadow?.overlap ?? 1) >= threshold;
}

function requireFree(plans: readonly PlannedCopy[], { target }: OpenedTarget, { isWatching }: Rules): void {
  if (isWatching === true && !target.policies.includes('skip')) throw new Error('--watch needs a database or a server as TO');
  const problems = plans.flatMap(({ from, problems: found }) => found.map((problem) => `${from.name}: ${problem}`));
  if (problems.length > 0)
    throw new AggregateError(
      problems.map((problem) => new Error(problem)),
      'nothing was copied',
    );
}

/** With `stop` the copy would end at the first of them, when those before it are there. */
function requireFit({ named, count }: Checked, { onError }: Rules, output: CopyOutput): void {
  if (count === 0) return;
  if (onError === 'skip') {
    output.unfit(count);
    return;
  }
  const others = count > named.length ? [new Error(`${String(count - named.length)} more`)] : [];
  throw new AggregateError(
    [
      ...named.map((record) => new Error(`${record.collection}: ${nameOf(record)} cannot be copied: ${record.reason}`)),
      ...others,
      new Error('nothing was copied: --on-error skip --reject-file FILE copies all the others'),
    ],
    'nothing was copied',
  );
}

/** Appends to the file, and says it. */
function rejector({ rejectFile }: CopyArguments, output: CopyOutput): CopierOptions['reject'] {
  return async (collection, rejects) => {
    output.rejected(collection, rejects);
    const lines = rejects.map(({ id, namespace, reason }) => `${JSON.stringify({ collection, namespace, id, reason })}\n`);
    if (rejectFile !== undefined) await appendFile(rejectFile, lines.join(''));
  };
}

function logOf(config: Config): Surroundings['log'] {
  const logger = createLogger(config);
  return (level, message) => {
    logger[level]({ context: 'database' }, message);
  };
}
