import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { Database } from '../postgres/database.js';
import { isUndefinedTable } from '../postgres/sqlstate.js';
import { type Collection, isPooled } from './collection.js';
import { CollectionStore } from './collection.store.js';
import { CollectionLocks } from './collection-locks.js';
import { CollectionMemory } from './collection-memory.js';
import { missingCollection, requireFound } from './missing-collection.js';
import { UnderWay } from './under-way.js';

/**
 * How often a stale statement is run, each time because of another request's change. From the third time on, this instance makes no
 * changes meanwhile; those of other instances are waited out, for about a second.
 */
const MAX_ATTEMPTS = 16;
const ATTEMPTS_WITHOUT_LOCK = 2;
const LONGEST_PAUSE_MS = 200;

/** The tables that a statement names do not exist. */
class MissingTables {
  constructor(readonly cause: unknown) {}
}

type Result<T> = T | 'stale' | MissingTables;
type Statement<T> = (current: Collection) => Promise<T | 'stale'>;

/** Runs statements on remembered collections, and again on the current ones when the catalog has changed since. */
@Injectable()
export class CurrentCollections {
  /** Reads of the catalog that are under way, by the collection's id. */
  private readonly reads = new UnderWay();

  constructor(
    private readonly database: Database,
    private readonly memory: CollectionMemory,
    private readonly locks: CollectionLocks,
    private readonly store: CollectionStore,
  ) {}

  /**
   * Runs a statement on the collection that holds the namespace: a child of the asked one, or it itself. The statement compares the
   * epoch with the catalog's. When it returns `stale`, the catalog has changed; then it is run again with the collection as it is now.
   * It must not change the collection itself.
   * @throws GatewayError `not_found` when the collection is gone, `conflict` when others change it faster than statements run
   */
  async run<T>(collection: Collection, namespace: string, statement: Statement<T>): Promise<T> {
    return this.repeat(collection, namespace, statement);
  }

  /** As above, on the collection itself, whose namespaces are not all in it if it has children. */
  async runHome<T>(collection: Collection, statement: Statement<T>): Promise<T> {
    return this.repeat(collection, null, statement);
  }

  /** Whether it is what is remembered: no request has read something newer since, or has changed it. */
  isRemembered(collection: Collection): boolean {
    return this.memory.has(collection);
  }

  /** The catalog has more than is remembered of the collection: the next request reads it. */
  forget(collection: Collection): void {
    this.memory.drop(collection);
  }

  private async repeat<T>(collection: Collection, namespace: string | null, statement: Statement<T>): Promise<T> {
    let known = collection;
    let holder = await this.holderOf(known, namespace);
    let result = await attempt(statement, holder);
    for (let attempts = 1; attempts < MAX_ATTEMPTS; attempts += 1) {
      if (!isStale(result)) return result;
      const last = { holder, result };
      const again = async (): Promise<Result<T>> => {
        if (last.holder !== undefined) this.outdate(last.holder);
        known = await this.refreshed(collection, known);
        holder = await this.holderOf(known, namespace);
        // nothing has changed, so another attempt would fail, too: the error is a fault of ours
        const isUnchanged = holder?.id === last.holder?.id && holder?.epoch === last.holder?.epoch;
        if (last.result instanceof MissingTables && isUnchanged) throw last.result.cause;
        return attempt(statement, holder);
      };
      if (attempts > ATTEMPTS_WITHOUT_LOCK) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** attempts));
      result = await (attempts < ATTEMPTS_WITHOUT_LOCK ? again() : this.locks.run(collection.uuid, again));
    }
    if (!isStale(result)) return result;
    throw new GatewayError({ kind: 'conflict', subject: 'collection', name: collection.name });
  }

  /** The collection as it is now, after a statement was stale with what was `known`. */
  private async refreshed(asked: Collection, known: Collection): Promise<Collection> {
    // what another request is about to know may do
    const reading = this.reads.ended(known.id);
    if (reading !== undefined) await reading;
    const now = this.outdate(known) ?? (await this.reads.run(known.id, () => this.read(known)));
    if (asked.isFoundByName === true && now.name !== asked.name) throw missingCollection(asked.name);
    return now;
  }

  private async read(known: Collection): Promise<Collection> {
    return this.memory.keep(requireFound(await this.store.refresh(this.database, known), known.uuid));
  }

  /** Forgets what was stale, and only that. @returns what another request has read of the collection since */
  private outdate(stale: Collection): Collection | undefined {
    const newer = this.memory.newer(stale);
    if (newer === undefined) this.memory.drop(stale);
    return newer;
  }

  /** What holds the namespace, possibly from memory; undefined: it is gone, and the collection stale. Null: the collection itself. */
  private async holderOf(collection: Collection, namespace: string | null): Promise<Collection | undefined> {
    const id = namespace === null ? undefined : collection.children.get(namespace);
    if (namespace === null || id === undefined) return collection;
    const known = this.memory.child(id);
    if (known !== undefined) return known;
    const found = await this.store.findHolder(this.database, collection, namespace);
    return found && this.memory.keep(found);
  }
}

/** A statement on tables that no longer exist is stale, too: its collection has been deleted, or has moved. */
async function attempt<T>(statement: Statement<T>, collection: Collection | undefined): Promise<Result<T>> {
  if (collection === undefined) return 'stale';
  try {
    return await statement(collection);
  } catch (error) {
    if (!isPooled(collection) && isUndefinedTable(error)) return new MissingTables(error);
    throw error;
  }
}

function isStale(result: unknown): result is 'stale' | MissingTables {
  return result === 'stale' || result instanceof MissingTables;
}
