import { IsBoolean, IsDefined, IsIn, IsOptional, IsString } from 'class-validator';
import type { Json, JsonObject } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import type { BackupScheduleChange, Frequency, NewBackupSchedule } from '../../../snapshots/backup-schedule.js';
import { FREQUENCIES } from '../../../snapshots/backup-schedule.js';
import { MAX_RETENTION_DAYS } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { asInteger, asText, membersOf, objectOf, required } from '../wire/members.js';

/** `POST /indexes/{name}/backups`. */
export class CreateBackupRequest {
  @IsOptional() @IsString() name?: string;
  @IsOptional() @IsString() description?: string;
}

/** `POST /backups/{id}/create-index`. What is absent is as it was when the backup was made. */
export class RestoreBackupRequest {
  @IsString() name!: string;
  @Read(objectOf('tags')) tags?: JsonObject;
  @IsOptional() @IsIn(['enabled', 'disabled']) deletion_protection?: 'enabled' | 'disabled';
  @Read(objectOf('read_capacity')) read_capacity?: JsonObject;
}

/** `POST /indexes/{name}/backup-schedules`. */
export class CreateBackupScheduleRequest {
  @IsString() name!: string;
  @Read(objectOf('schedule')) @IsDefined() schedule!: JsonObject;
  @Read(objectOf('retention')) @IsDefined() retention!: JsonObject;
}

/** `PATCH /backup-schedules/{id}`. What is absent stays. */
export class UpdateBackupScheduleRequest {
  @IsOptional() @IsString() frequency?: string;
  @Read(objectOf('retention')) retention?: JsonObject;
  @IsOptional() @IsBoolean() enabled?: boolean;
}

/** The `schedule` of a new one. */
class SchedulePart {
  type: Json | undefined = undefined;
  frequency: Json | undefined = undefined;
}

class RetentionPart {
  expire_after_days: Json | undefined = undefined;
}

/** @throws PineconeError 400 or 422 */
export function scheduleOf({ name, schedule, retention }: CreateBackupScheduleRequest): NewBackupSchedule {
  const { type, frequency } = membersOf(SchedulePart, schedule);
  const kind = required(type, 'schedule.type', asText);
  if (kind !== 'time-based') throw invalidArgument(`schedule.type: expected 'time-based', got '${kind}'`);
  if (name === '') throw invalidArgument('name must not be empty');
  return {
    name,
    frequency: frequencyOf(required(frequency, 'schedule.frequency', asText)),
    retentionDays: retentionDaysOf(retention),
  };
}

/** @throws PineconeError 400 or 422 */
export function changeOf({ frequency, retention, enabled }: UpdateBackupScheduleRequest): BackupScheduleChange {
  return {
    ...(frequency !== undefined && { frequency: frequencyOf(frequency) }),
    ...(retention !== undefined && { retentionDays: retentionDaysOf(retention) }),
    ...(enabled !== undefined && { enabled }),
  };
}

function frequencyOf(text: string): Frequency {
  const frequency = FREQUENCIES.find((one) => one === text);
  if (frequency === undefined) throw invalidArgument(`frequency: expected one of ${FREQUENCIES.join(', ')}, got '${text}'`);
  return frequency;
}

function retentionDaysOf(retention: JsonObject): number {
  const name = 'retention.expire_after_days';
  const days = required(membersOf(RetentionPart, retention).expire_after_days, name, asInteger);
  if (days >= 1 && days <= MAX_RETENTION_DAYS) return days;
  throw invalidArgument(`${name} must be between 1 and ${String(MAX_RETENTION_DAYS)}`);
}

/** `POST /collections`. */
export class CreateCollectionRequest {
  @IsString() name!: string;
  /** The name of the index that it is made of. */
  @IsString() source!: string;
}
