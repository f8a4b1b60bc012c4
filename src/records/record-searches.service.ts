import { Injectable } from '@nestjs/common';
import { type Collection, isPooled } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { Limits } from '../limits/limits.js';
import { Database } from '../postgres/database.js';
import { requireDimension } from './dimension.js';
import { Maintenance } from './maintenance/maintenance.js';
import type { Match, Position, RankedRecord, RankRequest, SearchRequest, Selection } from './record.js';
import { RecordStore } from './record.store.js';
import { RecentQueries } from './search/recent-queries.js';
import { RecordRankStore } from './search/record-rank.store.js';
import { RecordSearchStore } from './search/record-search.store.js';
import { COMPLETE } from './search/search-plan.js';
import { SearchPlanner } from './search/search-planner.js';

/** Searches by distance, and ranks by score. */
@Injectable()
export class RecordSearches {
  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly store: RecordStore,
    private readonly searchStore: RecordSearchStore,
    private readonly rankStore: RecordRankStore,
    private readonly planner: SearchPlanner,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
    private readonly recent: RecentQueries,
  ) {}

  /**
   * The selected records nearest to each dense query, a list per query. A filter that leaves fewer than the limit returns all it leaves.
   * @throws GatewayError `invalid dimension`, unless the collection has none yet
   */
  async search(collection: Collection, namespace: string, request: SearchRequest): Promise<readonly (readonly Match[])[]> {
    this.limits.requireSearch(request);
    return this.collections.run(collection, namespace, async (current) => {
      this.noteSearch(current, request);
      requireDimension(current, request.queries);
      if (current.dimension === null || request.limit === 0 || request.queries.length === 0) {
        return (await this.store.isLive(this.database, current)) ? request.queries.map(() => []) : 'stale';
      }
      for (const query of request.queries) this.noteQuery(current, namespace, query);
      const result = await this.planner.run(current, namespace, request, (plan) =>
        this.searchStore.search(current, namespace, request, plan),
      );
      return result === 'stale' ? result : result.matches;
    });
  }

  /** As `search`, and every selected vector is compared: nothing is left to an index. */
  async searchExactly(collection: Collection, namespace: string, request: SearchRequest): Promise<readonly (readonly Match[])[]> {
    this.limits.requireSearch(request);
    return this.collections.run(collection, namespace, async (current) => {
      requireDimension(current, request.queries);
      if (current.dimension === null) return request.queries.map(() => []);
      const result = await this.searchStore.search(current, namespace, request, COMPLETE);
      return result === 'stale' ? result : result.matches;
    });
  }

  /** Of what the present request has found, only so many bytes are still in memory. */
  settle(heldBytes: number): void {
    this.database.settleAnswer(heldBytes);
  }

  /**
   * The selected records with the best scores for one query, dense, sparse or both.
   * @throws GatewayError `invalid dimension` or `invalid vector_type` for a query that does not fit the collection
   */
  async rank(
    collection: Collection,
    namespace: string,
    request: RankRequest,
  ): Promise<Position & { readonly records: readonly RankedRecord[] }> {
    this.limits.requireSearch(request);
    return this.collections.run(collection, namespace, (current) => {
      this.noteSearch(current, request);
      requireDimension(current, [request.embedding]);
      const { embedding, sparse, limit } = request;
      // a score of both parts needs every record's
      if (embedding === null || sparse !== null || limit === 0) return this.rankStore.rank(current, namespace, request, COMPLETE);
      this.noteQuery(current, namespace, embedding);
      return this.planner.run(current, namespace, { ...request, queries: [embedding] }, (plan) =>
        this.rankStore.rank(current, namespace, request, plan),
      );
    });
  }

  private noteSearch(collection: Collection, request: Selection): void {
    this.maintenance.noteSearch(collection);
    this.maintenance.noteFilter(collection, request);
  }

  /** Recall is measured where there is an index, or may be one soon. */
  private noteQuery(collection: Collection, namespace: string, query: Float32Array): void {
    if (!isPooled(collection)) this.recent.note(collection, namespace, query);
  }
}
