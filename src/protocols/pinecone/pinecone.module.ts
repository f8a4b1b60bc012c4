import { Module } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { EmbeddingModule } from '../../embedding/embedding.module.js';
import { RecordsModule } from '../../records/records.module.js';
import { SnapshotsModule } from '../../snapshots/snapshots.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { GrpcServers } from './data/grpc/grpc-servers.js';
import { VectorService } from './data/grpc/vector-service.js';
import { NamespaceOperations } from './data/namespace-operations.js';
import { ReadOperations } from './data/read-operations.js';
import { RecordOperations } from './data/record-operations.js';
import { NamespacesController } from './data/rest/namespaces.controller.js';
import { RecordsController } from './data/rest/records.controller.js';
import { VectorsController } from './data/rest/vectors.controller.js';
import { VectorOperations } from './data/vector-operations.js';
import { DocumentReads } from './documents/document-reads.js';
import { DocumentWrites } from './documents/document-writes.js';
import { DocumentsController } from './documents/documents.controller.js';
import { ImportsController } from './imports/imports.controller.js';
import { PineconeImportsModule } from './imports/pinecone-imports.module.js';
import { IndexHosts } from './indexes/index-hosts.js';
import { IndexPorts } from './indexes/index-ports.js';
import { IndexQuotas } from './indexes/index-quotas.js';
import { IndexesController } from './indexes/indexes.controller.js';
import { IndexOperations } from './indexes/operations.js';
import { SourceCollections } from './indexes/source-collections.js';
import { InferenceController } from './inference/inference.controller.js';
import { InferenceOperations } from './inference/operations.js';
import { RateLimits } from './rate-limits/rate-limits.js';
import { BackupOperations } from './snapshots/backup-operations.js';
import { BackupSchedulesController } from './snapshots/backup-schedules.controller.js';
import { BackupsController } from './snapshots/backups.controller.js';
import { CollectionOperations } from './snapshots/collection-operations.js';
import { CollectionsController } from './snapshots/collections.controller.js';
import { RestoreJobsController } from './snapshots/restore-jobs.controller.js';
import { ScheduleOperations } from './snapshots/schedule-operations.js';
import { IndexTargets } from './targets.js';

/** Everything under `/pinecone`: the control plane, and each index' data plane over REST and gRPC. */
@Module({
  imports: [TenantsModule, CollectionsModule, RecordsModule, SnapshotsModule, EmbeddingModule, PineconeImportsModule],
  controllers: [
    VectorsController,
    DocumentsController,
    NamespacesController,
    RecordsController,
    IndexesController,
    BackupsController,
    BackupSchedulesController,
    RestoreJobsController,
    CollectionsController,
    InferenceController,
    ImportsController,
  ],
  providers: [
    IndexTargets,
    IndexPorts,
    IndexHosts,
    IndexQuotas,
    IndexOperations,
    SourceCollections,
    BackupOperations,
    ScheduleOperations,
    CollectionOperations,
    InferenceOperations,
    RateLimits,
    VectorOperations,
    ReadOperations,
    NamespaceOperations,
    RecordOperations,
    DocumentWrites,
    DocumentReads,
    VectorService,
    GrpcServers,
  ],
})
export class PineconeModule {}
