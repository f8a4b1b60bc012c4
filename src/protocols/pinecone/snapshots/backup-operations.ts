import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../config/config.js';
import type { RestoreJob, Snapshot, SnapshotPage } from '../../../snapshots/snapshot.js';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import { callerScope } from '../../../tenants/caller.js';
import { findNamed } from '../errors.js';
import { IndexTargets } from '../targets.js';
import { type Page, readPage, type RequestedPage } from '../wire/page-token.js';
import type { CreateBackupRequest, RestoreBackupRequest } from './requests.js';
import { restoreTarget } from './restore-target.js';

const KIND = 'backup';

/** A job that makes an index of a backup, and the index. */
export interface Restore {
  readonly jobUuid: string;
  readonly indexUuid: string;
}

/** Backups of indexes, and indexes out of backups. Both are complete when the answer is sent. */
@Injectable()
export class BackupOperations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: IndexTargets,
    private readonly snapshots: SnapshotsService,
  ) {}

  async create(index: string, { name, description }: CreateBackupRequest): Promise<Snapshot> {
    return this.targets.run({ kind: 'name', name: index }, (collection) =>
      this.snapshots.create(collection, { kind: KIND, name: name ?? null, description: description ?? null }),
    );
  }

  async list(page: RequestedPage): Promise<Page<Snapshot>> {
    return this.page(page, ['all'], undefined);
  }

  /** Those of the index that has the name; with `includeDeleted`, those of every index that ever had it. */
  async listOfIndex(index: string, page: RequestedPage, includeDeleted: boolean): Promise<Page<Snapshot>> {
    if (!includeDeleted) {
      const uuid = await this.uuidOf(index);
      return this.page(page, ['index', uuid], { uuid });
    }
    const found = await this.page(page, ['name', index], { name: index });
    // an empty list is an answer as long as there is such an index
    if (found.items.length === 0) await this.uuidOf(index);
    return found;
  }

  async describe(id: string): Promise<Snapshot> {
    return findNamed('Backup', id, this.snapshots.require(callerScope(), id));
  }

  async delete(id: string): Promise<void> {
    const backup = await this.describe(id);
    await findNamed('Backup', id, this.snapshots.delete(backup));
  }

  async restore(id: string, request: RestoreBackupRequest): Promise<Restore> {
    const backup = await this.describe(id);
    const target = restoreTarget(backup, request);
    const { jobUuid, collection } = await findNamed('Backup', id, this.snapshots.restore(callerScope(), backup, target));
    return { jobUuid, indexUuid: collection.uuid };
  }

  async listJobs(page: RequestedPage): Promise<Page<RestoreJob>> {
    const jobs = await readPage(page, ['restore-jobs'], (wanted) =>
      this.snapshots.jobs(callerScope(), { kind: KIND, ...wanted }),
    );
    return { ...jobs, items: jobs.items.map((job) => this.shown(job)) };
  }

  async describeJob(id: string): Promise<RestoreJob> {
    return this.shown(await this.snapshots.requireJob(callerScope(), id));
  }

  /** A job as it is told: for a while as one that has not begun, where that is set. */
  private shown(job: RestoreJob): RestoreJob {
    const age = Date.now() - job.createdAt.getTime();
    return age < this.config.pineconeRestorePendingMs ? { ...job, status: 'pending', completedAt: null } : job;
  }

  private async page(page: RequestedPage, list: readonly string[], source: SnapshotPage['source']): Promise<Page<Snapshot>> {
    return readPage(page, ['backups', ...list], (wanted) =>
      this.snapshots.list(callerScope(), { kind: KIND, source, ...wanted }),
    );
  }

  private async uuidOf(index: string): Promise<string> {
    return this.targets.run({ kind: 'name', name: index }, ({ uuid }) => Promise.resolve(uuid));
  }
}
