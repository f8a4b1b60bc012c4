import { Module } from '@nestjs/common';
import { CollectionsModule } from '../collections/collections.module.js';
import { RecordsModule } from '../records/records.module.js';
import { BackupRunner } from './backup-runner.js';
import { BackupScheduleStore } from './backup-schedule.store.js';
import { BackupSchedulesService } from './backup-schedules.service.js';
import { ForkStore } from './fork.store.js';
import { ForksService } from './forks.service.js';
import { SnapshotStore } from './snapshot.store.js';
import { SnapshotsService } from './snapshots.service.js';

@Module({
  imports: [CollectionsModule, RecordsModule],
  providers: [
    SnapshotStore,
    SnapshotsService,
    ForkStore,
    ForksService,
    BackupScheduleStore,
    BackupSchedulesService,
    BackupRunner,
  ],
  exports: [SnapshotsService, ForksService, BackupSchedulesService],
})
export class SnapshotsModule {}
