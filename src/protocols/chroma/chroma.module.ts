import { Module } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { RecordsModule } from '../../records/records.module.js';
import { SnapshotsModule } from '../../snapshots/snapshots.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { CollectionsController } from './collections/collections.controller.js';
import { CollectionOperations } from './collections/operations.js';
import { RecordOperations } from './records/operations.js';
import { RecordsController } from './records/records.controller.js';
import { SearchOperations } from './search/operations.js';
import { SystemOperations } from './system/operations.js';
import { SystemController } from './system/system.controller.js';
import { CollectionTargets } from './targets.js';
import { TenantOperations } from './tenants/operations.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { V1CatalogController } from './v1/catalog.controller.js';
import { V1RecordsController } from './v1/records.controller.js';

/** Everything under `/chroma`. */
@Module({
  imports: [TenantsModule, CollectionsModule, RecordsModule, SnapshotsModule],
  providers: [CollectionTargets, SystemOperations, TenantOperations, CollectionOperations, RecordOperations, SearchOperations],
  controllers: [
    SystemController,
    TenantsController,
    CollectionsController,
    RecordsController,
    V1CatalogController,
    V1RecordsController,
  ],
})
export class ChromaModule {}
