import { Injectable } from '@nestjs/common';
import type { Scope } from '../tenants/tenant.js';
import type { Collection } from './collection.js';

const MAX_REMEMBERED = 10_000;

/** Collections that this instance has read. They may be stale: statements compare the epoch, and notice. */
@Injectable()
export class CollectionMemory {
  /** Collections by uuid, oldest first. */
  private readonly collections = new Map<string, Collection>();
  /** Children by id, oldest first: no request names one. */
  private readonly children = new Map<string, Collection>();
  /** Collections by scope and name, oldest first. */
  private readonly named = new Map<string, Collection>();

  byUuid(uuid: string): Collection | undefined {
    return this.collections.get(uuid);
  }

  child(id: string): Collection | undefined {
    return this.children.get(id);
  }

  byName(scope: Scope, name: string): Collection | undefined {
    return this.named.get(nameKey(scope, name));
  }

  /** Keeps what is now known of a collection. */
  keep(collection: Collection): Collection {
    if (collection.parent !== null) {
      this.children.delete(collection.id);
      trim(this.children.set(collection.id, collection));
      return collection;
    }
    this.collections.delete(collection.uuid);
    trim(this.collections.set(collection.uuid, collection));
    if (this.named.has(nameKey(collection, collection.name))) this.keepByName(collection);
    return collection;
  }

  /** Keeps it under its name, too. */
  keepByName(collection: Collection): Collection {
    const found: Collection = { ...collection, isFoundByName: true };
    trim(this.named.set(nameKey(collection, collection.name), found));
    return found;
  }

  /** What is remembered of a collection that a request has in hand, if it was read later than that. */
  newer(collection: Collection): Collection | undefined {
    const known = this.same(collection);
    return known !== undefined && BigInt(known.epoch) > BigInt(collection.epoch) ? known : undefined;
  }

  /** Whether what a request has in hand is what is remembered. */
  has(collection: Collection): boolean {
    return this.same(collection)?.epoch === collection.epoch;
  }

  drop(collection: Collection): void {
    if (collection.parent !== null) {
      this.children.delete(collection.id);
      return;
    }
    this.collections.delete(collection.uuid);
    this.named.delete(nameKey(collection, collection.name));
  }

  clear(): void {
    this.collections.clear();
    this.named.clear();
    this.children.clear();
  }

  private same({ parent, uuid, id }: Collection): Collection | undefined {
    return parent === null ? this.collections.get(uuid) : this.children.get(id);
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
