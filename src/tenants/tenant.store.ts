import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { sql } from '../postgres/sql.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT, type Page, type Scope, type Tenant, type TenantDatabase } from './tenant.js';

type TenantRow = Readonly<{ name: string; resource_name: string | null; short_id: string }>;
type DatabaseRow = Readonly<{ id: string; name: string; tenant: string }>;

@Injectable()
export class TenantStore {
  constructor(private readonly database: Database) {}

  /** False when the name is taken. */
  async create(name: string): Promise<boolean> {
    const rows = await this.database.query(sql`
      INSERT INTO polyvec.tenants (name) VALUES (${name}) ON CONFLICT (name) DO NOTHING RETURNING id`);
    return rows.length > 0;
  }

  async find(name: string): Promise<Tenant | undefined> {
    const [row] = await this.database.query<TenantRow>(sql`
      SELECT name, resource_name, short_id FROM polyvec.tenants WHERE name = ${name}`);
    return row && toTenant(row);
  }

  /** The tenant with this resource name, or else with this name. `only`: the one of that name, or all. */
  async findByResourceName(name: string, only: string | null): Promise<Tenant | undefined> {
    const [row] = await this.database.query<TenantRow>(sql`
      SELECT name, resource_name, short_id FROM polyvec.tenants
      WHERE (resource_name = ${name} OR name = ${name}) AND COALESCE(name = ${only}, TRUE)
      ORDER BY resource_name IS NOT DISTINCT FROM ${name} DESC LIMIT 1`);
    return row && toTenant(row);
  }

  /** Sets the resource name unless the tenant has another one or it is another tenant's, or its name; false when it is not set after. */
  async setResourceName(name: string, resourceName: string): Promise<boolean> {
    const rows = await this.database.query(sql`
      UPDATE polyvec.tenants SET resource_name = ${resourceName}
      WHERE name = ${name} AND COALESCE(resource_name, ${resourceName}) = ${resourceName}
        AND NOT EXISTS (
          SELECT FROM polyvec.tenants o WHERE ${resourceName} IN (o.resource_name, o.name) AND o.name <> ${name})
      RETURNING id`);
    return rows.length > 0;
  }

  /** `missing`: there is no such tenant. */
  async createDatabase(scope: Scope): Promise<'created' | 'taken' | 'missing'> {
    const [row] = await this.database.query<{ created: string | null }>(sql`
      WITH tenant AS (SELECT id FROM polyvec.tenants WHERE name = ${scope.tenant}),
      created AS (
        INSERT INTO polyvec.databases (tenant_id, name) SELECT id, ${scope.database} FROM tenant
        ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id)
      SELECT (SELECT id FROM created) AS created FROM tenant`);
    if (row === undefined) return 'missing';
    return row.created === null ? 'taken' : 'created';
  }

  async findDatabase(scope: Scope): Promise<TenantDatabase | undefined> {
    const [row] = await this.database.query<DatabaseRow>(sql`
      SELECT d.id, d.name, t.name AS tenant FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
      WHERE t.name = ${scope.tenant} AND d.name = ${scope.database}`);
    return row;
  }

  /** Ordered by name; empty for an unknown tenant. `only`: the one of that name, or all. */
  async listDatabases(tenant: string, page: Page, only: string | null): Promise<readonly TenantDatabase[]> {
    return this.database.query<DatabaseRow>(sql`
      SELECT d.id, d.name, t.name AS tenant FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
      WHERE t.name = ${tenant} AND COALESCE(d.name = ${only}, TRUE) ORDER BY d.name LIMIT ${page.limit} OFFSET ${page.offset}`);
  }

  /** Of every tenant, ordered by tenant and name. `only`: those of these names, null for all. */
  async listAll(
    only: { readonly tenant: string | null; readonly database: string | null },
    limit: number,
  ): Promise<readonly TenantDatabase[]> {
    return this.database.query<DatabaseRow>(sql`
      SELECT d.id, d.name, t.name AS tenant FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
      WHERE COALESCE(t.name = ${only.tenant}, TRUE) AND COALESCE(d.name = ${only.database}, TRUE)
        AND NOT EXISTS (SELECT FROM polyvec.copies k JOIN polyvec.collections c ON c.id = k.collection_id
          WHERE c.database_id = d.id AND k.is_hidden)
      ORDER BY t.name, d.name LIMIT ${limit}`);
  }

