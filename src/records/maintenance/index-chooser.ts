import { Inject, Injectable } from '@nestjs/common';
import type { Collection, FormRecall } from '../../collections/collection.js';
import { graphOf } from '../../collections/hnsw.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../postgres/database.js';
import {
  canHold,
  chooseIndex,
  formsByCost,
  formsInQuestion,
  indexBytes,
  type IndexChoice,
  isOfBits,
  isWhole,
  losesTooMuch,
  WHOLE_VECTORS,
} from '../search/index-choice.js';
import { RecallStore } from '../search/recall.store.js';
import { chosenPoint, recallTarget, SMALL_LIMIT } from '../search/recall-curve.js';
import { RecallSample } from '../search/recall-sample.js';
import { haveForms, indexesOf, measurementOf } from '../search/search-plan.js';
import { BackgroundSteps, stepSize } from './background-steps.js';
import { type IndexBuild, type IndexGrowth, type NamespaceState, planMerge } from './index-plan.js';
import { lookCount } from './recall-plan.js';
import { VectorIndexStore } from './vector-index.store.js';

/** With fewer for each result, bits are about as fast to search. */
const MANY_CANDIDATES = 10;
/** More new vectors than this share are put into a graph of bits first. */
const MOST_MORE = 1 / 4;
/** Three quarters of its `shared_buffers`. */
const EMBEDDED_CACHE_MB = 96;

/** An index that is to be built. */
export interface PlannedIndex {
  readonly namespace: string;
  /** Vectors in it. */
  readonly rows: number;
  readonly m: number;
  /** Ids of the indexes that it takes the place of. */
  readonly replaces: readonly string[];
}

