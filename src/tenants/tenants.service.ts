import { Injectable } from '@nestjs/common';
import { GatewayError } from '../errors.js';
import { Limits } from '../limits/limits.js';
import { currentCaller, requireEveryCollection, requireEveryTenant, tenantWithinReach, withinReach } from './caller.js';
import { DEFAULT_TENANT, type Page, type Scope, type Tenant, type TenantDatabase } from './tenant.js';
import { TenantStore } from './tenant.store.js';

/** Tenants and their databases. Unknown names are `not_found`, and so is what is out of the caller's reach; taken ones are `already_exists`. */
@Injectable()
export class TenantsService {
  constructor(
    private readonly store: TenantStore,
    private readonly limits: Limits,
  ) {}

  /** By callers that reach every tenant. */
  async create(name: string): Promise<void> {
    requireEveryTenant();
    this.limits.requireName(name);
    if (!(await this.store.create(name))) throw new GatewayError({ kind: 'already_exists', subject: 'tenant', name });
  }

  async require(name: string): Promise<Tenant> {
    const tenant = await this.store.find(tenantWithinReach(name));
    if (tenant === undefined) throw new GatewayError({ kind: 'not_found', subject: 'tenant', name });
    return tenant;
  }

  /** By resource name, or by name. */
  async requireByResourceName(name: string): Promise<Tenant> {
    const tenant = await this.store.findByResourceName(name, currentCaller().tenant);
    if (tenant === undefined) throw new GatewayError({ kind: 'not_found', subject: 'tenant', name });
    return tenant;
  }

  /** A tenant's resource name is given once, and is unique among all: by callers that reach every tenant. */
  async setResourceName(name: string, resourceName: string): Promise<void> {
    await this.require(name);
    requireEveryTenant();
    if (!(await this.store.setResourceName(name, resourceName))) {
      throw new GatewayError({ kind: 'already_exists', subject: 'resource_name', name: resourceName });
    }
  }

  async createDatabase(scope: Scope): Promise<void> {
    const { database } = currentCaller();
    if (database !== null && database !== scope.database) throw new GatewayError({ kind: 'forbidden', subject: 'permission' });
    this.limits.requireName(scope.database);
    const outcome = await this.store.createDatabase({ ...scope, tenant: tenantWithinReach(scope.tenant) });
    if (outcome === 'missing') throw new GatewayError({ kind: 'not_found', subject: 'tenant', name: scope.tenant });
    if (outcome === 'taken') throw new GatewayError({ kind: 'already_exists', subject: 'database', name: scope.database });
  }

  async requireDatabase(scope: Scope): Promise<TenantDatabase> {
    const database = await this.store.findDatabase(withinReach(scope));
    if (database === undefined) throw new GatewayError({ kind: 'not_found', subject: 'database', name: scope.database });
    return database;
  }

  /** Ordered by name; empty for an unknown tenant. */
  async listDatabases(tenant: string, page: Page): Promise<readonly TenantDatabase[]> {
    return this.store.listDatabases(tenantWithinReach(tenant), page, currentCaller().database);
  }

  /** The databases of every tenant within the caller's reach, by tenant and name. */
  async listAll(limit: number): Promise<readonly TenantDatabase[]> {
    const { tenant, database } = currentCaller();
    return this.store.listAll({ tenant, database }, limit);
  }

  /** Its collections go with it; a protected one forbids it, and so does a key for some collections only. */
  async deleteDatabase(scope: Scope): Promise<void> {
    requireEveryCollection();
    const outcome = await this.store.deleteDatabase(withinReach(scope));
    if (outcome === 'missing') throw new GatewayError({ kind: 'not_found', subject: 'database', name: scope.database });
    if (outcome === 'protected') throw new GatewayError({ kind: 'forbidden', subject: 'deletion', name: scope.database });
  }

  /**
   * Deletes all that the caller reaches, except keys, and makes the default tenant and database anew, or the caller's own; a protected
   * collection forbids it, and so does a key for some collections only.
   */
  async reset(): Promise<void> {
    const { tenant, database } = currentCaller();
    requireEveryCollection();
    if ((await (tenant === null ? this.store.reset() : this.store.resetTenant(tenant, database))) === 'protected')
      throw new GatewayError({ kind: 'forbidden', subject: 'deletion' });
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
