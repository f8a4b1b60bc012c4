import { readFile } from 'node:fs/promises';
import type { CopierOptions } from '../copy/copier.js';
import { CONFLICT_POLICIES, type ShadowQuery } from '../copy/copy.js';
import { wantedFields } from '../copy/jsonl/field-map.js';
import { shadowQueries } from '../copy/jsonl/shadow-queries.js';
import type { Surroundings } from '../copy/places.js';
import { verificationOf } from '../copy/verification.js';

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

/** The rules of one call. */
export type Rules = Pick<CopierOptions, 'policy' | 'verification' | 'onError' | 'isRestart' | 'rate' | 'isWatching'>;

export function rulesOf({ to, onConflict, onError, verify, restart, rate, watch }: CopyArguments): Rules {
  return {
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

export function filesOf({ map, metric }: CopyArguments): Surroundings['files'] {
  return {
    fields: wantedFields(map),
    metric: metric === undefined ? undefined : oneOf('--metric', metric, METRICS),
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
