import type { Collection, FormRecall, IndexContent, RecallPoint } from '../../collections/collection.js';
import type { FormNeighbour, Neighbour, NumberRange, RecallQuery, RecallStore } from './recall.store.js';
import { CANDIDATES, type Finding, LARGE_LIMIT, recallOf, SMALL_LIMIT } from './recall-curve.js';
import { RERANKED } from './record-nearest.store.js';
import { indexesOf } from './search-plan.js';

/** Runs a step of background work: others have their turn before the next one. */
export type RunStep = <T>(work: () => Promise<T>) => Promise<T>;

/** How much one step does. */
export interface StepSize {
  /** Components that are compared. */
  readonly floats: number;
  /** Candidates of the searches by index. */
  readonly candidates: number;
}

/** Each takes another look at every vector for each form. */
const FORM_QUERIES = 64;

/** Queries with their exact answers, by which searches of a namespace are measured. */
export class RecallSample {
  private constructor(
    private readonly store: RecallStore,
    private readonly collection: Collection,
    private readonly namespace: string,
    private readonly answered: readonly { readonly query: RecallQuery; readonly nearest: readonly Neighbour[] }[],
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

  /** How many of them clients have sent. */
  get recentSize(): number {
    return this.answered.filter(({ query }) => query.isRecent).length;
  }

  /** These queries and those of this sample, of which the exact answers are known. */
  async with(queries: readonly RecallQuery[]): Promise<RecallSample> {
    const { store, collection, namespace, ranges, run } = this;
    const answered = [...this.answered];
    for (const query of queries) {
      const found: Neighbour[] = [];
      for (const range of ranges) {
        const [part = []] = await run(() => store.exactly(collection, namespace, [query], LARGE_LIMIT + 1, range));
        found.push(...part);
      }
      const others = found.filter(({ rid }) => rid !== query.rid).sort((left, right) => left.distance - right.distance);
      answered.push({ query, nearest: others.slice(0, LARGE_LIMIT) });
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
    return { limit, efSearch, candidates, ...worse(byClients, byVectors) };
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
    for (const { query, nearest } of this.answered.slice(0, FORM_QUERIES)) {
      const found = await this.byForm(content, query, SMALL_LIMIT * Math.max(...steps) + 1);
      // a number of a vector, or of the query, is beyond the form
      if (found === undefined) return [{ content, candidates: RERANKED[content], recall: 0, error: 0, inGraph: false }];
      steps.forEach((candidates, at) => {
        const compared = found.slice(0, SMALL_LIMIT * candidates);
        findings[at]?.push(findingOf(query, nearest.slice(0, SMALL_LIMIT), compared));
      });
    }
    return steps.map((candidates, at) => ({ content, candidates, ...recallOf(findings[at] ?? []), inGraph: false }));
  }

  private async byForm(content: IndexContent, query: RecallQuery, wanted: number): Promise<readonly FormNeighbour[] | undefined> {
    const found: FormNeighbour[] = [];
    for (const range of this.ranges) {
      const part = await this.run(() => this.store.byForm(this.collection, this.namespace, query, wanted, content, range));
      if (part === undefined) return undefined;
      found.push(...part);
    }
    const nearest = found.sort((left, right) => left.formDistance - right.formDistance).slice(0, wanted);
    return nearest.filter(({ rid }) => rid !== query.rid);
  }
}

/** What clients search for may be harder to find than stored vectors, or easier: the recall is kept for both. */
function worse(...groups: readonly (readonly Finding[])[]): Pick<RecallPoint, 'recall' | 'error'> {
  return groups
    .filter((findings) => findings.length > 0)
    .map(recallOf)
    .reduce((least, other) => (other.recall - other.error < least.recall - least.error ? other : least), { recall: 1, error: 0 });
}

/** Of what was found, others at the same distance are as good. */
function findingOf(query: RecallQuery, nearest: readonly Neighbour[], found: readonly Neighbour[]): Finding {
  const farthest = nearest.at(-1)?.distance ?? -Infinity;
  const hits = found.filter(({ rid, distance }) => rid !== query.rid && distance <= farthest).length;
  return { hits: Math.min(hits, nearest.length), wanted: nearest.length };
}

/** The namespace's vectors by their numbers, as many in each range as a step compares. */
async function rangesOf(
  store: RecallStore,
  collection: Collection,
  namespace: string,
  run: RunStep,
  { floats }: StepSize,
): Promise<readonly NumberRange[]> {
  const rows = Math.max(1, Math.floor(floats / (collection.dimension ?? 1)));
  const ranges: NumberRange[] = [];
  for (let low: bigint | null = 0n; low !== null;) {
    const from: bigint = low;
    const high: bigint | null = await run(() => store.endOfRange(collection, namespace, from, rows));
    ranges.push({ low: from, high });
    low = high;
  }
  return ranges;
}
