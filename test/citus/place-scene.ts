import type pg from 'pg';
import { eventually, hasVectorIndex, promoted } from '../chaos/promotion/promotion-cluster.js';
import { randomEmbedding, randomFrom } from '../chaos/promotion/promotion-writer.js';
import type { ChromaApi, CollectionApi } from '../support/clients/chroma-api.js';
import { type CitusNode, homes } from '../support/servers/citus.js';

/** More records of eight components than a collection in the pool has with small tiers. */
export const COUNT = 260;

/** A collection in a place of its own, with a vector index. */
export interface PlacedCollection {
  readonly api: CollectionApi;
  readonly id: string;
  readonly place: string;
  readonly node: CitusNode;
}

/** Records with numbers from `from` on: `r0`, `r1`, … */
export function numbered(
  count: number,
  from = 0,
): Readonly<Record<'ids' | 'embeddings' | 'documents' | 'metadatas', readonly unknown[]>> {
  const random = randomFrom(from + 1);
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  return {
    ids: numbers.map((number) => `r${String(number)}`),
    embeddings: numbers.map(() => randomEmbedding(random)),
    documents: numbers.map((number) => `document ${String(number)} of ${number % 7 === 0 ? 'needles' : 'hay'}`),
    metadatas: numbers.map((number) => ({ number, kind: number % 2 === 0 ? 'even' : 'odd' })),
  };
}

/** Fills a new collection, and waits until it is on a node with its index. @throws Error when that does not come */
export async function placedCollection(chroma: ChromaApi, tables: pg.Client, name: string): Promise<PlacedCollection> {
  const api = await chroma.filled(numbered(COUNT), { name });
  if (!(await promoted(tables, api.id, 120_000))) throw new Error(`${name} stays in the pool`);
  if (!(await hasVectorIndex(tables, api.id, 120_000))) throw new Error(`${name} has no vector index`);
  const { rows } = await tables.query<{ id: string; place: string }>(
    'SELECT id, place FROM polyvec.collections WHERE uuid = $1',
    [api.id],
  );
  const { id = '', place = '' } = rows[0] ?? {};
  return { api, id, place, node: await homeOf(tables, place) };
}

/** The node that has a place now. @throws Error when none has */
export async function homeOf(tables: pg.Client, place: string): Promise<CitusNode> {
  const found = await eventually(
    async () => (await homes(tables)).get(place),
    (node) => node !== undefined,
  );
  if (found === undefined) throw new Error(`${place} is on no node`);
  return found;
}

/** Writes one record after the other until it is stopped, again those that were answered 503; other answers are kept. */
export interface Writer {
  /** Returns how many were acknowledged, and the answers that neither acknowledge nor say 503. */
  stop(): Promise<{ readonly acknowledged: number; readonly refused: number; readonly others: readonly string[] }>;
}

export function startWriter(api: CollectionApi, from: number): Writer {
  const stopped = new AbortController();
  let [acknowledged, refused] = [0, 0];
  const others: string[] = [];
  const running = (async (): Promise<void> => {
    while (!stopped.signal.aborted && others.length < 100) {
      const { status, text } = await api.post('upsert', numbered(1, from + acknowledged));
      if (status === 200) acknowledged += 1;
      else if (status === 503) refused += 1;
      else others.push(`${String(status)} ${text}`);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await running;
      return { acknowledged, refused, others };
    },
  };
}
