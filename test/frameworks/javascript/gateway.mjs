/** Where the gateway is, embeddings without a model, and what several frameworks' tests share. */
import { createHash, randomUUID } from 'node:crypto';

export const CHROMA = new URL(process.env.FRAMEWORK_CHROMA_URL ?? 'http://localhost:8000');
export const PINECONE_URL = process.env.PINECONE_CONTROLLER_HOST ?? 'http://localhost:5080';
export const DIMENSION = 16;

/** The sum of a vector for each word: the same text has the same, texts with words in common are near each other. */
export function embed(text) {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => createHash('sha256').update(word).digest());
  return Array.from({ length: DIMENSION }, (_, at) => words.reduce((sum, word) => sum + (word[at] - 127.5) / 128, 0));
}

export const unique = (prefix) => `${prefix}-${randomUUID().slice(0, 12)}`;

/** The tests with `prefix` before their names; each gets a store of its own from `use`. */
export const testsOf = (prefix, use, tests) =>
  Object.fromEntries(Object.entries(tests).map(([name, test]) => [`${prefix} ${name}`, () => use(test)]));
