import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { isWithinReach, reachOf, requireNameWithinReach, withinReach } from '../tenants/caller.js';
import type { Page, Scope } from '../tenants/tenant.js';
import { type Collection, type CollectionChanges, type NewCollection, type ProtocolName } from './collection.js';
import { CollectionMemory } from './collection-memory.js';
import { CollectionLocks } from './collection-locks.js';
import { CollectionStore } from './collection.store.js';
import { CollectionSweeper } from './collection-sweeper.js';
import { isStale, TablesGone, untilGone } from './stale.js';

/**
 * So often a statement is run that the catalog has moved on from, each time through a change that another request made. From the third time
 * on, this instance makes no changes meanwhile; those of others are waited out, for about a second.
 */
const MAX_ATTEMPTS = 16;
const MAX_FREE = 2;
const LONGEST_PAUSE_MS = 200;

/** Where a collection is looked for. */
export type CollectionSource = 'memory' | 'catalog';

/**
 * The catalog: what collections there are. Unknown ones are `not_found`, taken names `already_exists`. What is out of the caller's
 * reach is not there; every protocol comes to collections through here.
 */
@Injectable()
export class CollectionsService {
  private readonly memory = new CollectionMemory();
  private readonly locks = new CollectionLocks();

  constructor(
    private readonly store: CollectionStore,
    private readonly sweeper: CollectionSweeper,
    private readonly limits: Limits,
  ) {}

  async create(scope: Scope, collection: NewCollection): Promise<Collection> {
    requireNameWithinReach(collection.name);
    this.limits.requireName(collection.name);
    const created = await this.store.create(withinReach(scope), collection);
    if (created === 'missing') throw new GatewayError({ kind: 'not_found', subject: 'database', name: scope.database });
    if (created === 'taken') throw taken(collection.name);
    return this.memory.keep(created);
  }

  /** The collection of that name as it is, or else a new one; however many ask at once, all get the same. */
  async requireOrCreate(scope: Scope, collection: NewCollection): Promise<Collection> {
    for (;;) {
      const existing = await this.store.findByName(withinReach(scope), collection.name);
      if (existing !== undefined && isWithinReach(existing)) return this.memory.keep(existing);
      // the same words whether there is one of that name or not
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
    return this.memory.keep(found(await this.store.findByName(withinReach(scope), name), name));
  }

  /**
   * Runs an operation on the collection of that name or alias, possibly from memory: for record operations, which notice when
   * it is stale; from the `catalog` for those that go by its settings. When the name means another one by now, or none, the operation has found none, and is run once more.
   * @throws GatewayError `not_found`
   */
  async withNamed<T>(
    scope: Scope,
    name: string,
    operation: (collection: Collection) => Promise<T>,
    source: CollectionSource = 'memory',
  ): Promise<T> {
    const known = source === 'memory' ? this.memory.byName(withinReach(scope), name) : undefined;
    if (known !== undefined && isWithinReach(known)) {
      try {
        return await operation(known);
      } catch (error) {
        if (!isMissingCollection(error)) throw error;
        this.memory.drop(known);
      }
    }
    const collection = await this.requireByName(scope, name);
    // an alias may be overruled by a name without a change of this collection
    try {
      return await operation(collection.name === name ? this.memory.pin(collection) : collection);
    } catch (error) {
      // deleted in between: whoever asked by name is told the name
      throw isMissingCollection(error) ? missing(name) : error;
    }
  }

  /** By uuid, as the catalog has it now. */
  async requireCurrent(scope: Scope, uuid: string): Promise<Collection> {
    return this.memory.keep(found(await this.store.findByUuid(withinReach(scope), uuid), uuid));
  }

  /** By uuid, possibly from memory: for record operations, which notice when it is stale. */
  async require(scope: Scope, uuid: string): Promise<Collection> {
    const known = this.memory.byUuid(uuid);
    if (known?.tenant === scope.tenant && known.database === scope.database && isWithinReach(known)) return known;
    return this.requireCurrent(scope, uuid);
  }

  /** By uuid in any tenant, possibly from memory: for protocols whose paths name no tenant. */
  async requireAnywhere(uuid: string): Promise<Collection> {
    const known = this.memory.byUuid(uuid);
    return known === undefined ? this.memory.keep(found(await this.store.findAnywhere(uuid), uuid)) : found(known, uuid);
  }

  /** Ordered by uuid; empty for an unknown database. */
  async list(scope: Scope, page: Page): Promise<readonly Collection[]> {
    return this.store.list(reachOf(scope), page);
  }

  /** In any tenant: those that one protocol has made, or remembers something of, and that have a metadata field of that name. */
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
    if (outcome === 'missing') throw missing(collection.uuid);
    if (outcome === 'taken') throw taken(changes.name ?? collection.name);
  }

