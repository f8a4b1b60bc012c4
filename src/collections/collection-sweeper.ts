import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DroppedCollectionStore } from './dropped-collection.store.js';

const ROWS_PER_STEP = 5_000;

/** Removes the rows of dropped collections in the background, in steps that hold no one up. */
@Injectable()
export class CollectionSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CollectionSweeper.name);
  private running: Promise<void> | undefined;
  private stopped = false;
  private again = false;

  constructor(private readonly store: DroppedCollectionStore) {}

  /** An earlier run may have been cut off. */
  onApplicationBootstrap(): void {
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** Something has been dropped. */
  wake(): void {
    this.store.announce();
    this.again = true;
    if (this.running !== undefined || this.stopped) return;
    this.running = this.sweep().finally(() => {
      this.running = undefined;
    });
  }

  private async sweep(): Promise<void> {
    try {
      while (this.takeWork()) {
        for (let next = await this.store.next(); next !== undefined; next = await this.store.next()) {
          while (await this.store.sweep(next, ROWS_PER_STEP)) if (this.isStopped()) return;
        }
      }
    } catch (error) {
      // what is left is found again by the next drop or the next start
      this.logger.warn(`rows of dropped collections were not removed yet: ${String(error)}`);
    }
  }

  private takeWork(): boolean {
    const work = this.again && !this.stopped;
    this.again = false;
    return work;
  }

  private isStopped(): boolean {
    return this.stopped;
  }
}
