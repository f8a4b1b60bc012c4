import { readFile } from 'node:fs/promises';
import { embedLocally } from '../../../src/embedding/local-embedder.js';
import { hash } from '../../../src/embedding/terms.js';
import type { CollectionApi } from '../clients/chroma-api.js';

/** Real texts with queries and what is relevant to each: how good a way to search is. `README.md` says whose they are. */
export interface TestCollection {
  readonly papers: readonly (readonly [id: string, text: string])[];
  readonly queries: readonly (readonly [text: string, relevant: readonly string[]])[];
}

/** What bm25s gives for it, by `bm25-reference.py`: the mean, and one for each query. */
export interface Reference {
  readonly ndcg: number;
  readonly byQuery: readonly number[];
}

/** An expression of the Search API for a query. */
export type Ranking = (text: string) => Promise<object>;

/** Searches of a request. */
const BATCH = 10;
/** How many results count. */
const DEPTH = 10;
/** How many results of each search are fused. */
const FUSED = 100;
const DIMENSION = 384;
/** Of BM25. The server adds how rare a word is; this is what its clients send. */
const SATURATION = 1.2;
const LENGTH_PENALTY = 0.75;

/** The schema of a collection that {@link fill} fills. */
export const QUALITY_SCHEMA = {
  defaults: {},
  keys: { words: { sparse_vector: { sparse_vector_index: { enabled: true, config: { bm25: true } } } } },
};

export async function readTestCollection(): Promise<TestCollection> {
  return JSON.parse(await readFile(new URL('papers.json', import.meta.url), 'utf8')) as TestCollection;
}

export async function readReference(): Promise<Reference> {
  return JSON.parse(await readFile(new URL('bm25-reference.json', import.meta.url), 'utf8')) as Reference;
}

/** Adds the texts: vectors of the built-in embedder, and sparse vectors of their words under `words`. */
export async function fill(collection: CollectionApi, { papers }: TestCollection): Promise<void> {
  const lists = papers.map(([, text]) => wordsOf(text));
  const average = lists.reduce((sum, { length }) => sum + length, 0) / papers.length;
  await collection.fill({
    ids: papers.map(([id]) => id),
    embeddings: await embedded(papers.map(([, text]) => text)),
    documents: papers.map(([, text]) => text),
    metadatas: lists.map((words) => ({ words: { '#type': 'sparse_vector', ...frequencies(words, average) } })),
  });
}

/** The three ways to search, by name. */
export const RANKINGS: Readonly<Record<'dense' | 'BM25' | 'RRF', Ranking>> = {
  dense: async (text) => dense(text),
  BM25: (text) => Promise.resolve(sparse(text)),
  RRF: async (text) => {
    const places = { return_rank: true, default: 1000 };
    const terms = [await dense(text, places), sparse(text, places)].map((rank) => ({
      $div: { left: { $val: 1 }, right: { $sum: [{ $val: 60 }, rank] } },
    }));
    return { $mul: [{ $val: -1 }, { $sum: terms }] };
  },
};

/** nDCG@10 of a ranking, for each query. */
export async function gainsOf(
  collection: CollectionApi,
  { queries }: TestCollection,
  ranking: Ranking,
): Promise<readonly number[]> {
  const gains: number[] = [];
  for (let start = 0; start < queries.length; start += BATCH) {
    const part = queries.slice(start, start + BATCH);
    const searches = await Promise.all(part.map(async ([text]) => ({ rank: await ranking(text), limit: { limit: DEPTH } })));
    const { status, text, body } = await collection.post('search', { searches });
    if (status !== 200) throw new Error(`search: ${String(status)} ${text}`);
    const { ids } = body as { ids: readonly (readonly string[])[] };
    gains.push(...part.map(([, relevant], at) => gain(ids[at] ?? [], relevant)));
  }
  return gains;
}

/** nDCG@10: a relevant result counts 1, divided by the binary logarithm of its place and 1; the best order of them is 1. */
export function gain(ids: readonly string[], relevant: readonly string[]): number {
  const weights = Array.from({ length: DEPTH }, (_, place) => 1 / Math.log2(place + 2));
  const total = (isThere: (place: number) => boolean): number =>
    weights.reduce((sum, weight, place) => sum + (isThere(place) ? weight : 0), 0);
  return total((place) => relevant.includes(ids[place] ?? '')) / total((place) => place < relevant.length);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The table of the docs. */
export function qualityRows(gains: Readonly<Record<string, readonly number[]>>): readonly (readonly string[])[] {
  return Object.entries(gains).map(([name, values]) => [name, mean(values).toFixed(3)]);
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function frequencies(words: readonly string[], average: number): { indices: readonly number[]; values: readonly number[] } {
  const counts = counted(words);
  const penalty = SATURATION * (1 - LENGTH_PENALTY + (LENGTH_PENALTY * words.length) / average);
  const weights = counts.map(([index, count]) => [index, (count * (SATURATION + 1)) / (count + penalty)] as const);
  return { indices: weights.map(([index]) => index), values: weights.map(([, weight]) => weight) };
}

function counted(words: readonly string[]): readonly (readonly [index: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const word of words) counts.set(hash(word), (counts.get(hash(word)) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one - other);
}

async function embedded(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
  const { vectors } = await embedLocally(texts, DIMENSION);
  return vectors.map((vector) => [...vector]);
}

async function dense(text: string, more: object = {}): Promise<object> {
  const [query = []] = await embedded([text]);
  return { $knn: { query, limit: FUSED, ...more } };
}

function sparse(text: string, more: object = {}): object {
  const counts = counted(wordsOf(text));
  const query = { indices: counts.map(([index]) => index), values: counts.map(([, count]) => count) };
  return { $knn: { query, key: 'words', limit: FUSED, ...more } };
}
