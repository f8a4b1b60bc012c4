import { Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { GatewayError } from '../../../errors.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../../tenants/tenant.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { Allow } from '../../../keys/allow.js';
import { currentCaller } from '../../../tenants/caller.js';

/** What the open-source server says of itself, whatever its release. */
const VERSION = '1.0.0';

/** Chroma API v2, endpoints about the server. */
@Controller('chroma/api/v2')
export class SystemController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  @Allow('anyone')
  @Get(['', 'heartbeat'])
  heartbeat(): string {
    return heartbeatResponse();
  }

  @Allow('anyone')
  @Get('version')
  version(): string {
    return JSON.stringify(VERSION);
  }

  @Allow('anyone')
  @Get('healthcheck')
  async healthcheck(@Res({ passthrough: true }) response: Response): Promise<string> {
    const ready = await this.tenants.isAvailable();
    if (!ready) response.status(503);
    return JSON.stringify({ is_executor_ready: ready, is_log_client_ready: ready });
  }

  @Allow('anyone')
  @Get('pre-flight-checks')
  preFlightChecks(): string {
    return JSON.stringify({ max_batch_size: maxBatchSize(this.config), supports_base64_encoding: true });
  }

  @Allow('key')
  @Get('auth/identity')
  async identity(): Promise<string> {
    const { keyId, tenant, database } = currentCaller();
    if (keyId === null) return JSON.stringify({ user_id: '', tenant: DEFAULT_TENANT, databases: [DEFAULT_DATABASE] });
    if (tenant === null) return JSON.stringify({ user_id: keyId, tenant: '*', databases: ['*'] });
    const databases = database === null ? await this.databasesOf(tenant) : [database];
    return JSON.stringify({ user_id: keyId, tenant, databases });
  }

  @Allow('admin')
  @Post('reset')
  @HttpCode(200)
  async reset(): Promise<string> {
    if (!this.config.chromaAllowReset) throw new GatewayError({ kind: 'forbidden', subject: 'reset' });
    await this.tenants.reset();
    this.collections.forgetDropped();
    return 'true';
  }

  private async databasesOf(tenant: string): Promise<readonly string[]> {
    const databases = await this.tenants.listDatabases(tenant, { offset: 0, limit: null });
    return databases.map(({ name }) => name);
  }
}

/** Nanoseconds since 1970, beyond what a double can hold. */
export function heartbeatResponse(): string {
  return `{"nanosecond heartbeat":${String(BigInt(Date.now()) * 1_000_000n)}}`;
}

/** As many records as clients should send at a time: no more than a write may have. */
export function maxBatchSize({ chromaMaxBatchSize, maxRecords }: Config): number {
  return maxRecords === 0 ? chromaMaxBatchSize : Math.min(chromaMaxBatchSize, maxRecords);
}
