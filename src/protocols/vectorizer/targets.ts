import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { type CollectionSource, CollectionsService } from '../../collections/collections.service.js';
import { GatewayError } from '../../errors.js';
import { callerScope } from '../../tenants/caller.js';
import { collectionNotFound } from './vectorizer-error.js';

/** Vectorizer has no namespaces: it sees this one. */
export const NAMESPACE = '';

/** A collection that Vectorizer clients see: its dimension is known. */
export type DenseCollection = Collection & { readonly dimension: number };

/** Finds the collection that a request is for. */
@Injectable()
export class CollectionTargets {
  constructor(private readonly collections: CollectionsService) {}

  /**
   * Runs an operation on the records of a collection, found by name or alias, possibly from memory: the operation may be run twice. One that
   * goes by what Vectorizer remembers of the collection must ask for the `catalog`.
   * @throws GatewayError `not_found`, where `require` throws
   */
  async run<T>(
    name: string,
    operation: (collection: DenseCollection) => Promise<T>,
    source: CollectionSource = 'memory',
  ): Promise<T> {
    const visible = async (collection: Collection): Promise<T> => {
      // the core's error, so that a dimension that is remembered as unknown is looked up once more
      if (!isVisible(collection)) throw new GatewayError({ kind: 'not_found', subject: 'collection', name });
      return operation(collection);
    };
    return this.collections.withNamed(callerScope(), name, visible, source);
  }

  /** By name or alias, as the catalog has it now. @throws VectorizerError 404, also for a collection without dense vectors, or whose dimension is unknown yet */
  async require(name: string): Promise<DenseCollection> {
    const collection = await this.collections.requireByName(callerScope(), name);
    if (!isVisible(collection)) throw collectionNotFound(name);
    return collection;
  }

  /** All of them, ordered by name. */
  async list(): Promise<readonly DenseCollection[]> {
    const all = await this.collections.list(callerScope(), { offset: 0, limit: null });
    return all.filter(isVisible).sort((left, right) => Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)));
  }
}

export function isVisible(collection: Collection): collection is DenseCollection {
  return collection.dimension !== null;
}
