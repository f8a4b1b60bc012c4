import { Module } from '@nestjs/common';
import { TenantStore } from './tenant.store.js';
import { TenantsService } from './tenants.service.js';

@Module({ providers: [TenantStore, TenantsService], exports: [TenantsService] })
export class TenantsModule {}
