import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { Limits } from '../limits/limits.js';
import { Database, type Queryable } from '../postgres/database.js';
import { settleDuplicates } from './batch.js';
import { requireDimension } from './dimension.js';
import type {
  DeleteRequest,
  Deletion,
  Match,
  MetadataPatch,
  PageRequest,
  Position,
  RankedRecord,
  RankRequest,
  ReadRequest,
  RecordBatch,
  RecordSink,
  SearchRequest,
  Selection,
  StoredRecord,
  WriteMode,
  WriteOutcome,
} from './record.js';
import { RecordPageStore } from './record-page.store.js';
import { RecordRankStore } from './search/record-rank.store.js';
import { RecordSearchStore } from './search/record-search.store.js';
import { RecordStore } from './record.store.js';
import { RecordWriteStore } from './record-write.store.js';
import { COMPLETE } from './search/search-plan.js';
import { SearchPlanner } from './search/search-planner.js';
import { hasUnknownFields } from './unknown-fields.js';
import { Maintenance } from './maintenance/maintenance.js';

/** Rows in one page of a read; a read of more than one page sees one snapshot. */
const PAGE_ROWS = 1_000;

/** What can be done with records. Every call is atomic, and visible to the next one on any instance. */
@Injectable()
export class RecordsService {
  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly collectionStore: CollectionStore,
    private readonly store: RecordStore,
    private readonly writeStore: RecordWriteStore,
    private readonly searchStore: RecordSearchStore,
    private readonly pageStore: RecordPageStore,
    private readonly rankStore: RecordRankStore,
    private readonly planner: SearchPlanner,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /** Writes all records of the batch, or none. Ids that occur twice are written one after the other. */
  async write(collection: Collection, namespace: string, batch: RecordBatch, mode: WriteMode): Promise<WriteOutcome> {
    this.limits.requireWrite(namespace, batch.records);
    const embeddings = batch.records.map((record) => record.embedding);
    const settled = settleDuplicates(batch.records, mode.existing);
    const sparse = batch.records.some((record) => record.sparse != null);
    return this.collections.run(collection, async (current) => {
      const dimension = requireDimension(current, embeddings);
      const hasNewFields = hasUnknownFields(current, batch.fields);
      const write = (queryable: Queryable, known: Collection): Promise<WriteOutcome | 'stale'> =>
        this.writeStore.write(queryable, known, namespace, { ...settled, hasNewFields }, mode);
      if (batch.records.length === 0) return { lsn: null };
      const isFirst = (dimension !== undefined && current.dimension === null) || (sparse && !current.hasSparse);
      const outcome = isFirst
        ? await this.writeFirst(current, { dimension, sparse, embeddings }, write)
        : await write(this.database, current);
      if (outcome === 'stale') return 'stale';
      this.maintenance.note(current, settled.records.length);
      // the catalog knows more now: which fields the write has added, the dimension, or that there are sparse vectors
      if (hasNewFields || isFirst) this.collections.forget(current);
      return outcome;
    });
  }

  /** The first write with an embedding gives the collection its dimension, in the same transaction; likewise with a sparse one. */
  private async writeFirst(
    collection: Collection,
    first: {
      readonly dimension: number | undefined;
      readonly sparse: boolean;
      readonly embeddings: readonly (Float32Array | null)[];
    },
    write: (queryable: Queryable, known: Collection) => Promise<WriteOutcome | 'stale'>,
  ): Promise<WriteOutcome | 'stale'> {
    return this.database.transaction(async (transaction) => {
      if (first.dimension !== undefined) await this.collectionStore.fixDimension(transaction, collection, first.dimension);
      if (first.sparse) await this.collectionStore.admitSparse(transaction, collection);
      const fixed = await this.collectionStore.refresh(transaction, collection);
      if (fixed === undefined) return 'stale';
      requireDimension(fixed, first.embeddings);
      return write(transaction, fixed);
    });
  }

  /**
   * Passes the selected records to `take`, page after page, in the order of first insert. All pages are of one moment.
   * `restart` is called when pages already taken are void.
   */
  async readByInsertion(collection: Collection, namespace: string, request: ReadRequest, sink: RecordSink): Promise<void> {
    this.limits.requireSelection(request);
    return this.readPages(collection, namespace, request, sink);
  }

  private async readPages(collection: Collection, namespace: string, request: ReadRequest, sink: RecordSink): Promise<void> {
    this.maintenance.noteFilter(collection, request);
    await this.collections.run(collection, async (current) => {
      const wanted = request.limit ?? Infinity;
      const limit = Math.min(wanted, PAGE_ROWS + 1);
      const first = await this.store.readPage(this.database, current, namespace, request, { after: undefined, limit });
      if (first.records.length === 0 && !(await this.store.isLive(this.database, current))) return 'stale';
      if (first.records.length <= PAGE_ROWS) {
        await sink.take(first.records);
        return undefined;
      }
      return this.database.transaction(async (snapshot) => {
        await sink.restart();
        if (!(await this.store.isLive(snapshot, current))) return 'stale' as const;
        let after: string | undefined;
        for (let left = wanted; left > 0; left -= PAGE_ROWS) {
          const page = await this.store.readPage(snapshot, current, namespace, request, {
            after,
            limit: Math.min(left, PAGE_ROWS),
          });
          await sink.take(page.records);
          if (page.records.length < PAGE_ROWS) break;
          after = page.last;
        }
        return undefined;
      }, 'snapshot');
    });
  }

