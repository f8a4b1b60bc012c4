import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { sql } from '../postgres/sql.js';
import type { Caller, Permission } from '../tenants/caller.js';

/** A key as an operator sees it: nothing of the secret. Times are in milliseconds since 1970. */
export interface ApiKey extends Omit<Caller, 'keyId'> {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  /** `YYYY-MM-DD`, by the database's clock. */
  readonly lastUsedOn: string | null;
  /** How long the secret before the last rotation is still good. */
  readonly previousUntil: number | null;
}

/** A key that is good now, with what it is recognised by. */
export interface StoredKey {
  readonly caller: Caller;
  readonly digests: readonly Buffer[];
  readonly isUsedToday: boolean;
}

/** What a new key is for. */
export type NewApiKey = Pick<ApiKey, 'id' | 'name' | 'permissions' | 'tenant' | 'database' | 'collections'> & {
  readonly digest: Buffer;
  /** Seconds from now; null: it does not expire. */
  readonly lifetime: number | null;
};

type KeyRow = Readonly<{
  id: string;
  name: string;
  permissions: string;
  tenant: string | null;
  database: string | null;
  collections: string | null;
  created_ms: string;
  expires_ms: string | null;
  revoked_ms: string | null;
  previous_ms: string | null;
  last_used_on: string | null;
}>;
type GoodRow = Pick<KeyRow, 'id' | 'permissions' | 'tenant' | 'database' | 'collections'> &
  Readonly<{ digest: string; previous_digest: string | null; used_today: string }>;

@Injectable()
export class ApiKeyStore {
  constructor(private readonly database: Database) {}

  /** The key with this id, unless it is revoked or has expired. */
  async findGood(id: string): Promise<StoredKey | undefined> {
    const [row] = await this.database.query<GoodRow>(sql`
      SELECT id, to_json(permissions)::text AS permissions, tenant, database, to_json(collections)::text AS collections,
        encode(digest, 'hex') AS digest, (last_used_on IS NOT DISTINCT FROM current_date)::text AS used_today,
        CASE WHEN previous_until > now() THEN encode(previous_digest, 'hex') END AS previous_digest
      FROM polyvec.api_keys WHERE id = ${id} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`);
    if (row === undefined) return undefined;
    const digests = [row.digest, ...(row.previous_digest === null ? [] : [row.previous_digest])];
    return {
      caller: { keyId: row.id, ...reachOf(row) },
      digests: digests.map((digest) => Buffer.from(digest, 'hex')),
      isUsedToday: row.used_today === 'true',
    };
  }

  /** Notes that the key has been used today. */
  async touch(id: string): Promise<void> {
    await this.database.query(sql`UPDATE polyvec.api_keys SET last_used_on = current_date WHERE id = ${id}`);
  }

  /** With the tenant and the database that it is for, unless they are there. */
  async create(key: NewApiKey): Promise<void> {
    await this.database.query(sql`
      WITH tenant AS (
        INSERT INTO polyvec.tenants (name) SELECT ${key.tenant} WHERE ${key.tenant}::text IS NOT NULL
        ON CONFLICT (name) DO NOTHING RETURNING id),
      place AS (SELECT id FROM tenant UNION SELECT id FROM polyvec.tenants WHERE name = ${key.tenant}),
      databases AS (
        INSERT INTO polyvec.databases (tenant_id, name) SELECT id, COALESCE(${key.database}, 'default_database') FROM place
        ON CONFLICT (tenant_id, name) DO NOTHING)
      INSERT INTO polyvec.api_keys (id, name, digest, permissions, tenant, database, collections, expires_at)
      VALUES (${key.id}, ${key.name}, ${key.digest}, ${[...key.permissions]}::text[], ${key.tenant}, ${key.database},
        ${key.collections}::text[], now() + ${key.lifetime}::double precision * interval '1 second')`);
  }

  /** The newest first. */
  async list(): Promise<readonly ApiKey[]> {
    const rows = await this.database.query<KeyRow>(sql`
      SELECT id, name, to_json(permissions)::text AS permissions, tenant, database, to_json(collections)::text AS collections,
        last_used_on::text AS last_used_on, floor(extract(epoch FROM created_at) * 1000)::bigint AS created_ms,
        floor(extract(epoch FROM expires_at) * 1000)::bigint AS expires_ms,
        floor(extract(epoch FROM revoked_at) * 1000)::bigint AS revoked_ms,
        CASE WHEN previous_until > now() THEN floor(extract(epoch FROM previous_until) * 1000)::bigint END AS previous_ms
      FROM polyvec.api_keys ORDER BY created_at DESC, id`);
    return rows.map(toApiKey);
  }

  /** Gives a key that is good another secret; the old one is good for so many seconds more. False when there is none. */
  async rotate(id: string, digest: Buffer, graceSeconds: number): Promise<boolean> {
    const rows = await this.database.query(sql`
      UPDATE polyvec.api_keys SET previous_digest = digest, digest = ${digest},
        previous_until = now() + ${graceSeconds}::double precision * interval '1 second'
      WHERE id = ${id} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) RETURNING id`);
    return rows.length > 0;
  }

  /** False when there is no such key. */
  async revoke(id: string): Promise<boolean> {
    const rows = await this.database.query(sql`
      UPDATE polyvec.api_keys SET revoked_at = COALESCE(revoked_at, now()) WHERE id = ${id} RETURNING id`);
    return rows.length > 0;
  }
}

function reachOf(row: Pick<KeyRow, 'permissions' | 'tenant' | 'database' | 'collections'>): Omit<Caller, 'keyId'> {
  return {
    permissions: new Set(JSON.parse(row.permissions) as Permission[]),
    tenant: row.tenant,
    database: row.database,
    collections: row.collections === null ? null : (JSON.parse(row.collections) as string[]),
  };
}

function toApiKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    ...reachOf(row),
    createdAt: Number(row.created_ms),
    expiresAt: numberOrNull(row.expires_ms),
    revokedAt: numberOrNull(row.revoked_ms),
    previousUntil: numberOrNull(row.previous_ms),
    lastUsedOn: row.last_used_on,
  };
}

function numberOrNull(text: string | null): number | null {
  return text === null ? null : Number(text);
}
