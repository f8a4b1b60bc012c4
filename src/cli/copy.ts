import { appendFile, readFile } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { Copier, type CopierOptions, type CopyReport, Unfinished } from '../copy/copier.js';
import { CONFLICT_POLICIES, type Source } from '../copy/copy.js';
import { wantedFields } from '../copy/jsonl/field-map.js';
import { type OpenedTarget, openSource, openTarget, sourcePlace, type Surroundings, targetPlace } from '../copy/places.js';
import { planCopy, type PlannedCopy, type PlanOptions } from '../copy/plan.js';
import { VERIFICATIONS } from '../copy/verification.js';
import { createLogger } from '../logger.js';
import { ProgressBar } from '../move/progress.js';
import { CopyOutput } from './copy-output.js';
import { maintenanceConfig } from './maintenance-config.js';

/** The arguments of `polyvec copy`, as they are given. */
export interface CopyArguments {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly rename?: readonly string[];
  readonly onConflict: string;
  readonly onError: string;
  readonly rejectFile?: string;
  readonly verify: string;
  readonly fromKeyFile?: string;
  readonly toKeyFile?: string;
  readonly checkpointDir?: string;
  readonly map?: string;
  readonly metric?: string;
  readonly restart?: boolean;
  readonly path?: string;
  readonly json?: boolean;
}

/** What a call ends with. */
export type ExitCode = 0 | 1 | 3;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const METRICS = ['l2', 'cosine', 'ip'] as const;
const CHECKPOINTS = './polyvec-copies';
const ON_ERROR = ['stop', 'skip'] as const;

/** The rules of one call. */
type Rules = Pick<CopierOptions, 'policy' | 'verification' | 'onError' | 'isRestart'>;

/**
 * Copies, and prints what has become of it: 0 when all is equal, 1 when something differs or was skipped, 3 when it was interrupted.
 * @throws Error, before anything has been written, when the arguments make no sense or something is in the way
 */
export async function copy(
  environment: Readonly<Record<string, string | undefined>>,
  given: CopyArguments,
  stream: Pick<NodeJS.WriteStream, 'write' | 'columns' | 'isTTY'>,
): Promise<ExitCode> {
  const rules = rulesOf(given);
  const files = filesOf(given);
  const renamed = renamesOf(given.rename ?? []);
  const [from, to] = [sourcePlace(given.from), targetPlace(given.to)];
  const config = maintenanceConfig(environment, given.path === undefined ? {} : { dataDirectory: given.path });
  const output = new CopyOutput((line) => stream.write(`${line}\n`), given.json === true);
  const surroundings = {
    ...{ config, log: logOf(config), isDryRun: given.dryRun === true, files },
    ...(await keysOf(environment, given)),
    checkpointFolder: given.checkpointDir ?? CHECKPOINTS,
  };
  const source = await openSource(from, surroundings);
  try {
    const opened = await openTarget(to, surroundings);
    try {
      const options = { ...given, ...rules, rename: renamed, into: opened.into, isOne: opened.isOne === true };
      const plans = await planCopy(source, opened.target, options satisfies PlanOptions);
      output.plan(plans);
      requireFree(plans);
      if (given.dryRun === true) return 0;
      const progress = stream.isTTY && given.json !== true ? new ProgressBar(stream) : output.progress;
      return await run(source, opened, plans, { ...rules, progress, reject: rejector(given, output) }, output);
    } finally {
      await opened.target.close();
    }
  } finally {
    await source.close();
  }
}

async function run(
  source: Source,
  { target }: OpenedTarget,
  plans: readonly PlannedCopy[],
  options: Omit<CopierOptions, 'signal'>,
  output: CopyOutput,
): Promise<ExitCode> {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    const reports = await new Copier(source, target, { ...options, signal: controller.signal }).copy(plans);
    output.report(reports);
    return reports.every(isWell) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    output.interrupted(error.message, process.argv.slice(2));
    return 3;
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
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
  const isToServer = /^(chroma|pinecone)(\+https?)?:/.test(to);
  const isFromSameKind = /^(chroma|pinecone)(\+https?)?:/.test(from) && keyNameOf(from) === keyNameOf(to);
  return {
    fromKey: fromKeyFile === undefined ? environment[keyNameOf(from)] : await read(fromKeyFile),
    toKey:
      toKeyFile !== undefined ? await read(toKeyFile) : isFromSameKind || !isToServer ? undefined : environment[keyNameOf(to)],
  };
}

/** Each kind of server has its own: the key of one is not for another. */
function keyNameOf(place: string): string {
  if (place.startsWith('postgres:')) return 'PGPASSWORD';
  return place.startsWith('pinecone') ? 'PINECONE_API_KEY' : 'CHROMA_API_KEY';
}

function isWell({ differences, rejects }: CopyReport): boolean {
  return differences.length === 0 && rejects === 0;
}

function rulesOf({ onConflict, onError, verify, restart }: CopyArguments): Rules {
  return {
    policy: oneOf('--on-conflict', onConflict, CONFLICT_POLICIES),
    onError: oneOf('--on-error', onError, ON_ERROR),
    verification: oneOf('--verify', verify, VERIFICATIONS),
    isRestart: restart === true,
  };
}

function filesOf({ map, metric }: CopyArguments): Surroundings['files'] {
  return {
    fields: wantedFields(map),
    metric: metric === undefined ? undefined : oneOf('--metric', metric, METRICS),
  };
}

function oneOf<T extends string>(option: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given);
  if (found === undefined) throw new Error(`${option} must be one of ${known.join(', ')}, not "${given}"`);
  return found;
}

function renamesOf(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((pair) => {
      const [old = '', name = '', ...others] = pair.split('=');
      if (old === '' || name === '' || others.length > 0) throw new Error(`--rename must be old=new, not "${pair}"`);
      return [old, name];
    }),
  );
}

function requireFree(plans: readonly PlannedCopy[]): void {
  const problems = plans.flatMap(({ from, problems: found }) => found.map((problem) => `${from.name}: ${problem}`));
  if (problems.length > 0)
    throw new AggregateError(
      problems.map((problem) => new Error(problem)),
      'nothing was copied',
    );
}

/** Appends to the file, and says it. */
function rejector({ rejectFile }: CopyArguments, output: CopyOutput): CopierOptions['reject'] {
  return async (collection, rejects) => {
    output.rejected(collection, rejects);
    const lines = rejects.map(({ id, reason }) => `${JSON.stringify({ collection, id, reason })}\n`);
    if (rejectFile !== undefined) await appendFile(rejectFile, lines.join(''));
  };
}

function logOf(config: Config): Surroundings['log'] {
  const logger = createLogger(config);
  return (level, message) => {
    logger[level]({ context: 'database' }, message);
  };
}
