import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { GatewayError } from '../errors.js';
import type { CollectionSize } from './record.js';
import { RecordSizeStore } from './record-size.store.js';

/** How much there is in collections. */
@Injectable()
export class RecordSizesService {
  constructor(
    private readonly collections: CurrentCollections,
    private readonly store: RecordSizeStore,
  ) {}

  /** How much is in a namespace of each collection, by the collection's id; those that are gone are left out. `sourceField`: see the store. */
  async sizes(
    collections: readonly Collection[],
    namespace: string,
    sourceField: string,
  ): Promise<ReadonlyMap<string, CollectionSize>> {
    const sizes = new Map(await this.store.sizes(collections, namespace, sourceField));
    for (const collection of collections.filter(({ id }) => !sizes.has(id))) {
      const size = await this.sizeNow(collection, namespace, sourceField);
      if (size !== undefined) sizes.set(collection.id, size);
    }
    return sizes;
  }

  /** Of one that has moved, or is gone: undefined then. */
  private async sizeNow(collection: Collection, namespace: string, sourceField: string): Promise<CollectionSize | undefined> {
    try {
      return await this.collections.run(collection, namespace, async (current) => {
        const found = await this.store.sizes([current], namespace, sourceField);
        return found.get(collection.id) ?? 'stale';
      });
    } catch (error) {
      if (error instanceof GatewayError && error.kind === 'not_found') return undefined;
      throw error;
    }
  }
}
