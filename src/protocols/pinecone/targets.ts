import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CollectionPortsService } from '../../collections/collection-ports.service.js';
import { CollectionsService } from '../../collections/collections.service.js';
import { GatewayError } from '../../errors.js';
import { callerScope } from '../../tenants/caller.js';
import { TenantsService } from '../../tenants/tenants.service.js';

/** How a request names its index: by name in the path, by the port it came to, or by its host's first label. */
export type IndexTarget =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'host'; readonly label: string };

/** Whether Pinecone clients see it: a collection whose dimension is not known yet is no index. */
export function isIndex(collection: Collection): boolean {
  return collection.vectorType === 'sparse' || collection.dimension !== null;
}

/** Finds the index that a request is for. */
@Injectable()
export class IndexTargets {
  constructor(
    private readonly collections: CollectionsService,
    private readonly ports: CollectionPortsService,
    private readonly tenants: TenantsService,
  ) {}

  /**
   * Runs an operation on the index, possibly twice when it is found by port, as `CollectionPortsService` says.
   * @throws GatewayError `not_found`
   */
  async run<T>(target: IndexTarget, operation: (collection: Collection) => Promise<T>): Promise<T> {
    const onIndex = async (collection: Collection): Promise<T> => operation(requireIndex(collection));
    switch (target.kind) {
      case 'port':
        return this.ports.withPort(target.port, onIndex);
      case 'name':
        return onIndex(await this.collections.requireByName(callerScope(), target.name));
      case 'host':
        return onIndex(await this.collections.requireByName(callerScope(), await this.nameOf(target.label)));
    }
  }

  /** The label is the index' name, a dash, and the project's id. */
  private async nameOf(label: string): Promise<string> {
    const { shortId } = await this.tenants.require(callerScope().tenant);
    const suffix = `-${shortId}`;
    if (!label.endsWith(suffix)) throw new GatewayError({ kind: 'not_found', subject: 'collection', name: label });
    return label.slice(0, -suffix.length);
  }
}

/** A collection without a dimension is not an index yet. */
function requireIndex(collection: Collection): Collection {
  if (isIndex(collection)) return collection;
  throw new GatewayError({ kind: 'not_found', subject: 'collection', name: collection.name });
}
