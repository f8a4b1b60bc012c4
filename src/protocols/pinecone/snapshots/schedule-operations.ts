import { Injectable } from '@nestjs/common';
import type { BackupRun, BackupSchedule } from '../../../snapshots/backup-schedule.js';
import { BackupSchedulesService } from '../../../snapshots/backup-schedules.service.js';
import { callerScope } from '../../../tenants/caller.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { definitionOf } from '../indexes/index-definition.js';
import { invalidArgument } from '../pinecone-error.js';
import { IndexTargets } from '../targets.js';
import { type Page, readPage, type RequestedPage } from '../wire/page-token.js';
import { changeOf, type CreateBackupScheduleRequest, scheduleOf, type UpdateBackupScheduleRequest } from './requests.js';

/** Schedules of an index' backups. */
@Injectable()
export class ScheduleOperations {
  constructor(
    private readonly targets: IndexTargets,
    private readonly schedules: BackupSchedulesService,
    private readonly tenants: TenantsService,
  ) {}

  /** What the service calls the caller's project. */
  async projectId(): Promise<string> {
    return (await this.tenants.require(callerScope().tenant)).shortId;
  }

  async create(index: string, request: CreateBackupScheduleRequest): Promise<BackupSchedule> {
    const schedule = scheduleOf(request);
    return this.targets.run({ kind: 'name', name: index }, (collection) => {
      if (definitionOf(collection).spec.kind === 'pod')
        throw invalidArgument('Backup schedules are for serverless indexes: a pod index cannot have one');
      return this.schedules.create(collection, schedule);
    });
  }

  async list(index: string, page: RequestedPage): Promise<Page<BackupSchedule>> {
    return this.targets.run({ kind: 'name', name: index }, (collection) =>
      readPage(page, ['backup-schedules', collection.uuid], (wanted) => this.schedules.list(collection, wanted)),
    );
  }

  async describe(id: string): Promise<BackupSchedule> {
    return this.schedules.require(callerScope(), id);
  }

  async update(id: string, request: UpdateBackupScheduleRequest): Promise<BackupSchedule> {
    return this.schedules.update(callerScope(), id, changeOf(request));
  }

  async delete(id: string): Promise<void> {
    await this.schedules.delete(callerScope(), id);
  }

  async history(schedule: BackupSchedule, page: RequestedPage): Promise<Page<BackupRun>> {
    return readPage(page, ['backup-runs', schedule.uuid], (wanted) => this.schedules.runs(schedule, wanted));
  }
}
