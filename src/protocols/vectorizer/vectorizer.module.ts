import { Module } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { EmbeddingModule } from '../../embedding/embedding.module.js';
import { RecordsModule } from '../../records/records.module.js';
import { CollectionOperations } from './catalog/collection-operations.js';
import { CollectionsController } from './catalog/collections.controller.js';
import { CollectionTargets } from './collection-targets.js';
import { EmbeddingProviders } from './embedding-providers.js';

/** Everything under `/vectorizer`. */
@Module({
  imports: [CollectionsModule, RecordsModule, EmbeddingModule],
  controllers: [CollectionsController],
  providers: [CollectionTargets, EmbeddingProviders, CollectionOperations],
})
export class VectorizerModule {}
