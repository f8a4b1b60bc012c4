import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { missingCollection } from '../collections/missing-collection.js';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { reachOf } from '../tenants/caller.js';
import type { Scope } from '../tenants/tenant.js';
import type { BackupRun, BackupSchedule, BackupScheduleChange, NewBackupSchedule } from './backup-schedule.js';
import { BackupScheduleStore, type SchedulePage } from './backup-schedule.store.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Schedules of backups. `BackupRunner` carries them out. Unknown ones are `not_found`; a second one of a collection that is to be enabled
 * is `already_exists`.
 */
@Injectable()
export class BackupSchedulesService {
  constructor(
    private readonly store: BackupScheduleStore,
    private readonly limits: Limits,
  ) {}

  async create(collection: Collection, schedule: NewBackupSchedule): Promise<BackupSchedule> {
    this.limits.requireName(schedule.name);
    const created = await this.store.create(collection, schedule);
    if (created === 'missing') throw missingCollection(collection.uuid);
    if (created === 'taken') throw taken(schedule.name);
    return this.require(collection, created.uuid);
  }

  async require(scope: Scope, uuid: string): Promise<BackupSchedule> {
    const schedule = UUID.test(uuid) ? await this.store.find(reachOf(scope), uuid) : undefined;
    if (schedule === undefined) throw missing(uuid);
    return schedule;
  }

  /** Those of the collection, the newest first. */
  async list(collection: Collection, page: SchedulePage): Promise<readonly BackupSchedule[]> {
    return this.store.list(collection, page);
  }

  async update(scope: Scope, uuid: string, change: BackupScheduleChange): Promise<BackupSchedule> {
    const { name } = await this.require(scope, uuid);
    const updated = await this.store.update(uuid, change);
    if (updated === 'missing') throw missing(uuid);
    if (updated === 'taken') throw taken(name);
    return this.require(scope, uuid);
  }

  /** Its backups stay, for good. */
  async delete(scope: Scope, uuid: string): Promise<void> {
    await this.require(scope, uuid);
    if (!(await this.store.delete(uuid))) throw missing(uuid);
  }

  /** What it has done, and the run to come; the newest first. */
  async runs(schedule: BackupSchedule, page: SchedulePage): Promise<readonly BackupRun[]> {
    return this.store.runs(schedule.uuid, page);
  }
}

function missing(uuid: string): GatewayError {
  return new GatewayError({ kind: 'not_found', subject: 'backup_schedule', name: uuid });
}

function taken(name: string): GatewayError {
  return new GatewayError({ kind: 'already_exists', subject: 'backup_schedule', name });
}
