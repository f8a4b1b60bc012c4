import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { isPooled, type Collection } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import { CollectionSweeper } from '../../collections/collection-sweeper.js';
import { CollectionsService } from '../../collections/collections.service.js';
import { CONFIG, type Config } from '../../config.js';
import { FieldIndexKeeper } from './field-index-keeper.js';
import { HotKeys } from './hot-keys.js';
import { IndexBuilder } from './index-builder.js';
import { PromotionStore } from './promotion.store.js';
import type { Selection } from '../record.js';

/** Changes to a collection that nobody has looked into yet. */
interface Changes {
  rows: number;
  /** Whether filters are used that an index may serve. */
  filters: boolean;
  /** When the last one was noted, in milliseconds. */
  at: number;
}

/** A collection is looked at when this share of what matters has changed, or when it has been left alone. */
const SHARE = 1 / 4;
const QUIET_MS = 10_000;
const FILTERS_PER_LOOK = 32;

/**
 * Gives collections that have grown tables of their own, and their vectors indexes, in the background: any instance may, whoever
 * comes first. Nothing depends on when, but speed.
 */
@Injectable()
export class StorageKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(StorageKeeper.name);
  /** By uuid. */
  private readonly changes = new Map<string, Changes>();
  private filters = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CollectionsService,
    private readonly catalog: CollectionStore,
    private readonly sweeper: CollectionSweeper,
    private readonly promotions: PromotionStore,
    private readonly builder: IndexBuilder,
    private readonly hotKeys: HotKeys,
    private readonly fields: FieldIndexKeeper,
  ) {}

  /** What has grown while nobody looked, or under an older version. */
  onApplicationBootstrap(): void {
    this.running = this.lookAround().finally(() => {
      this.running = undefined;
      this.schedule();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.builder.stop();
    await this.running;
  }

  /** Rows have been written or deleted. Returns at once. */
  note(collection: Collection, rows: number): void {
    const changes = this.changesOf(collection.uuid);
    changes.rows += rows;
    changes.at = Date.now();
    this.schedule();
  }

  /** A filter is used. Returns at once. */
  noteFilter(collection: Collection, { filter }: Selection): void {
    if (filter === undefined || isPooled(collection)) return;
    this.hotKeys.note(collection, filter);
    this.filters += 1;
    if (this.filters % FILTERS_PER_LOOK !== 0 || !this.fields.isWanted(collection)) return;
    this.changesOf(collection.uuid).filters = true;
    this.schedule();
  }

  private changesOf(uuid: string): Changes {
    const changes = this.changes.get(uuid) ?? { rows: 0, filters: false, at: Date.now() };
    this.changes.set(uuid, changes);
    return changes;
  }

  private schedule(): void {
    if (this.timer !== undefined || this.running !== undefined || this.stopped || this.changes.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.running = this.work().finally(() => {
        this.running = undefined;
        this.schedule();
      });
    }, this.config.maintenanceIntervalMs);
    this.timer.unref();
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private async lookAround(): Promise<void> {
    try {
      const pooled = await this.promotions.candidates(this.config.dedicatedMinFloats);
      const dedicated = await this.promotions.dedicated();
      for (const uuid of [...pooled, ...dedicated]) this.changesOf(uuid).rows = Infinity;
    } catch (error) {
      this.logger.warn(`the tables were not looked through: ${String(error)}`);
    }
  }

  private async work(): Promise<void> {
    for (const [uuid, changes] of [...this.changes]) {
      if (this.isStopped()) return;
      const before = { ...changes };
      try {
        const isDone = await this.workOn(uuid, changes);
        // changes during the work wait for the next round
        if (isDone && changes.at === before.at) this.changes.delete(uuid);
      } catch (error) {
        // tried again when it has been left alone for a while
        changes.rows = 0;
        if (!this.isStopped()) this.logger.warn(`the storage of ${uuid} was not looked after: ${String(error)}`);
      }
    }
  }

  /** False when there is more to do later. */
  private async workOn(uuid: string, changes: Changes): Promise<boolean> {
    const isQuiet = Date.now() - changes.at >= QUIET_MS;
    const collection = await this.catalog.findAnywhere(uuid);
    if (collection?.dimension == null || collection.vectorType === 'sparse') return true;
    if (changes.filters) {
      changes.filters = false;
      if (!isPooled(collection)) await this.fields.improve(collection);
    }
    const limit = isPooled(collection) ? this.config.dedicatedMinFloats : this.config.indexMinFloats;
    const rows = Math.floor(limit / collection.dimension);
    if (!isQuiet && changes.rows < SHARE * rows) return false;
    changes.rows = 0;
    if (isPooled(collection)) {
      if (!(await this.promotions.exceeds(collection, rows))) return isQuiet;
      await this.promote(collection);
    } else if ((await this.builder.improve(collection)) === 'done') {
      changes.filters ||= this.fields.isWanted(collection);
      return isQuiet && !changes.filters;
    }
    // to be looked at again at once
    changes.rows = Infinity;
    return false;
  }

  private async promote(collection: Collection): Promise<void> {
    const start = performance.now();
    if (!(await this.promotions.promote(collection))) return;
    this.collections.forget(collection);
    this.sweeper.wake();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    this.logger.log(`collection ${collection.name} has tables of its own now (${seconds} s)`);
  }
}
