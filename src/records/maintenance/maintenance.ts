import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { clientUuid, type Collection } from '../../collections/collection.js';
import { Database } from '../../postgres/database.js';
import type { Selection } from '../record.js';
import { WordIndexes } from '../words/word-indexes.js';
import { BackgroundSteps, Stopped } from './background-steps.js';
import { SparseKeyMaintenance } from './sparse-key-maintenance.js';
import { StatisticsStore } from './statistics.store.js';
import { StorageMaintenance } from './storage-maintenance.js';

/** Below this, every plan is a good one. */
const MIN_CHANGES = 500;
/** Tables are looked at again when this share of their rows has changed. */
const SHARE = 0.3;
/** A refresh is followed by a rest of so many times its length: while a table is loaded, 30 % more rows are there in no time. */
const REST = 9;

/** What has changed since a table's last refresh. */
interface TableChanges {
  /** As it was noted last. */
  collection: Collection;
  changes: number;
  /** So many lead to the next one. */
  threshold: number;
}

/**
 * Keeps the planner's statistics near the truth while tables grow. A server's autovacuum does it within a minute, and a bulk
 * load is queried sooner: until then plans are up to a hundred times slower. The embedded engine has no autovacuum at all.
 */
@Injectable()
export class Maintenance implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Maintenance.name);
  /** By record table. */
  private readonly tables = new Map<string, TableChanges>();
  private running: Promise<void> | undefined;
  private resting: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly steps: BackgroundSteps;

  constructor(
    private readonly database: Database,
    private readonly store: StatisticsStore,
    private readonly storage: StorageMaintenance,
    private readonly sparseKeys: SparseKeyMaintenance,
    private readonly words: WordIndexes,
  ) {
    this.steps = new BackgroundSteps(database);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.steps.stop();
    clearTimeout(this.resting);
    await this.running;
  }

  /** Rows have been written or deleted. Returns at once. */
  note(collection: Collection, rows: number): void {
    this.database.replica?.wrote(clientUuid(collection));
    this.storage.note(collection, rows);
    this.sparseKeys.noteWrite(collection);
    this.words.note(collection);
    const table = this.tables.get(collection.recordTable) ?? { collection, changes: 0, threshold: MIN_CHANGES };
    this.tables.set(collection.recordTable, table);
    table.collection = collection;
    table.changes += rows;
    this.refreshNext();
  }

  /** One after the other, with rests between them: those that have become due meanwhile may not change again. */
  private refreshNext(): void {
    if (this.running !== undefined || this.resting !== undefined || this.stopped) return;
    const due = [...this.tables.values()].find(({ changes, threshold }) => changes >= threshold);
    if (due === undefined) return;
    due.changes = 0;
    this.running = this.refresh(due).then((ms) => {
      this.running = undefined;
      this.rest(REST * ms);
    });
  }

  private rest(ms: number): void {
    this.resting = setTimeout(() => {
      this.resting = undefined;
      this.refreshNext();
    }, ms).unref();
  }

  /** A filter is used on the collection. Returns at once. */
  noteFilter(collection: Collection, selection: Selection): void {
    this.storage.noteFilter(collection, selection);
  }

  /** The collection is searched. Returns at once. */
  noteSearch(collection: Collection): void {
    this.storage.noteSearch(collection);
  }

  /** It is searched by sparse vectors under a key; `pending` records have no postings, absent: none has. Returns at once. */
  noteSparseSearch(collection: Collection, key: string, pending: number | undefined): void {
    this.sparseKeys.noteSearch(collection, key, pending);
  }

  /** Returns how long it has kept the database at work, in milliseconds. */
  private async refresh(table: TableChanges): Promise<number> {
    const { collection } = table;
    let startedAt = Infinity;
    try {
      await this.steps.calm();
      startedAt = performance.now();
      await this.store.refresh(collection);
      table.threshold = Math.max(MIN_CHANGES, SHARE * (await this.store.estimateRows(collection)));
    } catch (error) {
      // the next change tries again
      if (!(error instanceof Stopped))
        this.logger.warn(`statistics of ${collection.recordTable} were not refreshed: ${String(error)}`);
    }
    return Math.max(0, performance.now() - startedAt);
  }
}
