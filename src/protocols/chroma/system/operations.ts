import { Inject, Injectable } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { GatewayError } from '../../../errors.js';
import { currentCaller } from '../../../tenants/caller.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../../tenants/tenant.js';
import { TenantsService } from '../../../tenants/tenants.service.js';

/** Who a key is, and where it may go; `*` is everywhere. */
export interface Identity {
  readonly userId: string;
  readonly tenant: string;
  readonly databases: readonly string[];
}

/** What both versions of the API do with the server as a whole. */
@Injectable()
export class SystemOperations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  /** As many records as clients should send at a time: no more than a write may have. */
  get maxBatchSize(): number {
    const { chromaMaxBatchSize, maxRecords } = this.config;
    return maxRecords === 0 ? chromaMaxBatchSize : Math.min(chromaMaxBatchSize, maxRecords);
  }

  async isReady(): Promise<boolean> {
    return this.tenants.isAvailable();
  }

  /** Of the request's key; without keys, everyone is nobody in the default database. */
  async identity(): Promise<Identity> {
    const { keyId, tenant, database } = currentCaller();
    if (keyId === null) return { userId: '', tenant: DEFAULT_TENANT, databases: [DEFAULT_DATABASE] };
    if (tenant === null) return { userId: keyId, tenant: '*', databases: ['*'] };
    return { userId: keyId, tenant, databases: database === null ? await this.databasesOf(tenant) : [database] };
  }

  /** Deletes everything. @throws GatewayError `forbidden` unless the settings allow it */
  async reset(): Promise<void> {
    if (!this.config.chromaAllowReset) throw new GatewayError({ kind: 'forbidden', subject: 'reset' });
    await this.tenants.reset();
    this.collections.forgetDropped();
  }

  private async databasesOf(tenant: string): Promise<readonly string[]> {
    const databases = await this.tenants.listDatabases(tenant, { offset: 0, limit: null });
    return databases.map(({ name }) => name);
  }
}
