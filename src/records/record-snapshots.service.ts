import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { Limits } from '../limits/limits.js';
import { Database, type FirstRows, type Queryable } from '../postgres/database.js';
import { requireDimension } from './dimension.js';
import { Maintenance } from './maintenance/maintenance.js';
import type { Match, ReadRequest, SearchRequest, SparseSearchRequest, SparseVector, StoredRecord } from './record.js';
import { RecordStore } from './record.store.js';
import { inverseFrequency, weighted } from './search/inverse-frequency.js';
import { RecordSearchStore } from './search/record-search.store.js';
import { SearchPlanner } from './search/search-planner.js';
import { reportSparseSearch } from './search/search-report.js';
import { type SparseCoverage, type SparseKeyMatch, SparseKeyStore } from './search/sparse-key.store.js';

/** Reads and searches of one snapshot of a collection. */
export interface RecordSnapshot {
  /** As `RecordSearches.search`; nothing is found where the collection has no dimension yet. */
  search(request: SearchRequest): Promise<readonly (readonly Match[])[]>;
  /** Nearest first, equals in the order of first insert. */
  searchSparse(request: SparseSearchRequest): Promise<readonly SparseKeyMatch[]>;
  /** The selected records in the order of first insert. @throws GatewayError `invalid limit` for more than an answer may have */
  read(request: ReadRequest): Promise<readonly StoredRecord[]>;
}

/** Several reads and searches of one state of a collection. */
@Injectable()
export class RecordSnapshots {
  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly store: RecordStore,
    private readonly searchStore: RecordSearchStore,
    private readonly sparseKeys: SparseKeyStore,
    private readonly planner: SearchPlanner,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /**
   * Runs `work` in one read transaction, on one connection; it may be run again. All rows that it reads are of the present request's
   * budget, until the request is over.
   */
  async run<T>(collection: Collection, namespace: string, work: (snapshot: RecordSnapshot) => Promise<T>): Promise<T> {
    return this.collections.run(collection, namespace, (current) =>
      this.database.transaction<T | 'stale'>(async (transaction) => {
        this.database.settleAnswer(0);
        if (!(await this.store.isLive(transaction, current))) return 'stale';
        return work({
          search: (request) => this.search(transaction, current, namespace, request),
          searchSparse: (request) => this.searchSparse(transaction, current, namespace, request),
          read: (request) => this.read(transaction, current, namespace, request),
        });
      }, 'snapshot'),
    );
  }

  private async search(
    transaction: Queryable,
    collection: Collection,
    namespace: string,
    request: SearchRequest,
  ): Promise<readonly (readonly Match[])[]> {
    this.limits.requireSearch(request);
    this.maintenance.noteFilter(collection, request);
    if (collection.dimension === null || request.limit === 0) return request.queries.map(() => []);
    requireDimension(collection, request.queries);
    const result = await this.planner.run(
      collection,
      namespace,
      request,
      (plan) => this.searchStore.search(collection, namespace, request, plan, transaction),
      transaction,
    );
    // the snapshot, in which the collection was live, has not changed
    return result === 'stale' ? request.queries.map(() => []) : result.matches;
  }

  private async searchSparse(
    transaction: Queryable,
    collection: Collection,
    namespace: string,
    request: SparseSearchRequest,
  ): Promise<readonly SparseKeyMatch[]> {
    this.limits.requireSearch(request);
    this.maintenance.noteFilter(collection, request);
    if (request.limit === 0 || request.query.indices.length === 0) return [];
    const coverage = await this.sparseKeys.coverage(transaction, collection, namespace, request.key);
    this.maintenance.noteSparseSearch(collection, request.key, coverage?.pending);
    const query = request.weighted ? await this.weighted(transaction, collection, namespace, request, coverage) : request.query;
    const matches = await this.sparseKeys.nearest(transaction, collection, namespace, { ...request, query }, coverage);
    reportSparseSearch(coverage?.pending, matches.length);
    return matches;
  }

  /** The query with BM25's inverse document frequencies. */
  private async weighted(
    transaction: Queryable,
    collection: Collection,
    namespace: string,
    request: SparseSearchRequest,
    coverage: SparseCoverage | undefined,
  ): Promise<SparseVector> {
    const { records, holders } = await this.sparseKeys.frequencies(transaction, collection, namespace, request, coverage);
    return weighted(request.query, (index) => inverseFrequency(records, Math.min(records, holders.get(index) ?? 0)));
  }

  private async read(
    transaction: Queryable,
    collection: Collection,
    namespace: string,
    request: ReadRequest,
  ): Promise<readonly StoredRecord[]> {
    this.limits.requireFilter(request.filter);
    this.maintenance.noteFilter(collection, request);
    const whole: Queryable = {
      ...transaction,
      // nothing is left for a next page: what does not fit is refused
      queryFirst: async <T extends object>(statement: Parameters<Queryable['query']>[0]): Promise<FirstRows<T>> => ({
        rows: await transaction.query<T>(statement),
        isCut: false,
      }),
    };
    const limit = request.limit ?? Number.MAX_SAFE_INTEGER;
    return (await this.store.readPage(whole, collection, namespace, request, { after: undefined, limit })).records;
  }
}
