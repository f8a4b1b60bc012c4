import { Injectable, Logger } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { Database } from '../../postgres/database.js';
import { isOutOfRange } from '../../postgres/sqlstate.js';
import { BackgroundSteps } from './background-steps.js';
import { IndexGrowthStore, type Movable } from './index-growth.store.js';
import type { IndexBuild, IndexGrowth } from './index-plan.js';
import { type IndexDefinition, VectorIndexStore } from './vector-index.store.js';

/** Vectors that one step puts into a graph, each by a search of it and a few writes. */
export const MOST_ROWS_A_STEP = 50;
const FIRST_ROWS = 10;
/** The catalog learns of so many at a time, since every instance then reads the collection anew. */
const NOTED_ROWS = 1_000;

/**
 * Grows indexes where a build would let everybody wait, on the embedded engine: an index is made over numbers that nothing has yet, and
 * vectors get such numbers, a few in each step. At every moment a vector is either in an index or compared, as its number says.
 */
@Injectable()
export class IndexGrower {
  private readonly logger = new Logger(IndexGrower.name);
  private readonly steps: BackgroundSteps;

  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly indexes: VectorIndexStore,
    private readonly store: IndexGrowthStore,
  ) {
    this.steps = new BackgroundSteps(database);
  }

  /** Ends what is under way with its next step; what is in an index stays there. */
  stop(): void {
    this.steps.stop();
  }

  /** Makes an index with this graph, and moves the vectors into it. @throws Stopped */
  async begin(collection: Collection, graph: Omit<IndexDefinition, 'low' | 'high'>, build: IndexBuild): Promise<void> {
    const definition = { ...graph, ...(await this.store.reserve()) };
    const id = await this.indexes.begin(collection, definition);
    if (id === undefined) return;
    await this.database.session((session) => this.indexes.build(session, collection, id, definition));
    await this.indexes.finish(collection, id, definition, []);
    this.collections.forget(collection);
    const from = [{ low: build.low, high: build.high }];
    await this.grow(collection, graph.namespace, { kind: 'grow', id, from, last: definition.low });
    if (build.replaces.length > 0) await this.indexes.retire(collection, build.replaces);
  }

  /** Moves the vectors into an index. @throws Stopped */
  async grow(collection: Collection, namespace: string, { id, from, last }: IndexGrowth): Promise<void> {
    const start = performance.now();
    let [rows, moved, noted] = [FIRST_ROWS, 0, 0];
    try {
      for (const span of from) {
        for (;;) {
          const step = await this.steps.run(() => this.step(collection, { namespace, ...span }, last + BigInt(moved), rows));
          if (step.moved === 0 && !step.setAside) break;
          moved += step.moved;
          rows = this.steps.rowsAfter(rows, step.milliseconds, MOST_ROWS_A_STEP);
          if (moved - noted < NOTED_ROWS) continue;
          await this.note(collection, id, moved - noted);
          noted = moved;
        }
      }
    } finally {
      if (moved > noted) await this.note(collection, id, moved - noted);
    }
    if (moved > 0) await this.steps.run(() => this.store.sample(collection));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    this.logger.log(`collection ${collection.name}: ${String(moved)} vectors put into an index in ${seconds} s, in small steps`);
  }

  private async step(
    collection: Collection,
    from: Movable,
    last: bigint,
    rows: number,
  ): Promise<{ readonly moved: number; readonly setAside: boolean; readonly milliseconds: number }> {
    const start = performance.now();
    try {
      const moved = await this.store.move(collection, from, last, rows);
      return { moved, setAside: false, milliseconds: performance.now() - start };
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      // one by one, until the one is found that the index cannot hold
      if (rows > 1) return this.step(collection, from, last, 1);
      await this.store.setAside(collection, from);
      return { moved: 0, setAside: true, milliseconds: performance.now() - start };
    }
  }

  private async note(collection: Collection, id: string, rows: number): Promise<void> {
    await this.store.note(collection, id, rows);
    this.collections.forget(collection);
  }
}
