import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CollectionsService } from '../../collections/collections.service.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT, type Scope } from '../../tenants/tenant.js';
import { TenantsService } from '../../tenants/tenants.service.js';
import { invalidArgument } from './chroma-error.js';
import { requireDatabaseName } from './wire/names.js';
import type { QueryString } from './wire/query-string.js';

/** Chroma has no namespaces: all records of a collection are in this one. */
export const NAMESPACE = '';

/** The names in a path, percent-decoded. */
export interface ScopePath {
  readonly tenant: string;
  readonly database: string;
}

export type CollectionPath = ScopePath & { readonly uuid: string };

/** As the catalog writes it. */
const PLAIN_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

/** Finds the collection that a request is for. */
@Injectable()
export class CollectionTargets {
  constructor(
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  /** For calls on records: possibly from memory. @throws ChromaError 400, GatewayError `not_found` */
  async require(path: CollectionPath): Promise<Collection> {
    return this.collections.require(scopeOf(path), requireUuid(path.uuid));
  }

  /** As the catalog has it now. @throws ChromaError 400, GatewayError `not_found` */
  async requireCurrent(path: CollectionPath): Promise<Collection> {
    return this.collections.requireCurrent(scopeOf(path), requireUuid(path.uuid));
  }

  /** In API v1 the paths of records name no tenant. @throws ChromaError 400, GatewayError `not_found` */
  async requireAnywhere(uuid: string): Promise<Collection> {
    return this.collections.requireAnywhere(requireUuid(uuid));
  }

  /** `<tenant's resource name>:<database>:<collection>`. @throws ChromaError 400, GatewayError `not_found` */
  async requireByResourceName(crn: string): Promise<Collection> {
    const [resourceName, database, name, ...rest] = crn.split(':');
    if (!resourceName || !database || !name || rest.length > 0) {
      throw invalidArgument(
        'Validation error: crn: CRN must be in the format <tenant_resource_name>:<database_name>:<collection_name> with non-empty parts',
      );
    }
    const tenant = await this.tenants.requireByResourceName(resourceName);
    return this.collections.requireByName({ tenant: tenant.name, database }, name);
  }
}

/** @throws ChromaError 400 when the database's name is too short to be one */
export function scopeOf({ tenant, database }: ScopePath): Scope {
  return { tenant, database: requireDatabaseName(database) };
}

/** In API v1 the tenant and the database are query parameters, with defaults. */
export function scopeOfQuery({ tenant, database }: QueryString): Scope {
  return {
    tenant: typeof tenant === 'string' ? tenant : DEFAULT_TENANT,
    database: typeof database === 'string' ? database : DEFAULT_DATABASE,
  };
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
