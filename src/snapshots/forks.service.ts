import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionsService } from '../collections/collections.service.js';
import { missingCollection } from '../collections/missing-collection.js';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { Slots } from '../postgres/slots.js';
import { inSlot } from '../records/limited-work.service.js';
import { Maintenance } from '../records/maintenance/maintenance.js';
import { requireNameWithinReach } from '../tenants/caller.js';
import { ForkStore } from './fork.store.js';

/** Each holds a connection for as long as its rows are copied, which others need, too. */
const AT_A_TIME = 2;
const MAX_WAITING = 100;
const WAIT_MS = 30_000;

/** Collections made of others, which share nothing with them afterwards. Collections that are gone are `not_found`. */
@Injectable()
export class ForksService {
  private readonly slots = new Slots(AT_A_TIME, MAX_WAITING);

  constructor(
    private readonly collections: CollectionsService,
    private readonly store: ForkStore,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /**
   * A collection of that name in the source's database, with all that the source is at one moment.
   * @throws GatewayError `already_exists`, `forbidden` when the caller's key is not for collections of that name, or `unavailable` when
   * other forks take too long
   */
  async create(source: Collection, name: string): Promise<Collection> {
    requireNameWithinReach(name);
    this.limits.requireName(name);
    const created = await inSlot(this.slots, WAIT_MS, () => this.store.create(source, name));
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
