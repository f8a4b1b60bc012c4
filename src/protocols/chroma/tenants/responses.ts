import type { Tenant, TenantDatabase } from '../../../tenants/tenant.js';

export function toTenantResponse({ name, resourceName }: Tenant): string {
  return JSON.stringify({ name, resource_name: resourceName });
}

export function toDatabaseResponse(database: TenantDatabase): string {
  return JSON.stringify(database);
}

export function toDatabaseListResponse(databases: readonly TenantDatabase[]): string {
  return JSON.stringify(databases);
}
