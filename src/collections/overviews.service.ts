import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { currentCaller } from '../tenants/caller.js';
import { requireNameWithinReach } from '../tenants/caller.js';
import { AliasStore } from './alias.store.js';
import type { Collection } from './collection.js';
import { CollectionMemory } from './collection-memory.js';
import { missingCollection } from './missing-collection.js';
import type { CollectionOverview, OverviewPage } from './overview.js';
import { OverviewStore } from './overview.store.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Collections in every tenant that the caller reaches, as whoever looks after them sees them. */
@Injectable()
export class OverviewsService {
  constructor(
    private readonly store: OverviewStore,
    private readonly aliases: AliasStore,
    private readonly memory: CollectionMemory,
    private readonly limits: Limits,
  ) {}

  /** Ordered by uuid. */
  async list(page: OverviewPage): Promise<readonly CollectionOverview[]> {
    return this.store.list(currentCaller(), page);
  }

  /** As the catalog has it now. @throws GatewayError `not_found` */
  async require(uuid: string): Promise<CollectionOverview> {
    const found = UUID.test(uuid) ? await this.store.find(currentCaller(), uuid) : undefined;
    if (found === undefined) throw missingCollection(uuid);
    this.memory.keep(found.collection);
    return found;
  }

  /** Gives the collection another name besides. @throws GatewayError `already_exists`, `forbidden` for a name beyond the key's */
  async addAlias(collection: Collection, name: string): Promise<void> {
    requireNameWithinReach(name);
    this.limits.requireName(name);
    const outcome = await this.aliases.add(collection, name);
    if (outcome === 'missing') throw missingCollection(collection.name);
    if (outcome === 'taken') throw new GatewayError({ kind: 'already_exists', subject: 'collection', name });
  }

  /** @throws GatewayError `not_found` when it is no alias of the collection's, `forbidden` for a name beyond the key's */
  async removeAlias(collection: Collection, name: string): Promise<void> {
    requireNameWithinReach(name);
    if (!(await this.aliases.remove(collection, name))) throw missingCollection(name);
  }
}
