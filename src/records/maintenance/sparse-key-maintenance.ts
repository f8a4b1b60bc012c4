import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { CONFIG, type Config } from '../../config/config.js';
import { GatewayError } from '../../errors.js';
import { LeasesService } from './leases.service.js';
import { MIN_PENDING, SparseKeyIndexStore } from './sparse-key-index.store.js';

/** So long a step may take at most, before another instance may begin one. */
const LEASE_SECONDS = 600;
const PAUSE_MS = 50;
/** Each segment is built for all of them. */
const MOST_KEYS = 16;

/**
 * Builds the postings of sparse vectors in metadata in the background, for the keys that are searched, and keeps them near the records:
 * on whichever instance is first. Only speed depends on when.
 */
@Injectable()
export class SparseKeyMaintenance implements BeforeApplicationShutdown {
  private readonly logger = new Logger(SparseKeyMaintenance.name);
  /** The keys that were searched without enough postings, by the uuids of the collections to look at. */
  private wanted = new Map<string, Set<string>>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly catalog: CollectionStore,
    private readonly collections: CurrentCollections,
    private readonly leases: LeasesService,
    private readonly store: SparseKeyIndexStore,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** The collection is searched by a key; `pending` of its records have no postings, absent: none has. Returns at once. */
  noteSearch(collection: Collection, key: string, pending: number | undefined): void {
    if (pending !== undefined && pending < MIN_PENDING) return;
    this.keysOf(collection).add(key);
    this.schedule();
  }

  /** Records have been written or deleted. Returns at once. */
  noteWrite(collection: Collection): void {
    if (!collection.sparseKeysIndexed) return;
    this.keysOf(collection);
    this.schedule();
  }

  private keysOf({ uuid }: Collection): Set<string> {
    const keys = this.wanted.get(uuid) ?? new Set();
    this.wanted.set(uuid, keys);
    return keys;
  }

  private schedule(): void {
    if (this.timer !== undefined || this.running !== undefined || this.stopped || this.wanted.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.running = this.work().finally(() => {
        this.running = undefined;
        this.schedule();
      });
    }, this.config.maintenanceIntervalMs);
    this.timer.unref();
  }

  private async work(): Promise<void> {
    const { wanted } = this;
    this.wanted = new Map();
    for (const [uuid, keys] of wanted) {
      const lease = `sparse-keys ${uuid}`;
      try {
        if (this.stopped || !(await this.leases.take(lease, LEASE_SECONDS))) continue;
        await this.improve(uuid, keys, lease).finally(() => this.leases.release(lease));
      } catch (error) {
        this.complain(uuid, error);
      }
    }
  }

  /** An unavailable database is logged by `FaultLog`, once for everything that fails for it. The next search or write tries again. */
  private complain(uuid: string, error: unknown): void {
    if (this.stopped || (error instanceof GatewayError && error.kind === 'unavailable')) return;
    this.logger.warn(`the postings of ${uuid} were not built: ${String(error)}`);
  }

  private async improve(uuid: string, wanted: ReadonlySet<string>, lease: string): Promise<void> {
    let collection = await this.catalog.findStored(uuid);
    if (collection === undefined || !(await this.prepare(collection, wanted))) return;
    let outcome: 'done' | 'more' | 'stale' = 'stale';
    while (outcome !== 'done' && !this.stopped) {
      if (outcome === 'stale') collection = await this.catalog.findStored(uuid);
      if (collection === undefined) return;
      await this.leases.take(lease, LEASE_SECONDS);
      outcome = await this.store.step(collection);
      await sleep(PAUSE_MS);
    }
  }

  /** False when there is nothing to build. */
  private async prepare(collection: Collection, wanted: ReadonlySet<string>): Promise<boolean> {
    const known = await this.store.keys(collection);
    const keys = [...new Set([...(known ?? []), ...wanted])].slice(0, MOST_KEYS);
    if (known !== undefined && keys.length <= known.length) return true;
    if (keys.length === 0 || !(await this.store.isWorthwhile(collection))) return false;
    const current = known === undefined ? await this.listChanges(collection) : collection;
    if (current === undefined) return false;
    await this.store.admit(current, keys);
    this.logger.log(`collection ${collection.name}: postings of ${JSON.stringify(keys)} are being built`);
    return true;
  }

  /** Returns when no write is under way that does not list its changes. */
  private async listChanges(collection: Collection): Promise<Collection | undefined> {
    await this.store.listChanges(collection);
    this.collections.forget(collection);
    const moment = await this.store.moment();
    while (!(await this.store.isPast(collection, moment))) {
      if (this.stopped) return undefined;
      await sleep(PAUSE_MS);
    }
    return this.catalog.findStored(collection.uuid);
  }
}
