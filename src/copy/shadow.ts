import type { Metric } from '../collections/collection.js';
import type { CopyRecord, Filling, Nearest, ShadowQuery, Source, SourceCollection } from './copy.js';
import { nameOf } from './record-digest.js';
import { Sampler } from './sampler.js';

/** Results that are compared. */
export const SHADOW_LIMIT = 10;
const WORST = 5;

/** How alike the answers of both sides are. */
export interface ShadowReport {
  readonly queries: number;
  /** The share of the source's results that the target has, too. */
  readonly overlap: number;
  /** The largest difference of a distance that both sides give. */
  readonly difference: number;
  /** The queries with the least overlap, unless it is whole. */
  readonly worst: readonly { readonly query: string; readonly overlap: number }[];
}

type Side = (queries: readonly ShadowQuery[]) => Promise<readonly (readonly Nearest[])[]>;

/** Carries out searches on both sides: by its own server where it has one, else among all its records. */
export async function shadow(
  source: Source,
  from: SourceCollection,
  filling: Filling,
  queries: readonly ShadowQuery[],
): Promise<ShadowReport> {
  const known = await sideOf(source.nearest?.bind(source, from), () => recordsOf(source, from), from.metric)(queries);
  const found = await sideOf(filling.nearest?.bind(filling), () => filling.records(), from.metric)(queries);
  const overlaps = queries.map((query, index) => ({
    query: query.label,
    overlap: overlapOf(known[index] ?? [], found[index] ?? []),
  }));
  const differences = queries.flatMap((_, index) => differencesOf(known[index] ?? [], found[index] ?? []));
  const worst = overlaps.filter(({ overlap }) => overlap < 1).sort((a, b) => a.overlap - b.overlap);
  return {
    queries: queries.length,
    overlap: overlaps.reduce((sum, { overlap }) => sum + overlap, 0) / Math.max(1, overlaps.length),
    difference: differences.reduce((most, each) => Math.max(most, each), 0),
    worst: worst.slice(0, WORST),
  };
}

/** Vectors of the source's own, to search by. */
export async function ownQueries(source: Source, from: SourceCollection, count: number): Promise<readonly ShadowQuery[]> {
  const sampler = new Sampler<CopyRecord>(count);
  for await (const records of recordsOf(source, from)) {
    for (const record of records) if (record.embedding !== null) sampler.add(record);
  }
  return sampler.items.flatMap((record) =>
    record.embedding === null
      ? []
      : [{ label: nameOf(record), namespace: record.namespace ?? '', embedding: record.embedding, filter: null }],
  );
}

function sideOf(
  nearest: ((query: ShadowQuery, limit: number) => Promise<readonly Nearest[]>) | undefined,
  records: () => AsyncIterable<readonly CopyRecord[]>,
  metric: Metric,
): Side {
  if (nearest === undefined) return (queries) => nearestAmong(records(), queries, metric);
  return async (queries) => {
    const answers: (readonly Nearest[])[] = [];
    for (const query of queries) answers.push(await nearest(query, SHADOW_LIMIT));
    return answers;
  };
}

/** Of each query the nearest records of its namespace, exactly. @throws Error for a filter, which needs a server */
async function nearestAmong(
  pages: AsyncIterable<readonly CopyRecord[]>,
  queries: readonly ShadowQuery[],
  metric: Metric,
): Promise<readonly (readonly Nearest[])[]> {
  if (queries.some(({ filter }) => filter !== null))
    throw new Error('--shadow-queries with filters need a server on both sides, of the same protocol');
  const best = queries.map((): Nearest[] => []);
  for await (const page of pages) {
    for (const { id, namespace = '', embedding } of page) {
      if (embedding === null) continue;
      queries.forEach((query, index) => {
        if (query.namespace === namespace) insert(best[index] ?? [], id, distanceOf(metric, query.embedding, embedding));
      });
    }
  }
  return best;
}

function insert(best: Nearest[], id: string, distance: number): void {
  const last = best.at(-1);
  if (best.length === SHADOW_LIMIT && last !== undefined && distance >= last.distance) return;
  best.push({ id, distance });
  best.sort((a, b) => a.distance - b.distance);
  if (best.length > SHADOW_LIMIT) best.pop();
}

function distanceOf(metric: Metric, one: Float32Array, other: Float32Array): number {
  let [product, squares, ones, others] = [0, 0, 0, 0];
  for (let at = 0; at < one.length; at += 1) {
    const [a, b] = [one[at] ?? 0, other[at] ?? 0];
    product += a * b;
    squares += (a - b) * (a - b);
    ones += a * a;
    others += b * b;
  }
  if (metric === 'l2') return squares;
  return metric === 'ip' ? 1 - product : 1 - product / Math.sqrt(ones * others);
}

/** Results as far as the last one are the same when they are equally far: ties are in no order. */
function overlapOf(known: readonly Nearest[], found: readonly Nearest[]): number {
  if (known.length === 0) return found.length === 0 ? 1 : 0;
  const edge = known.at(-1)?.distance ?? 0;
  const ids = new Set(known.map(({ id }) => id));
  const isTied = (distance: number): boolean => Math.abs(distance - edge) <= 1e-6 * Math.max(1, Math.abs(edge));
  return Math.min(1, found.filter(({ id, distance }) => ids.has(id) || isTied(distance)).length / known.length);
}

function differencesOf(known: readonly Nearest[], found: readonly Nearest[]): readonly number[] {
  const distances = new Map(known.map(({ id, distance }) => [id, distance]));
  return found.flatMap(({ id, distance }) => {
    const other = distances.get(id);
    return other === undefined ? [] : [Math.abs(distance - other)];
  });
}

async function* recordsOf(source: Source, from: SourceCollection): AsyncIterable<readonly CopyRecord[]> {
  for await (const { records } of source.read(from, null)) yield records;
}
