import { Module } from '@nestjs/common';
import { CollectionsModule } from '../collections/collections.module.js';
import { NamespaceStore } from './namespace.store.js';
import { NamespacesService } from './namespaces.service.js';
import { RecordPatchesService } from './record-patches.service.js';
import { RecordPatchStore } from './record-patch.store.js';
import { RecordPageStore } from './record-page.store.js';
import { RecordRankStore } from './record-rank.store.js';
import { RecordSearchStore } from './record-search.store.js';
import { RecordSizeStore } from './record-size.store.js';
import { RecordStore } from './record.store.js';
import { RecordTextStore } from './record-text.store.js';
import { RecordTextsService } from './record-texts.service.js';
import { RecordWriteStore } from './record-write.store.js';
import { RecordTransfersService } from './record-transfers.service.js';
import { RecordsService } from './records.service.js';
import { Upkeep } from './upkeep.js';
import { UpkeepStore } from './upkeep.store.js';

@Module({
  imports: [CollectionsModule],
  providers: [
    RecordStore,
    RecordWriteStore,
    RecordSearchStore,
    RecordPageStore,
    RecordRankStore,
    RecordPatchStore,
    RecordSizeStore,
    RecordTextStore,
    RecordPatchesService,
    RecordTextsService,
    RecordTransfersService,
    NamespaceStore,
    UpkeepStore,
    Upkeep,
    RecordsService,
    NamespacesService,
  ],
  exports: [RecordsService, RecordPatchesService, RecordTextsService, RecordTransfersService, NamespacesService, Upkeep],
})
export class RecordsModule {}
