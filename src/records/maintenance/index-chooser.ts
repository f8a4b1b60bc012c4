import { Inject, Injectable } from '@nestjs/common';
import type { Collection, FormRecall } from '../../collections/collection.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../postgres/database.js';
import { chooseIndex, formsByCost, formsInQuestion, indexBytes, type IndexChoice, losesTooMuch } from '../search/index-choice.js';
import { RecallStore } from '../search/recall.store.js';
import { recallTarget } from '../search/recall-curve.js';
import { RecallSample } from '../search/recall-sample.js';
import { measurementOf } from '../search/search-plan.js';
import { BackgroundSteps, stepSize } from './background-steps.js';
import { lookCount } from './recall-plan.js';
import { VectorIndexStore } from './vector-index.store.js';

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
    const dimension = collection.dimension ?? 0;
    const wanted = this.config.indexQuantization === 'off' ? ('full' as const) : this.config.indexQuantization;
    const byCost = formsByCost(this.database.traits);
    const free = wanted === 'auto' ? await this.freeBytes(planned.replaces) : Infinity;
    const fits = (content: IndexChoice['content']): boolean => indexBytes(content, dimension, planned.rows, planned.m) <= free;
    const forms = wanted === 'auto' ? await this.formsOf(collection, planned, !fits('half')) : [];
    return chooseIndex({ dimension, wanted, byCost, forms, fits, target: recallTarget(collection, this.config) });
  }

  /** The indexes of a namespace whose form has turned out to lose too much. */
  failed(collection: Collection, namespace: string): ReadonlySet<string> {
    const measured = measurementOf(collection, namespace);
    if (measured === undefined || this.config.indexQuantization !== 'auto') return new Set();
    const target = recallTarget(collection, this.config);
    const failed = collection.indexes.filter(
      ({ content, namespace: own, reason }) =>
        own === namespace && reason !== 'dimension' && losesTooMuch(content, measured, target),
    );
    return new Set(failed.map(({ id }) => id));
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
