import { Module } from '@nestjs/common';
import { CollectionPortStore } from './collection-port.store.js';
import { CollectionPortsService } from './collection-ports.service.js';
import { CollectionStore } from './collection.store.js';
import { CollectionSweeper } from './collection-sweeper.js';
import { CollectionsService } from './collections.service.js';
import { DroppedCollectionStore } from './dropped-collection.store.js';

@Module({
  providers: [
    CollectionStore,
    CollectionPortStore,
    DroppedCollectionStore,
    CollectionSweeper,
    CollectionsService,
    CollectionPortsService,
  ],
  exports: [CollectionsService, CollectionPortsService, CollectionStore, CollectionSweeper],
})
export class CollectionsModule {}
