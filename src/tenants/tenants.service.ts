import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { DEFAULT_TENANT, type Page, type Scope, type Tenant, type TenantDatabase } from './tenant.js';
import { TenantStore } from './tenant.store.js';

/** Tenants and their databases. Unknown names are `not_found`, taken ones `already_exists`. */
@Injectable()
export class TenantsService {
  constructor(private readonly store: TenantStore) {}

  async create(name: string): Promise<void> {
    if (!(await this.store.create(name))) throw new GatewayError({ kind: 'already_exists', subject: 'tenant', name });
  }

  async require(name: string): Promise<Tenant> {
    const tenant = await this.store.find(name);
    if (tenant === undefined) throw new GatewayError({ kind: 'not_found', subject: 'tenant', name });
    return tenant;
  }

  /** By resource name, or by name. */
  async requireByResourceName(name: string): Promise<Tenant> {
    const tenant = await this.store.findByResourceName(name);
    if (tenant === undefined) throw new GatewayError({ kind: 'not_found', subject: 'tenant', name });
    return tenant;
  }

  /** A tenant's resource name is given once, and is unique. */
  async setResourceName(name: string, resourceName: string): Promise<void> {
    await this.require(name);
    if (!(await this.store.setResourceName(name, resourceName))) {
      throw new GatewayError({ kind: 'already_exists', subject: 'resource_name', name: resourceName });
    }
  }

  async createDatabase(scope: Scope): Promise<void> {
    const outcome = await this.store.createDatabase(scope);
    if (outcome === 'missing') throw new GatewayError({ kind: 'not_found', subject: 'tenant', name: scope.tenant });
    if (outcome === 'taken') throw new GatewayError({ kind: 'already_exists', subject: 'database', name: scope.database });
  }

  async requireDatabase(scope: Scope): Promise<TenantDatabase> {
    const database = await this.store.findDatabase(scope);
    if (database === undefined) throw new GatewayError({ kind: 'not_found', subject: 'database', name: scope.database });
    return database;
  }

  /** Ordered by name; empty for an unknown tenant. */
  async listDatabases(tenant: string, page: Page): Promise<readonly TenantDatabase[]> {
    return this.store.listDatabases(tenant, page);
  }

  /** Its collections go with it; a protected one forbids it. */
  async deleteDatabase(scope: Scope): Promise<void> {
    const outcome = await this.store.deleteDatabase(scope);
    if (outcome === 'missing') throw new GatewayError({ kind: 'not_found', subject: 'database', name: scope.database });
    if (outcome === 'protected') throw new GatewayError({ kind: 'forbidden', subject: 'deletion', name: scope.database });
  }

  /** Deletes everything, and makes the default tenant and database anew; a protected collection forbids it. */
  async reset(): Promise<void> {
    if ((await this.store.reset()) === 'protected') throw new GatewayError({ kind: 'forbidden', subject: 'deletion' });
  }

  /** Whether the store answers. */
  async isAvailable(): Promise<boolean> {
    try {
      await this.store.find(DEFAULT_TENANT);
      return true;
    } catch {
      return false;
    }
  }
}
