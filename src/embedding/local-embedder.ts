import { setImmediate } from 'node:timers/promises';
import type { DenseEmbeddings } from './model.js';
import { hash, importance, termsOf } from './terms.js';

/** Terms that are weighed together. Other requests get their turn after so many. */
const PASSAGE_TERMS = 1_024;
const PAIR_WEIGHT = 0.5;
const PART_WEIGHT = 0.85;
const PART_LENGTH = 3;

/**
 * Vectors by feature hashing: each word, pair of words and run of letters in a word adds to one component. Texts are near each other when
 * they share words; what words mean is not known. Equal texts have equal vectors, always; all vectors have the length one.
 */
export async function embedLocally(texts: readonly string[], dimension: number): Promise<DenseEmbeddings> {
  const vectors: Float32Array[] = [];
  let totalTokens = 0;
  for (const text of texts) {
    const sums = new Float64Array(dimension);
    for (const terms of passagesOf(text)) {
      addPassage(sums, terms);
      totalTokens += terms.length;
      await setImmediate();
    }
    vectors.push(normalised(sums));
  }
  return { vectorType: 'dense', vectors, totalTokens };
}

function* passagesOf(text: string): Generator<readonly string[]> {
  let terms: string[] = [];
  for (const term of termsOf(text)) {
    terms.push(term);
    if (terms.length < PASSAGE_TERMS) continue;
    yield terms;
    terms = [];
  }
  if (terms.length > 0) yield terms;
}

function addPassage(sums: Float64Array, terms: readonly string[]): void {
  // squares, so that what occurs four times weighs twice what occurs once
  const squares = new Map<string, number>();
  const add = (feature: string, weight: number): void => {
    squares.set(feature, (squares.get(feature) ?? 0) + weight * weight);
  };
  terms.forEach((term, index) => {
    const weight = importance(term);
    add(`word ${term}`, weight);
    const next = terms[index + 1];
    if (next !== undefined) add(`pair ${term} ${next}`, PAIR_WEIGHT * Math.max(weight, importance(next)));
    const parts = partsOf(term);
    for (const part of parts) add(`part ${part}`, (PART_WEIGHT * weight) / Math.sqrt(parts.length));
  });
  for (const [feature, square] of squares) {
    const code = hash(feature);
    const index = code % sums.length;
    // a sign of its own makes two features that meet in a component cancel as often as they add
    const sign = hash(`sign ${feature}`) % 2 === 0 ? 1 : -1;
    sums[index] = (sums[index] ?? 0) + sign * Math.sqrt(square);
  }
}

/** The runs of letters of a word, its ends marked, so that forms of a word share most of theirs. */
function partsOf(term: string): readonly string[] {
  const marked = `<${term}>`;
  return Array.from({ length: Math.max(0, marked.length - PART_LENGTH + 1) }, (_item, at) => marked.slice(at, at + PART_LENGTH));
}

function normalised(sums: Float64Array): Float32Array {
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  // a text without a word must have a vector, too: metrics divide by its length
  if (length === 0) return new Float32Array(sums.length).fill(1, 0, 1);
  return Float32Array.from(sums, (value) => value / length);
}
