import { Module } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { RecordsModule } from '../../records/records.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { NamespacesController } from './data/namespaces.controller.js';
import { VectorsController } from './data/vectors.controller.js';
import { GrpcServers } from './grpc/grpc-servers.js';
import { VectorService } from './grpc/vector-service.js';
import { IndexPorts } from './index-ports.js';
import { IndexTargets } from './index-targets.js';
import { ReadOperations } from './read-operations.js';
import { VectorOperations } from './vector-operations.js';

/** Everything under `/pinecone`: the control plane, and each index' data plane over REST and gRPC. */
@Module({
  imports: [TenantsModule, CollectionsModule, RecordsModule],
  controllers: [VectorsController, NamespacesController],
  providers: [IndexTargets, IndexPorts, VectorOperations, ReadOperations, VectorService, GrpcServers],
})
export class PineconeModule {}
