import type { Dataset } from './dataset.js';
import { Randomness } from './randomness.js';

const CLUSTERS = 500;
/** Embeddings vary in far fewer directions than they have components. */
const INTRINSIC = 24;
/** The n-th cluster has a size in proportion to n to this power. */
const SIZE_EXPONENT = -0.8;
/** How far a cluster's centre is from the origin, beside its deviation of 0.15 to 0.35 in each of its own directions, and the noise. */
const CENTRE_LENGTH = 2;
const NOISE_LENGTH = 0.5;
const QUERIES = 200;

interface Source {
  readonly dimension: number;
  /** Upper ends of the clusters in the range from 0 to 1. */
  readonly cumulative: Float64Array;
  readonly centres: Float32Array;
  readonly spreads: Float32Array;
  /** What each intrinsic direction of each cluster is among the components, one after the other. */
  readonly directions: Float32Array;
}

/**
 * Vectors of length one around 500 centres, most of them in few clusters, each of which spreads in 24 directions of its own, with a
 * little noise in all. Clusters that share no directions are what graphs find hard. Queries are drawn like the vectors.
 */
export function clustered(name: string, count: number, dimension: number): Dataset {
  const source = sourceOf(dimension, new Randomness(1));
  const stored = draw(source, count, new Randomness(2));
  const asked = draw(source, QUERIES, new Randomness(3));
  return {
    name,
    description: `${count.toLocaleString('en')} generated vectors of ${dimension.toLocaleString('en')} dimensions (${String(CLUSTERS)} clusters, ${String(INTRINSIC)} intrinsic dimensions)`,
    space: 'cosine',
    dimension,
    vectors: stored.vectors,
    groups: stored.groups,
    queries: asked.vectors,
    queryGroups: asked.groups,
    groupCount: CLUSTERS,
  };
}

function sourceOf(dimension: number, random: Randomness): Source {
  const weights = Float64Array.from({ length: CLUSTERS }, (_, index) => (index + 1) ** SIZE_EXPONENT);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  const cumulative = weights.map((weight) => (reached += weight / total));
  const scale = 1 / Math.sqrt(dimension);
  return {
    dimension,
    cumulative,
    centres: Float32Array.from({ length: CLUSTERS * dimension }, () => CENTRE_LENGTH * scale * random.gaussian()),
    spreads: Float32Array.from({ length: CLUSTERS }, () => 0.15 + 0.2 * random.share()),
    directions: Float32Array.from({ length: CLUSTERS * INTRINSIC * dimension }, () => scale * random.gaussian()),
  };
}

function draw(
  source: Source,
  count: number,
  random: Randomness,
): { readonly vectors: Float32Array; readonly groups: Uint16Array } {
  const { dimension } = source;
  const vectors = new Float32Array(count * dimension);
  const groups = new Uint16Array(count);
  const row = new Float64Array(dimension);
  for (let at = 0; at < count; at += 1) {
    const cluster = clusterOf(source.cumulative, random.share());
    groups[at] = cluster;
    drawRow(source, cluster, row, random);
    let squares = 0;
    for (let component = 0; component < dimension; component += 1) squares += (row[component] ?? 0) ** 2;
    const scale = 1 / Math.sqrt(squares);
    const start = at * dimension;
    for (let component = 0; component < dimension; component += 1) vectors[start + component] = scale * (row[component] ?? 0);
  }
  return { vectors, groups };
}

function drawRow(
  { dimension, centres, spreads, directions }: Source,
  cluster: number,
  row: Float64Array,
  random: Randomness,
): void {
  const noise = NOISE_LENGTH / Math.sqrt(dimension);
  const centre = cluster * dimension;
  for (let component = 0; component < dimension; component += 1) {
    row[component] = (centres[centre + component] ?? 0) + noise * random.gaussian();
  }
  const spread = spreads[cluster] ?? 0;
  for (let axis = 0; axis < INTRINSIC; axis += 1) {
    const amount = spread * random.gaussian();
    const start = (cluster * INTRINSIC + axis) * dimension;
    for (let component = 0; component < dimension; component += 1) {
      row[component] = (row[component] ?? 0) + amount * (directions[start + component] ?? 0);
    }
  }
}

function clusterOf(cumulative: Float64Array, share: number): number {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulative[middle] ?? 1) > share) high = middle;
    else low = middle + 1;
  }
  return low;
}
