import { Module } from '@nestjs/common';
import { CollectionsModule } from '../collections/collections.module.js';
import { RecordSearchStore } from './record-search.store.js';
import { RecordStore } from './record.store.js';
import { RecordWriteStore } from './record-write.store.js';
import { RecordsService } from './records.service.js';
import { Upkeep } from './upkeep.js';
import { UpkeepStore } from './upkeep.store.js';

@Module({
  imports: [CollectionsModule],
  providers: [RecordStore, RecordWriteStore, RecordSearchStore, UpkeepStore, Upkeep, RecordsService],
  exports: [RecordsService],
})
export class RecordsModule {}
