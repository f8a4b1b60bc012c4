import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CollectionSweeper } from '../collections/collection-sweeper.js';
import { CollectionsService } from '../collections/collections.service.js';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { Maintenance } from '../records/maintenance/maintenance.js';
import { currentCaller, reachOf, requireNameWithinReach } from '../tenants/caller.js';
import type { Scope } from '../tenants/tenant.js';
import type {
  ListPage,
  NewSnapshot,
  PlacedSnapshot,
  Restoration,
  RestoreJob,
  RestoreTarget,
  Snapshot,
  SnapshotKind,
  SnapshotPage,
} from './snapshot.js';
import { SnapshotStore } from './snapshot.store.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What collections were, and can become again. Unknown snapshots and jobs are `not_found`, taken names `already_exists`. */
@Injectable()
export class SnapshotsService {
  constructor(
    private readonly collections: CollectionsService,
    private readonly store: SnapshotStore,
    private readonly maintenance: Maintenance,
    private readonly sweeper: CollectionSweeper,
    private readonly limits: Limits,
  ) {}

  /**
   * All that the collection is at one moment, written through any protocol; it may be written to meanwhile.
   * @throws GatewayError `forbidden` when the caller's key is not for collections of the name that it is to be found by
   */
  async create(collection: Collection, snapshot: NewSnapshot): Promise<Snapshot> {
    this.limits.requireName(snapshot.name ?? '');
    // a backup is found by its uuid, whatever its name is
    if (snapshot.kind === 'collection') requireNameWithinReach(snapshot.name ?? '');
    const created = await this.store.create(collection, snapshot);
    if (created === 'missing') throw missing('collection', collection.name);
    if (created === 'taken') throw new GatewayError({ kind: 'already_exists', subject: 'snapshot', name: snapshot.name ?? '' });
    const taken = await this.require(collection, created.uuid);
    this.maintenance.note({ ...collection, ...created.rows }, taken.recordCount);
    return taken;
  }

  async require(scope: Scope, uuid: string): Promise<Snapshot> {
    const snapshot = UUID.test(uuid) ? await this.store.find(reachOf(scope), uuid) : undefined;
    if (snapshot === undefined) throw missing('snapshot', uuid);
    return snapshot;
  }

  /** In whatever database within the caller's reach it is. */
  async requirePlaced(kind: SnapshotKind, uuid: string): Promise<PlacedSnapshot> {
    const placed = UUID.test(uuid) ? await this.store.findPlaced(currentCaller(), kind, uuid) : undefined;
    if (placed === undefined) throw missing('snapshot', uuid);
    return placed;
  }

  async requireByName(scope: Scope, kind: SnapshotKind, name: string): Promise<Snapshot> {
    const snapshot = await this.store.findByName(reachOf(scope), kind, name);
    if (snapshot === undefined) throw missing('snapshot', name);
    return snapshot;
  }

  /** The newest first. */
  async list(scope: Scope, page: SnapshotPage): Promise<readonly Snapshot[]> {
    return this.store.list(reachOf(scope), page);
  }

  /** A restore of it that is under way is finished first. */
  async delete(snapshot: Snapshot): Promise<void> {
    if (!(await this.store.delete(snapshot))) throw missing('snapshot', snapshot.uuid);
    this.sweeper.wake();
  }

  /** A collection of its own, with the snapshot's records, which others see all at once. */
  async restore(scope: Scope, snapshot: Snapshot, target: RestoreTarget): Promise<Restoration> {
    requireNameWithinReach(target.name);
    this.limits.requireName(target.name);
    const restored = await this.store.restore(snapshot, target);
    if (restored === 'missing') throw missing('snapshot', snapshot.uuid);
    if (restored === 'taken') throw new GatewayError({ kind: 'already_exists', subject: 'collection', name: target.name });
    const collection = await this.collections.requireCurrent(scope, restored.collectionUuid);
    this.maintenance.note(collection, snapshot.recordCount);
    return { collection, jobUuid: restored.jobUuid };
  }

  async requireJob(scope: Scope, uuid: string): Promise<RestoreJob> {
    const job = UUID.test(uuid) ? await this.store.findJob(reachOf(scope), uuid) : undefined;
    if (job === undefined) throw missing('restore_job', uuid);
    return job;
  }

  /** Restores of snapshots of the kind, the newest first. */
  async jobs(scope: Scope, page: ListPage): Promise<readonly RestoreJob[]> {
    return this.store.listJobs(reachOf(scope), page);
  }
}

function missing(subject: 'collection' | 'snapshot' | 'restore_job', name: string): GatewayError {
  return new GatewayError({ kind: 'not_found', subject, name });
}
