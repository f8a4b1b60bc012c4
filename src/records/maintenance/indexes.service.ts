import { Inject, Injectable } from '@nestjs/common';
import {
  type Collection,
  type FormRecall,
  type IndexContent,
  type IndexReason,
  isPooled,
  type VectorIndex,
} from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { CONFIG, type Config } from '../../config/config.js';
import { bestForms } from '../search/index-choice.js';
import { chosenPoint, recallTarget, SMALL_LIMIT } from '../search/recall-curve.js';
import { indexesOf } from '../search/search-plan.js';
import { type IndexCounts, IndexMetricsStore } from './index-metrics.store.js';
import { mostOutside } from './index-plan.js';
import { VectorIndexStore } from './vector-index.store.js';

/** How far the indexing of a namespace is. */
export interface IndexProgress {
  /** Records, counted again with every write that names them. */
  readonly operations: number;
  /** Those that are still to be put into an index; 0 where none is due: then they are as fast to find without one. */
  readonly pending: number;
}

/** How searches of a namespace keep the recall. */
export interface NamespaceEffort {
  readonly namespace: string;
  readonly target: number;
  /** What searches for ten records use, and what was measured with it. */
  readonly efSearch: number;
  readonly recall: number;
  /** In the indexes that were measured. */
  readonly vectors: number;
  readonly queries: number;
  readonly recentQueries: number;
  readonly curve: readonly { readonly efSearch: number; readonly recall: number }[];
  /** What its indexes hold now, by form. */
  readonly indexes: readonly { readonly content: IndexContent; readonly reason: IndexReason | null; readonly vectors: number }[];
  /** What the forms that were in question would find, each with the most candidates. */
  readonly forms: readonly FormRecall[];
  /** In milliseconds since 1970. */
  readonly measuredAt: number;
}

/** What can be said of vector indexes. Searches are right without them. */
@Injectable()
export class IndexesService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CurrentCollections,
    private readonly store: VectorIndexStore,
    private readonly metrics: IndexMetricsStore,
  ) {}

  /** Counts of collections and indexes in the whole database. */
  async counts(): Promise<IndexCounts> {
    return this.metrics.count();
  }

  /** How much of the collection's index that is being built is done, from 0 to 1; null when that is not known. */
  async buildProgress(collection: Collection): Promise<number | null> {
    return this.metrics.progressOf(collection);
  }

  /** The recall that its searches are to keep. */
  recallTarget(collection: Collection): number {
    return recallTarget(collection, this.config);
  }

  /** What was measured of the collection's namespaces, and what searches make of it. */
  async recall(collection: Collection): Promise<readonly NamespaceEffort[]> {
    const all = [...this.recallOf(collection)];
    for (const namespace of collection.children.keys()) {
      all.push(...(await this.collections.run(collection, namespace, (holder) => Promise.resolve(this.recallOf(holder)))));
    }
    return all;
  }

  /** Vectors of the namespace in indexes that searches use. */
  async indexedVectors(collection: Collection, namespace: string): Promise<number> {
    const count = (holder: Collection): number => indexesOf(holder, namespace).reduce((sum, { rows }) => sum + rows, 0);
    return this.collections.run(collection, namespace, (holder) => Promise.resolve(count(holder)));
  }

  private recallOf(collection: Collection): readonly NamespaceEffort[] {
    const target = this.recallTarget(collection);
    return collection.measurements.flatMap((measured) => {
      const chosen = chosenPoint(measured.points, SMALL_LIMIT, target);
      if (chosen === undefined) return [];
      const { namespace, rows, queries, recentQueries, points, measuredAt } = measured;
      const curve = points.filter(({ limit }) => limit === SMALL_LIMIT).map(({ efSearch, recall }) => ({ efSearch, recall }));
      const { efSearch, recall } = chosen;
      const held = heldBy(indexesOf(collection, namespace));
      const found = { namespace, target, efSearch, recall, vectors: rows, queries, recentQueries, curve, measuredAt };
      return [{ ...found, indexes: held, forms: bestForms(measured) }];
    });
  }

  async progress(collection: Collection, namespace: string): Promise<IndexProgress> {
    return this.collections.run(collection, namespace, async (current) => {
      const coverage = await this.store.coverage(current, namespace);
      if (coverage === 'stale') return 'stale';
      const limit = isPooled(current) ? this.config.dedicatedMinFloats : this.config.indexMinFloats;
      const rows = limit / (current.dimension ?? 1);
      const isDue = coverage.tail > mostOutside(indexesOf(current, namespace).length, rows);
      return { operations: coverage.operations, pending: isDue ? Math.min(coverage.tail, coverage.rows) : 0 };
    });
  }
}

/** What indexes hold, and why: a row for each form and reason. */
function heldBy(indexes: readonly VectorIndex[]): NamespaceEffort['indexes'] {
  const held = new Map<string, NamespaceEffort['indexes'][number]>();
  for (const { content, reason, rows } of indexes) {
    const key = `${content} ${String(reason)}`;
    held.set(key, { content, reason, vectors: (held.get(key)?.vectors ?? 0) + rows });
  }
  return [...held.values()];
}
