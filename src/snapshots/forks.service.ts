import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionsService } from '../collections/collections.service.js';
import { missingCollection } from '../collections/missing-collection.js';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { Maintenance } from '../records/maintenance/maintenance.js';
import { requireNameWithinReach } from '../tenants/caller.js';
import { ForkStore } from './fork.store.js';

/** Collections made of others, which share nothing with them afterwards. Collections that are gone are `not_found`. */
@Injectable()
export class ForksService {
  constructor(
    private readonly collections: CollectionsService,
    private readonly store: ForkStore,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /**
   * A collection of that name in the source's database, with all that the source is at one moment.
   * @throws GatewayError `already_exists`, or `forbidden` when the caller's key is not for collections of that name
   */
  async create(source: Collection, name: string): Promise<Collection> {
    requireNameWithinReach(name);
    this.limits.requireName(name);
    const created = await this.store.create(source, name);
    if (created === 'missing') throw missingCollection(source.uuid);
    if (created === 'taken') throw new GatewayError({ kind: 'already_exists', subject: 'collection', name });
    const collection = await this.collections.requireCurrent(source, created.uuid);
    this.maintenance.note(collection, created.records);
    return collection;
  }

  /** How many forks were ever made of the collection, of what it was forked from, and of their forks: the same for all of them. */
  async count(collection: Collection): Promise<number> {
    const count = await this.store.count(collection);
    if (count === undefined) throw missingCollection(collection.uuid);
    return count;
  }
}
