import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
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
  ) {}

  /** `schema` is a JSON text. */
  async create(collection: Collection, name: string, schema: string | null): Promise<Namespace> {
    this.limits.requireName(name);
    const created = await this.collections.run(collection, (current) => this.store.create(current, name, schema));
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
    const found = await this.collections.run(collection, (current) => this.store.find(current, name, measured));
    return found === 'missing' ? undefined : found;
  }

  /** `total` counts all with the prefix, not only the page. */
  async list(
    collection: Collection,
    page: NamespacePage,
    measured: boolean,
  ): Promise<{ readonly namespaces: readonly Namespace[]; readonly total: number }> {
    return this.collections.run(collection, (current) => this.store.list(current, page, measured));
  }

  /** How many records, or records that match, each namespace holds; empty ones too. */
  async totals(collection: Collection, filter?: Filter): Promise<readonly NamespaceTotals[]> {
    this.limits.requireFilter(filter);
    return this.collections.run(collection, (current) => this.store.totals(current, filter));
  }

  /** Its records go with it. */
  async delete(collection: Collection, name: string): Promise<void> {
    const deleted = await this.collections.run(collection, (current) => this.store.delete(current, name));
    this.database.replica?.wrote(collection.uuid);
    if (!deleted) throw missing(name);
  }
}

function missing(name: string): GatewayError {
  return new GatewayError({ kind: 'not_found', subject: 'namespace', name });
}
