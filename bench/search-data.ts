import { type BenchRecord, DIMENSION, records, vectorSource } from './data.js';

/** Shares of the records that filters select: `run` of `cycle` records that follow each other have the same value of the field. */
export const SHARES = [
  { percent: 0.01, field: 'share_0.01', run: 1, cycle: 10_000 },
  { percent: 0.1, field: 'share_0.1', run: 1, cycle: 1_000 },
  { percent: 0.3, field: 'share_0.3', run: 3, cycle: 1_000 },
  { percent: 1, field: 'percent', run: 1, cycle: 100 },
  { percent: 3, field: 'share_3', run: 3, cycle: 100 },
  { percent: 10, field: 'tenth', run: 1, cycle: 10 },
  { percent: 30, field: 'share_30', run: 3, cycle: 10 },
  { percent: 100, field: 'share_100', run: 1, cycle: 1 },
] as const;

export type Share = (typeof SHARES)[number];

function valueOf({ run, cycle }: Share, index: number): number {
  return Math.floor((index % cycle) / run);
}

/** A filter, one of those that select such a share. */
export function filterOf(share: Share, index: number): Readonly<Record<string, number>> {
  return { [share.field]: index % Math.floor(share.cycle / share.run) };
}

/** The benchmarks' records, with a field for each share. */
export function searchRecords(count: number): readonly BenchRecord[] {
  return records(count).map((record, index) => {
    const shares = SHARES.map((share) => [share.field, valueOf(share, index)] as const);
    return { ...record, metadata: { ...record.metadata, ...Object.fromEntries(shares) } };
  });
}

/** What recall is measured with: queries, and the ids of the nearest records that match each one's filter. */
export interface Truth {
  readonly query: Float32Array;
  readonly where: Readonly<Record<string, number>> | undefined;
  readonly nearest: ReadonlySet<string>;
}

/** Compares every query with every record that matches. `filter` gives the filter of the n-th query. */
export function truths(
  all: readonly BenchRecord[],
  queries: number,
  limit: number,
  filter: (index: number) => Truth['where'] = () => undefined,
): readonly Truth[] {
  const next = vectorSource(4_711);
  return Array.from({ length: queries }, (_, index) => {
    const [query, where] = [next(), filter(index)];
    const conditions = Object.entries(where ?? {});
    const candidates = all.filter(({ metadata }) => conditions.every(([field, value]) => metadata[field] === value));
    return { query, where, nearest: new Set(nearest(candidates, query, limit)) };
  });
}

/** The ids of the `limit` nearest. */
function nearest(candidates: readonly BenchRecord[], query: Float32Array, limit: number): readonly string[] {
  let best: { readonly id: string; readonly distance: number }[] = [];
  let worst = Infinity;
  for (const { id, embedding } of candidates) {
    const distance = squaredDistance(query, embedding);
    if (distance >= worst) continue;
    best = [...best, { id, distance }].sort((left, right) => left.distance - right.distance).slice(0, limit);
    if (best.length === limit) worst = best.at(-1)?.distance ?? Infinity;
  }
  return best.map(({ id }) => id);
}

function squaredDistance(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < DIMENSION; at += 1) sum += ((left[at] ?? 0) - (right[at] ?? 0)) ** 2;
  return sum;
}
