import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { isForeignKeyViolation, isUniqueViolation } from '../postgres/sqlstate.js';
import type { Collection } from './collection.js';
import { CollectionPortStore } from './collection-port.store.js';
import { CollectionsService } from './collections.service.js';
import { missingCollection, retryIfMissing } from './missing-collection.js';

/** Ports of which a collection may have one. */
export interface PortChoice {
  readonly open: readonly number[];
  readonly assignable: readonly number[];
  /** How long a port stands for nothing after its collection was deleted. */
  readonly restMs: number;
}

/** Ports that stand for one collection each. Every instance opens the same ones, and the catalog says what they mean. */
@Injectable()
export class CollectionPortsService {
  /** Collections' uuids by port. They may be stale: an operation on a collection that is gone notices. */
  private readonly remembered = new Map<number, string>();

  constructor(
    private readonly collections: CollectionsService,
    private readonly store: CollectionPortStore,
  ) {}

  /**
   * Runs an operation on the port's collection, possibly from memory; once more, on what the catalog has now, when that collection is
   * gone.
   * @throws GatewayError `not_found`, also for a port that stands for nothing
   */
  async withPort<T>(port: number, operation: (collection: Collection) => Promise<T>): Promise<T> {
    const attempt = async (): Promise<T> => operation(await this.require(port));
    return retryIfMissing(attempt, () => {
      this.remembered.delete(port);
      return attempt();
    });
  }

  private async require(port: number): Promise<Collection> {
    const uuid = this.remembered.get(port) ?? (await this.store.findCollection(port));
    if (uuid === undefined) throw missingCollection(String(port));
    this.remembered.set(port, uuid);
    try {
      return await this.collections.requireAnywhere(uuid);
    } catch (error) {
      // a request by port is answered with the port: the uuid may be another tenant's
      if (error instanceof GatewayError && error.kind === 'not_found') throw missingCollection(String(port));
      throw error;
    }
  }

  /**
   * The collection's port among those that are open, which the first call assigns, out of `assignable`. Undefined when it has none and
   * all of these are taken or rest, when none can be assigned because the database takes no writes, and when the collection is gone.
   */
  async portOf(collection: Collection, { open, assignable, restMs }: PortChoice): Promise<number | undefined> {
    const port = await this.store.find(collection, open);
    if (port !== undefined || assignable.length === 0) return port;
    for (;;) {
      try {
        return await this.store.assign(collection, assignable, restMs);
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
