import type { IndexChoice } from '../search/index-choice.js';

/** What is in one vector index of a namespace now. */
export interface SegmentState {
  readonly id: string;
  readonly low: bigint;
  readonly high: bigint;
  /** The highest number of a vector in it. */
  readonly last: bigint;
  /** Vectors in it when it was built. */
  readonly builtRows: number;
  /** Those of them that are still there. */
  readonly rows: number;
}

/** What is in a namespace: its vector indexes by number, and what is newer than all of them. */
export interface NamespaceState {
  readonly segments: readonly SegmentState[];
  readonly tail: { readonly rows: number; readonly high: bigint };
}

export interface IndexLimits {
  /** A namespace with fewer vectors has no index. */
  readonly minRows: number;
  /** Whether the table has as many indexes as it may: a new one takes the place of others, or is not built. */
  readonly isFull: boolean;
}

/** An index to build over a range of numbers, and those that it takes the place of. */
export interface IndexBuild {
  readonly kind: 'build';
  readonly low: bigint;
  readonly high: bigint;
  readonly replaces: readonly string[];
  /** What it is to hold, where that is what it is built for. */
  readonly choice?: IndexChoice;
}

/** Numbers above `low`, up to `high`. */
export interface NumberSpan {
  readonly low: bigint;
  readonly high: bigint;
}

/** The vectors with these numbers are to get others, in the range of an index, which has room for them. */
export interface IndexGrowth {
  readonly kind: 'grow';
  readonly id: string;
  readonly from: readonly NumberSpan[];
  /** The highest number that is taken in the index' range. */
  readonly last: bigint;
  /** Whether nobody waits for it, as the vectors are in another index: it leaves more to requests, and to other work. */
  readonly isPatient?: boolean;
}

/** Indexes that hold nothing any more. */
export interface IndexDrop {
  readonly kind: 'drop';
  readonly ids: readonly string[];
}

/** Beside an index, so much smaller a rest is worth one: it is what then takes the time of a search. */
const REST = 1 / 4;
/** An index with a larger share of vectors that are gone is built anew: they are in every search's way. */
const MAX_GONE = 0.15;
/** In a table that has its full number, a rest is worth building an index anew that is up to so many times larger. */
const MOST_TIMES_LARGER = 20;
/** Indexes are searched one after the other. */
const MAX_SEGMENTS = 8;

/** The vectors outside of every index that are searched exactly for good. */
export function mostOutside(indexes: number, minRows: number): number {
  return indexes === 0 ? minRows : Math.floor(REST * minRows);
}

/**
 * What to do next about a namespace's indexes; undefined: nothing. New vectors get an index of their own, together with the newest
 * ones that are not much larger, so that there are few, and a vector is built into one no more often than its number has digits.
 */
export function planIndexes(state: NamespaceState, limits: IndexLimits): IndexBuild | IndexDrop | undefined {
  const empty = state.segments.filter(({ rows }) => rows === 0);
  if (empty.length > 0) return { kind: 'drop', ids: empty.map(({ id }) => id) };
  return planTail(state, limits) ?? planRenewal(state);
}

/**
 * The same where indexes are grown, vector by vector: what is new goes into the newest index that has numbers left, and is worth it
 * (`takesMore`, of its id and so many vectors). One that is worn is replaced, like one that holds nothing.
 */
export function planGrowth(
  state: NamespaceState,
  limits: IndexLimits,
  takesMore: (id: string, rows: number) => boolean = () => true,
): IndexBuild | IndexGrowth | IndexDrop | undefined {
  const { segments, tail } = state;
  const empty = segments.filter(({ rows }) => rows === 0);
  if (empty.length > 0) return { kind: 'drop', ids: empty.map(({ id }) => id) };
  if (tail.rows <= mostOutside(segments.length, limits.minRows)) return planRenewal(state);
  const newest = segments.at(-1);
  const isWorthIt = newest !== undefined && (limits.isFull || tail.high <= newest.high || takesMore(newest.id, tail.rows));
  if (isWorthIt && newest.high - newest.last >= BigInt(tail.rows)) {
    return { kind: 'grow', id: newest.id, from: gapsOf(state), last: newest.last };
  }
  return limits.isFull ? undefined : { kind: 'build', low: newest?.high ?? 0n, high: tail.high, replaces: [] };
}

/** Moves what is in all other indexes into the newest one; undefined, where they hold nothing. */
export function planMerge({ segments }: NamespaceState): IndexGrowth | undefined {
  const newest = segments.at(-1);
  const from = segments
    .slice(0, -1)
    .filter(({ rows }) => rows > 0)
    .map(({ low, high }) => ({ low, high }));
  if (newest === undefined || from.length === 0) return undefined;
  const last = newest.rows === 0 ? newest.low : newest.last;
  return { kind: 'grow', id: newest.id, from, last, isPatient: true };
}

/** The numbers that are in no index: what a growth that was cut off has left behind is below the index, what came later above it. */
function gapsOf({ segments, tail }: NamespaceState): readonly NumberSpan[] {
  const lows = [0n, ...segments.map(({ high }) => high)];
  const highs = [...segments.map(({ low }) => low), tail.high];
  return lows.flatMap((low, at) => {
    const high = highs[at] ?? low;
    return high > low ? [{ low, high }] : [];
  });
}

function planTail({ segments, tail }: NamespaceState, limits: IndexLimits): IndexBuild | undefined {
  if (tail.rows <= mostOutside(segments.length, limits.minRows)) return undefined;
  const merged: SegmentState[] = [];
  let rows = tail.rows;
  for (const segment of [...segments].reverse()) {
    const crowded = segments.length - merged.length >= MAX_SEGMENTS;
    const mustMerge = crowded || (limits.isFull && merged.length === 0 && segment.rows <= MOST_TIMES_LARGER * rows);
    if (segment.rows > 2 * rows && !mustMerge) break;
    merged.unshift(segment);
    rows += segment.rows;
  }
  if (limits.isFull && merged.length === 0) return undefined;
  const below = segments.at(-1 - merged.length);
  return { kind: 'build', low: below?.high ?? 0n, high: tail.high, replaces: merged.map(({ id }) => id) };
}

/** Too much of an index is gone. What is left of its neighbours joins in where it fits. */
function planRenewal({ segments }: NamespaceState): IndexBuild | undefined {
  const worn = segments.findIndex(({ builtRows, rows }) => builtRows - rows > MAX_GONE * builtRows);
  const segment = segments[worn];
  if (segment === undefined) return undefined;
  const below = segments[worn - 1];
  const joins = below !== undefined && below.rows <= 2 * segment.rows;
  const first = joins ? below : segment;
  return { kind: 'build', low: first.low, high: segment.high, replaces: joins ? [below.id, segment.id] : [segment.id] };
}
