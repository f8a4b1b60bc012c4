import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import type { Match, SearchRequest } from '../record.js';
import { RecallStore } from '../search/recall.store.js';
import { likelyQueries } from '../search/recall-queries.js';
import { RecordSearchStore } from '../search/record-search.store.js';
import { COMPLETE, indexesOf, planFiltered, type SearchPlan } from '../search/search-plan.js';

/** How much of what is nearest a namespace's indexes find. */
export interface NamespaceRecall {
  readonly namespace: string;
  readonly queries: number;
  /** The share of the nearest ten, over all queries; null without queries. */
  readonly recall: number | null;
}

const LIMIT = 10;
const QUERIES_TOGETHER = 10;
const NOTHING_ELSE = { document: false, uri: false, metadata: false, embedding: false } as const;
/** Each round follows a change of the catalog row that another request made. */
const MAX_ATTEMPTS = 5;

/** Compares what searches find by vector indexes with what there is. */
@Injectable()
export class RecallService {
  constructor(
    private readonly catalog: CollectionStore,
    private readonly samples: RecallStore,
    private readonly searches: RecordSearchStore,
    /** The recall to keep. */
    private readonly target: number,
  ) {}

  /** Asks each namespace that has an index for the neighbours of up to `count` queries that are like its own vectors. */
  async measure(collection: Collection, count: number): Promise<readonly NamespaceRecall[]> {
    const namespaces = [...new Set(collection.indexes.map(({ namespace }) => namespace))];
    const results: NamespaceRecall[] = [];
    for (const namespace of namespaces) results.push(await this.measureNamespace(collection, namespace, count));
    return results;
  }

  private async measureNamespace(collection: Collection, namespace: string, count: number): Promise<NamespaceRecall> {
    const sample = await likelyQueries(this.samples, collection, namespace, count);
    const queries = sample.map(({ embedding }) => embedding);
    let [found, wanted] = [0, 0];
    for (let first = 0; first < queries.length; first += QUERIES_TOGETHER) {
      const request = { queries: queries.slice(first, first + QUERIES_TOGETHER), limit: LIMIT, parts: NOTHING_ELSE };
      const [byIndex, exact] = await this.search(collection, namespace, request);
      exact.forEach((nearest, query) => {
        // others at the same distance are as good
        const farthest = Math.max(...nearest.map(({ distance }) => Number(distance)));
        const hits = (byIndex[query] ?? []).filter(({ distance }) => Number(distance) <= farthest);
        found += Math.min(hits.length, nearest.length);
        wanted += nearest.length;
      });
    }
    return { namespace, queries: queries.length, recall: wanted === 0 ? null : found / wanted };
  }

  /** By index, and exactly. */
  private async search(collection: Collection, namespace: string, request: SearchRequest): Promise<readonly [Matches, Matches]> {
    let current: Collection | undefined = collection;
    for (let attempt = 1; current !== undefined && attempt <= MAX_ATTEMPTS; attempt += 1) {
      const byIndex = await this.searches.search(
        current,
        namespace,
        request,
        planByIndex(current, namespace, request, this.target),
      );
      const exact = await this.searches.search(current, namespace, request, COMPLETE);
      if (byIndex !== 'stale' && exact !== 'stale') return [byIndex.matches, exact.matches];
      current = await this.catalog.findStored(collection.uuid);
    }
    // gone, or nothing that one can measure
    return [[], []];
  }
}

type Matches = readonly (readonly Match[])[];

/** The plan of a search without a filter, whatever the namespace's size. */
function planByIndex(collection: Collection, namespace: string, request: SearchRequest, target: number): SearchPlan {
  if (indexesOf(collection, namespace).length === 0) return COMPLETE;
  const plan = planFiltered(collection, namespace, request, Infinity, target);
  return plan.kind === 'index' ? { ...plan, budget: null, estimate: null } : plan;
}
