import { Module } from '@nestjs/common';
import { CollectionsModule } from '../collections/collections.module.js';
import { EmbeddingModule } from '../embedding/embedding.module.js';
import { PineconeImportsModule } from '../protocols/pinecone/imports/pinecone-imports.module.js';
import { EmbeddingProviders } from '../protocols/vectorizer/collections/embedding-providers.js';
import { RecordsModule } from '../records/records.module.js';
import { SnapshotsModule } from '../snapshots/snapshots.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { Audit } from './api/audit.js';
import { ConsoleCollectionsController } from './api/collections/collections.controller.js';
import { CollectionModels } from './api/collections/models.js';
import { ConsoleCollections } from './api/collections/operations.js';
import { ConsoleImportsController } from './api/imports/imports.controller.js';
import { ConsoleImports } from './api/imports/imports.js';
import { ConsoleDeletes } from './api/records/deletes.js';
import { RecordEdits } from './api/records/edits.js';
import { RecordFaces } from './api/records/faces.js';
import { FieldSamples } from './api/records/field-samples.js';
import { ConsoleRecords } from './api/records/operations.js';
import { ConsoleRecordsController } from './api/records/records.controller.js';
import { ConsoleSearches } from './api/records/searches.js';
import { OpenPorts } from './api/session/open-ports.js';
import { SessionController } from './api/session/session.controller.js';
import { ConsoleFeed } from './api/streams/feed.js';
import { ConsoleJobs } from './api/streams/jobs.js';
import { ConsoleMaps } from './api/streams/map.js';
import { ConsoleQuality } from './api/streams/quality.js';
import { ConsoleStreamsController } from './api/streams/streams.controller.js';
import { ConsoleBackups } from './api/system/backups.js';
import { ConsoleKeys } from './api/system/keys.js';
import { ConsolePlaces } from './api/system/places.js';
import { ConsoleSamples } from './api/system/samples.js';
import { ConsoleSystemController } from './api/system/system.controller.js';
import { ConsoleSystem } from './api/system/system.js';
import { DocsController } from './docs/docs.controller.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { PageController } from './serving/page.controller.js';

/** What the console port serves besides the protocols. */
@Module({
  imports: [TenantsModule, CollectionsModule, RecordsModule, SnapshotsModule, EmbeddingModule, PineconeImportsModule],
  controllers: [
    DocsController,
    HealthController,
    MetricsController,
    PageController,
    SessionController,
    ConsoleCollectionsController,
    ConsoleRecordsController,
    ConsoleStreamsController,
    ConsoleSystemController,
    ConsoleImportsController,
  ],
  providers: [
    OpenPorts,
    Audit,
    EmbeddingProviders,
    CollectionModels,
    ConsoleCollections,
    FieldSamples,
    ConsoleRecords,
    RecordFaces,
    RecordEdits,
    ConsoleSearches,
    ConsoleDeletes,
    ConsoleFeed,
    ConsoleJobs,
    ConsoleQuality,
    ConsoleMaps,
    ConsoleSystem,
    ConsoleKeys,
    ConsoleBackups,
    ConsoleSamples,
    ConsolePlaces,
    ConsoleImports,
  ],
})
export class ConsoleModule {}
