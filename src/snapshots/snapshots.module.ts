import { Module } from '@nestjs/common';
import { CollectionsModule } from '../collections/collections.module.js';
import { UpkeepStore } from '../records/upkeep.store.js';
import { Upkeep } from '../records/upkeep.js';
import { SnapshotStore } from './snapshot.store.js';
import { SnapshotsService } from './snapshots.service.js';

@Module({
  imports: [CollectionsModule],
  providers: [SnapshotStore, UpkeepStore, Upkeep, SnapshotsService],
  exports: [SnapshotsService],
})
export class SnapshotsModule {}
