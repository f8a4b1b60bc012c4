import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Collection, FormRecall, IndexContent, RecallPoint, VectorIndex } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../postgres/database.js';
import { isUndefinedTable } from '../../postgres/sqlstate.js';
import { formsByCost, formsInQuestion } from '../search/index-choice.js';
import { type RecallQuery, RecallStore } from '../search/recall.store.js';
import { chosenPoint, isProven, LARGE_LIMIT, recallTarget, shareOf, SMALL_LIMIT } from '../search/recall-curve.js';
import { likelyQueries } from '../search/recall-queries.js';
import { RecallSample } from '../search/recall-sample.js';
import { RecentQueries } from '../search/recent-queries.js';
import { indexesOf, isBeyondGraph, measurementOf, rowsOf } from '../search/search-plan.js';
import { fewFloats } from '../search/search-planner.js';
import { BackgroundSteps, stepSize, Stopped } from './background-steps.js';
import { type Improvement, IndexBuilder } from './index-builder.js';
import {
  curveSteps,
  isEnough,
  isMeasurementDue,
  isOpen,
  isTooLittle,
  mostQueries,
  queryCount,
  recentCount,
} from './recall-plan.js';

/** Measures how far searches by vector indexes have to look for the recall that is to be kept. */
@Injectable()
export class RecallMeasurements {
  private readonly logger = new Logger(RecallMeasurements.name);
  private readonly steps: BackgroundSteps;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly builder: IndexBuilder,
    private readonly store: RecallStore,
    private readonly queries: RecentQueries,
  ) {
    this.steps = new BackgroundSteps(database);
  }

  /** Ends what is under way with its next step; it is begun anew, here after the next start or by another instance. */
  stop(): void {
    this.steps.stop();
  }

  /** Measures what is due of the collection, one namespace after another, unless an instance builds or measures. */
  async improve(collection: Collection): Promise<Improvement> {
    const due = this.due(collection);
    if (due.length === 0) return 'done';
    const measure = async (): Promise<Improvement> => {
      for (const namespace of due) await this.measureNamespace(collection, namespace);
      // another form of index may turn out to be needed
      return 'later';
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
    const floats = rows * (collection.dimension ?? 1);
    const isGentle = !this.database.traits.concurrentIndexes;
    const take = this.queriesOf(collection, namespace);
    const queries = await take(queryCount(floats, isGentle));
    if (queries.length === 0) return;
    const size = stepSize(this.database.traits);
    const first = await RecallSample.of(this.store, collection, namespace, queries, this.steps.run, size);
    const { sample, points } = await this.widened(collection, namespace, first, mostQueries(floats, isGentle), take);
    const forms = await this.forms(collection, namespace, sample, points);
    const isSaved = await this.store.save(collection, {
      ...{ namespace, rows, points, target: recallTarget(collection, this.config), indexes: indexes.map(({ id }) => id) },
      ...{ queries: sample.size, recentQueries: sample.recentSize, contents: contentsOf(indexes), forms },
    });
    if (!isSaved) return;
    this.collections.forget(collection);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    this.logger.log(`collection ${collection.name}: recall measured by ${String(sample.size)} searches in ${seconds} s`);
  }

  /** Takes queries, none of them twice: up to half are what clients have searched for, the others are like stored vectors. */
  private queriesOf(collection: Collection, namespace: string): (count: number) => Promise<readonly RecallQuery[]> {
    const recent = this.queries.of(collection, namespace).filter((query) => !isBeyondGraph(collection, query));
    let skipped = 0;
    return async (count) => {
      const own = recent.splice(0, recentCount(count, recent.length));
      const likely = await likelyQueries(this.store, collection, namespace, count - own.length, this.steps.run, skipped);
      skipped += count - own.length;
      return [...own.map((embedding) => ({ embedding, rid: null, isRecent: true })), ...likely];
    };
  }

  /** The curve; of twice as many queries, and again, up to `most`, where so few leave open what is enough. */
  private async widened(
    collection: Collection,
    namespace: string,
    first: RecallSample,
    most: number,
    take: (count: number) => Promise<readonly RecallQuery[]>,
  ): Promise<{ readonly sample: RecallSample; readonly points: readonly RecallPoint[] }> {
    const target = recallTarget(collection, this.config);
    let sample = first;
    let points = await this.curve(collection, namespace, sample, []);
    while (sample.size < most && isOpen(points, target)) {
      const more = await take(Math.min(sample.size, most - sample.size));
      if (more.length === 0) break;
      sample = await sample.with(more);
      points = await this.curve(collection, namespace, sample, points);
    }
    return { sample, points };
  }

  /**
   * At each limit from the least effort on, as far as more of it is worth measuring. What fewer queries have said (`known`) is asked again
   * as far as it is in doubt, up to the first effort that is proven to be enough.
   */
  private async curve(
    collection: Collection,
    namespace: string,
    sample: RecallSample,
    known: readonly RecallPoint[],
  ): Promise<readonly RecallPoint[]> {
    const target = recallTarget(collection, this.config);
    const points: RecallPoint[] = [];
    for (const limit of [SMALL_LIMIT, LARGE_LIMIT]) {
      let isFound = false;
      for (const step of curveSteps(indexesOf(collection, namespace), limit)) {
        const before = known.find((point) => point.limit === limit && point.efSearch === step.efSearch);
        if (before === undefined && isFound && known.length > 0) break;
        const isSettled = before !== undefined && (isFound || isTooLittle(before, target) || isProven(before, target));
        const point = isSettled ? before : await sample.measure(step);
        points.push(point);
        isFound ||= isProven(point, target);
        if (before === undefined && isEnough(point, target)) break;
      }
    }
    return points;
  }

  /** What other forms of index would find; what graphs of bits or of 16-bit numbers did find at most is remembered. */
  private async forms(
    collection: Collection,
    namespace: string,
    sample: RecallSample,
    points: readonly RecallPoint[],
  ): Promise<readonly FormRecall[]> {
    const contents = contentsOf(indexesOf(collection, namespace));
    const byCost = formsByCost(this.database.traits);
    // bits that are not the cheapest were taken for want of room
    const isShort = contents.includes('binary') && byCost[0] !== 'binary';
    const inQuestion = formsInQuestion(collection.dimension ?? 0, byCost, isShort);
    const compared = await sample.formRecalls(inQuestion);
    const [only] = contents;
    const best = chosenPoint(points, SMALL_LIMIT, recallTarget(collection, this.config));
    const inGraph = contents.length === 1 && only !== undefined && only !== 'full' && best !== undefined;
    const now: readonly FormRecall[] = inGraph ? [{ ...formOf(best, sample.size), content: only, inGraph: true }] : [];
    const before = measurementOf(collection, namespace)?.forms.filter((form) => form.inGraph && form.content !== only) ?? [];
    return [...compared, ...now, ...before];
  }
}

/** What indexes hold, each once. */
function contentsOf(indexes: readonly VectorIndex[]): readonly IndexContent[] {
  return [...new Set(indexes.map(({ content }) => content))];
}

/** Searches that find nothing say little about what an index holds: what was added for them is taken back, up to a result. */
function formOf(
  { candidates, recall, error }: RecallPoint,
  queries: number,
): Pick<FormRecall, 'candidates' | 'recall' | 'error'> {
  const results = SMALL_LIMIT * queries;
  const added = shareOf('two searches', results) - shareOf('one result', results);
  return { candidates, recall, error: Math.max(0, error - added) };
}
