import { Module } from '@nestjs/common';
import { RecordsModule } from '../records/records.module.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { DocsController } from './docs/docs.controller.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

/** What the console port serves besides the protocols. */
@Module({ imports: [TenantsModule, RecordsModule], controllers: [DocsController, HealthController, MetricsController] })
export class ConsoleModule {}
