import { Module } from '@nestjs/common';
import { AliasStore } from './alias.store.js';
import { CollectionStore } from './collection.store.js';
import { CollectionLocks } from './collection-locks.js';
import { CollectionMemory } from './collection-memory.js';
import { CollectionPortStore } from './collection-port.store.js';
import { CollectionPortsService } from './collection-ports.service.js';
import { CollectionSweeper } from './collection-sweeper.js';
import { CollectionsService } from './collections.service.js';
import { CurrentCollections } from './current-collections.js';
import { DroppedCollectionStore } from './dropped-collection.store.js';
import { OverviewStore } from './overview.store.js';
import { OverviewsService } from './overviews.service.js';
import { TransferStore } from './transfer.store.js';
import { TransfersService } from './transfers.service.js';

@Module({
  providers: [
    CollectionStore,
    CollectionPortStore,
    DroppedCollectionStore,
    CollectionSweeper,
    CollectionMemory,
    CollectionLocks,
    CurrentCollections,
    CollectionsService,
    CollectionPortsService,
    AliasStore,
    OverviewStore,
    OverviewsService,
    TransferStore,
    TransfersService,
  ],
  exports: [
    OverviewsService,
    TransfersService,
    CollectionsService,
    CurrentCollections,
    CollectionPortsService,
    CollectionStore,
    CollectionSweeper,
  ],
})
export class CollectionsModule {}
