import { Injectable } from '@nestjs/common';
import { parseKey } from '../../../keys/api-key.js';
import { ApiKeysService } from '../../../keys/api-keys.service.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import { requirePermission } from '../../../tenants/caller.js';
import { Audit } from '../audit.js';
import { ConsoleError, invalid } from '../console-error.js';
import type { CreatedKey, KeyList, KeyRow } from '../contract/system.js';
import type { NewKeyRequest } from './requests.js';

type StoredKey = Awaited<ReturnType<ApiKeysService['list']>>[number];

/** API keys, without their secrets. */
@Injectable()
export class ConsoleKeys {
  constructor(
    private readonly keys: ApiKeysService,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {}

  /** The newest first. */
  async list(): Promise<KeyList> {
    return { keys: (await this.work.run(() => this.keys.list())).map(toKeyRow) };
  }

  /** Its secret is in the answer, and nowhere else. */
  async create({ name, permissions, tenant = null, database = null, collections = null }: NewKeyRequest): Promise<CreatedKey> {
    // a key makes no key that may do more
    for (const permission of permissions) requirePermission(permission);
    if (tenant === null && database !== null) throw invalid('database: needs a tenant');
    if (collections?.some((pattern) => pattern.trim() === '') === true) throw invalid('collections: must be names or patterns');
    return this.work.run(async () => {
      const reach = { tenant, database, collections };
      const secret = await this.keys.create({ name, permissions: new Set(permissions), ...reach, lifetime: null });
      const id = parseKey(secret)?.id;
      this.audit.note('key.create', undefined, { id, permissions, ...reach });
      const created = (await this.keys.list()).find((key) => key.id === id);
      if (created === undefined) throw new ConsoleError(409, 'conflict', 'The key is gone already');
      return { ...toKeyRow(created), secret };
    });
  }

  /** @throws ConsoleError 404 */
  async revoke(id: string): Promise<void> {
    const isRevoked = await this.work.run(() => this.keys.revoke(id));
    if (!isRevoked) throw new ConsoleError(404, 'not_found', 'There is no such key');
    this.audit.note('key.revoke', undefined, { id });
  }
}

function toKeyRow({ id, name, permissions, tenant, database, collections, createdAt, expiresAt, revokedAt }: StoredKey): KeyRow {
  const time = (milliseconds: number | null): string | null =>
    milliseconds === null ? null : new Date(milliseconds).toISOString();
  return {
    ...{ id, name, permissions: [...permissions], tenant, database, collections },
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: time(expiresAt),
    revokedAt: time(revokedAt),
  };
}
