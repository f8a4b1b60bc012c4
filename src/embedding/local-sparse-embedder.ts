import { setImmediate } from 'node:timers/promises';
import type { InputType, SparseEmbedding, SparseEmbeddings } from './model.js';
import { hash, importance, termsOf } from './terms.js';

/** Only the heaviest terms of a text are kept, so that every vector can be stored by every protocol. */
const MAX_TERMS = 2_048;
/** Other requests get their turn after so many terms. */
const TURN_TERMS = 4_096;
/** What BM25 calls k1 and b: how soon repetition stops counting, and how much long texts are held back. */
const SATURATION = 1.2;
const LENGTH_PENALTY = 0.75;
/** Terms in a text of average length. There is no collection to learn it from. */
const AVERAGE_TERMS = 128;

/**
 * Sparse vectors with a component per word, for the inner product. Passages are weighted as by BM25, but for how rare a word is among
 * all passages, which nobody knows here. Equal texts have equal vectors, always.
 */
export async function embedSparsely(texts: readonly string[], inputType: InputType): Promise<SparseEmbeddings> {
  const vectors: SparseEmbedding[] = [];
  let totalTokens = 0;
  for (const text of texts) {
    const counts = new Map<string, number>();
    let length = 0;
    for (const term of termsOf(text)) {
      counts.set(term, (counts.get(term) ?? 0) + 1);
      length += 1;
      if (length % TURN_TERMS === 0) await setImmediate();
    }
    // a text without a word gets a term that no text has, since no store takes a vector of nothing
    if (length === 0) counts.set('', 1);
    totalTokens += length;
    vectors.push(
      vectorOf(counts, (term, count) => importance(term) * (inputType === 'query' ? count : saturated(count, length))),
    );
  }
  return { vectorType: 'sparse', vectors, totalTokens };
}

function saturated(count: number, length: number): number {
  const penalty = 1 - LENGTH_PENALTY + (LENGTH_PENALTY * length) / AVERAGE_TERMS;
  return (count * (SATURATION + 1)) / (count + SATURATION * penalty);
}

function vectorOf(counts: ReadonlyMap<string, number>, weigh: (term: string, count: number) => number): SparseEmbedding {
  const components = new Map<number, { readonly index: number; readonly token: string; readonly value: number }>();
  for (const [token, count] of counts) {
    const index = hash(token);
    const value = weigh(token, count);
    const met = components.get(index);
    if (met === undefined || met.value < value) components.set(index, { index, token, value });
  }
  const kept = [...components.values()]
    .sort((left, right) => right.value - left.value || left.index - right.index)
    .slice(0, MAX_TERMS)
    .sort((left, right) => left.index - right.index);
  return {
    indices: kept.map(({ index }) => index),
    values: Float32Array.from(kept, ({ value }) => value),
    tokens: kept.map(({ token }) => token),
  };
}