  /** Removes the database with its collections, unless one of them is protected. */
  async deleteDatabase(scope: Scope): Promise<'deleted' | 'protected' | 'missing'> {
    const [row] = await this.database.query<{ deleted: string }>(sql`
      WITH place AS (
        SELECT d.id FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
        WHERE t.name = ${scope.tenant} AND d.name = ${scope.database}),
      deleted AS (
        DELETE FROM polyvec.databases d USING place
        WHERE d.id = place.id AND NOT EXISTS (
          SELECT FROM polyvec.collections c WHERE c.database_id = d.id AND c.deletion_protection) RETURNING d.id)
      SELECT (SELECT count(*) FROM deleted) AS deleted FROM place`);
    if (row === undefined) return 'missing';
    return row.deleted === '1' ? 'deleted' : 'protected';
  }

  /**
   * Removes every tenant with all it has, and makes the default tenant and database anew, and those that keys are for. `protected`: a
   * collection is, and all stays.
   */
  async reset(): Promise<'reset' | 'protected'> {
    return this.database.transaction(async (transaction) => {
      // two resets at once would delete each other's defaults
      await transaction.query(sql`LOCK TABLE polyvec.tenants IN SHARE ROW EXCLUSIVE MODE`);
      const kept = await transaction.query(sql`SELECT id FROM polyvec.collections WHERE deletion_protection LIMIT 1`);
      if (kept.length > 0) return 'protected';
      await transaction.query(sql`DELETE FROM polyvec.tenants`);
      await transaction.query(sql`
        WITH tenant AS (INSERT INTO polyvec.tenants (name) VALUES (${DEFAULT_TENANT}) RETURNING id)
        INSERT INTO polyvec.databases (id, tenant_id, name)
        SELECT '00000000-0000-0000-0000-000000000000', id, ${DEFAULT_DATABASE} FROM tenant`);
      await transaction.query(sql`
        INSERT INTO polyvec.tenants (name) SELECT DISTINCT tenant FROM polyvec.api_keys WHERE tenant IS NOT NULL
        ON CONFLICT (name) DO NOTHING`);
      await transaction.query(sql`
        INSERT INTO polyvec.databases (tenant_id, name)
        SELECT DISTINCT t.id, COALESCE(k.database, ${DEFAULT_DATABASE}) FROM polyvec.api_keys k JOIN polyvec.tenants t ON t.name = k.tenant
        ON CONFLICT (tenant_id, name) DO NOTHING`);
      return 'reset';
    });
  }

  /** Removes the tenant's databases, or the one of that name, and makes it anew, or the default one. `protected`: a collection is, and all stays. */
  async resetTenant(tenant: string, only: string | null): Promise<'reset' | 'protected'> {
    return this.database.transaction(async (transaction) => {
      const own = sql`SELECT d.id FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
        WHERE t.name = ${tenant} AND COALESCE(d.name = ${only}, TRUE) FOR UPDATE OF d`;
      await transaction.query(own);
      const kept = await transaction.query(sql`
        SELECT id FROM polyvec.collections WHERE deletion_protection AND database_id IN (${own}) LIMIT 1`);
      if (kept.length > 0) return 'protected';
      await transaction.query(sql`DELETE FROM polyvec.databases WHERE id IN (${own})`);
      await transaction.query(sql`
        INSERT INTO polyvec.databases (tenant_id, name)
        SELECT id, COALESCE(${only}, ${DEFAULT_DATABASE}) FROM polyvec.tenants WHERE name = ${tenant}
        ON CONFLICT (tenant_id, name) DO NOTHING`);
      return 'reset';
    });
  }
}

function toTenant(row: TenantRow): Tenant {
  return { name: row.name, resourceName: row.resource_name, shortId: row.short_id };
}
