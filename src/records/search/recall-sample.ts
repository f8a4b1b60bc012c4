import type { Collection, FormRecall, IndexContent, RecallPoint } from '../../collections/collection.js';
import type { BoundQuery, DistanceCount, Neighbour, NumberRange, RecallQuery, RecallStore } from './recall.store.js';
import { CANDIDATES, type Finding, LARGE_LIMIT, recallOf, RERANKED, SMALL_LIMIT } from './recall-curve.js';
import { indexesOf } from './search-plan.js';

/** Runs a step of background work: others have their turn before the next one. */
export type RunStep = <T>(work: () => Promise<T>) => Promise<T>;

/** How much one step does. */
export interface StepSize {
  /** Components that are compared. */
  readonly floats: number;
  /** Queries, `TOGETHER` at most, that 16-bit numbers are compared with. */
  readonly halfQueries: number;
  /** Candidates of the searches by index. */
  readonly candidates: number;
}

/** Each is compared with every vector once more for each form. */
const FORM_QUERIES = 64;
/** Queries that every vector which is read is compared with. */
export const TOGETHER = 32;
/** Vectors in the first range: so many may be near to each query, as nothing is known yet. */
const FIRST_ROWS = 1_000;

interface AnsweredQuery {
  readonly query: RecallQuery;
  /** The nearest `LARGE_LIMIT`. */
  readonly nearest: readonly Neighbour[];
}

/** Queries with their exact answers, by which searches of a namespace are measured. */
export class RecallSample {
  private constructor(
    private readonly store: RecallStore,
    private readonly collection: Collection,
    private readonly namespace: string,
    private readonly answered: readonly AnsweredQuery[],
    private readonly ranges: readonly NumberRange[],
    private readonly run: RunStep,
    private readonly stepSize: StepSize,
  ) {}

  /** Finds the exact answers of the queries, step by step. */
  static async of(
    store: RecallStore,
    collection: Collection,
    namespace: string,
    queries: readonly RecallQuery[],
    run: RunStep,
    size: StepSize,
  ): Promise<RecallSample> {
    const ranges = await rangesOf(store, collection, namespace, run, size);
    return new RecallSample(store, collection, namespace, [], ranges, run, size).with(queries);
  }

  /** How many queries it has. */
  get size(): number {
    return this.answered.length;
  }

  /** The nearest `LARGE_LIMIT` vectors of each query, itself left out. */
  get answers(): readonly (readonly Neighbour[])[] {
    return this.answered.map(({ nearest }) => nearest);
  }

  /** How many of them clients have sent. */
  get recentSize(): number {
    return this.answered.filter(({ query }) => query.isRecent).length;
  }

  /** These queries and those of this sample, of which the exact answers are known. */
  async with(queries: readonly RecallQuery[]): Promise<RecallSample> {
    const { store, collection, namespace, ranges, run } = this;
    const answered = [...this.answered];
    for (let first = 0; first < queries.length; first += TOGETHER) {
      answered.push(...(await this.answer(queries.slice(first, first + TOGETHER))));
    }
    return new RecallSample(store, collection, namespace, answered, ranges, run, this.stepSize);
  }

  /** What searches find with this effort. */
  async measure({ limit, efSearch, candidates }: Pick<RecallPoint, 'limit' | 'efSearch' | 'candidates'>): Promise<RecallPoint> {
    const indexes = indexesOf(this.collection, this.namespace);
    const efReason = 'measured recall' as const;
    const plan = { kind: 'index' as const, indexes, efSearch, efReason, candidates, budget: null, estimate: null };
    const together = Math.max(
      1,
      Math.floor(this.stepSize.candidates / (Math.max(efSearch, limit * candidates) * indexes.length)),
    );
    const byClients: Finding[] = [];
    const byVectors: Finding[] = [];
    for (let first = 0; first < this.answered.length; first += together) {
      const part = this.answered.slice(first, first + together);
      const queries = part.map(({ query }) => query);
      const found = await this.run(() => this.store.byIndex(this.collection, this.namespace, queries, limit + 1, plan));
      part.forEach(({ query, nearest }, at) => {
        (query.isRecent ? byClients : byVectors).push(findingOf(query, nearest.slice(0, limit), found[at] ?? []));
      });
    }
    return { limit, efSearch, candidates, ...worse(limit, byClients, byVectors) };
  }

