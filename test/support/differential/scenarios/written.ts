import { post } from '../exchange.js';
import type { Pair } from '../pair.js';

export const EVERYTHING = '{"include":["documents","metadatas","embeddings","uris"]}';

/** Writes each body with each call and looks at the outcome after each. */
export async function written(pair: Pair, path: string, calls: readonly string[], bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    for (const call of calls) await pair.all(post(`${path}/${call}`, body), post(`${path}/get`, EVERYTHING));
  }
}

export const ALL = ['add', 'upsert', 'update'] as const;