  /** The selected records in the order of first insert, in memory: for reads with a limit. Ids are those that a search has found. */
  async readAllByInsertion(collection: Collection, namespace: string, request: ReadRequest): Promise<readonly StoredRecord[]> {
    this.limits.requireFilter(request.filter);
    const records: StoredRecord[] = [];
    const take = (page: readonly StoredRecord[]): Promise<void> => {
      for (const record of page) records.push(record);
      return Promise.resolve();
    };
    const restart = (): Promise<void> => {
      records.length = 0;
      return Promise.resolve();
    };
    await this.readPages(collection, namespace, request, { take, restart });
    return records;
  }

  /**
   * The nearest selected records to each query, a list per query: all that match, when they are no more than the limit.
   * @throws GatewayError `invalid dimension`, unless the collection has none yet
   */
  async search(collection: Collection, namespace: string, request: SearchRequest): Promise<readonly (readonly Match[])[]> {
    this.limits.requireSearch(request);
    this.maintenance.noteFilter(collection, request);
    return this.collections.run(collection, async (current) => {
      requireDimension(current, request.queries);
      if (current.dimension === null || request.limit === 0 || request.queries.length === 0) {
        return (await this.store.isLive(this.database, current)) ? request.queries.map(() => []) : 'stale';
      }
      const result = await this.planner.run(current, namespace, request, (plan) =>
        this.searchStore.search(current, namespace, request, plan),
      );
      return result === 'stale' ? result : result.matches;
    });
  }

  /** Deletes the selected records. */
  async delete(collection: Collection, namespace: string, request: DeleteRequest): Promise<Deletion> {
    this.limits.requireSelection(request);
    this.maintenance.noteFilter(collection, request);
    const deletion = await this.collections.run(collection, (current) => this.store.delete(current, namespace, request));
    this.maintenance.note(collection, deletion.count);
    return deletion;
  }

  /** A page of the selected records in the bytewise order of ids. */
  async readById(
    collection: Collection,
    namespace: string,
    request: PageRequest,
  ): Promise<Position & { readonly records: readonly StoredRecord[] }> {
    this.limits.requireSelection(request);
    this.maintenance.noteFilter(collection, request);
    return this.collections.run(collection, (current) => this.pageStore.readPage(current, namespace, request));
  }

  /**
   * The selected records that score best.
   * @throws GatewayError `invalid dimension` or `invalid vector_type` for a query that does not fit the collection
   */
  async rank(
    collection: Collection,
    namespace: string,
    request: RankRequest,
  ): Promise<Position & { readonly records: readonly RankedRecord[] }> {
    this.limits.requireSearch(request);
    this.maintenance.noteFilter(collection, request);
    return this.collections.run(collection, (current) => {
      requireDimension(current, [request.embedding]);
      const { embedding, sparse, limit } = request;
      // a score of both parts needs every record's
      if (embedding === null || sparse !== null || limit === 0) return this.rankStore.rank(current, namespace, request, COMPLETE);
      return this.planner.run(current, namespace, { ...request, queries: [embedding] }, (plan) =>
        this.rankStore.rank(current, namespace, request, plan),
      );
    });
  }

  /** Merges the patch into every selected record, and says how many they were. */
  async merge(
    collection: Collection,
    namespace: string,
    selection: Selection,
    patch: MetadataPatch,
  ): Promise<WriteOutcome & { readonly count: number }> {
    this.limits.requirePatch(selection, patch);
    this.maintenance.noteFilter(collection, selection);
    const merged = await this.collections.run(collection, (current) => {
      const hasNewFields = hasUnknownFields(current, patch.fields);
      if (hasNewFields) this.collections.forget(current);
      return this.pageStore.merge(current, namespace, selection, { ...patch, hasNewFields });
    });
    this.maintenance.note(collection, merged.count);
    return merged;
  }

  /** How many records are selected. */
  async countMatching(
    collection: Collection,
    namespace: string,
    selection: Selection,
  ): Promise<Position & { readonly count: number }> {
    this.limits.requireSelection(selection);
    this.maintenance.noteFilter(collection, selection);
    return this.collections.run(collection, (current) => this.pageStore.count(current, namespace, selection));
  }

  async count(collection: Collection, namespace: string): Promise<number> {
    return this.collections.run(collection, (current) => this.store.count(current, namespace));
  }
}
