import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { GatewayError } from '../../../errors.js';
import { LeasesService } from '../../../records/maintenance/leases.service.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { NAMESPACE } from '../targets.js';
import { EXPIRY_FIELD } from './expiry.js';

const LEASE = 'vectorizer-expiry';

/** Removes vectors whose time has come. Of all processes on a database, one at a time does it. */
@Injectable()
export class ExpirySweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ExpirySweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private hasLease = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CollectionsService,
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
    private readonly leases: LeasesService,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    // it lapses by itself where it cannot be given back
    if (this.hasLease) await this.leases.release(LEASE).catch(() => undefined);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.sweep().finally(() => {
        this.schedule();
      });
    }, this.config.vectorizerExpiryIntervalMs);
    this.timer.unref();
  }

  private async sweep(): Promise<void> {
    try {
      const collections = await this.collections.listWithField('vectorizer', EXPIRY_FIELD);
      for (const collection of collections) {
        if (this.stopped || !(await this.keepsLease())) return;
        await this.sweepCollection(collection);
      }
    } catch (error) {
      this.hasLease = false;
      // what is left is found by the next round
      this.logger.warn(`expired vectors were not removed yet: ${String(error)}`);
    }
  }

  /** The lease outlasts the pause between two rounds: the process that has it keeps it until it ends. */
  private async keepsLease(): Promise<boolean> {
    const seconds = Math.ceil((2 * this.config.vectorizerExpiryIntervalMs) / 1000);
    this.hasLease = await this.leases.take(LEASE, seconds);
    return this.hasLease;
  }

  /** What fails for one collection does not keep the others. @throws what fails for the whole database */
  private async sweepCollection(collection: Collection): Promise<void> {
    const filter = { kind: 'compare', field: EXPIRY_FIELD, op: '<=', value: { number: String(Date.now()) } } as const;
    try {
      // a delete is a write, which is counted, also where it finds nothing
      if ((await this.reads.countUpTo(collection, NAMESPACE, { filter }, 1)) === 0) return;
      await this.writes.delete(collection, NAMESPACE, { filter, limit: null, listIds: false });
    } catch (error) {
      if (isUnavailable(error)) throw error;
      if (isGone(error)) return;
      this.logger.warn(`expired vectors of collection ${collection.name} were not removed yet: ${String(error)}`);
    }
  }
}

/** Whether every statement would fail now. One that took too long says nothing of the others. */
function isUnavailable(error: unknown): boolean {
  return error instanceof GatewayError && error.detail.kind === 'unavailable' && error.detail.subject !== 'statement';
}

/** Whether the collection was deleted since it was listed. */
function isGone(error: unknown): boolean {
  return error instanceof GatewayError && error.kind === 'not_found';
}
