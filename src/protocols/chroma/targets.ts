import type { Scope } from '../../tenants/tenant.js';
import { invalidArgument } from './chroma-error.js';
import { requireDatabaseName } from './wire/names.js';

/** The names in a path, percent-decoded. */
export interface ScopePath {
  readonly tenant: string;
  readonly database: string;
}

/** As the catalog writes it. */
const PLAIN_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

/** @throws ChromaError 400 when the database's name is too short to be one */
export function scopeOf({ tenant, database }: ScopePath): Scope {
  return { tenant, database: requireDatabaseName(database) };
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The uuid as the catalog writes it. @throws ChromaError 400 when the path's text is none */
export function requireUuid(text: string): string {
  if (PLAIN_UUID.test(text)) return text;
  if (!isUuid(text)) throw invalidArgument('Collection ID is not a valid UUIDv4');
  const digits = text.replaceAll('-', '').toLowerCase();
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
