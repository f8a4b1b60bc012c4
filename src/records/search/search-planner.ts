import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CONFIG, type Config } from '../../config/config.js';
import type { Filter } from '../../filters/filter.js';
import type { Queryable } from '../../postgres/database.js';
import { recallTarget } from './recall-curve.js';
import { RecordEstimateStore } from './record-estimate.store.js';
import {
  borderOf,
  type Outcome,
  planCompletely,
  planFiltered,
  type PlanRequest,
  planUnfiltered,
  type SearchPlan,
} from './search-plan.js';
import { reportSearch } from './search-report.js';

interface Estimate {
  readonly rows: number;
  /** Milliseconds. */
  readonly at: number;
}

const MAX_ESTIMATES = 10_000;
const ESTIMATE_LIFE_MS = 60_000;
/** Of what is worth an index. */
const FEW = 1 / 4;
/** Estimates within this factor of the border are made sure of. */
const DOUBT = 2;

/** Chooses how a search is carried out, and again when the choice was wrong. */
@Injectable()
export class SearchPlanner {
  /** By collection, namespace and filter, the oldest first. */
  private readonly estimates = new Map<string, Estimate>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: RecordEstimateStore,
  ) {}

  /**
   * Carries out a search by the plan that fits. It is carried out again when there are more candidates than the plan was made for, or
   * when a graph has given fewer records than wanted, or cut among equals: then every record is compared, and no answer lacks one.
   * `queryable`: the transaction that the search is part of, which its estimates then are, too.
   */
  async run<T extends Outcome>(
    collection: Collection,
    namespace: string,
    request: PlanRequest,
    execute: (plan: SearchPlan) => Promise<T | 'stale'>,
    queryable?: Queryable,
  ): Promise<T | 'stale'> {
    let plan = await this.plan(collection, namespace, request, queryable);
    for (;;) {
      const outcome = await execute(plan);
      if (outcome === 'stale') return outcome;
      const next = this.afterwards(collection, namespace, request, plan, outcome);
      if (next === undefined) {
        reportSearch(plan, outcome);
        return outcome;
      }
      plan = next;
    }
  }

  /** Another plan when this one does not do. */
  private afterwards(
    collection: Collection,
    namespace: string,
    request: PlanRequest,
    plan: SearchPlan,
    { candidates, found, isTied }: Outcome,
  ): SearchPlan | undefined {
    const { filter, limit } = request;
    if (plan.kind === 'index') {
      return found >= limit && !isTied ? undefined : planCompletely(plan, isTied ? 'equally near' : 'too few found');
    }
    if (candidates === null || filter === undefined) return undefined;
    // the truth, or as much of it as the plan has counted
    if (plan.estimate !== null) this.learn(keyOf(collection, namespace, filter), candidates);
    if (plan.mostCandidates === null || candidates <= plan.mostCandidates) return undefined;
    return planFiltered(collection, namespace, request, candidates, recallTarget(collection, this.config));
  }

  private async plan(
    collection: Collection,
    namespace: string,
    request: PlanRequest,
    queryable: Queryable | undefined,
  ): Promise<SearchPlan> {
    const recall = recallTarget(collection, this.config);
    const plan = planUnfiltered(collection, namespace, request, { few: fewFloats(this.config.indexMinFloats), recall });
    if (plan.kind !== 'by matches') return plan;
    const border = borderOf(collection, namespace, request.limit, recall);
    const matching = await this.matching(collection, namespace, plan.filter, border, queryable);
    return planFiltered(collection, namespace, request, matching, recall);
  }

  /** About how many records match; near the border, counted up to beyond it. */
  private async matching(
    collection: Collection,
    namespace: string,
    filter: Filter,
    border: number,
    queryable: Queryable | undefined,
  ): Promise<number> {
    const key = keyOf(collection, namespace, filter);
    const known = this.estimates.get(key);
    if (known !== undefined && Date.now() - known.at < ESTIMATE_LIFE_MS) return known.rows;
    const estimate = await this.store.estimate(collection, namespace, filter, queryable);
    const isSure = estimate * DOUBT < border || estimate > border * DOUBT;
    if (isSure) return this.learn(key, estimate);
    return this.learn(key, await this.store.countUpTo(collection, namespace, filter, DOUBT * border, queryable));
  }

  private learn(key: string, rows: number): number {
    this.estimates.delete(key);
    this.estimates.set(key, { rows, at: Date.now() });
    if (this.estimates.size > MAX_ESTIMATES) {
      const [oldest = ''] = this.estimates.keys();
      this.estimates.delete(oldest);
    }
    return rows;
  }
}

/** Components that are compared as a whole in no time, where `indexMinFloats` are worth an index. */
export function fewFloats(indexMinFloats: number): number {
  return FEW * indexMinFloats;
}

function keyOf(collection: Collection, namespace: string, filter: Filter): string {
  // a filter may be as large as a request
  const digest = createHash('sha256').update(JSON.stringify(filter)).digest('base64');
  return `${collection.id} ${namespace}\u0000${digest}`;
}
