import { Module } from '@nestjs/common';
import { CollectionsModule } from '../collections/collections.module.js';
import { EngineDescription } from './engine-description.js';
import { LimitedWork } from './limited-work.service.js';
import { DocumentIndexStore } from './maintenance/document-index.store.js';
import { DraftPlaceStore } from './maintenance/draft-place.store.js';
import { FieldIndexMaintenance } from './maintenance/field-index-maintenance.js';
import { HotKeys } from './maintenance/hot-keys.js';
import { IndexBuilder } from './maintenance/index-builder.js';
import { IndexChooser } from './maintenance/index-chooser.js';
import { IndexGrower } from './maintenance/index-grower.js';
import { IndexGrowthStore } from './maintenance/index-growth.store.js';
import { IndexMetricsStore } from './maintenance/index-metrics.store.js';
import { IndexesService } from './maintenance/indexes.service.js';
import { LateIndexStore } from './maintenance/late-index.store.js';
import { LeaseStore } from './maintenance/lease.store.js';
import { LeasesService } from './maintenance/leases.service.js';
import { Maintenance } from './maintenance/maintenance.js';
import { MetadataIndexStore } from './maintenance/metadata-index.store.js';
import { NamespacePlaceStore } from './maintenance/namespace-place.store.js';
import { PlaceStore } from './maintenance/place.store.js';
import { PlaceCountsStore } from './maintenance/place-counts.store.js';
import { PlaceMaintenance } from './maintenance/place-maintenance.js';
import { PlacesService } from './maintenance/places.service.js';
import { PromotionStore } from './maintenance/promotion.store.js';
import { PromotionInSteps } from './maintenance/promotion-in-steps.js';
import { RangedKeysStore } from './maintenance/ranged-keys.store.js';
import { RecallMeasurements } from './maintenance/recall-measurement.js';
import { SparseKeyIndexStore } from './maintenance/sparse-key-index.store.js';
import { SparseKeyMaintenance } from './maintenance/sparse-key-maintenance.js';
import { StatisticsStore } from './maintenance/statistics.store.js';
import { StorageMaintenance } from './maintenance/storage-maintenance.js';
import { VectorIndexStore } from './maintenance/vector-index.store.js';
import { NamespaceStore } from './namespace.store.js';
import { NamespacesService } from './namespaces.service.js';
import { RecordStore } from './record.store.js';
import { RecordPageStore } from './record-page.store.js';
import { RecordPatchStore } from './record-patch.store.js';
import { RecordPatchesService } from './record-patches.service.js';
import { RecordReads } from './record-reads.service.js';
import { RecordSampleStore } from './record-sample.store.js';
import { RecordSamples } from './record-samples.service.js';
import { RecordSearches } from './record-searches.service.js';
import { RecordSizeStore } from './record-size.store.js';
import { RecordSizesService } from './record-sizes.service.js';
import { RecordSnapshots } from './record-snapshots.service.js';
import { RecordTransfersService } from './record-transfers.service.js';
import { RecordWriteStore } from './record-write.store.js';
import { RecordWrites } from './record-writes.service.js';
import { ReplicaReads } from './replica-reads.service.js';
import { RecallStore } from './search/recall.store.js';
import { RecentQueries } from './search/recent-queries.js';
import { RecordEstimateStore } from './search/record-estimate.store.js';
import { RecordRankStore } from './search/record-rank.store.js';
import { RecordSearchStore } from './search/record-search.store.js';
import { SearchPlanner } from './search/search-planner.js';
import { SparseKeyStore } from './search/sparse-key.store.js';
import { SearchTimes } from './search-times.service.js';
import { ShownStatements } from './shown-statements.service.js';
import { RecordTextsService } from './words/record-texts.service.js';
import { WordIndexStore } from './words/word-index.store.js';
import { WordIndexes } from './words/word-indexes.js';
import { WordSearchStore } from './words/word-search.store.js';

@Module({
  imports: [CollectionsModule],
  providers: [
    RecordStore,
    RecordWriteStore,
    RecordSearchStore,
    SparseKeyStore,
    RecordPageStore,
    RecordRankStore,
    RecordPatchStore,
    RecordSizeStore,
    WordSearchStore,
    WordIndexStore,
    WordIndexes,
    RecordPatchesService,
    RecordTextsService,
    RecordTransfersService,
    NamespaceStore,
    RecordEstimateStore,
    SearchPlanner,
    LeaseStore,
    LeasesService,
    PlaceStore,
    NamespacePlaceStore,
    PlaceCountsStore,
    PlaceMaintenance,
    PlacesService,
    DraftPlaceStore,
    PromotionStore,
    PromotionInSteps,
    VectorIndexStore,
    IndexBuilder,
    IndexChooser,
    IndexGrower,
    IndexGrowthStore,
    HotKeys,
    MetadataIndexStore,
    DocumentIndexStore,
    LateIndexStore,
    RangedKeysStore,
    FieldIndexMaintenance,
    IndexMetricsStore,
    IndexesService,
    RecallStore,
    { provide: RecentQueries, useFactory: () => new RecentQueries() },
    RecallMeasurements,
    StorageMaintenance,
    SparseKeyIndexStore,
    SparseKeyMaintenance,
    StatisticsStore,
    Maintenance,
    RecordSizesService,
    RecordReads,
    RecordSnapshots,
    RecordWrites,
    RecordSearches,
    NamespacesService,
    ReplicaReads,
    SearchTimes,
    LimitedWork,
    EngineDescription,
    RecordSampleStore,
    RecordSamples,
    ShownStatements,
  ],
  exports: [
    RecordSamples,
    ShownStatements,
    LimitedWork,
    EngineDescription,
    RecordReads,
    RecordSnapshots,
    RecordWrites,
    RecordSearches,
    RecordSizesService,
    RecordPatchesService,
    RecordTextsService,
    RecordTransfersService,
    NamespacesService,
    ReplicaReads,
    SearchTimes,
    IndexesService,
    PlacesService,
    LeasesService,
    Maintenance,
  ],
})
export class RecordsModule {}
