import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import { Database } from '../postgres/database.js';
import type { CollectionSize } from './record.js';
import { RecordSizeStore } from './record-size.store.js';

/** How much there is in collections. */
@Injectable()
export class RecordSizesService {
  constructor(
    private readonly database: Database,
    private readonly collections: CollectionStore,
    private readonly store: RecordSizeStore,
  ) {}

  /** How much is in a namespace of each collection, by the collection's id; nothing is left out. `sourceField`: see the store. */
  async sizes(
    collections: readonly Collection[],
    namespace: string,
    sourceField: string,
  ): Promise<ReadonlyMap<string, CollectionSize>> {
    const sizes = new Map(await this.store.sizes(collections, namespace, sourceField));
    for (const collection of collections.filter(({ id }) => !sizes.has(id))) {
      // it has moved, or is gone
      const current = await this.collections.refresh(this.database, collection);
      const found = current && (await this.store.sizes([current], namespace, sourceField));
      sizes.set(collection.id, found?.get(collection.id) ?? { count: 0, payloadBytes: 0, sources: 0 });
    }
    return sizes;
  }
}
