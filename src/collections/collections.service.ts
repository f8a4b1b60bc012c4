import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { isWithinReach, reachOf, requireNameWithinReach, withinReach } from '../tenants/caller.js';
import type { Page, Scope } from '../tenants/tenant.js';
import { type Collection, type CollectionChanges, type NewCollection, type ProtocolName } from './collection.js';
import { CollectionStore } from './collection.store.js';
import { CollectionLocks } from './collection-locks.js';
import { CollectionMemory } from './collection-memory.js';
import { CollectionSweeper } from './collection-sweeper.js';
import { isMissingCollection, missingCollection, requireFound, retryIfMissing } from './missing-collection.js';
import { noteCollection } from './noted-collection.js';
import { isMetricOpen } from './open-metric.js';

/** Where a collection is looked for. */
export type CollectionSource = 'memory' | 'catalog';

/**
 * The catalog of collections. Unknown ones are `not_found`, taken names `already_exists`. What is out of the caller's reach does
 * not exist for it; every protocol finds collections through here.
 */
@Injectable()
export class CollectionsService {
  constructor(
    private readonly memory: CollectionMemory,
    private readonly locks: CollectionLocks,
    private readonly store: CollectionStore,
    private readonly sweeper: CollectionSweeper,
    private readonly limits: Limits,
  ) {}

  async create(scope: Scope, collection: NewCollection): Promise<Collection> {
    requireNameWithinReach(collection.name);
    this.limits.requireName(collection.name);
    const created = await this.store.create(withinReach(scope), collection);
    if (created === 'missing') throw new GatewayError({ kind: 'not_found', subject: 'database', name: scope.database });
    return created === 'taken' ? this.completeHidden(scope, collection) : this.memory.keep(created);
  }

  /**
   * Makes the new collection of one that another protocol has created, and that has no dimension and so no records yet: it gets the
   * dimension, and the metric, if nobody has asked for the one that it has.
   * @throws GatewayError `already_exists`
   */
  private async completeHidden(scope: Scope, wanted: NewCollection): Promise<Collection> {
    for (;;) {
      const existing = await this.store.findByName(withinReach(scope), wanted.name);
      if (existing === undefined || !isHidden(existing, wanted)) throw taken(wanted.name);
      const agrees = wanted.vectorType !== 'sparse' && (wanted.metric === existing.metric || isMetricOpen(existing));
      if (!agrees || wanted.settingsBeside === undefined) throw taken(wanted.name, existing);
      const outcome = await this.store.complete(existing, wanted, wanted.settingsBeside(existing.settings));
      this.memory.drop(existing);
      // changed by another request: what it is now decides
      if (outcome === 'completed') return this.requireByName(scope, wanted.name);
    }
  }

  /** The collection of that name as it is, or else a new one; concurrent requests all get the same. */
  async requireOrCreate(scope: Scope, collection: NewCollection): Promise<Collection> {
    for (;;) {
      const existing = await this.store.findByName(withinReach(scope), collection.name);
      if (existing !== undefined && isWithinReach(existing)) {
        return isHidden(existing, collection) ? this.completeHidden(scope, collection) : this.memory.keep(existing);
      }
      // the same error whether there is one of that name or not
      requireNameWithinReach(collection.name);
      // an old name of one that is out of reach
      if (existing !== undefined) throw taken(collection.name);
      this.limits.requireName(collection.name);
      const created = await this.store.create(withinReach(scope), collection);
      if (created === 'missing') throw new GatewayError({ kind: 'not_found', subject: 'database', name: scope.database });
      // taken meanwhile: find it, unless it is deleted again in between
      if (created !== 'taken') return this.memory.keep(created);
    }
  }

  /** By name or alias, as the catalog has it now. */
  async requireByName(scope: Scope, name: string): Promise<Collection> {
    return this.memory.keep(requireFound(await this.store.findByName(withinReach(scope), name), name));
  }

  /**
   * Runs an operation on the collection of that name or alias. Record operations may take it from `memory`: they notice when it is
   * stale. Those that depend on its settings take it from the `catalog`. The operation is run once more when the collection that the
   * memory has is gone, or has been renamed.
   * @throws GatewayError `not_found`
   */
  async withNamed<T>(
    scope: Scope,
    name: string,
    operation: (collection: Collection) => Promise<T>,
    source: CollectionSource = 'memory',
  ): Promise<T> {
    const known = source === 'memory' ? this.memory.byName(withinReach(scope), name) : undefined;
    if (known === undefined || !isWithinReach(known)) return this.onNamed(scope, name, operation);
    return retryIfMissing(
      () => operation(noteCollection(known)),
      () => {
        this.memory.drop(known);
        return this.onNamed(scope, name, operation);
      },
    );
  }

