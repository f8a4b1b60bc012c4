import type { SparseVector } from '../record.js';

/** BM25's inverse document frequency of a term that `holders` of `records` have, rounded to float32 after each step. */
export function inverseFrequency(records: number, holders: number): number {
  const others = Math.fround(Math.fround(records - holders) + 0.5);
  return Math.fround(Math.log1p(Math.fround(others / Math.fround(holders + 0.5))));
}

/** The vector with each value multiplied by its index's factor, in float32. */
export function weighted({ indices, values }: SparseVector, factor: (index: number) => number): SparseVector {
  return { indices, values: values.map((value, place) => value * factor(indices[place] ?? 0)) };
}
