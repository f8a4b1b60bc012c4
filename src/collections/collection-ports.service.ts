import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { isUniqueViolation } from '../postgres/sqlstate.js';
import type { Collection } from './collection.js';
import { CollectionPortStore } from './collection-port.store.js';
import { CollectionsService } from './collections.service.js';

/** Ports that stand for one collection each. Every instance opens the same ones, and the catalog says what they mean. */
@Injectable()
export class CollectionPortsService {
  /** Collections' uuids by port. A collection that is gone is noticed when it is used: then `forget` the port. */
  private readonly remembered = new Map<number, string>();

  constructor(
    private readonly collections: CollectionsService,
    private readonly store: CollectionPortStore,
  ) {}

  /**
   * The port's collection, possibly from memory.
   * @throws GatewayError `not_found` for a port that stands for nothing
   */
  async require(port: number): Promise<Collection> {
    const uuid = this.remembered.get(port) ?? (await this.store.findCollection(port));
    if (uuid === undefined) throw new GatewayError({ kind: 'not_found', subject: 'collection', name: String(port) });
    this.remembered.set(port, uuid);
    return this.collections.requireAnywhere(uuid);
  }

  /** The port may stand for something else by now. */
  forget(port: number): void {
    this.remembered.delete(port);
  }

  /** The collection's port, which is assigned when it is asked for first; undefined when all of `open` are taken. */
  async portOf(collection: Collection, open: readonly number[]): Promise<number | undefined> {
    for (;;) {
      try {
        return await this.store.assign(collection, open);
      } catch (error) {
        // another instance has just assigned the same one
        if (!isUniqueViolation(error)) throw error;
      }
    }
  }
}
