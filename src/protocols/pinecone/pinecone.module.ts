import { Module } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { EmbeddingModule } from '../../embedding/embedding.module.js';
import { RecordsModule } from '../../records/records.module.js';
import { SnapshotsModule } from '../../snapshots/snapshots.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { BackupsController } from './control/backups.controller.js';
import { CollectionsController } from './control/collections.controller.js';
import { IndexHosts } from './control/index-hosts.js';
import { IndexesController } from './control/indexes.controller.js';
import { RestoreJobsController } from './control/restore-jobs.controller.js';
import { SourceCollections } from './control/source-collections.js';
import { NamespacesController } from './data/namespaces.controller.js';
import { RecordsController } from './data/records.controller.js';
import { VectorsController } from './data/vectors.controller.js';
import { GrpcServers } from './grpc/grpc-servers.js';
import { VectorService } from './grpc/vector-service.js';
import { IndexPorts } from './index-ports.js';
import { IndexTargets } from './index-targets.js';
import { InferenceController } from './inference/inference.controller.js';
import { RateLimits } from './rate-limits.js';
import { ReadOperations } from './read-operations.js';
import { RecordOperations } from './record-operations.js';
import { VectorOperations } from './vector-operations.js';

/** Everything under `/pinecone`: the control plane, and each index' data plane over REST and gRPC. */
@Module({
  imports: [TenantsModule, CollectionsModule, RecordsModule, SnapshotsModule, EmbeddingModule],
  controllers: [
    VectorsController,
    NamespacesController,
    RecordsController,
    IndexesController,
    BackupsController,
    RestoreJobsController,
    CollectionsController,
    InferenceController,
  ],
  providers: [
    SourceCollections,
    IndexHosts,
    RecordOperations,
    IndexTargets,
    IndexPorts,
    RateLimits,
    VectorOperations,
    ReadOperations,
    VectorService,
    GrpcServers,
  ],
})
export class PineconeModule {}
