import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CollectionSweeper } from '../../collections/collection-sweeper.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { hasOwnPlace } from '../../collections/place-tables.store.js';
import { CONFIG, type Config } from '../../config/config.js';
import { GatewayError } from '../../errors.js';
import { Database } from '../../postgres/database.js';
import { NamespacePlaceStore } from './namespace-place.store.js';
import { PlaceStore } from './place.store.js';
import { PlaceCountsStore } from './place-counts.store.js';
import { PromotionStore } from './promotion.store.js';
import { PromotionInSteps } from './promotion-in-steps.js';

/** Gives collections, and large namespaces of theirs, tables and places of their own, and counts what lies there. */
@Injectable()
export class PlaceMaintenance {
  private readonly logger = new Logger(PlaceMaintenance.name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CurrentCollections,
    private readonly sweeper: CollectionSweeper,
    private readonly database: Database,
    private readonly promotions: PromotionStore,
    private readonly inSteps: PromotionInSteps,
    private readonly places: PlaceStore,
    private readonly namespacePlaces: NamespacePlaceStore,
    private readonly counts: PlaceCountsStore,
  ) {}

  /** Ends what is under way with its next step. */
  stop(): void {
    this.inSteps.stop();
  }

  /** Removes what an earlier process has not finished. */
  async tidy(): Promise<void> {
    if (!this.database.traits.concurrentIndexes) await this.inSteps.discardDrafts();
  }

  /** Logs what keeps collections from getting places, or places from nodes of a cluster. */
  async check(): Promise<void> {
    const grant = await this.places.missingGrant().catch(() => undefined);
    if (grant !== undefined) this.logger.warn(`large collections share one schema, as the role may create none: ${grant}`);
    try {
      for (const problem of await this.places.nodeProblems()) this.logger.warn(problem);
    } catch (error) {
      // an unavailable database is logged by `FaultLog`
      if (error instanceof GatewayError && error.kind === 'unavailable') return;
      this.logger.warn(`the nodes of the cluster were not checked: ${String(error)}`);
    }
  }

  /** A collection that has outgrown the pool gets tables of its own. */
  async promote(collection: Collection): Promise<void> {
    const start = performance.now();
    const { concurrentIndexes } = this.database.traits;
    if (!(await (concurrentIndexes ? this.promotions : this.inSteps).promote(collection))) return;
    this.moved(collection);
    this.logger.log(`collection ${collection.name} has tables of its own now (${secondsSince(start)} s)`);
  }

  /** Tables that an older version has made, or that were made while no place could be, get their place. */
  async settle(collection: Collection): Promise<boolean> {
    if (!(await this.places.settle(collection))) return false;
    this.moved(collection);
    this.logger.log(`collection ${collection.name} has a schema of its own now`);
    return true;
  }

  /** A namespace that is large itself gets a place, if that is wanted: the child that holds it then. */
  async spread(collection: Collection): Promise<Collection | undefined> {
    const floats = this.config.namespacePlaceFloats;
    if (floats === 0 || collection.parent !== null || !hasOwnPlace(collection)) return undefined;
    const start = performance.now();
    const namespace = await this.namespacePlaces.due(collection, floats);
    const child = namespace === undefined ? undefined : await this.namespacePlaces.moveOut(collection, namespace);
    if (child === undefined) {
      if (collection.moving) await this.namespacePlaces.rest(collection);
      return undefined;
    }
    this.moved(collection);
    const what = `the namespace ${JSON.stringify(namespace)} of ${collection.name}`;
    this.logger.log(`${what} has a schema of its own now (${secondsSince(start)} s)`);
    return child;
  }

  /** Notes how much the collection's place holds, for lists. */
  async count(collection: Collection): Promise<void> {
    if (hasOwnPlace(collection)) await this.counts.note(collection);
  }

  private moved(collection: Collection): void {
    this.collections.forget(collection);
    this.sweeper.wake();
  }
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}
