import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Collection, RecallPoint } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../postgres/database.js';
import { isUndefinedTable } from '../../postgres/sqlstate.js';
import { type RecallQuery, RecallStore } from '../search/recall.store.js';
import { LARGE_LIMIT, recallTarget, SMALL_LIMIT } from '../search/recall-curve.js';
import { likelyQueries } from '../search/recall-queries.js';
import { RecallSample, type RunStep, type StepSize } from '../search/recall-sample.js';
import { RecentQueries } from '../search/recent-queries.js';
import { indexesOf, isBeyondGraph, measurementOf, rowsOf } from '../search/search-plan.js';
import { fewFloats } from '../search/search-planner.js';
import { type Improvement, IndexBuilder } from './index-builder.js';
import { curveSteps, isEnough, isMeasurementDue, queryCount, recentCount } from './recall-plan.js';

/** A step that took longer is followed by no longer a pause. */
const LONGEST_PAUSE_MS = 250;
/** About half a second on a server, and some hundredths of one on the embedded engine, which does nothing else meanwhile. */
const ORDINARY: StepSize = { floats: 100e6, candidates: 8_000 };
const GENTLE: StepSize = { floats: 8e6, candidates: 400 };

/** It was stopped. */
class Stopped extends Error {}

/** Measures how far searches by vector indexes have to look for the recall that is to be kept. */
@Injectable()
export class RecallMeasurements {
  private readonly logger = new Logger(RecallMeasurements.name);
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly builder: IndexBuilder,
    private readonly store: RecallStore,
    private readonly queries: RecentQueries,
  ) {}

  /** Ends what is under way with its next step; it is begun anew, here after the next start or by another instance. */
  stop(): void {
    this.stopped = true;
  }

  /** Measures what is due of the collection, one namespace after another, unless an instance builds or measures. */
  async improve(collection: Collection): Promise<Improvement> {
    const due = this.due(collection);
    if (due.length === 0) return 'done';
    const measure = async (): Promise<Improvement> => {
      for (const namespace of due) await this.measureNamespace(collection, namespace);
      return 'done';
    };
    try {
      return (await this.builder.alone(measure)) ?? 'later';
    } catch (error) {
      if (error instanceof Stopped) return 'later';
      // deleted meanwhile
      if (isUndefinedTable(error)) return 'done';
      throw error;
    }
  }

  private due(collection: Collection): readonly string[] {
    // then no search uses an index
    const target = recallTarget(collection, this.config);
    if (target >= 1) return [];
    const namespaces = new Set(collection.indexes.map(({ namespace }) => namespace));
    return [...namespaces].filter((namespace) => {
      const indexes = indexesOf(collection, namespace);
      if (rowsOf(indexes) * (collection.dimension ?? 0) < fewFloats(this.config.indexMinFloats)) return false;
      const recent = this.queries.of(collection, namespace).length;
      return isMeasurementDue(measurementOf(collection, namespace), indexes, target, recent, Date.now());
    });
  }

  private async measureNamespace(collection: Collection, namespace: string): Promise<void> {
    const start = performance.now();
    const indexes = indexesOf(collection, namespace);
    const rows = rowsOf(indexes);
    const isGentle = !this.database.traits.concurrentIndexes;
    const count = queryCount(rows * (collection.dimension ?? 1), isGentle);
    const recent = this.queries.of(collection, namespace).filter((query) => !isBeyondGraph(collection, query));
    const own = recent.slice(0, recentCount(count, recent.length)).map((embedding) => ({ embedding, rid: null, isRecent: true }));
    const run: RunStep = (work) => this.step(work);
    const queries = [...own, ...(await likelyQueries(this.store, collection, namespace, count - own.length, run))];
    if (queries.length === 0) return;
    const points = await this.curve(collection, namespace, queries, isGentle ? GENTLE : ORDINARY);
    const isSaved = await this.store.save(collection, {
      ...{ namespace, rows, points, target: recallTarget(collection, this.config), indexes: indexes.map(({ id }) => id) },
      ...{ queries: queries.length, recentQueries: own.length },
    });
    if (!isSaved) return;
    this.collections.forget(collection);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    this.logger.log(`collection ${collection.name}: recall measured by ${String(queries.length)} searches in ${seconds} s`);
  }

  /** At each limit from the least effort on, as far as more of it is worth measuring. */
  private async curve(
    collection: Collection,
    namespace: string,
    queries: readonly RecallQuery[],
    size: StepSize,
  ): Promise<readonly RecallPoint[]> {
    const run: RunStep = (work) => this.step(work);
    const sample = await RecallSample.of(this.store, collection, namespace, queries, run, size);
    const points: RecallPoint[] = [];
    for (const limit of [SMALL_LIMIT, LARGE_LIMIT]) {
      for (const step of curveSteps(indexesOf(collection, namespace), limit)) {
        const point = await sample.measure(step);
        points.push(point);
        if (isEnough(point, recallTarget(collection, this.config))) break;
      }
    }
    return points;
  }

  /** Requests come first: as long as a step takes, nothing more is asked of the database. */
  private async step<T>(work: () => Promise<T>): Promise<T> {
    if (this.stopped) throw new Stopped();
    const start = performance.now();
    const result = await work();
    await sleep(Math.min(performance.now() - start, LONGEST_PAUSE_MS));
    return result;
  }
}
