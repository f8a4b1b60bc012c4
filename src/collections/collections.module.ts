import { Module } from '@nestjs/common';
import { CollectionStore } from './collection.store.js';
import { CollectionSweeper } from './collection-sweeper.js';
import { CollectionsService } from './collections.service.js';
import { DroppedCollectionStore } from './dropped-collection.store.js';

@Module({
  providers: [CollectionStore, DroppedCollectionStore, CollectionSweeper, CollectionsService],
  exports: [CollectionsService, CollectionStore],
})
export class CollectionsModule {}
