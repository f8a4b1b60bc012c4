import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Collection, IndexContent } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { graphOf } from '../../collections/hnsw.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../postgres/database.js';
import type { Session } from '../../postgres/sessions.js';
import { isOutOfRange, isResourceShortage } from '../../postgres/sqlstate.js';
import { IndexChooser } from './index-chooser.js';
import { IndexGrower } from './index-grower.js';
import {
  type IndexBuild,
  type IndexDrop,
  type IndexGrowth,
  type IndexLimits,
  mostOutside,
  type NamespaceState,
  planGrowth,
  planIndexes,
} from './index-plan.js';
import { LeaseStore } from './lease.store.js';
import { type IndexDefinition, VectorIndexStore } from './vector-index.store.js';

/** `later`: something is to be done that cannot be done now. */
export type Improvement = 'done' | 'later';

/** One build at a time, whatever the number of instances: it takes memory, and every core it can have. */
export const INDEX_LEASE = 'vector-indexes';
const LEASE_SECONDS = 60;
/** A namespace that grows faster than this between two rounds is not indexed yet: one index over all of it costs less than many. */
const CALM_GROWTH = 0.01;
const LONGEST_WAIT_MS = 300_000;
/** Indexes of one table; every write evaluates the condition of each. */
const MAX_INDEXES = 64;
const MAX_FULL_DIMENSION = 2_000;
/** About what a vector's neighbours take while the graph is in memory. */
const GRAPH_BYTES = 1_200;

type NextStep = IndexBuild | IndexGrowth | IndexDrop;

