import type { ListPosition, Snapshot } from './snapshot.js';

export const FREQUENCIES = ['daily', 'weekly', 'monthly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** Backups of a collection that the gateway takes by itself. */
export interface BackupSchedule {
  readonly uuid: string;
  /** The collection it is of. */
  readonly source: {
    readonly uuid: string;
    readonly name: string;
    /** What protocols remember of it: a JSON object's text, a key per protocol. */
    readonly settings: string;
  };
  readonly name: string;
  readonly frequency: Frequency;
  /** A backup is removed so long after it was taken. */
  readonly retentionDays: number;
  readonly createdAt: Date;
  /** Null while it is disabled. */
  readonly next: PlannedRun | null;
  /** Its place among others. */
  readonly position: ListPosition;
}

/** A run that is still to come. */
export interface PlannedRun {
  /** The backup's, when there is one. */
  readonly uuid: string;
  readonly dueAt: Date;
  readonly plannedAt: Date;
}

/** What a new schedule is. It begins enabled. */
export type NewBackupSchedule = Pick<BackupSchedule, 'name' | 'frequency' | 'retentionDays'>;

/** What becomes different; what is absent stays. */
export interface BackupScheduleChange {
  readonly frequency?: Frequency | undefined;
  readonly retentionDays?: number | undefined;
  readonly enabled?: boolean | undefined;
}

/** A run of a schedule: one to come, one that has made a backup, or one that has failed. */
export interface BackupRun {
  /** The backup's, when there is one. */
  readonly uuid: string;
  readonly status: 'planned' | 'ready' | 'failed';
  readonly dueAt: Date;
  readonly createdAt: Date;
  /** Null unless it is ready. */
  readonly snapshot: Snapshot | null;
  readonly position: ListPosition;
}

/** A run that is due. */
export interface DueRun {
  readonly uuid: string;
  readonly scheduleUuid: string;
  readonly collectionUuid: string;
  /** Of its backup. */
  readonly name: string;
  /** When, in microseconds since 1970, as text. */
  readonly dueMicros: string;
  /** How often it was begun before. */
  readonly attempts: number;
}
