/** Vectors to load and to ask for, flat: row `r` is `vectors[r * dimension]` to `vectors[(r + 1) * dimension - 1]`. */
export interface Dataset {
  readonly name: string;
  /** What it is, in a sentence for the report. */
  readonly description: string;
  readonly space: 'l2' | 'cosine';
  readonly dimension: number;
  /** With `cosine` every vector has length one. */
  readonly vectors: Float32Array;
  /** From the same source, and none of `vectors`. */
  readonly queries: Float32Array;
  /** The cluster or label of each row and of each query, from 0 to `groupCount` - 1. */
  readonly groups: Uint16Array;
  readonly queryGroups: Uint16Array;
  readonly groupCount: number;
}

export function rowCount({ vectors, dimension }: Dataset): number {
  return vectors.length / dimension;
}

/** A view, no copy. */
export function vectorAt(vectors: Float32Array, dimension: number, row: number): Float32Array {
  return vectors.subarray(row * dimension, (row + 1) * dimension);
}

/** Squared Euclidean or cosine distance, as Chroma tells it, of one row to a vector of length one (with `cosine`). */
export function distanceTo({ vectors, dimension, space }: Dataset, row: number, query: Float32Array): number {
  const start = row * dimension;
  return space === 'l2' ? squaredDistance(vectors, start, query) : 1 - innerProduct(vectors, start, query);
}

// four sums that do not wait for each other, and no function calls in the loops: this is where the time goes
function innerProduct(vectors: Float32Array, start: number, query: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = 0;
  for (; at + 3 < query.length; at += 4) {
    a += (vectors[start + at] ?? 0) * (query[at] ?? 0);
    b += (vectors[start + at + 1] ?? 0) * (query[at + 1] ?? 0);
    c += (vectors[start + at + 2] ?? 0) * (query[at + 2] ?? 0);
    d += (vectors[start + at + 3] ?? 0) * (query[at + 3] ?? 0);
  }
  for (; at < query.length; at += 1) a += (vectors[start + at] ?? 0) * (query[at] ?? 0);
  return a + b + c + d;
}

function squaredDistance(vectors: Float32Array, start: number, query: Float32Array): number {
  let a = 0;
  let b = 0;
  let at = 0;
  for (; at + 1 < query.length; at += 2) {
    const first = (vectors[start + at] ?? 0) - (query[at] ?? 0);
    const second = (vectors[start + at + 1] ?? 0) - (query[at + 1] ?? 0);
    a += first * first;
    b += second * second;
  }
  for (; at < query.length; at += 1) a += ((vectors[start + at] ?? 0) - (query[at] ?? 0)) ** 2;
  return a + b;
}
