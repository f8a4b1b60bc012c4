import { Module } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { EmbeddingModule } from '../../embedding/embedding.module.js';
import { RecordsModule } from '../../records/records.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { CollectionsController } from './collections/collections.controller.js';
import { EmbeddingProviders } from './collections/embedding-providers.js';
import { CollectionOperations } from './collections/operations.js';
import { ExpirySweeper } from './expiry/expiry-sweeper.js';
import { InsertController } from './insert/insert.controller.js';
import { InsertOperations } from './insert/operations.js';
import { MaintenanceController } from './maintenance/maintenance.controller.js';
import { MaintenanceOperations } from './maintenance/operations.js';
import { QdrantCollectionsController } from './qdrant/collections.controller.js';
import { PointOperations } from './qdrant/operations.js';
import { PointsController } from './qdrant/points.controller.js';
import { BatchSearchOperations } from './search/batch-operations.js';
import { ExplainController } from './search/explain.controller.js';
import { ExplainOperations } from './search/explain-operations.js';
import { HybridController } from './search/hybrid.controller.js';
import { HybridOperations } from './search/hybrid-operations.js';
import { IntelligentController } from './search/intelligent.controller.js';
import { IntelligentOperations } from './search/intelligent-operations.js';
import { SearchOperations } from './search/operations.js';
import { SearchController } from './search/search.controller.js';
import { SystemOperations } from './system/operations.js';
import { SystemController } from './system/system.controller.js';
import { CollectionTargets } from './targets.js';
import { TransferOperations } from './transfer/operations.js';
import { TransferController } from './transfer/transfer.controller.js';
import { DeleteController } from './vectors/delete.controller.js';
import { DeleteOperations } from './vectors/delete-operations.js';
import { ReadController } from './vectors/read.controller.js';
import { ReadOperations } from './vectors/read-operations.js';
import { UpdateController } from './vectors/update.controller.js';
import { UpdateOperations } from './vectors/update-operations.js';

/** Everything under `/vectorizer`. */
@Module({
  imports: [TenantsModule, CollectionsModule, RecordsModule, EmbeddingModule],
  controllers: [
    CollectionsController,
    InsertController,
    DeleteController,
    ReadController,
    UpdateController,
    SearchController,
    HybridController,
    IntelligentController,
    ExplainController,
    SystemController,
    MaintenanceController,
    TransferController,
    QdrantCollectionsController,
    PointsController,
  ],
  providers: [
    CollectionTargets,
    EmbeddingProviders,
    CollectionOperations,
    InsertOperations,
    DeleteOperations,
    ReadOperations,
    UpdateOperations,
    SearchOperations,
    BatchSearchOperations,
    HybridOperations,
    IntelligentOperations,
    ExplainOperations,
    SystemOperations,
    MaintenanceOperations,
    TransferOperations,
    PointOperations,
    ExpirySweeper,
  ],
})
export class VectorizerModule {}
