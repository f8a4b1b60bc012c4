import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type Collection, isPooled } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import { hasOwnPlace } from '../../collections/place-tables.store.js';
import { CONFIG, type Config } from '../../config/config.js';
import { GatewayError } from '../../errors.js';
import { Database } from '../../postgres/database.js';
import { isUndefinedTable } from '../../postgres/sqlstate.js';
import type { Selection } from '../record.js';
import { FieldIndexMaintenance } from './field-index-maintenance.js';
import { HotKeys } from './hot-keys.js';
import { IndexBuilder } from './index-builder.js';
import { LateIndexStore } from './late-index.store.js';
import { PlaceMaintenance } from './place-maintenance.js';
import { PromotionStore } from './promotion.store.js';
import { RecallMeasurements } from './recall-measurement.js';

/** Changes to a collection that nobody has looked into yet. */
interface Changes {
  rows: number;
  /** So many rows are worth a look. */
  worth: number;
  /** Whether filters are used that an index may serve. */
  filters: boolean;
  /** When the last one was noted, in milliseconds. */
  at: number;
  /** Whether clients have searched since nothing more came, and how often that has brought work forward. */
  isSearched: boolean;
  hurries: number;
}

/** A collection is examined when this share of what matters has changed, or when it has not changed for a while. */
const SHARE = 1 / 4;
const QUIET_MS = 10_000;
/** After a load whose records are searched already, it is examined sooner: so long after the last write, and again so soon. */
const SETTLED_MS = 1_000;
const HURRY_MS = 250;
/** Without an end of it, as when another instance works for long, it waits like the others. */
const MAX_HURRIES = 16;
const FILTERS_PER_LOOK = 32;
/** How often all collections are examined: for changes by other instances, and for indexes that are no longer used. */
const ROUND_MS = 3_600_000;
/** The pause after a failed round. */
const RETRY_MS = 60_000;

/**
 * Gives collections that have grown tables of their own, and their vectors indexes, in the background: on whichever
 * instance is first. Only speed depends on when.
 */
