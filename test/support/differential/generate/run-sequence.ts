import { isJsonObject, type Json, JsonNumber } from '../../../../src/http/json.js';
import { get, post } from '../exchange.js';
import { type Answers, COLLECTIONS, type Pair } from '../pair.js';
import { type Operation, SLOTS } from './operations.js';

/** What the generated requests were worth: a run in which all fail, or all filters match nothing, proves nothing. */
export interface Tally {
  requests: number;
  succeeded: number;
  filters: number;
  /** Filters that matched some records and not all. */
  telling: number;
}

export function newTally(): Tally {
  return { requests: 0, succeeded: 0, filters: 0, telling: 0 };
}

/** Gives both servers the same steps on fresh collections, and compares every answer. */
export async function runSequence(pair: Pair, operations: readonly Operation[], tally: Tally): Promise<void> {
  // not by deleting the collections: Chroma would give what it keeps of their arrays to the next records (D27)
  await pair.both({ method: 'POST', path: '/api/v2/reset' });
  const names = SLOTS.map((_, space) => `random_${String(space)}`);
  const paths: string[] = [];
  for (const [slot, name] of names.entries()) {
    paths.push(await pair.collection(name, `"configuration":{"hnsw":{"space":"${SLOTS[slot]?.space ?? 'l2'}"}}`));
  }
  for (const operation of operations) await step(pair, paths[operation.collection] ?? '', operation, tally);
  for (const [slot, name] of names.entries()) {
    await pair.same(post(`${paths[slot] ?? ''}/get`, '{"include":["documents","metadatas","embeddings","uris"]}'));
    await pair.same(get(`${COLLECTIONS}/${name}`));
  }
}

async function step(pair: Pair, path: string, operation: Operation, tally: Tally): Promise<void> {
  if (operation.filter.length > 0) await probe(pair, path, operation.filter, tally);
  const request = operation.call === 'count' ? get(`${path}/count`) : post(`${path}/${operation.call}`, operation.body);
  const { reference } = await pair.same(request);
  count(reference, tally);
}

/** Asks for exactly what the filter matches, and notes whether it tells records apart. */
async function probe(pair: Pair, path: string, filter: readonly string[], tally: Tally): Promise<void> {
  const all = await pair.same(get(`${path}/count`));
  const matching = await pair.same(post(`${path}/get`, `{${[...filter, '"include":[]'].join(',')}}`));
  count(all.reference, tally);
  count(matching.reference, tally);
  const total = all.reference.body instanceof JsonNumber ? Number(all.reference.body.text) : 0;
  const matched = lengthOf(isJsonObject(matching.reference.body) ? matching.reference.body.get('ids') : undefined);
  tally.filters += 1;
  if (matched > 0 && matched < total) tally.telling += 1;
}

function count(answer: Answers['reference'], tally: Tally): void {
  tally.requests += 1;
  if (answer.status < 300) tally.succeeded += 1;
}

function lengthOf(list: Json | undefined): number {
  return Array.isArray(list) ? list.length : 0;
}