/** Builds and drops the vector indexes of dedicated tables. */
@Injectable()
export class IndexBuilder {
  private readonly logger = new Logger(IndexBuilder.name);
  private readonly owner = randomUUID();
  /** Namespaces that are due, as they were in the last round, by collection and name. */
  private readonly waiting = new Map<string, { readonly rows: number; readonly since: number }>();
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly leases: LeaseStore,
    private readonly store: VectorIndexStore,
    private readonly chooser: IndexChooser,
    private readonly grower: IndexGrower,
  ) {}

  /** Cancels what is under way; another instance begins it anew, or this one after its next start. */
  stop(): void {
    this.stopped = true;
    this.chooser.stop();
    this.grower.stop();
    this.database.cancelSessions().catch(() => undefined);
  }

  /** Builds what the collection lacks, unless another instance is building. */
  async improve(collection: Collection): Promise<Improvement> {
    return (await this.alone(() => this.improveAlone(collection))) ?? 'later';
  }

  /** Runs `work` while nobody else builds or drops a vector index; undefined, without having run it, when someone does. */
  async alone<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.leases.take(INDEX_LEASE, this.owner, LEASE_SECONDS))) return undefined;
    let renewed: Promise<unknown> = Promise.resolve();
    const renew = (): void => {
      renewed = this.leases.take(INDEX_LEASE, this.owner, LEASE_SECONDS).catch(() => undefined);
    };
    const renewal = setInterval(renew, (LEASE_SECONDS * 1000) / 3);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
      // a late one would take back what is given up here
      await renewed;
      await this.leases.release(INDEX_LEASE, this.owner);
    }
  }

  /** The namespaces that have an index, or vectors enough for one, the largest first, with all that is in them. */
  async namespaces(collection: Collection): Promise<readonly (readonly [string, NamespaceState])[]> {
    const { minRows } = this.limitsOf(collection);
    const states = await this.store.states(collection, 0);
    return [...states].filter(([, { segments, tail }]) => segments.length > 0 || tail.rows > minRows).sort(bySize);
  }

  /**
   * Builds one index over all vectors of a namespace, which takes the place of those that there are; the caller is `alone`. False,
   * when the collection is not what the caller knows any more.
   */
  async rebuild(collection: Collection, namespace: string, state: NamespaceState): Promise<boolean> {
    const replaces = state.segments.map(({ id }) => id);
    const high = state.segments.reduce((highest, segment) => (segment.high > highest ? segment.high : highest), state.tail.high);
    const isBuilt = await this.build(collection, namespace, { kind: 'build', low: 0n, high, replaces }, state);
    this.collections.forget(collection);
    await this.dropLeftovers();
    return isBuilt;
  }

  private async improveAlone(collection: Collection): Promise<Improvement> {
    await this.dropLeftovers();
    const limits = this.limitsOf(collection);
    const states = [...(await this.store.states(collection, mostOutside(1, limits.minRows)))].sort(bySize);
    let outcome: Improvement = 'done';
    let indexes = collection.indexes.length;
    for (const [namespace, state] of states) {
      if (this.stopped) return 'later';
      const next = await this.nextOf(collection, namespace, state, { ...limits, isFull: indexes >= MAX_INDEXES });
      if (next === undefined) continue;
      if (next.kind !== 'drop' && !this.isCalm(collection, namespace, state, limits)) {
        outcome = 'later';
        continue;
      }
      await this.carryOut(collection, namespace, state, next);
      this.collections.forget(collection);
      await this.dropLeftovers();
      if (next.kind !== 'grow') indexes += next.kind === 'build' ? 1 - next.replaces.length : -next.ids.length;
      // there may be another one to build
      outcome = 'later';
    }
    return outcome;
  }

  private async nextOf(
    collection: Collection,
    namespace: string,
    state: NamespaceState,
    limits: IndexLimits,
  ): Promise<NextStep | undefined> {
    const takesMore = (id: string, rows: number): boolean => this.chooser.takesMore(collection, id, rows);
    const plan = this.grows
      ? (this.chooser.unfinished(collection, state) ?? planGrowth(state, limits, takesMore))
      : planIndexes(state, limits);
    return plan ?? this.chooser.otherForm(collection, namespace, state);
  }

  private async carryOut(collection: Collection, namespace: string, state: NamespaceState, next: NextStep): Promise<void> {
    if (next.kind === 'drop') return this.store.retire(collection, next.ids);
    if (next.kind === 'grow') {
      await this.grower.grow(collection, namespace, next);
      return;
    }
    if (!this.grows) {
      await this.build(collection, namespace, next, state);
      return;
    }
    const graph = graphOf(collection);
    const planned = { namespace, rows: rowsToBuild(next, state), m: graph.m, replaces: next.replaces };
    const choice = next.choice ?? (await this.chooser.choose(collection, planned));
    await this.grower.begin(collection, { namespace, ...graph, ...choice }, next);
  }

  /** A build stops the embedded engine for as long as it takes. */
  private get grows(): boolean {
    return !this.database.traits.concurrentIndexes;
  }

  /** Whether it has stopped growing, for its size, or has been waiting long enough. */
  private isCalm(collection: Collection, namespace: string, state: NamespaceState, limits: IndexLimits): boolean {
    const key = `${collection.id} ${namespace}`;
    const { rows } = state.tail;
    const before = this.waiting.get(key);
    const now = Date.now();
    const isDue = rows > mostOutside(state.segments.length, limits.minRows);
    const isCalm = !isDue || (before !== undefined && rows - before.rows <= CALM_GROWTH * before.rows);
    const isLate = before !== undefined && now - before.since > LONGEST_WAIT_MS;
    if (isCalm || isLate) this.waiting.delete(key);
    else this.waiting.set(key, { rows, since: before?.since ?? now });
    return isCalm || isLate;
  }

  private async build(collection: Collection, namespace: string, build: IndexBuild, state: NamespaceState): Promise<boolean> {
    const rows = rowsToBuild(build, state);
    const graph = graphOf(collection);
    const choice = await this.chooser.choose(collection, { namespace, rows, m: graph.m, replaces: build.replaces });
    const definition = { namespace, low: build.low, high: build.high, ...graph, ...choice };
    return this.buildOrWider(collection, definition, build.replaces, rows);
  }

  /** A vector may have a component that 16 bits cannot hold, whoever asked for them. */
  private async buildOrWider(
    collection: Collection,
    definition: IndexDefinition,
    replaces: readonly string[],
    rows: number,
  ): Promise<boolean> {
    try {
      return await this.buildDefined(collection, definition, replaces, rows);
    } catch (error) {
      if (definition.content !== 'half' || !isOutOfRange(error)) throw error;
      this.logger.warn(`collection ${collection.name}: a component is beyond 16 bits, so its index holds no such numbers`);
      const wider = formBeyondHalf(collection);
      return this.buildDefined(collection, { ...definition, content: wider, reason: 'recall' }, replaces, rows);
    }
  }

  private async buildDefined(
    collection: Collection,
    definition: IndexDefinition,
    replaces: readonly string[],
    rows: number,
  ): Promise<boolean> {
    const id = await this.store.begin(collection, definition);
    if (id === undefined) return false;
    const start = performance.now();
    await this.database.session((session) => this.buildWith(session, collection, id, definition, rows));
    await this.store.finish(collection, id, definition, replaces);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const form = `${definition.content}: ${definition.reason}`;
    this.logger.log(`collection ${collection.name}: ${String(rows)} vectors indexed in ${seconds} s (${form})`);
    return true;
  }

  private async buildWith(
    session: Session,
    collection: Collection,
    id: string,
    definition: IndexDefinition,
    rows: number,
  ): Promise<void> {
    if (this.stopped) throw new Error('stopped');
    const bytes = rows * (4 * (collection.dimension ?? 0) + GRAPH_BYTES);
    const memory = Math.min(this.config.indexMemoryMb, 64 + Math.ceil(bytes / 2 ** 20));
    await session.set('maintenance_work_mem', `${String(memory)}MB`);
    const refused = await this.store.withOnNodes('maintenance_work_mem', `${String(memory)}MB`, () =>
      this.buildOrAlone(session, collection, id, definition),
    );
    if (refused.length > 0) this.logger.warn(`builds have the memory that these nodes' own settings say: ${refused.join(', ')}`);
  }

  private async buildOrAlone(session: Session, collection: Collection, id: string, definition: IndexDefinition): Promise<void> {
    await this.store.build(session, collection, id, definition).catch(async (error: unknown) => {
      if (!isResourceShortage(error)) throw error;
      // parallel workers share their memory through a file system that may be small, in a container above all
      this.logger.warn(`an index is built by one process, for want of shared memory: ${String(error)}`);
      await this.store.dropUnready(session, id);
      await session.set('max_parallel_maintenance_workers', '0');
      await this.store.withOnNodes('max_parallel_maintenance_workers', '0', () =>
        this.store.build(session, collection, id, definition),
      );
    });
  }

  /** Drops indexes that were replaced, or whose building was cut off; the caller is `alone`. */
  async dropLeftovers(): Promise<void> {
    const ids = await this.store.leftovers();
    if (ids.length === 0) return;
    await this.database.session(async (session) => {
      for (const id of ids) await this.store.drop(session, id);
    });
  }

  private limitsOf(collection: Collection): IndexLimits {
    const minRows = Math.floor(this.config.indexMinFloats / (collection.dimension ?? 1));
    return { minRows, isFull: false };
  }
}

/** Vectors that a build puts into its index. */
function rowsToBuild({ replaces }: IndexBuild, { segments, tail }: NamespaceState): number {
  return segments.filter(({ id }) => replaces.includes(id)).reduce((sum, { rows }) => sum + rows, tail.rows);
}

function formBeyondHalf(collection: Collection): IndexContent {
  return (collection.dimension ?? 0) <= MAX_FULL_DIMENSION ? 'full' : 'binary';
}

/** The largest first: when not all can have an index, they do. */
function bySize([, left]: readonly [string, NamespaceState], [, right]: readonly [string, NamespaceState]): number {
  const size = (state: NamespaceState): number => state.tail.rows + state.segments.reduce((sum, { rows }) => sum + rows, 0);
  return size(right) - size(left);
}