  /** Makes changes out of what the collection is, and none of another's meanwhile is lost. The result is the collection after it. */
  async revise(scope: Scope, name: string, changesOf: (collection: Collection) => CollectionChanges): Promise<Collection> {
    for (;;) {
      const collection = await this.requireByName(scope, name);
      const changes = changesOf(collection);
      const outcome = await this.locks.run(collection.uuid, () => this.store.update(collection, changes, 'unchanged'));
      this.memory.drop(collection);
      if (outcome === 'updated') return this.requireByName(scope, name);
      if (outcome === 'missing') throw missing(name);
      // each round follows another's change: someone always gets on
    }
  }

  /** Gives it another name; the old one goes on meaning it, in every protocol. */
  async rename(scope: Scope, name: string, newName: string): Promise<void> {
    const collection = await this.requireByName(scope, name);
    requireNameWithinReach(newName);
    this.limits.requireName(newName);
    this.memory.drop(collection);
    const outcome = await this.store.rename(collection, newName);
    if (outcome === 'missing') throw missing(name);
    if (outcome === 'taken') throw taken(newName);
  }

  /** Deletes the collection unless it has records by now, or is protected; says whether it did. */
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
    if (outcome === 'missing') throw missing(name);
    if (outcome === 'protected') throw new GatewayError({ kind: 'forbidden', subject: 'deletion', name });
    this.sweeper.wake();
  }

  /** Databases or tenants with all their collections are gone: removes the rows they left. */
  forgetDropped(): void {
    this.memory.clear();
    this.sweeper.wake();
  }

  /**
   * Runs a statement that carries a remembered collection's epoch. It answers `stale` when the catalog has moved on; then
   * it is run again with the collection as it is now. It must not ask for changes of the collection itself.
   * @throws GatewayError `not_found` when the collection is gone, `conflict` when others change it faster than statements run
   */
  async current<T>(collection: Collection, statement: (current: Collection) => Promise<T | 'stale'>): Promise<T> {
    let known = collection;
    let result = await untilGone(statement, known);
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (!isStale(result)) return result;
      const last = result;
      const again = async (): Promise<T | 'stale' | TablesGone> => {
        known = await this.refreshed(collection, known, last);
        return untilGone(statement, known);
      };
      if (attempt > MAX_FREE) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempt));
      result = await (attempt < MAX_FREE ? again() : this.locks.run(collection.uuid, again));
    }
    if (!isStale(result)) return result;
    throw new GatewayError({ kind: 'conflict', subject: 'collection', name: collection.name });
  }

  /** The collection as it is now that a statement was stale with what was `known`. */
  private async refreshed(collection: Collection, known: Collection, result: 'stale' | TablesGone): Promise<Collection> {
    this.memory.drop(known);
    const now = this.memory.keep(found(await this.store.findAnywhere(known.uuid), known.uuid));
    // nothing has changed, so it is no wonder that nothing would: the error is ours
    if (result instanceof TablesGone && now.epoch === known.epoch) throw result.cause;
    if (this.memory.isPinned(collection) && now.name !== collection.name) throw missing(collection.name);
    return now;
  }

  /** The catalog knows more of a collection than is remembered. */
  forget(collection: Collection): void {
    this.memory.drop(collection);
  }
}

function isMissingCollection(error: unknown): boolean {
  return error instanceof GatewayError && error.detail.kind === 'not_found' && error.detail.subject === 'collection';
}

function found(collection: Collection | undefined, name: string): Collection {
  if (collection === undefined || !isWithinReach(collection)) throw missing(name);
  return collection;
}

function taken(name: string): GatewayError {
  return new GatewayError({ kind: 'already_exists', subject: 'collection', name });
}

function missing(name: string): GatewayError {
  return new GatewayError({ kind: 'not_found', subject: 'collection', name });
}
