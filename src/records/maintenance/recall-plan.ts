import type { RecallMeasurement, RecallPoint, VectorIndex } from '../../collections/collection.js';
import { CANDIDATES, chosenPoint, isProven, keeps, LARGE_LIMIT, SMALL_LIMIT } from '../search/recall-curve.js';
import { haveForms, rowsOf } from '../search/search-plan.js';

/** An effort to measure searches with. */
export type CurveStep = Pick<RecallPoint, 'limit' | 'efSearch' | 'candidates'>;

const MOST_QUERIES = 64;
const FEWEST_QUERIES = 16;
/** Of a measurement that leaves open what is enough. */
const MORE_QUERIES = 512;
const MUCH_LESS = 1.9;
/** Components that are compared for the exact answers of a measurement, as far as the fewest queries allow. */
const BUDGET_FLOATS = 16e9;
/** Of one that leaves it open: a minute or two of a server, where a build takes ten. */
const MORE_BUDGET_FLOATS = 128e9;
/** On the embedded engine, where searches wait for each of its steps. */
const GENTLE_BUDGET_FLOATS = 4e9;
const GENTLE_MORE_BUDGET_FLOATS = 10e9;
const MOST_LOOKS = 32;
const FEWEST_LOOKS = 8;
const LOOK_FLOATS = 8e9;
/** Of the vectors in a measured namespace's indexes: so many in indexes that are newer make another measurement due. */
const MOST_NEW = 1 / 2;
const DAY_MS = 24 * 3_600_000;
/** What clients search for says more than stored vectors: when so many queries are known, they are measured by without waiting for a day. */
const ENOUGH_RECENT = 32;
const RECENT_AFTER_MS = 3_600_000;
/** A curve goes at least so far up, so that it serves a higher target, too. */
const LEAST_TOP = 0.995;
/** The larger limit is a share of all vectors that a graph is followed for. */
const FEWEST_ROWS_FOR_LARGE = 20 * LARGE_LIMIT;
const MAX_EF = 1_000;
const MIN_EF = 40;

const EFS: Readonly<Record<number, readonly number[]>> = {
  [SMALL_LIMIT]: [20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, MAX_EF],
  [LARGE_LIMIT]: [112, 160, 224, 320, 448, 640, MAX_EF],
};

/**
 * Whether a namespace is to be measured: for the first time, after its indexes have grown by half, for a higher target than its curve
 * serves, and now and then.
 */
export function isMeasurementDue(
  measured: RecallMeasurement | undefined,
  indexes: readonly VectorIndex[],
  target: number,
  recentQueries: number,
  now: number,
): boolean {
  if (measured === undefined || !haveForms(measured, indexes)) return true;
  const fresh = indexes.filter(({ id }) => !measured.indexes.includes(id)).reduce((sum, { rows }) => sum + rows, 0);
  if (fresh > MOST_NEW * measured.rows || rowsOf(indexes) > (1 + MOST_NEW) * measured.rows) return true;
  const age = now - measured.measuredAt;
  if (age >= DAY_MS) return true;
  if (age >= RECENT_AFTER_MS && recentQueries >= ENOUGH_RECENT && measured.recentQueries < ENOUGH_RECENT) return true;
  const chosen = chosenPoint(measured.points, SMALL_LIMIT, target);
  return target > measured.target && chosen !== undefined && !keeps(chosen, target);
}

/** How many queries a namespace with so many components is measured by. */
export function queryCount(floats: number, isGentle: boolean): number {
  const affordable = Math.floor((isGentle ? GENTLE_BUDGET_FLOATS : BUDGET_FLOATS) / Math.max(floats, 1));
  return Math.min(MOST_QUERIES, Math.max(FEWEST_QUERIES, affordable));
}

/** How many at most, where fewer leave it open whether less effort keeps the recall. */
export function mostQueries(floats: number, isGentle: boolean): number {
  const affordable = Math.floor((isGentle ? GENTLE_MORE_BUDGET_FLOATS : MORE_BUDGET_FLOATS) / Math.max(floats, 1));
  return Math.min(MORE_QUERIES, Math.max(queryCount(floats, isGentle), affordable));
}

/**
 * Whether so few queries leave it open what is enough: the chosen effort may well keep the recall, but they cannot say so, or notably less
 * effort may.
 */
export function isOpen(points: readonly RecallPoint[], target: number): boolean {
  return [SMALL_LIMIT, LARGE_LIMIT].some((limit) => {
    const chosen = chosenPoint(points, limit, target);
    if (chosen === undefined) return false;
    const less = points.filter((point) => point.limit === limit && MUCH_LESS * point.efSearch <= chosen.efSearch);
    const inDoubt = isProven(chosen, target) ? less : [chosen, ...less];
    return inDoubt.some(({ recall, error }) => recall + error / 2 >= target);
  });
}

/** Whether a point has been measured well enough to say that the recall is not kept with it. */
export function isTooLittle({ recall, error }: RecallPoint, target: number): boolean {
  return recall + error < target;
}

/** How many queries look at a namespace before its first index is built: what is built is measured anyway. */
export function lookCount(floats: number): number {
  return Math.min(MOST_LOOKS, Math.max(FEWEST_LOOKS, Math.floor(LOOK_FLOATS / Math.max(floats, 1))));
}

/** How many of them are what clients have searched for, of so many that are known: half, or none where a few would have to stand for all. */
export function recentCount(queries: number, known: number): number {
  const half = Math.floor(queries / 2);
  return known < half / 2 ? 0 : Math.min(half, known);
}

/** What is measured at a limit, the least effort first. */
export function curveSteps(indexes: readonly VectorIndex[], limit: number): readonly CurveStep[] {
  const rows = indexes.reduce((sum, index) => sum + index.rows, 0);
  const isBinary = indexes.some(({ content }) => content === 'binary');
  if (limit === LARGE_LIMIT && (isBinary || rows < FEWEST_ROWS_FOR_LARGE)) return [];
  if (!isBinary) return (EFS[limit] ?? []).map((efSearch) => ({ limit, efSearch, candidates: 1 }));
  return CANDIDATES.map((candidates) => {
    const efSearch = Math.min(MAX_EF, Math.max(MIN_EF, candidates * (limit + 1)));
    return { limit, efSearch, candidates };
  });
}

/** Whether more effort is not worth measuring. */
export function isEnough(point: RecallPoint, target: number): boolean {
  return point.recall === 1 || keeps(point, Math.max(target, LEAST_TOP));
}