@Injectable()
export class StorageMaintenance implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(StorageMaintenance.name);
  /** By uuid. */
  private readonly changes = new Map<string, Changes>();
  private filters = 0;
  private timer: NodeJS.Timeout | undefined;
  private round: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly catalog: CollectionStore,
    private readonly promotions: PromotionStore,
    private readonly places: PlaceMaintenance,
    private readonly database: Database,
    private readonly lateIndexes: LateIndexStore,
    private readonly builder: IndexBuilder,
    private readonly hotKeys: HotKeys,
    private readonly fields: FieldIndexMaintenance,
    private readonly recall: RecallMeasurements,
  ) {}

  /** What has grown while nobody looked, or under an older version. */
  onApplicationBootstrap(): void {
    this.running = this.begin().finally(() => {
      this.running = undefined;
      this.schedule();
    });
    this.round = setInterval(() => void this.lookAround(), ROUND_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.round);
    clearTimeout(this.retry);
    this.places.stop();
    this.fields.stop();
    this.builder.stop();
    this.recall.stop();
    await this.running;
  }

  /** Rows have been written or deleted. Returns at once. */
  note(collection: Collection, rows: number): void {
    const changes = this.changesOf(collection.uuid);
    changes.rows += rows;
    changes.worth = SHARE * this.rowsOf(collection);
    Object.assign(changes, { at: Date.now(), isSearched: false, hurries: 0 });
    this.schedule();
  }

  /** It is searched: what was written before is not left waiting. Returns at once. */
  noteSearch(collection: Collection): void {
    const changes = this.changes.get(collection.uuid);
    if (changes === undefined || changes.isSearched || Date.now() - changes.at < SETTLED_MS) return;
    changes.isSearched = true;
    clearTimeout(this.timer);
    this.timer = undefined;
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

  /** The most components that a collection in the pool has. */
  private get poolFloats(): number {
    return this.config.places === 'all' ? 0 : this.config.dedicatedMinFloats;
  }

  private changesOf(uuid: string): Changes {
    const changes = this.changes.get(uuid) ?? {
      ...{ rows: 0, worth: Infinity, filters: false },
      ...{ at: Date.now(), isSearched: false, hurries: 0 },
    };
    this.changes.set(uuid, changes);
    return changes;
  }

  /** How many rows make it large: for the pool, or for what is outside of its indexes. */
  private rowsOf(collection: Collection): number {
    const floats = isPooled(collection) ? this.poolFloats : this.config.indexMinFloats;
    // the first write may have come before the dimension was known
    return floats / (collection.dimension ?? Infinity);
  }

  private schedule(): void {
    if (this.timer !== undefined || this.running !== undefined || this.stopped || this.changes.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.running = this.work().finally(() => {
        this.running = undefined;
        this.schedule();
      });
    }, this.pauseMs());
    this.timer.unref();
  }

  private pauseMs(): number {
    const { maintenanceIntervalMs } = this.config;
    return [...this.changes.values()].some(isUrgent) ? Math.min(HURRY_MS, maintenanceIntervalMs) : maintenanceIntervalMs;
  }

  private async begin(): Promise<void> {
    await this.places.check();
    await this.places.tidy().catch((error: unknown) => {
      this.complain('what an earlier move has left was not removed', error);
    });
    await this.lookAround();
  }

  private async lookAround(): Promise<void> {
    try {
      for (const uuid of await this.promotions.due(this.poolFloats)) {
        Object.assign(this.changesOf(uuid), { rows: Infinity, filters: true });
      }
      this.schedule();
    } catch (error) {
      this.complain('the tables were not looked through', error);
      if (this.stopped) return;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => void this.lookAround(), RETRY_MS).unref();
    }
  }

  private async work(): Promise<void> {
    const ripe = [...this.changes].filter(
      ([, changes]) => changes.filters || changes.rows >= changes.worth || isQuiet(changes) || isUrgent(changes),
    );
    if (ripe.length === 0) return;
    try {
      const uuids = ripe.map(([uuid]) => uuid);
      const due = await this.promotions.due(this.poolFloats, uuids);
      for (const [uuid, changes] of ripe) await this.workOn(uuid, changes, due.has(uuid));
    } catch (error) {
      this.complain('storage maintenance failed', error);
    }
  }

  /** An unavailable database is logged by `FaultLog`, once for everything that fails for it. */
  private complain(what: string, error: unknown): void {
    if (this.stopped || (error instanceof GatewayError && error.kind === 'unavailable')) return;
    this.logger.warn(`${what}: ${String(error)}`);
  }

  private async workOn(uuid: string, changes: Changes, isDue: boolean): Promise<void> {
    if (this.stopped) return;
    const wasQuiet = isQuiet(changes) || isUrgent(changes);
    if (changes.isSearched) changes.hurries += 1;
    const { at, filters } = changes;
    Object.assign(changes, { rows: 0, filters: false });
    try {
      if (isDue && !(await this.improve(uuid, filters, wasQuiet))) changes.rows = Infinity;
    } catch (error) {
      // tried again when it has not changed for a while
      Object.assign(changes, { at: Date.now(), isSearched: false });
      this.complain(`maintenance of the storage of ${uuid} failed`, error);
      return;
    }
    // changes during the work wait for the next round
    if (wasQuiet && changes.rows === 0 && changes.at === at) this.changes.delete(uuid);
  }

  /** False when there is more to do at once. */
  private async improve(uuid: string, filters: boolean, isLoaded: boolean): Promise<boolean> {
    const collection = await this.catalog.findStored(uuid);
    if (collection === undefined) return true;
    if (isPooled(collection)) {
      await this.places.promote(collection);
      return false;
    }
    if (!hasOwnPlace(collection) && (await this.places.settle(collection))) return false;
    const child = await this.places.spread(collection);
    if (child !== undefined) {
      // it has no vector index yet
      Object.assign(this.changesOf(child.uuid), { rows: Infinity, filters: true });
      return false;
    }
    const isWanted = this.fields.isWanted(collection) || (isLoaded && this.fields.isWantedAfterLoad(collection));
    if (collection.lateIndexes && !(await this.complete(collection))) return false;
    if (filters || isWanted) await this.fields.improve(collection, isLoaded);
    await this.places.count(collection);
    if ((await this.builder.improve(collection)) !== 'done') return false;
    return (await this.recall.improve(collection)) === 'done';
  }

  /** A fork is answered before all of its indexes are there. False when another instance is building, or has moved the tables. */
  private async complete(collection: Collection): Promise<boolean> {
    const build = async (): Promise<boolean> => {
      try {
        await this.database.session((session) => this.lateIndexes.build(session, collection));
        return true;
      } catch (error) {
        if (isUndefinedTable(error)) return false;
        throw error;
      }
    };
    return (await this.builder.alone(build)) ?? false;
  }
}

function isQuiet({ at }: Changes): boolean {
  return Date.now() - at >= QUIET_MS;
}

function isUrgent({ isSearched, hurries }: Changes): boolean {
  return isSearched && hurries < MAX_HURRIES;
}