/** Chooses what vector indexes hold of each vector: by what was measured of the namespace, or by a look at it before its first index. */
@Injectable()
export class IndexChooser {
  private readonly steps: BackgroundSteps;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly recall: RecallStore,
    private readonly store: VectorIndexStore,
  ) {
    this.steps = new BackgroundSteps(database);
  }

  stop(): void {
    this.steps.stop();
  }

  /** @throws Stopped */
  async choose(collection: Collection, planned: PlannedIndex): Promise<IndexChoice> {
    if (this.staysWhole(collection, planned)) return WHOLE_VECTORS;
    const dimension = collection.dimension ?? 0;
    const wanted = this.config.indexQuantization === 'off' ? ('full' as const) : this.config.indexQuantization;
    const byCost = formsByCost(this.database.traits);
    const free = wanted === 'auto' ? await this.freeBytes(planned.replaces) : Infinity;
    const fits = (content: IndexChoice['content']): boolean => indexBytes(content, dimension, planned.rows, planned.m) <= free;
    const forms = wanted === 'auto' ? await this.formsOf(collection, planned, !fits('half')) : [];
    return chooseIndex({ dimension, wanted, byCost, forms, fits, target: recallTarget(collection, this.config) });
  }

  /**
   * What is to be built anew in another form: an index that has turned out to lose too much, or, where indexes are grown, bits of which
   * every search compares many candidates.
   */
  async otherForm(collection: Collection, namespace: string, { segments }: NamespaceState): Promise<IndexBuild | undefined> {
    const failed = this.failed(collection, namespace);
    const segment = segments.find(({ id }) => failed.has(id));
    if (segment !== undefined) return { kind: 'build', low: segment.low, high: segment.high, replaces: [segment.id] };
    const [first, last] = [segments[0], segments.at(-1)];
    if (first === undefined || last === undefined || !this.isFasterWhole(collection, namespace)) return undefined;
    const replaces = segments.map(({ id }) => id);
    const { indexBytes: others } = await this.store.memory(replaces);
    if (!this.staysInMemory(collection, rowsIn(segments), others)) return undefined;
    return { kind: 'build', low: first.low, high: last.high, replaces, choice: WHOLE_VECTORS };
  }

  /**
   * What is to go on where indexes are grown: one of whole vectors that others were being moved into, whatever for, or one of bits, as so
   * many whole ones no longer stay in memory.
   */
  unfinished(collection: Collection, state: NamespaceState): IndexGrowth | undefined {
    const [newest, ...others] = [...state.segments]
      .reverse()
      .map(({ id }) => collection.indexes.find((index) => index.id === id));
    if (newest === undefined) return undefined;
    if (isWhole(newest) || (newest.content === 'full' && newest.reason === 'recall')) return planMerge(state);
    const isOutgrown = isOfBits(newest) && others.some((index) => index !== undefined && isWhole(index));
    return isOutgrown && !this.staysInMemory(collection, rowsIn(state.segments)) ? planMerge(state) : undefined;
  }

  /** Whether so many more vectors are to go into an index that grows: into bits any number, as they are put into a graph soonest. */
  takesMore(collection: Collection, id: string, rows: number): boolean {
    const index = collection.indexes.find((one) => one.id === id);
    if (index === undefined || !isWhole(index)) return true;
    return rows <= MOST_MORE * index.rows && this.staysInMemory(collection, index.rows + rows);
  }

  /** Whether it takes the place of grown indexes of whole vectors alone. */
  private staysWhole(collection: Collection, { replaces, rows }: PlannedIndex): boolean {
    if (this.database.traits.concurrentIndexes || this.config.indexQuantization !== 'auto' || replaces.length === 0) return false;
    const replaced = collection.indexes.filter(({ id }) => replaces.includes(id));
    return replaced.length > 0 && replaced.every(isWhole) && this.staysInMemory(collection, rows);
  }

  private failed(collection: Collection, namespace: string): ReadonlySet<string> {
    const measured = measurementOf(collection, namespace);
    if (measured === undefined || this.config.indexQuantization !== 'auto') return new Set();
    const target = recallTarget(collection, this.config);
    const failed = collection.indexes.filter(
      ({ content, namespace: own, reason }) =>
        own === namespace && reason !== 'dimension' && losesTooMuch(content, measured, target),
    );
    return new Set(failed.map(({ id }) => id));
  }

  private isFasterWhole(collection: Collection, namespace: string): boolean {
    if (this.database.traits.concurrentIndexes || this.config.indexQuantization !== 'auto') return false;
    const indexes = indexesOf(collection, namespace);
    const measured = measurementOf(collection, namespace);
    if (measured === undefined || !haveForms(measured, indexes)) return false;
    const candidates = chosenPoint(measured.points, SMALL_LIMIT, recallTarget(collection, this.config))?.candidates ?? 0;
    return candidates >= MANY_CANDIDATES && indexes.some(isOfBits);
  }

  /** Whether a graph of so many whole vectors stays in the embedded engine's memory, beside so many bytes of others. */
  private staysInMemory(collection: Collection, rows: number, others = 0): boolean {
    const { indexCacheMb } = this.config;
    const dimension = collection.dimension ?? Infinity;
    const bytes = indexBytes('full', dimension, rows, graphOf(collection).m);
    return canHold('full', dimension) && bytes + others <= (indexCacheMb > 0 ? indexCacheMb : EMBEDDED_CACHE_MB) * 2 ** 20;
  }

  private async freeBytes(replaces: readonly string[]): Promise<number> {
    const { cacheBytes, indexBytes: used } = await this.store.memory(replaces);
    return (this.config.indexCacheMb > 0 ? this.config.indexCacheMb * 2 ** 20 : cacheBytes) - used;
  }

  private async formsOf(collection: Collection, planned: PlannedIndex, isShort: boolean): Promise<readonly FormRecall[]> {
    const known = measurementOf(collection, planned.namespace)?.forms ?? [];
    const wanted = formsInQuestion(collection.dimension ?? 0, formsByCost(this.database.traits), isShort);
    const unknown = wanted.filter((content) => !known.some((form) => form.content === content && !form.inGraph));
    if (unknown.length === 0) return known;
    const count = lookCount(planned.rows * (collection.dimension ?? 1));
    const queries = await this.steps.run(() => this.recall.sample(collection, planned.namespace, count));
    const size = stepSize(this.database.traits);
    const sample = await RecallSample.of(this.recall, collection, planned.namespace, queries, this.steps.run, size);
    return [...known, ...(await sample.formRecalls(unknown))];
  }
}

function rowsIn(segments: NamespaceState['segments']): number {
  return segments.reduce((sum, { rows }) => sum + rows, 0);
}
