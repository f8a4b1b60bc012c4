import { Inject, Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { CollectionsModule } from '../../collections/collections.module.js';
import { CONFIG, type Config } from '../../config.js';
import { bodyReader } from '../../http/request-body.js';
import { RecordsModule } from '../../records/records.module.js';
import { TenantsModule } from '../../tenants/tenants.module.js';
import { CollectionsController } from './collections.controller.js';
import { chromaMiddleware } from './middleware.js';
import { RecordsController } from './records.controller.js';
import { SystemController } from './system.controller.js';
import { TenantsController } from './tenants.controller.js';
import { V1CatalogController } from './v1/catalog.controller.js';
import { V1RecordsController } from './v1/records.controller.js';

/** Everything under `/chroma`. */
@Module({
  imports: [TenantsModule, CollectionsModule, RecordsModule],
  controllers: [
    SystemController,
    TenantsController,
    CollectionsController,
    RecordsController,
    V1CatalogController,
    V1RecordsController,
  ],
})
export class ChromaModule implements NestModule {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(chromaMiddleware(this.config), bodyReader(this.config.maxBodyBytes)).forRoutes('chroma/*path');
  }
}
