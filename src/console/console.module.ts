import { Module } from '@nestjs/common';
import { TenantsModule } from '../tenants/tenants.module.js';
import { HealthController } from './health.controller.js';

/** What the console port serves besides the protocols. */
@Module({ imports: [TenantsModule], controllers: [HealthController] })
export class ConsoleModule {}
