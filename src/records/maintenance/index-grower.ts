import { Injectable, Logger } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { Database } from '../../postgres/database.js';
import { isOutOfRange } from '../../postgres/sqlstate.js';
import { isWhole } from '../search/index-choice.js';
import { BackgroundSteps } from './background-steps.js';
import { IndexGrowthStore, type Movable } from './index-growth.store.js';
import type { IndexBuild, IndexGrowth } from './index-plan.js';
import { type IndexDefinition, VectorIndexStore } from './vector-index.store.js';

/** Vectors that one step puts into a graph, each by a search of it and a few writes. */
export const MOST_ROWS_A_STEP = 50;
const FIRST_ROWS = 10;
/** So few are put into the graph together, even while requests come and it takes longer than it should. */
const FEW_ROWS = 4;
/** While requests come, so many times the length of a step is left to them when nobody waits for the index. */
const PATIENCE = 3;
/** Then other work has its turn, before it goes on. */
const PATIENT_MS = 30_000;
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
  /** For vectors that are in an index already. */
  private readonly patientSteps: BackgroundSteps;

  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly indexes: VectorIndexStore,
    private readonly store: IndexGrowthStore,
  ) {
    this.steps = new BackgroundSteps(database);
    this.patientSteps = new BackgroundSteps(database, { rest: PATIENCE });
  }

  /** Ends what is under way with its next step; what is in an index stays there. */
  stop(): void {
    this.steps.stop();
    this.patientSteps.stop();
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
    const isPatient = build.replaces.length > 0 && isWhole(definition);
    const isDone = await this.grow(collection, graph.namespace, { kind: 'grow', id, from, last: definition.low, isPatient });
    if (isDone && build.replaces.length > 0) await this.indexes.retire(collection, build.replaces);
  }

  /** Moves the vectors into an index. False, when other work had to have its turn before the end. @throws Stopped */
  async grow(collection: Collection, namespace: string, { id, from, last, isPatient }: IndexGrowth): Promise<boolean> {
    const start = performance.now();
    const steps = isPatient === true ? this.patientSteps : this.steps;
    const end = isPatient === true ? start + PATIENT_MS : Infinity;
    let [rows, moved, noted] = [FIRST_ROWS, 0, 0];
    try {
      for (const span of from) {
        for (;;) {
          const step = await steps.run(() => this.step(collection, { namespace, ...span }, last + BigInt(moved), rows));
          if (step.moved === 0 && !step.setAside) break;
          moved += step.moved;
          rows = steps.rowsAfter(rows, step.milliseconds, { few: FEW_ROWS, most: MOST_ROWS_A_STEP });
          if (performance.now() >= end) return false;
          if (moved - noted < NOTED_ROWS) continue;
          await this.note(collection, id, moved - noted);
          noted = moved;
        }
      }
    } finally {
      if (moved > noted) await this.note(collection, id, moved - noted);
    }
    if (moved > 0) await steps.run(() => this.store.sample(collection));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    this.logger.log(`collection ${collection.name}: ${String(moved)} vectors put into an index in ${seconds} s, in small steps`);
    return true;
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
