import { type Dataset, distanceTo, rowCount, vectorAt } from './datasets/dataset.js';
import { type Attributes, type FilterCase, matcher } from './recall-filters.js';

/** The number of neighbours that is asked for. */
export const NEIGHBOURS = 10;
/** Engines add up in 32-bit numbers: by this share two distances may differ and still be the same one. */
const TOLERANCE = 1e-6;

/** What the exact answer to a query with a filter is. */
export interface Truth {
  readonly matching: number;
  /** The distance of the last of the nearest records; -Infinity when none match. */
  readonly limit: number;
}

/** What an answer is worth. */
export interface Verdict {
  /** Of the rows that should be there, the share that is; undefined when there should be none. */
  readonly recall: number | undefined;
  /** It has fewer rows than it could have, one twice, one that does not match, or is not in order. */
  readonly isFaulty: boolean;
}

/** The truth of each query with each filter: `result[filter][query]`. Compares every query with every vector. */
export async function truths(
  dataset: Dataset,
  attributes: Attributes,
  cases: readonly FilterCase[],
  queries: number,
): Promise<readonly (readonly Truth[])[]> {
  const result: Truth[][] = cases.map(() => []);
  const distances = new Float64Array(rowCount(dataset));
  for (let query = 0; query < queries; query += 1) {
    const vector = vectorAt(dataset.queries, dataset.dimension, query);
    for (let row = 0; row < distances.length; row += 1) distances[row] = distanceTo(dataset, row, vector);
    for (const [at, { condition }] of cases.entries())
      result[at]?.push(truth(distances, matcher(attributes, condition?.(query) ?? {})));
    // an interruption is heard between two queries
    await new Promise((resume) => setImmediate(resume));
  }
  return result;
}

function truth(distances: Float64Array, matches: (row: number) => boolean): Truth {
  const nearest = new Float64Array(NEIGHBOURS).fill(Infinity);
  let matching = 0;
  for (let row = 0; row < distances.length; row += 1) {
    if (!matches(row)) continue;
    matching += 1;
    const distance = distances[row] ?? Infinity;
    if (distance < (nearest[NEIGHBOURS - 1] ?? 0)) insert(nearest, distance);
  }
  return { matching, limit: nearest[Math.min(matching, NEIGHBOURS) - 1] ?? -Infinity };
}

/** Into sorted numbers, the last of which goes. */
function insert(sorted: Float64Array, value: number): void {
  let at = sorted.length - 1;
  for (; at > 0 && (sorted[at - 1] ?? 0) > value; at -= 1) sorted[at] = sorted[at - 1] ?? 0;
  sorted[at] = value;
}

/** Rows that do not match, or come twice, are worth nothing. Of rows at the same distance each is as good as the other. */
export function judge(
  dataset: Dataset,
  { matching, limit }: Truth,
  query: number,
  rows: readonly number[],
  matches: (row: number) => boolean,
): Verdict {
  const vector = vectorAt(dataset.queries, dataset.dimension, query);
  const valid = [...new Set(rows)].filter(matches);
  const distances = valid.map((row) => distanceTo(dataset, row, vector));
  const isNotBeyond = (distance: number, end: number): boolean => distance <= end + margin(dataset, end);
  const hits = distances.filter((distance) => isNotBeyond(distance, limit)).length;
  const expected = Math.min(NEIGHBOURS, matching);
  const isInOrder = distances.every((distance, at) => isNotBeyond(distances[at - 1] ?? 0, distance));
  return {
    recall: expected === 0 ? undefined : Math.min(hits, expected) / expected,
    isFaulty: valid.length < Math.max(expected, rows.length) || !isInOrder,
  };
}

/** A cosine distance is a difference from one, and as inexact as one is. */
function margin({ space }: Dataset, distance: number): number {
  return TOLERANCE * (space === 'cosine' ? Math.max(1, distance) : distance);
}
