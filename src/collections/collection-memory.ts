import type { Scope } from '../tenants/tenant.js';
import type { Collection } from './collection.js';

const MAX_REMEMBERED = 10_000;

/** Collections that this instance has seen. What is in here may be stale: statements carry the epoch, and find out. */
export class CollectionMemory {
  /** Collections by uuid, oldest first. */
  private readonly collections = new Map<string, Collection>();
  /** Collections by scope and name, oldest first. */
  private readonly named = new Map<string, Collection>();
  /** Those that were looked up by a name, which they must still have. */
  private readonly pinned = new WeakSet<Collection>();

  byUuid(uuid: string): Collection | undefined {
    return this.collections.get(uuid);
  }

  byName(scope: Scope, name: string): Collection | undefined {
    return this.named.get(nameKey(scope, name));
  }

  /** Whether it was given out for its name. */
  isPinned(collection: Collection): boolean {
    return this.pinned.has(collection);
  }

  /** Keeps what is now known of a collection. */
  keep(collection: Collection): Collection {
    this.collections.delete(collection.uuid);
    trim(this.collections.set(collection.uuid, collection));
    if (this.named.has(nameKey(collection, collection.name))) this.pin(collection);
    return collection;
  }

  /** Keeps it under its name, too. The result is an object of its own, by which one can tell that the name matters. */
  pin(collection: Collection): Collection {
    const pinned = { ...collection };
    this.pinned.add(pinned);
    trim(this.named.set(nameKey(collection, collection.name), pinned));
    return pinned;
  }

  drop(collection: Collection): void {
    this.collections.delete(collection.uuid);
    this.named.delete(nameKey(collection, collection.name));
  }

  clear(): void {
    this.collections.clear();
    this.named.clear();
  }
}

function nameKey({ tenant, database }: Scope, name: string): string {
  return `${tenant}\u0000${database}\u0000${name}`;
}

/** Drops the oldest when there are too many. */
function trim(collections: Map<string, Collection>): void {
  if (collections.size <= MAX_REMEMBERED) return;
  for (const oldest of collections.keys()) {
    collections.delete(oldest);
    return;
  }
}
