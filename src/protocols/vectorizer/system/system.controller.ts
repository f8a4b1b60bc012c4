import { Body, Controller, Get, Header, HttpCode, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { SystemOperations } from './operations.js';
import { EmbedRequest } from './requests.js';
import { toEmbedding, toHealth, toMetrics, toProgress, toStats, toStatus } from './responses.js';

/** What the server says of itself, and its embedder. */
@Controller('vectorizer')
export class SystemController {
  constructor(private readonly operations: SystemOperations) {}

  /** 503 when the database does not answer. */
  @Allow('anyone')
  @Get('health')
  async health(@Res({ passthrough: true }) response: Response): Promise<object> {
    const isAvailable = await this.operations.isAvailable();
    if (!isAvailable) response.status(503);
    return toHealth(isAvailable);
  }

  @Allow('read')
  @Get('stats')
  async stats(): Promise<object> {
    return toStats(await this.operations.listCollections(), this.operations.listProviders());
  }

  @Allow('read')
  @Get('status')
  async status(): Promise<object> {
    return toStatus(await this.operations.countCollections());
  }

  @Allow('read')
  @Get('indexing/progress')
  async progress(): Promise<object> {
    return toProgress(await this.operations.listCollections());
  }

  @Allow('anyone')
  @Get('prometheus/metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async metrics(): Promise<string> {
    return toMetrics(await this.operations.isAvailable());
  }

  @Allow('read')
  @Post('embed')
  @HttpCode(200)
  async embed(@Body() body: RequestBody): Promise<object> {
    return toEmbedding(await this.operations.embed(validate(EmbedRequest, body, ABSENT_NULLS)));
  }
}
