import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type Collection, isPooled } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import { Database } from '../../postgres/database.js';
import { IndexBuilder } from './index-builder.js';
import type { NamespaceState } from './index-plan.js';
import { type BuildProgress, VectorIndexStore } from './vector-index.store.js';

/** What happens while indexes are built anew. */
export type RebuildEvent =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'building'; readonly namespace: string; readonly rows: number }
  | ({ readonly kind: 'progress' } & BuildProgress)
  | { readonly kind: 'built'; readonly namespace: string; readonly seconds: number }
  | { readonly kind: 'emptied'; readonly namespace: string }
  | { readonly kind: 'vacuumed'; readonly seconds: number };

type Report = (event: RebuildEvent) => void;

const WAIT_MS = 1_000;
const PROGRESS_MS = 3_000;
/** Each round follows a change of the catalog row that another request made. */
const MAX_ATTEMPTS = 20;

/** Builds all vector indexes of a collection anew, while it is read and written. */
@Injectable()
export class IndexRebuilder {
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly catalog: CollectionStore,
    private readonly builder: IndexBuilder,
    private readonly store: VectorIndexStore,
  ) {}

  /** Ends what is under way, which fails then; what has been built stays. */
  stop(): void {
    this.stopped = true;
    this.builder.stop();
  }

  /**
   * Leaves a dedicated collection with one index for each namespace that has one, or is due for one, and its tables without dead
   * vectors. Waits until nobody else builds an index. Nothing happens when the collection is gone.
   * @throws Error when stopped
   */
  async rebuild(uuid: string, report: Report): Promise<void> {
    let hasWaited = false;
    while ((await this.builder.alone(() => this.rebuildAlone(uuid, report))) === undefined) {
      if (!hasWaited) report({ kind: 'waiting' });
      hasWaited = true;
      await sleep(WAIT_MS);
      this.throwIfStopped();
    }
  }

  private async rebuildAlone(uuid: string, report: Report): Promise<true> {
    try {
      const collection = await this.find(uuid);
      if (collection === undefined) return true;
      await this.builder.dropLeftovers();
      for (const [namespace] of await this.builder.namespaces(collection)) await this.rebuildNamespace(uuid, namespace, report);
      await this.cleanUp(collection, report);
      return true;
    } catch (error) {
      await this.builder.dropLeftovers().catch(() => undefined);
      throw error;
    }
  }

  private async rebuildNamespace(uuid: string, namespace: string, report: Report): Promise<void> {
    const start = performance.now();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      this.throwIfStopped();
      const collection = await this.find(uuid);
      const state = collection && new Map(await this.builder.namespaces(collection)).get(namespace);
      if (collection === undefined || state === undefined) return;
      const rows = rowsOf(state);
      if (rows === 0) {
        await this.store.retire(
          collection,
          state.segments.map(({ id }) => id),
        );
        await this.builder.dropLeftovers();
        report({ kind: 'emptied', namespace });
        return;
      }
      if (attempt === 1) report({ kind: 'building', namespace, rows });
      if (await this.watched(collection, rows, report, () => this.builder.rebuild(collection, namespace, state))) {
        report({ kind: 'built', namespace, seconds: (performance.now() - start) / 1000 });
        return;
      }
    }
    throw new Error(`the collection changes all the time: namespace ${JSON.stringify(namespace)} was not indexed`);
  }

  /** Reports the build's progress every few seconds. The embedded engine answers nothing until it has built. */
  private async watched<T>(collection: Collection, rows: number, report: Report, work: () => Promise<T>): Promise<T> {
    if (!this.database.traits.concurrentIndexes) return work();
    const look = async (): Promise<void> => {
      const progress = await this.store.progress(collection);
      if (progress !== undefined) report({ kind: 'progress', ...progress, total: progress.total === 0 ? rows : progress.total });
    };
    const timer = setInterval(() => {
      // the next one may succeed
      look().catch(() => undefined);
    }, PROGRESS_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  private async cleanUp(collection: Collection, report: Report): Promise<void> {
    const unknown = await this.store.unknown(collection);
    this.throwIfStopped();
    const start = performance.now();
    await this.database.session(async (session) => {
      for (const id of unknown) await this.store.drop(session, id);
      await this.store.vacuum(session, collection);
    });
    report({ kind: 'vacuumed', seconds: (performance.now() - start) / 1000 });
  }

  /** Undefined also when it has no tables of its own. */
  private async find(uuid: string): Promise<Collection | undefined> {
    const collection = await this.catalog.findStored(uuid);
    return collection === undefined || isPooled(collection) ? undefined : collection;
  }

  private throwIfStopped(): void {
    if (this.stopped) throw new Error('stopped');
  }
}

function rowsOf({ segments, tail }: NamespaceState): number {
  return segments.reduce((sum, { rows }) => sum + rows, tail.rows);
}
