import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../tenants/tenant.js';

/** What to call a collection before a person: with its place, where that is not the one that everything is in unless it is told otherwise. */
export function labelOf(collection: { readonly tenant: string; readonly database: string; readonly name: string }): string {
  const { tenant, database, name } = collection;
  return tenant === DEFAULT_TENANT && database === DEFAULT_DATABASE ? name : `${tenant}/${database}/${name}`;
}