  private async onNamed<T>(scope: Scope, name: string, operation: (collection: Collection) => Promise<T>): Promise<T> {
    const collection = await this.requireByName(scope, name);
    try {
      // a name may take precedence over an alias without a change of the alias' collection
      return await operation(collection.name === name ? this.memory.keepByName(collection) : collection);
    } catch (error) {
      // deleted in between: a request by name is answered with the name
      throw isMissingCollection(error) ? missingCollection(name) : error;
    }
  }

  /** By uuid, as the catalog has it now. */
  async requireCurrent(scope: Scope, uuid: string): Promise<Collection> {
    return this.memory.keep(requireFound(await this.store.findByUuid(withinReach(scope), uuid), uuid));
  }

  /** By uuid, possibly from memory: for record operations, which notice when it is stale. */
  async require(scope: Scope, uuid: string): Promise<Collection> {
    const known = this.memory.byUuid(uuid);
    if (known?.tenant === scope.tenant && known.database === scope.database && isWithinReach(known)) return noteCollection(known);
    return this.requireCurrent(scope, uuid);
  }

  /** By uuid in any tenant, possibly from memory: for protocols whose paths name no tenant. */
  async requireAnywhere(uuid: string): Promise<Collection> {
    const known = this.memory.byUuid(uuid);
    return known === undefined
      ? this.memory.keep(requireFound(await this.store.findAnywhere(uuid), uuid))
      : requireFound(known, uuid);
  }

  /** Ordered by uuid; empty for an unknown database. */
  async list(scope: Scope, page: Page): Promise<readonly Collection[]> {
    return this.store.list(reachOf(scope), page);
  }

  /** In any tenant: those that one protocol has created, or has settings of, and that have a metadata field of that name. */
  async listWithField(protocol: ProtocolName, field: string): Promise<readonly Collection[]> {
    return this.store.listWithField(protocol, field);
  }

  async count(scope: Scope): Promise<number> {
    return this.store.count(reachOf(scope));
  }

  async update(collection: Collection, changes: CollectionChanges): Promise<void> {
    if (changes.name !== undefined) requireNameWithinReach(changes.name);
    this.limits.requireName(changes.name ?? '');
    this.memory.drop(collection);
    const outcome = await this.locks.run(collection.uuid, () => this.store.update(collection, changes));
    if (outcome === 'missing') throw missingCollection(collection.uuid);
    if (outcome === 'taken') throw taken(changes.name ?? collection.name);
  }

  /** Makes changes that depend on the current collection; no concurrent change is lost. Returns the collection after it. */
  async revise(scope: Scope, name: string, changesOf: (collection: Collection) => CollectionChanges): Promise<Collection> {
    for (;;) {
      const collection = await this.requireByName(scope, name);
      const changes = changesOf(collection);
      const outcome = await this.locks.run(collection.uuid, () => this.store.update(collection, changes, 'unchanged'));
      this.memory.drop(collection);
      if (outcome === 'updated') return this.requireByName(scope, name);
      if (outcome === 'missing') throw missingCollection(name);
      // each round follows another's change: one request always succeeds
    }
  }

  /** Gives it another name; the old one becomes an alias, in every protocol. */
  async rename(scope: Scope, name: string, newName: string): Promise<void> {
    const collection = await this.requireByName(scope, name);
    requireNameWithinReach(newName);
    this.limits.requireName(newName);
    this.memory.drop(collection);
    const outcome = await this.store.rename(collection, newName);
    if (outcome === 'missing') throw missingCollection(name);
    if (outcome === 'taken') throw taken(newName);
  }

  /** Deletes the collection unless it has records by now, or is protected; returns whether it did. */
  async deleteEmpty(collection: Collection): Promise<boolean> {
    const deleted = await this.store.deleteEmpty(collection);
    if (!deleted) return false;
    this.memory.drop(collection);
    this.sweeper.wake();
    return true;
  }

  async delete(scope: Scope, name: string): Promise<void> {
    const collection = await this.requireByName(scope, name);
    this.memory.drop(collection);
    const outcome = await this.store.delete(collection);
    if (outcome === 'missing') throw missingCollection(name);
    if (outcome === 'protected') throw new GatewayError({ kind: 'forbidden', subject: 'deletion', name });
    this.sweeper.wake();
  }

  /** Databases or tenants have been deleted with all their collections: forgets those, and has their rows removed. */
  forgetDropped(): void {
    this.memory.clear();
    this.sweeper.wake();
  }
}

/** Whether clients of the new collection's protocol do not see the one that has its name: it has no dimension, and theirs all do. */
function isHidden(existing: Collection, { name, protocol, dimension, vectorType }: NewCollection): boolean {
  const hasDimension = dimension != null || vectorType === 'sparse';
  const isBare = existing.dimension === null && existing.vectorType === 'dense' && !existing.hasSparse;
  return hasDimension && isBare && existing.protocol !== protocol && existing.name === name && isWithinReach(existing);
}

function taken(name: string, hidden?: Collection): GatewayError {
  const holder = hidden && { hidden: { protocol: hidden.protocol, metric: hidden.metric } };
  return new GatewayError({ kind: 'already_exists', subject: 'collection', name, ...holder });
}
