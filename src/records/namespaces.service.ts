import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import { CollectionSweeper } from '../collections/collection-sweeper.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { GatewayError } from '../errors.js';
import type { Filter } from '../filters/filter.js';
import { Limits } from '../limits/limits.js';
import { Database } from '../postgres/database.js';
import type { Namespace, NamespacePage, NamespaceTotals } from './namespace.js';
import { NamespaceStore } from './namespace.store.js';

/** The namespaces of a collection. Unknown ones are `not_found`, taken names `already_exists`. */
@Injectable()
export class NamespacesService {
  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly store: NamespaceStore,
    private readonly limits: Limits,
    private readonly catalog: CollectionStore,
    private readonly sweeper: CollectionSweeper,
  ) {}

  /** `schema` is a JSON text. */
  async create(collection: Collection, name: string, schema: string | null): Promise<Namespace> {
    this.limits.requireName(name);
    const created = await this.collections.run(collection, name, (current) => this.store.create(current, name, schema));
    this.database.replica?.wrote(collection.uuid);
    if (!created) throw new GatewayError({ kind: 'already_exists', subject: 'namespace', name });
    return { name, schema, count: 0, bytes: 0, lsn: '0' };
  }

  /** `measured`: with its bytes, which takes a look at every record. */
  async require(collection: Collection, name: string, measured: boolean): Promise<Namespace> {
    const namespace = await this.find(collection, name, measured);
    if (namespace === undefined) throw missing(name);
    return namespace;
  }

  /** Undefined when there is none. */
  async find(collection: Collection, name: string, measured: boolean): Promise<Namespace | undefined> {
    const found = await this.collections.run(collection, name, (current) => this.store.find(current, name, measured));
    return found === 'missing' ? undefined : found;
  }

  /** `total` counts all with the prefix, not only the page. Of children, those on the page are looked at. */
  async list(
    collection: Collection,
    page: NamespacePage,
    measured: boolean,
  ): Promise<{ readonly namespaces: readonly Namespace[]; readonly total: number }> {
    let children: readonly string[] = [];
    const { namespaces, total } = await this.collections.runHome(collection, (current) => {
      children = [...current.children.keys()];
      return this.store.list(current, page, measured);
    });
    if (children.length === 0) return { namespaces, total };
    const { prefix, after, limit, defaultName } = page;
    const matching = children.filter((name) => name.startsWith(prefix));
    const behind = matching.filter((name) => after === undefined || byBytes(name, after) > 0).map((label) => ({ label }));
    const found: (Namespace | undefined)[] = [];
    const own = namespaces.map((namespace) => ({ label: namespace.name === '' ? defaultName : namespace.name, namespace }));
    const all: readonly { readonly label: string; readonly namespace?: Namespace }[] = [...own, ...behind];
    for (const { label, namespace } of all.toSorted((left, right) => byBytes(left.label, right.label)).slice(0, limit)) {
      found.push(namespace ?? (await this.find(collection, label, measured)));
    }
    return { namespaces: found.filter((namespace) => namespace !== undefined), total: total + matching.length };
  }

  /** How many records, or records that match, each namespace holds, by name; empty ones too. Each place is of one moment. */
  async totals(collection: Collection, filter?: Filter): Promise<readonly NamespaceTotals[]> {
    this.limits.requireFilter(filter);
    let children: readonly string[] = [];
    const totals = await this.collections.runHome(collection, (current) => {
      children = [...current.children.keys()];
      return this.store.totals(current, filter);
    });
    if (children.length === 0) return totals;
    const all = [...totals];
    // one after the other: a request holds one connection
    for (const name of children) {
      all.push(...(await this.collections.run(collection, name, (current) => this.store.totals(current, filter, name))));
    }
    return all.sort((left, right) => byBytes(left.name, right.name));
  }

  /** Its records go with it. */
  async delete(collection: Collection, name: string): Promise<void> {
    const deleted = await this.collections.run(collection, name, async (current) => {
      if (current.parent === null) return this.store.delete(current, name);
      if (!(await this.catalog.deleteChild(current))) return 'stale';
      this.collections.forget(collection);
      this.collections.forget(current);
      this.sweeper.wake();
      return true;
    });
    this.database.replica?.wrote(collection.uuid);
    if (!deleted) throw missing(name);
  }
}

/** The order of names in the database. */
function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function missing(name: string): GatewayError {
  return new GatewayError({ kind: 'not_found', subject: 'namespace', name });
}
