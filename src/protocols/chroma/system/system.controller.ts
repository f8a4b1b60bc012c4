import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow } from '../../../keys/allow.js';
import { SystemOperations } from './operations.js';
import { toChecksResponse, toHealthResponse, toHeartbeatResponse, toIdentityResponse, toVersionResponse } from './responses.js';

/** Chroma API v2, endpoints about the server. */
@Controller('chroma/api/v2')
export class SystemController {
  constructor(private readonly operations: SystemOperations) {}

  @Allow('anyone')
  @Get(['', 'heartbeat'])
  heartbeat(): string {
    return toHeartbeatResponse();
  }

  @Allow('anyone')
  @Get('version')
  version(): string {
    return toVersionResponse();
  }

  @Allow('anyone')
  @Get('healthcheck')
  async healthcheck(@Res({ passthrough: true }) response: Response): Promise<string> {
    const isReady = await this.operations.isReady();
    if (!isReady) response.status(503);
    return toHealthResponse(isReady);
  }

  @Allow('anyone')
  @Get('pre-flight-checks')
  preFlightChecks(): string {
    return toChecksResponse(this.operations.maxBatchSize);
  }

  @Allow('key')
  @Get('auth/identity')
  async identity(): Promise<string> {
    return toIdentityResponse(await this.operations.identity());
  }

  @Allow('admin')
  @Post('reset')
  @HttpCode(200)
  async reset(): Promise<string> {
    await this.operations.reset();
    return 'true';
  }
}
