import { Module } from '@nestjs/common';
import { CollectionsModule } from '../collections/collections.module.js';
import { DocumentIndexStore } from './upkeep/document-index.store.js';
import { FieldIndexKeeper } from './upkeep/field-index-keeper.js';
import { HotKeys } from './upkeep/hot-keys.js';
import { IndexBuilder } from './upkeep/index-builder.js';
import { IndexMetricsStore } from './upkeep/index-metrics.store.js';
import { IndexesService } from './upkeep/indexes.service.js';
import { LeaseStore } from './upkeep/lease.store.js';
import { MetadataIndexStore } from './upkeep/metadata-index.store.js';
import { LaggingReads } from './lagging-reads.service.js';
import { NamespaceStore } from './namespace.store.js';
import { NamespacesService } from './namespaces.service.js';
import { PromotionStore } from './upkeep/promotion.store.js';
import { RecordEstimateStore } from './search/record-estimate.store.js';
import { RecordPatchesService } from './record-patches.service.js';
import { RecordPatchStore } from './record-patch.store.js';
import { RecordPageStore } from './record-page.store.js';
import { RecordRankStore } from './search/record-rank.store.js';
import { RecordSearchStore } from './search/record-search.store.js';
import { RecordSizeStore } from './record-size.store.js';
import { RecordSizesService } from './record-sizes.service.js';
import { RecordStore } from './record.store.js';
import { RecordTextStore } from './record-text.store.js';
import { RecordTextsService } from './record-texts.service.js';
import { RecordWriteStore } from './record-write.store.js';
import { RecordTransfersService } from './record-transfers.service.js';
import { RecordsService } from './records.service.js';
import { SearchPlanner } from './search/search-planner.js';
import { StorageKeeper } from './upkeep/storage-keeper.js';
import { Upkeep } from './upkeep/upkeep.js';
import { UpkeepStore } from './upkeep/upkeep.store.js';
import { VectorIndexStore } from './upkeep/vector-index.store.js';

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
    RecordEstimateStore,
    SearchPlanner,
    LeaseStore,
    PromotionStore,
    VectorIndexStore,
    IndexBuilder,
    HotKeys,
    MetadataIndexStore,
    DocumentIndexStore,
    FieldIndexKeeper,
    IndexMetricsStore,
    IndexesService,
    StorageKeeper,
    UpkeepStore,
    Upkeep,
    RecordSizesService,
    RecordsService,
    NamespacesService,
    LaggingReads,
  ],
  exports: [
    RecordsService,
    RecordSizesService,
    RecordPatchesService,
    RecordTextsService,
    RecordTransfersService,
    NamespacesService,
    LaggingReads,
    IndexesService,
    Upkeep,
  ],
})
export class RecordsModule {}
