import { readFile } from 'node:fs/promises';
import type { CopierOptions } from '../copy/copier.js';
import { CONFLICT_POLICIES, type ShadowQuery } from '../copy/copy.js';
import { wantedFields } from '../copy/jsonl/field-map.js';
import { shadowQueries } from '../copy/jsonl/shadow-queries.js';
import type { Surroundings } from '../copy/places.js';
import { recordFilter } from '../copy/record-filter.js';
import { verificationOf } from '../copy/verification.js';
import type { Wanted } from '../copy/wanted.js';

/** The arguments of `polyvec copy`, as they are given. */
export interface CopyArguments {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  /** All records are read beforehand; absent: where a target takes what it should not keep. */
  readonly check?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly rename?: readonly string[];
  readonly onConflict: string;
  readonly onError: string;
  readonly rejectFile?: string;
  /** Absent: `full`, or a sample where reading is charged for. */
  readonly verify?: string;
  /** Records in a second. */
  readonly rate?: string;
  /** The seconds between rounds; true: the default. */
  readonly watch?: string | boolean;
  /** How many searches both sides carry out. */
  readonly shadow?: string;
  /** A file of searches. */
  readonly shadowQueries?: string;
  readonly shadowThreshold?: string;
  readonly fromKeyFile?: string;
  readonly toKeyFile?: string;
  readonly checkpointDir?: string;
  /** In seconds. */
  readonly settle?: string;
  readonly map?: string;
  readonly metric?: string;
  readonly namespace?: readonly string[];
  /** A condition on metadata, as JSON. */
  readonly filter?: string;
  /** The most records of each collection. */
  readonly limit?: string;
  /** A number of bytes: 500k, 4M. */
  readonly batchBytes?: string;
  readonly concurrency?: string;
  /** The model that makes vectors of the texts of records without one. */
  readonly embed?: string;
  readonly restart?: boolean;
  readonly path?: string;
  readonly json?: boolean;
}

const METRICS = ['l2', 'cosine', 'ip'] as const;
const ON_ERROR = ['stop', 'skip'] as const;
/** Pinecone charges for what is read. */
const CHARGED = 'sample=1000';
const THRESHOLD = 0.95;
const WATCH_SECONDS = 10;
const MAX_CONCURRENCY = 64;
const DEFAULT_NAMESPACE = '__default__';
const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1024],
  ['m', 1024 * 1024],
]);

/** The rules of one call. */
export type Rules = Pick<
  CopierOptions,
  'policy' | 'verification' | 'onError' | 'isRestart' | 'rate' | 'isWatching' | 'concurrency'
>;

export function rulesOf({ to, onConflict, onError, verify, restart, rate, watch, concurrency }: CopyArguments): Rules {
  return {
    concurrency: concurrency === undefined ? undefined : whole('--concurrency', concurrency, MAX_CONCURRENCY),
    policy: oneOf('--on-conflict', onConflict, CONFLICT_POLICIES),
    onError: oneOf('--on-error', onError, ON_ERROR),
    verification: verificationOf(verify ?? (to.startsWith('pinecone:') ? CHARGED : 'full')),
    isRestart: restart === true,
    rate: rate === undefined ? undefined : positive('--rate', rate),
    isWatching: watch !== undefined && watch !== false,
  };
}

/** The searches of `--shadow`, and the overlap that they must have at least. */
export async function shadowOf(given: CopyArguments): Promise<Pick<CopierOptions, 'shadow'> & { readonly threshold: number }> {
  const { shadow, shadowQueries: file, shadowThreshold } = given;
  const threshold = shadowThreshold === undefined ? THRESHOLD : positive('--shadow-threshold', shadowThreshold);
  if (threshold > 1) throw new Error('--shadow-threshold must be a share, above 0 and up to 1');
  const queries: readonly ShadowQuery[] | undefined =
    file === undefined ? undefined : shadowQueries(await readFile(file, 'utf8'), file);
  if (shadow === undefined && queries === undefined) return { shadow: undefined, threshold };
  const count = shadow === undefined ? Infinity : positive('--shadow', shadow);
  return { shadow: { count, queries: queries?.slice(0, count) }, threshold };
}

/** The seconds between rounds. */
export function intervalOf({ watch }: CopyArguments): number {
  return typeof watch === 'string' ? positive('--watch', watch) : WATCH_SECONDS;
}

/** The seconds that a server may take to show what it has been sent. */
export function settleOf({ settle }: CopyArguments): number | undefined {
  return settle === undefined ? undefined : positive('--settle', settle);
}

/** Whether all records are read before the first write: Pinecone shows what is copied at once, and has limits that records may break. */
export function isChecked({ from, to, check }: CopyArguments): boolean {
  return check ?? (to.startsWith('pinecone') && !from.startsWith('pinecone'));
}

export function filesOf({ map, metric }: CopyArguments): Surroundings['files'] {
  return {
    fields: wantedFields(map),
    metric: metric === undefined ? undefined : oneOf('--metric', metric, METRICS),
  };
}

/** Which of the source's records are wanted, as what, and in how large batches. */
export function wantedOf({ namespace, filter, limit, batchBytes, embed, map }: CopyArguments): Wanted {
  const words = [
    ...(namespace ?? []).map((name) => `--namespace ${name}`),
    ...(filter === undefined ? [] : [`--filter ${filter}`]),
    ...(limit === undefined ? [] : [`--limit ${limit}`]),
    ...(map === undefined ? [] : [`--map ${map}`]),
    ...(embed === undefined ? [] : [`--embed ${embed}`]),
  ];
  const selected = {
    namespaces: namespace?.map((name) => (name === DEFAULT_NAMESPACE ? '' : name)),
    filter: filter === undefined ? undefined : recordFilter(filter),
    limit: limit === undefined ? undefined : whole('--limit', limit),
    words: words.join(' '),
  };
  return {
    selected: words.length === 0 ? undefined : selected,
    batchBytes: batchBytes === undefined ? undefined : bytes('--batch-bytes', batchBytes),
    embed,
  };
}

export function renamesOf(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((pair) => {
      const [old = '', name = '', ...others] = pair.split('=');
      if (old === '' || name === '' || others.length > 0) throw new Error(`--rename must be old=new, not "${pair}"`);
      return [old, name];
    }),
  );
}

function oneOf<T extends string>(option: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given);
  if (found === undefined) throw new Error(`${option} must be one of ${known.join(', ')}, not "${given}"`);
  return found;
}

function positive(option: string, given: string): number {
  const number = Number(given);
  if (given.trim() === '' || !(number > 0) || !Number.isFinite(number))
    throw new Error(`${option} must be a number above 0, not "${given}"`);
  return number;
}

function whole(option: string, given: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = positive(option, given);
  if (!Number.isInteger(number) || number > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? '' : ` up to ${String(most)}`;
    throw new Error(`${option} must be a whole number${range}, not "${given}"`);
  }
  return number;
}

function bytes(option: string, given: string): number {
  const [, number = '', unit = ''] = /^(\d+)([kKmM]?)$/.exec(given) ?? [];
  const size = Number(number) * (UNITS.get(unit.toLowerCase()) ?? 1);
  if (size > 0) return size;
  throw new Error(`${option} must be a number of bytes, such as 500k or 4M, not "${given}"`);
}
