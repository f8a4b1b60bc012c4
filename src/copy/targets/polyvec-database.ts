import type { Collection } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import type { Config } from '../../config/config.js';
import { Limits } from '../../limits/limits.js';
import type { Database } from '../../postgres/database.js';
import {
  CONFLICT_POLICIES,
  type ConflictPolicy,
  type CopyRecord,
  type Destination,
  type Filling,
  type SourceCollection,
  type Standing,
  type Target,
} from '../copy.js';
import { CollectionFilling, type FillingPlace } from './collection-filling.js';
import { CopiesStore } from './copies.store.js';
import { problemOfRecord, problemsOfNew } from './rules.js';

/** A Polyvec database: a new collection is hidden until it has been compared; its checkpoint is in the transaction of each batch. */
export class PolyvecDatabase implements Target {
  readonly policies = CONFLICT_POLICIES;
  private readonly collections: CollectionStore;
  private readonly copies: CopiesStore;
  private readonly limits: Limits;

  constructor(
    private readonly database: Database,
    config: Config,
    readonly label: string,
    private readonly release: () => Promise<void> = () => database.close(),
  ) {
    this.collections = new CollectionStore(database);
    this.copies = new CopiesStore(database);
    this.limits = new Limits(config);
  }

  async problemsOf(from: SourceCollection, to: Destination): Promise<readonly string[]> {
    const problems = problemsOfNew(this.limits, from, to);
    const existing = await this.collections.findByName(to, to.name);
    return existing === undefined ? problems : [...problems, ...clashesOf(from, to, existing)];
  }

  async standing(_source: string, from: SourceCollection, to: Destination): Promise<Standing> {
    const unfinished = await this.copies.findUnfinished(to);
    if (unfinished !== undefined) {
      if (unfinished.origin !== from.key) return { kind: 'another', source: unfinished.source };
      const { checkpoint, fingerprint } = unfinished;
      return { kind: 'begun', checkpoint, isSourceUnchanged: fingerprint === from.fingerprint };
    }
    const existing = await this.collections.findByName(to, to.name);
    if (existing === undefined) return { kind: 'new' };
    const finished = await this.copies.findFinished(existing);
    if (finished?.origin === from.key) {
      const { checkpoint, fingerprint } = finished;
      const isTargetUnchanged = checkpoint.cursor === (await this.lookAt(existing, to).state());
      return { kind: 'finished', checkpoint, isSourceUnchanged: fingerprint === from.fingerprint, isTargetUnchanged };
    }
    const records = await this.countOf(existing, to);
    return records === 0 ? { kind: 'new' } : { kind: 'occupied', records };
  }

  problemOf(from: SourceCollection, record: CopyRecord): string | undefined {
    return problemOfRecord(this.limits, from, record);
  }

  async fill(source: string, from: SourceCollection, to: Destination, policy: ConflictPolicy): Promise<Filling> {
    const unfinished = await this.copies.findUnfinished(to);
    if (unfinished !== undefined) {
      return this.filling(await this.require(unfinished.uuid), to, policy, unfinished);
    }
    const existing = await this.collections.findByName(to, to.name);
    if (existing === undefined) {
      const uuid = await this.copies.createHidden(source, from, to);
      return this.filling(await this.require(uuid), to, policy, { isHidden: true, isShared: false });
    }
    const isShared = (await this.countOf(existing, to)) > 0;
    await this.copies.beginVisible(source, from, to, existing, isShared);
    return this.filling(existing, to, policy, { isHidden: false, isShared });
  }

  async finished(to: Destination): Promise<Filling> {
    const existing = await this.collections.findByName(to, to.name);
    if (existing === undefined) throw new Error(`the collection ${to.name} is gone`);
    const isShared = (await this.copies.findFinished(existing))?.isShared === true;
    return this.filling(existing, to, 'fail', { isHidden: false, isShared });
  }

  async discard(to: Destination): Promise<void> {
    await this.copies.discard(to);
  }

  async close(): Promise<void> {
    await this.release();
  }

  private filling(
    collection: Collection,
    to: Destination,
    policy: ConflictPolicy,
    { isHidden, isShared }: Pick<FillingPlace, 'isHidden' | 'isShared'>,
  ): CollectionFilling {
    return new CollectionFilling(this.database, this.collections, this.copies, { collection, to, policy, isHidden, isShared });
  }

  private async countOf(collection: Collection, to: Destination): Promise<number> {
    return this.lookAt(collection, to).count();
  }

  private lookAt(collection: Collection, to: Destination): CollectionFilling {
    return this.filling(collection, to, 'fail', { isHidden: false, isShared: true });
  }

  private async require(uuid: string): Promise<Collection> {
    const collection = await this.collections.findAnywhere(uuid);
    if (collection === undefined) throw new Error('the collection that is being filled is gone');
    return collection;
  }
}

function clashesOf(from: SourceCollection, to: Destination, existing: Collection): readonly string[] {
  const problems: string[] = [];
  if (existing.name !== to.name) problems.push(`${to.name} is an alias of the collection ${existing.name}`);
  const vectorType = from.catalog?.vectorType ?? 'dense';
  if (existing.vectorType !== vectorType)
    problems.push(`it has ${vectorType} vectors, and the one that is there ${existing.vectorType} ones`);
  if (existing.metric !== from.metric)
    problems.push(`it has the metric ${from.metric}, and the one that is there ${existing.metric}`);
  if (existing.dimension !== null && from.dimension !== null && existing.dimension !== from.dimension) {
    problems.push(`it has ${String(from.dimension)} dimensions, and the one that is there ${String(existing.dimension)}`);
  }
  return problems;
}
