import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { RecordsService } from '../../../records/records.service.js';
import { NAMESPACE } from '../targets.js';
import { EXPIRY_FIELD } from './expiry.js';

/** Removes vectors whose time has come. Every instance does it: whichever is first finds them. */
@Injectable()
export class ExpirySweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ExpirySweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CollectionsService,
    private readonly records: RecordsService,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      this.running = this.sweep().finally(() => {
        if (this.timer !== undefined) this.schedule();
      });
    }, this.config.vectorizerExpiryIntervalMs);
    this.timer.unref();
  }

  private async sweep(): Promise<void> {
    try {
      const filter = { kind: 'compare', field: EXPIRY_FIELD, op: '<=', value: { number: String(Date.now()) } } as const;
      for (const collection of await this.collections.listWithField('vectorizer', EXPIRY_FIELD)) {
        await this.records.delete(collection, NAMESPACE, { filter, limit: null, listIds: false });
      }
    } catch (error) {
      // what is left is found by the next round
      this.logger.warn(`expired vectors were not removed yet: ${String(error)}`);
    }
  }
}
