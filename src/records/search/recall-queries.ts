import type { Collection } from '../../collections/collection.js';
import type { RecallQuery, RecallStore } from './recall.store.js';
import type { RunStep } from './recall-sample.js';
import { indexesOf, isBeyondGraph } from './search-plan.js';

/** Neighbours of a vector by which it is moved: neither the nearest ones, which may be copies, nor far ones. */
const MOVED_BY = [3, 7] as const;
/** Neighbours are about as far from each other as a diagonal is long, and a new vector is as far from the next one as a side. */
const STEP = Math.SQRT1_2;
const EF_SEARCH = 100;
const TOGETHER = 4;

/**
 * Queries that are like the namespace's vectors, and none of them: a stored vector has its neighbours in the graph, and is found with
 * less effort than a new one. Each is a stored vector, moved by the difference of two of its neighbours. The same ones each time, after
 * the first `skipped`.
 */
export async function likelyQueries(
  store: RecallStore,
  collection: Collection,
  namespace: string,
  count: number,
  run: RunStep = (work) => work(),
  skipped = 0,
): Promise<readonly RecallQuery[]> {
  const stored = await run(() => store.sample(collection, namespace, count, skipped));
  const queries: RecallQuery[] = [];
  for (let first = 0; first < stored.length; first += TOGETHER) {
    const part = stored.slice(first, first + TOGETHER);
    queries.push(...(await run(() => moved(store, collection, namespace, part))));
  }
  return queries.filter(({ embedding }) => !isBeyondGraph(collection, embedding));
}

async function moved(
  store: RecallStore,
  collection: Collection,
  namespace: string,
  stored: readonly RecallQuery[],
): Promise<readonly RecallQuery[]> {
  const indexes = indexesOf(collection, namespace);
  const effort = { efSearch: EF_SEARCH, efReason: 'measured recall' as const, candidates: null };
  const plan = { kind: 'index' as const, indexes, ...effort, budget: null, estimate: null };
  const found = await store.byIndex(collection, namespace, stored, Math.max(...MOVED_BY) + 1, plan);
  const pairs = found.map((neighbours) => MOVED_BY.map((rank) => neighbours[rank]?.rid ?? ''));
  const embeddings = await store.embeddings(collection, namespace, [...new Set(pairs.flat())]);
  return stored.map((query, at) => {
    const [to, from] = (pairs[at] ?? []).map((rid) => embeddings.get(rid));
    if (to === undefined || from === undefined || to.length !== query.embedding.length) return query;
    const embedding = query.embedding.map((component, axis) => component + STEP * ((to[axis] ?? 0) - (from[axis] ?? 0)));
    // of copies there is no way to anywhere
    return to.every((component, axis) => component === from[axis]) ? query : { ...query, embedding, rid: null };
  });
}
