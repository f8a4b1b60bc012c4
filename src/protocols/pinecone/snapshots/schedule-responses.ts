import type { BackupRun, BackupSchedule } from '../../../snapshots/backup-schedule.js';
import { definitionOf } from '../indexes/index-definition.js';
import type { ApiVersion } from '../wire/api-version.js';
import type { Page } from '../wire/page-token.js';
import { backupOf, placeOf } from './responses.js';

/** Backup schedules and their history, as JSON text. */

export function toScheduleResponse(schedule: BackupSchedule, projectId: string): string {
  return JSON.stringify(scheduleOf(schedule, projectId));
}

export function toSchedulesResponse({ items, next }: Page<BackupSchedule>, projectId: string): string {
  return JSON.stringify({ data: items.map((schedule) => scheduleOf(schedule, projectId)), pagination: paginationOf(next) });
}

export function toHistoryResponse({ items, next }: Page<BackupRun>, schedule: BackupSchedule, version: ApiVersion): string {
  return JSON.stringify({ data: items.map((run) => runOf(run, schedule, version)), pagination: paginationOf(next) });
}

function scheduleOf(schedule: BackupSchedule, projectId: string): object {
  return {
    schedule_id: schedule.uuid,
    name: schedule.name,
    index_id: schedule.source.uuid,
    project_id: projectId,
    schedule_type: 'time-based',
    frequency: schedule.frequency,
    retention_expire_after_days: schedule.retentionDays,
    enabled: schedule.next !== null,
    next_scheduled_run: schedule.next?.dueAt.toISOString() ?? null,
    created_at: schedule.createdAt.toISOString(),
  };
}

/** A backup, or what is known of one that is not there. */
function runOf({ uuid, status, snapshot, dueAt, createdAt }: BackupRun, schedule: BackupSchedule, version: ApiVersion): object {
  if (snapshot !== null) return backupOf(snapshot, version);
  return {
    backup_id: uuid,
    source_index_name: schedule.source.name,
    source_index_id: schedule.source.uuid,
    status: status === 'planned' ? 'Initializing' : 'InitializationFailed',
    ...placeOf(definitionOf(schedule.source).spec),
    name: `${schedule.name}-${dueAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`,
    ...(status === 'failed' && { description: "The backup could not be taken: the gateway's log says why" }),
    tags: null,
    created_at: createdAt.toISOString(),
  };
}

function paginationOf(next: string | undefined): object | null {
  return next === undefined ? null : { next };
}
