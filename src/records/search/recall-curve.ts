import type { Collection, IndexContent, RecallMeasurement, RecallPoint } from '../../collections/collection.js';

/** The limits that recall is measured at. */
export const SMALL_LIMIT = 10;
export const LARGE_LIMIT = 100;

/** A graph of less than whole vectors finds those that come nearest to it: so many times more are compared again, unless a measurement says how many. */
export const RERANKED: Readonly<Record<IndexContent, number>> = { full: 1, half: 1.25, binary: 20 };

/** Of an index of bits, the candidates for each result that are compared again, the least first. */
export const CANDIDATES = [5, 10, 20, 40, 80] as const;

/** How many of what a graph gives are compared again for so many results; of bits no fewer than their share was measured with. */
export function comparedAgain(content: IndexContent, wanted: number, candidates: number | null): number {
  if (content === 'binary') return (candidates ?? RERANKED.binary) * Math.max(wanted, SMALL_LIMIT + 1);
  return Math.ceil(RERANKED[content] * wanted);
}

/** Standard errors that a recall is taken to be lower: of fifteen measurements one may still promise too much. */
const DEVIATIONS = 1.5;

/** Measured queries are found a little more easily than really new ones: on uniform vectors these have a quarter more misses. */
const NEW_MISSES = 1 / 4;

/** The recall that searches of the collection are to keep: its own, or else the one of the settings. */
export function recallTarget({ recall }: Pick<Collection, 'recall'>, settings: { readonly recall: number }): number {
  return recall ?? settings.recall;
}

/** What searches for the nearest `limit` have found: the hits of each, and how many there were to find. */
export interface Finding {
  readonly hits: number;
  readonly wanted: number;
}

/** More misses than were seen that other searches may have, as a sample without a miss proves less the smaller it is. */
export type MoreMisses = 'one result' | 'two searches';

/** What share of so many results that is, of searches for the nearest `limit`. */
export function shareOf(misses: MoreMisses, results: number, limit = SMALL_LIMIT): number {
  const missed = misses === 'one result' ? 1 : 2 * limit;
  return missed / (results + missed);
}

/**
 * The share that was found, and how much lower it may well be for other searches: 1.5 standard errors, a quarter more misses, and some more
 * than were seen. In a graph these are whole searches: one that ends in the wrong cluster finds nothing.
 */
export function recallOf(
  findings: readonly Finding[],
  misses: MoreMisses,
  limit = SMALL_LIMIT,
): { readonly recall: number; readonly error: number } {
  const wanted = findings.reduce((sum, finding) => sum + finding.wanted, 0);
  const hits = findings.reduce((sum, finding) => sum + finding.hits, 0);
  if (wanted === 0) return { recall: 1, error: 0 };
  const recall = hits / wanted;
  const count = findings.length;
  const squares = findings.reduce((sum, one) => sum + (one.wanted === 0 ? 0 : (one.hits / one.wanted - recall) ** 2), 0);
  const deviation = count < 2 ? 0 : Math.sqrt(squares / (count - 1) / count);
  return { recall, error: DEVIATIONS * deviation + NEW_MISSES * (1 - recall) + shareOf(misses, wanted, limit) };
}

/** The point with the least effort that keeps the recall, or has missed nothing; the one with the most effort when there is none. */
export function chosenPoint(points: readonly RecallPoint[], limit: number, target: number): RecallPoint | undefined {
  const measured = points.filter((point) => point.limit === limit);
  return measured.find((point) => keeps(point, target)) ?? measured.at(-1);
}

/** Whether searches with this effort have the recall, as far as the sample can say: at least it has missed nothing. */
export function keeps(point: Pick<RecallPoint, 'recall' | 'error'>, target: number): boolean {
  return isProven(point, target) || point.recall === 1;
}

/** Whether the sample is large enough to say so. */
export function isProven({ recall, error }: Pick<RecallPoint, 'recall' | 'error'>, target: number): boolean {
  return recall - error >= target;
}

/** Candidates that a search needs whose results lie among the nearest `wanted`, by what was measured at both limits. */
export function measuredEf({ points }: RecallMeasurement, wanted: number, target: number): number | undefined {
  const small = chosenPoint(points, SMALL_LIMIT, target)?.efSearch;
  if (small === undefined || wanted <= SMALL_LIMIT) return small;
  const large = chosenPoint(points, LARGE_LIMIT, target)?.efSearch;
  if (large === undefined) return small;
  if (wanted >= LARGE_LIMIT) return (Math.max(small, large) * wanted) / LARGE_LIMIT;
  const way = Math.log(wanted / SMALL_LIMIT) / Math.log(LARGE_LIMIT / SMALL_LIMIT);
  return small * (Math.max(small, large) / small) ** way;
}
