import { Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { CollectionsService } from '../../collections/collections.service.js';
import { CONFIG, type Config } from '../../config.js';
import { GatewayError } from '../../errors.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import { TenantsService } from '../../tenants/tenants.service.js';

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

  @Get(['', 'heartbeat'])
  heartbeat(): string {
    return heartbeatResponse();
  }

  @Get('version')
  version(): string {
    return JSON.stringify(VERSION);
  }

  @Get('healthcheck')
  async healthcheck(@Res({ passthrough: true }) response: Response): Promise<string> {
    const ready = await this.tenants.isAvailable();
    if (!ready) response.status(503);
    return JSON.stringify({ is_executor_ready: ready, is_log_client_ready: ready });
  }

  @Get('pre-flight-checks')
  preFlightChecks(): string {
    return JSON.stringify({ max_batch_size: this.config.chromaMaxBatchSize, supports_base64_encoding: true });
  }

  @Get('auth/identity')
  identity(): string {
    return JSON.stringify({ user_id: '', tenant: DEFAULT_TENANT, databases: [DEFAULT_DATABASE] });
  }

  @Post('reset')
  @HttpCode(200)
  async reset(): Promise<string> {
    if (!this.config.chromaAllowReset) throw new GatewayError({ kind: 'forbidden', subject: 'reset' });
    await this.tenants.reset();
    this.collections.forgetDropped();
    return 'true';
  }
}

/** Nanoseconds since 1970, beyond what a double can hold. */
export function heartbeatResponse(): string {
  return `{"nanosecond heartbeat":${String(BigInt(Date.now()) * 1_000_000n)}}`;
}
