import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { Collection, WordSource } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { GatewayError } from '../../errors.js';
import { WordIndexStore } from './word-index.store.js';
import { withSources } from './word-tables.store.js';

/** Fewer texts are read within a few milliseconds. */
const WORTH_AN_INDEX = 500;
/** Changes are collected for so long. */
const PAUSE_MS = 500;
/** How often it is asked whether the writers of before have ended. */
const ASK_MS = 50;

/** What an index has that was made for nobody in particular. */
const DOCUMENTS: readonly WordSource[] = [{ field: null }];

/** A collection whose index is behind, and the texts that it should have beside those that it has. */
interface Wanted {
  readonly collection: Collection;
  readonly sources: readonly WordSource[];
}

/** Makes and fills word indexes in the background. Only speed depends on when. */
@Injectable()
export class WordIndexes implements BeforeApplicationShutdown {
  private readonly logger = new Logger(WordIndexes.name);
  /** By uuid. */
  private readonly waiting = new Map<string, Wanted>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly collections: CurrentCollections,
    private readonly store: WordIndexStore,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Rows have been written or deleted. Returns at once. */
  note(collection: Collection): void {
    if (collection.wordIndex !== 'none') this.want(collection, []);
  }

  /** A search has read so many texts that no index had; an index may have these. Returns at once. */
  noteSearch(collection: Collection, indexable: readonly WordSource[], unindexed: number): void {
    if (unindexed >= WORTH_AN_INDEX) this.want(collection, indexable);
    else if (unindexed > 0 && collection.wordIndex !== 'none') this.want(collection, []);
  }

  private want(collection: Collection, sources: readonly WordSource[]): void {
    const before = this.waiting.get(collection.uuid)?.sources ?? [];
    this.waiting.set(collection.uuid, { collection, sources: withSources(before, sources) });
    if (this.timer !== undefined || this.running !== undefined || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.running = this.work().finally(() => {
        this.running = undefined;
      });
    }, PAUSE_MS).unref();
  }

  private async work(): Promise<void> {
    for (let next = this.next(); next !== undefined && !this.stopped; next = this.next()) {
      try {
        await this.improve(next);
      } catch (error) {
        // the next write or search tries again
        this.complain(next.collection, error);
      }
    }
  }

  private next(): Wanted | undefined {
    const [first] = this.waiting.values();
    if (first !== undefined) this.waiting.delete(first.collection.uuid);
    return first;
  }

  private async improve({ collection, sources }: Wanted): Promise<void> {
    await this.ensureOpen(collection, sources);
    let caughtUp = 0;
    do {
      caughtUp = await this.collections.runHome(collection, (current) => this.store.catchUp(current));
    } while (caughtUp > 0 && !this.stopped);
  }

  /** The index knows all texts afterwards, as indexed or not. */
  private async ensureOpen(collection: Collection, wanted: readonly WordSource[]): Promise<void> {
    const started = await this.collections.runHome(collection, async (current) => {
      const sources = withSources(current.wordSources, wanted);
      return this.store.start(current, sources.length === 0 ? DOCUMENTS : sources);
    });
    if (started.isReady) return;
    const next = await this.store.nextTransaction();
    while (!(await this.store.haveEnded(collection, next))) {
      if (this.stopped) return;
      await sleep(ASK_MS);
    }
    await this.collections.runHome(collection, async (current) => {
      if (current.wordIndex === 'none' || current.wordSources.length < started.sources.length) return 'stale';
      // with more texts than were waited for, whoever has added them opens it
      const isOurs = current.wordIndex === 'starting' && current.wordSources.length === started.sources.length;
      return isOurs ? this.store.open(current) : 'opened';
    });
    this.collections.forget(collection);
  }

  /** An unavailable database is logged by `FaultLog`, once for everything that fails for it; a deleted collection needs no index. */
  private complain(collection: Collection, error: unknown): void {
    if (this.stopped || (error instanceof GatewayError && (error.kind === 'unavailable' || error.kind === 'not_found'))) return;
    this.logger.warn(`the words of ${collection.name} were not indexed: ${String(error)}`);
  }
}
