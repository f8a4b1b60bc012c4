import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../tenants/tenant.js';

/** A collection's name for people: with its tenant and database, unless those are the defaults. */
export function labelOf(collection: { readonly tenant: string; readonly database: string; readonly name: string }): string {
  const { tenant, database, name } = collection;
  return tenant === DEFAULT_TENANT && database === DEFAULT_DATABASE ? name : `${tenant}/${database}/${name}`;
}
