import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CollectionStore } from '../collections/collection.store.js';
import { CollectionSweeper } from '../collections/collection-sweeper.js';
import { GatewayError } from '../errors.js';
import { LeasesService } from '../records/maintenance/leases.service.js';
import type { DueRun } from './backup-schedule.js';
import { BackupScheduleStore } from './backup-schedule.store.js';
import { SnapshotsService } from './snapshots.service.js';

const LEASE = 'backup-schedules';
/** Kept alive while a backup is taken; after so long another instance goes on. */
const LEASE_SECONDS = 60;
const RENEWAL_MS = 15_000;
const ROUND_MS = 10_000;
/** A run that does not come to an end is given up; the next one is planned then. */
const MAX_ATTEMPTS = 5;

/**
 * Takes the backups that schedules ask for, one at a time on whichever instance is first, and removes those that were kept long enough. A
 * run's backup has a uuid that was given to it when it was planned: whoever carries it out again finds it there.
 */
@Injectable()
export class BackupRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(BackupRunner.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly store: BackupScheduleStore,
    private readonly snapshots: SnapshotsService,
    private readonly collections: CollectionStore,
    private readonly sweeper: CollectionSweeper,
    private readonly leases: LeasesService,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), ROUND_MS).unref();
    void this.look();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Does what is due, unless another instance is at it. Resolves when this one has nothing to do any more. */
  async look(): Promise<void> {
    if (!this.stopped)
      this.running ??= this.work().finally(() => {
        this.running = undefined;
      });
    await this.running;
  }

  private async work(): Promise<void> {
    try {
      if (!(await this.store.hasWork()) || !(await this.leases.take(LEASE, LEASE_SECONDS))) return;
    } catch (error) {
      this.note(error);
      return;
    }
    const renewal = setInterval(() => void this.leases.take(LEASE, LEASE_SECONDS).catch(() => undefined), RENEWAL_MS).unref();
    try {
      if (await this.store.removeExpired()) this.sweeper.wake();
      for (let run = await this.next(); run !== undefined; run = await this.next()) await this.carryOut(run);
    } catch (error) {
      this.note(error);
    } finally {
      clearInterval(renewal);
      await this.leases.release(LEASE).catch(() => undefined);
    }
  }

  private async next(): Promise<DueRun | undefined> {
    return this.stopped ? undefined : this.store.begin();
  }

  /** @throws what another attempt may be spared */
  private async carryOut(run: DueRun): Promise<void> {
    try {
      const collection = await this.collections.findAnywhere(run.collectionUuid);
      // its schedule has gone with it
      if (collection === undefined) return;
      if (run.attempts >= MAX_ATTEMPTS) throw new Error(`it was begun ${String(run.attempts)} times, and never came to an end`);
      await this.snapshots.create(collection, { kind: 'backup', name: run.name, description: null, uuid: run.uuid });
    } catch (error) {
      if (!isThere(error)) {
        if (isPassing(error) && run.attempts + 1 < MAX_ATTEMPTS) throw error;
        this.logger.error({ message: 'a scheduled backup has failed', name: run.name, cause: String(error) });
        await this.store.finish(run, String(error));
        return;
      }
    }
    await this.store.finish(run, null);
  }

  /** The next round goes on; an unavailable database is logged by `FaultLog`. */
  private note(error: unknown): void {
    if (!(error instanceof GatewayError)) this.logger.error({ message: 'scheduled backups have stopped', cause: String(error) });
  }
}

/** Whether the backup is there already: an instance took it, and ended before it could say so. */
function isThere(error: unknown): boolean {
  return error instanceof GatewayError && error.detail.kind === 'already_exists';
}

function isPassing(error: unknown): boolean {
  return error instanceof GatewayError && error.detail.kind === 'unavailable';
}