  /** What would be left of the recall at ten, were every vector compared as an index of each form holds it. */
  async formRecalls(contents: readonly IndexContent[]): Promise<readonly FormRecall[]> {
    const recalls: FormRecall[] = [];
    for (const content of contents) recalls.push(...(await this.formRecall(content)));
    return recalls;
  }

  private async formRecall(content: IndexContent): Promise<readonly FormRecall[]> {
    const steps = content === 'binary' ? CANDIDATES : [RERANKED[content]];
    const findings = steps.map((): Finding[] => []);
    const asked = this.answered.slice(0, FORM_QUERIES);
    const together = content === 'half' ? this.stepSize.halfQueries : TOGETHER;
    for (let first = 0; first < asked.length; first += together) {
      const part = asked.slice(first, first + together);
      const ranks = await this.ranksByForm(content, part, Math.ceil(SMALL_LIMIT * Math.max(...steps)));
      // a number of a vector, or of the query, is beyond the form
      if (ranks === undefined) return [{ content, candidates: RERANKED[content], recall: 0, error: 0, inGraph: false }];
      steps.forEach((candidates, at) => {
        part.forEach(({ nearest }, query) =>
          findings[at]?.push(foundAmong(SMALL_LIMIT * candidates, nearest, ranks[query] ?? [])),
        );
      });
    }
    return steps.map((candidates, at) => ({
      content,
      candidates,
      ...recallOf(findings[at] ?? [], 'one result'),
      inGraph: false,
    }));
  }

  /** The exact answers of queries that are compared together. Each range is as large as all before it, so in each about as many are found. */
  private async answer(queries: readonly RecallQuery[]): Promise<readonly AnsweredQuery[]> {
    const wanted = LARGE_LIMIT + 1;
    let found: readonly (readonly Neighbour[])[] = queries.map(() => []);
    for (const range of this.ranges) {
      const before = found;
      const bound = queries.map((query, at) => ({ ...query, bound: before[at]?.[wanted - 1]?.distance ?? Infinity }));
      const part = await this.run(() => this.store.exactly(this.collection, this.namespace, bound, wanted, range));
      found = part.map((nearer, at) => byDistance([...(before[at] ?? []), ...nearer]).slice(0, wanted));
    }
    return queries.map((query, at) => {
      const others = (found[at] ?? []).filter(({ rid }) => rid !== query.rid);
      return { query, nearest: others.slice(0, LARGE_LIMIT) };
    });
  }

  /** Where the nearest ten of each query come in the order in which an index of this form sees all vectors; undefined: it cannot hold them. */
  private async ranksByForm(
    content: IndexContent,
    asked: readonly AnsweredQuery[],
    wanted: number,
  ): Promise<readonly (readonly FormRank[])[] | undefined> {
    const { store, collection, namespace } = this;
    const queries = asked.map(({ query }) => query);
    const rids = asked.map(({ nearest }) => asGood(nearest).map(({ rid }) => rid));
    const distances = await this.run(() => store.formDistances(collection, namespace, queries, rids, content));
    if (distances === undefined) return undefined;
    const bound = queries.map((query, at): BoundQuery => ({ ...query, bound: Math.max(-Infinity, ...(distances[at] ?? [])) }));
    const counts = queries.map(() => new Map<number, number>());
    for (const range of this.ranges) {
      const part = await this.run(() => store.countsByForm(collection, namespace, bound, wanted, content, range));
      if (part === undefined) return undefined;
      part.forEach((of, at) => {
        of.forEach(({ distance, count }) => counts[at]?.set(distance, (counts[at].get(distance) ?? 0) + count));
      });
    }
    return distances.map((own, at) => ranksOf(own, counts[at] ?? new Map()));
  }
}

