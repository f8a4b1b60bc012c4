import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { isBeyondAnswerBudget } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { Database } from '../postgres/database.js';
import { Maintenance } from './maintenance/maintenance.js';
import type {
  CursorRequest,
  Fingerprint,
  PageRequest,
  Position,
  ReadRequest,
  RecordSink,
  Selection,
  StoredRecord,
} from './record.js';
import { RecordStore } from './record.store.js';
import { RecordPageStore } from './record-page.store.js';

/** Rows in one page of a read; a read of more than one page sees one snapshot. */
const PAGE_ROWS = 1_000;

/** Reads and counts records by id or filter; every call is of one snapshot. */
@Injectable()
export class RecordReads {
  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly store: RecordStore,
    private readonly pageStore: RecordPageStore,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /**
   * Passes the selected records to `take`, page by page, in the order of first insert. All pages are of one snapshot.
   * `restart` is called when the pages taken so far are void.
   */
  async readByInsertion(collection: Collection, namespace: string, request: ReadRequest, sink: RecordSink): Promise<void> {
    this.limits.requireSelection(request);
    return this.readPages(collection, namespace, request, sink);
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

  private async readPages(collection: Collection, namespace: string, request: ReadRequest, sink: RecordSink): Promise<void> {
    await this.collections.run(collection, namespace, async (current) => {
      this.maintenance.noteFilter(current, request);
      const wanted = request.limit ?? Infinity;
      const limit = Math.min(wanted, PAGE_ROWS + 1);
      const first = await this.firstPage(current, namespace, request, limit);
      if (first?.length === 0 && !(await this.store.isLive(this.database, current))) return 'stale';
      if (first !== undefined && first.length <= PAGE_ROWS) {
        await this.pass(first, sink);
        return undefined;
      }
      return this.database.transaction(async (snapshot) => {
        await sink.restart();
        this.database.settleAnswer(0);
        if (!(await this.store.isLive(snapshot, current))) return 'stale' as const;
        let after: string | undefined;
        for (let left = wanted; left > 0;) {
          const size = Math.min(left, PAGE_ROWS);
          const page = await this.store.readPage(snapshot, current, namespace, request, { after, limit: size });
          await this.pass(page.records, sink);
          if (!page.isCut && page.records.length < size) break;
          left -= page.records.length;
          after = page.last;
        }
        return undefined;
      }, 'snapshot');
    });
  }

  /** The first records, or undefined when they are more than may be in memory at a time. */
  private async firstPage(
    collection: Collection,
    namespace: string,
    request: ReadRequest,
    limit: number,
  ): Promise<readonly StoredRecord[] | undefined> {
    try {
      return (await this.store.readPage(this.database, collection, namespace, request, { after: undefined, limit })).records;
    } catch (error) {
      if (isBeyondAnswerBudget(error)) return undefined;
      throw error;
    }
  }

  private async pass(records: readonly StoredRecord[], sink: RecordSink): Promise<void> {
    await sink.take(records);
    if (sink.heldBytes !== undefined) this.database.settleAnswer(sink.heldBytes());
  }

  /** The next `limit` selected records in the order of first insert; `next` is the `after` of the next page, undefined behind the last one. */
  async readAfter(
    collection: Collection,
    namespace: string,
    request: CursorRequest,
  ): Promise<{ readonly records: readonly StoredRecord[]; readonly next: string | undefined }> {
    this.limits.requireSelection(request);
    return this.collections.run(collection, namespace, async (current) => {
      this.maintenance.noteFilter(current, request);
      const { after, limit } = request;
      // one more says whether there is a next page
      const page = await this.store.readPage(
        this.database,
        current,
        namespace,
        { ...request, offset: 0 },
        { after, limit: limit + 1 },
      );
      if (page.records.length === 0 && !(await this.store.isLive(this.database, current))) return 'stale';
      const next = page.records.length > limit ? page.numberAt(limit - 1) : undefined;
      return { records: page.records.slice(0, limit), next };
    });
  }

  /** How many records are selected; `limit` when there are so many or more. */
  async countUpTo(collection: Collection, namespace: string, selection: Selection, limit: number): Promise<number> {
    this.limits.requireSelection(selection);
    return this.collections.run(collection, namespace, (current) =>
      this.pageStore.countUpTo(current, namespace, selection, limit),
    );
  }

  /** How many records are selected, `limit` when there are so many or more, and which: see `Fingerprint`. */
  async fingerprintUpTo(collection: Collection, namespace: string, selection: Selection, limit: number): Promise<Fingerprint> {
    this.limits.requireSelection(selection);
    return this.collections.run(collection, namespace, (current) =>
      this.pageStore.fingerprintUpTo(current, namespace, selection, limit),
    );
  }

  /** A page of the selected records in the bytewise order of ids. */
  async readById(
    collection: Collection,
    namespace: string,
    request: PageRequest,
  ): Promise<Position & { readonly records: readonly StoredRecord[] }> {
    this.limits.requireSelection(request);
    return this.collections.run(collection, namespace, (current) => {
      this.maintenance.noteFilter(current, request);
      return this.pageStore.readPage(current, namespace, request);
    });
  }

  /** How many of the namespace's records are selected. */
  async countMatching(
    collection: Collection,
    namespace: string,
    selection: Selection,
  ): Promise<Position & { readonly count: number }> {
    this.limits.requireSelection(selection);
    return this.collections.run(collection, namespace, (current) => {
      this.maintenance.noteFilter(current, selection);
      return this.pageStore.count(current, namespace, selection);
    });
  }

  /** How many records there are in the namespace. */
  async count(collection: Collection, namespace: string): Promise<number> {
    return this.collections.run(collection, namespace, (current) => this.store.count(current, namespace));
  }
}
