import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { isForeignKeyViolation, isUniqueViolation } from '../postgres/sqlstate.js';
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
    if (uuid === undefined) throw missing(port);
    this.remembered.set(port, uuid);
    try {
      return await this.collections.requireAnywhere(uuid);
    } catch (error) {
      // whoever asked by port is told the port: the uuid may be another tenant's
      if (error instanceof GatewayError && error.kind === 'not_found') throw missing(port);
      throw error;
    }
  }

  /** The port may stand for something else by now. */
  forget(port: number): void {
    this.remembered.delete(port);
  }

  /**
   * The collection's port, which is assigned when it is asked for first; undefined when all of `open` are taken, or none can be assigned
   * as the database takes no writes, or the collection is gone.
   */
  async portOf(collection: Collection, open: readonly number[]): Promise<number | undefined> {
    const port = await this.store.find(collection, open);
    if (port !== undefined) return port;
    for (;;) {
      try {
        return await this.store.assign(collection, open);
      } catch (error) {
        if (refusesWrites(error) || isForeignKeyViolation(error)) return undefined;
        // another instance has just assigned the same one
        if (!isUniqueViolation(error)) throw error;
      }
    }
  }
}

function refusesWrites(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.detail.kind !== 'unavailable') return false;
  return error.detail.subject === 'read_only' || error.detail.subject === 'storage';
}

function missing(port: number): GatewayError {
  return new GatewayError({ kind: 'not_found', subject: 'collection', name: String(port) });
}