/** Where a vector comes in an order by distance: behind so many, as one of `equals` at the same distance. */
interface FormRank {
  readonly before: number;
  readonly equals: number;
}

function ranksOf(distances: readonly number[], counts: ReadonlyMap<number, number>): readonly FormRank[] {
  const ordered = byDistance([...counts].map(([distance, count]): DistanceCount => ({ distance, count })));
  return distances.map((distance) => {
    let before = 0;
    for (const { count } of ordered.filter((other) => other.distance < distance)) before += count;
    return { before, equals: Math.max(1, counts.get(distance) ?? 1) };
  });
}

/** How many of the nearest ten are among the first so many by form: of equals there, each is as likely among them. */
function foundAmong(compared: number, nearest: readonly Neighbour[], ranks: readonly FormRank[]): Finding {
  const wanted = Math.min(SMALL_LIMIT, nearest.length);
  const first = Math.min(...ranks.map(({ before }) => before));
  // copies of one vector: there are more of them than are known
  const areCopies = ranks.length === LARGE_LIMIT && ranks.every(({ before }) => before === first);
  const among = ({ before, equals }: FormRank): number => Math.min(1, Math.max(0, (compared - before) / equals));
  const hits = areCopies ? Math.max(0, compared - first) : ranks.reduce((sum, rank) => sum + among(rank), 0);
  return { hits: Math.min(wanted, hits), wanted };
}

/** The nearest ten, and others that are as near as the tenth. */
function asGood(nearest: readonly Neighbour[]): readonly Neighbour[] {
  const farthest = nearest[SMALL_LIMIT - 1]?.distance ?? Infinity;
  return nearest.filter(({ distance }) => distance <= farthest);
}

function byDistance<Item extends { readonly distance: number }>(items: readonly Item[]): readonly Item[] {
  return [...items].sort((left, right) => left.distance - right.distance);
}

/** What clients search for may be harder to find than stored vectors, or easier: the recall is kept for both. */
function worse(limit: number, ...groups: readonly (readonly Finding[])[]): Pick<RecallPoint, 'recall' | 'error'> {
  return groups
    .filter((findings) => findings.length > 0)
    .map((findings) => recallOf(findings, 'two searches', limit))
    .reduce((least, other) => (other.recall - other.error < least.recall - least.error ? other : least), { recall: 1, error: 0 });
}

/** Of what was found, others at the same distance are as good. */
function findingOf(query: RecallQuery, nearest: readonly Neighbour[], found: readonly Neighbour[]): Finding {
  const farthest = nearest.at(-1)?.distance ?? -Infinity;
  const hits = found.filter(({ rid, distance }) => rid !== query.rid && distance <= farthest).length;
  return { hits: Math.min(hits, nearest.length), wanted: nearest.length };
}

/** The namespace's vectors by their numbers: few in the first range, then as many as before, up to what a step compares. */
async function rangesOf(
  store: RecallStore,
  collection: Collection,
  namespace: string,
  run: RunStep,
  { floats }: StepSize,
): Promise<readonly NumberRange[]> {
  const most = Math.max(1, Math.floor(floats / TOGETHER / (collection.dimension ?? 1)));
  const ranges: NumberRange[] = [];
  let before = 0;
  for (let low: bigint | null = 0n; low !== null;) {
    const from: bigint = low;
    const rows = Math.min(most, Math.max(FIRST_ROWS, before));
    const high: bigint | null = await run(() => store.endOfRange(collection, namespace, from, rows));
    ranges.push({ low: from, high });
    before += rows;
    low = high;
  }
  return ranges;
}
