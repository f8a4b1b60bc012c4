import { Body, Controller, Get, Param, Post, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { Lifecycle } from '../../../lifecycle/lifecycle.js';
import { ChangesGuard } from '../changes.guard.js';
import { ConsoleFeed } from './feed.js';
import { ConsoleJobs } from './jobs.js';
import { ConsoleMaps } from './map.js';
import { ConsoleQuality } from './quality.js';
import { MapRequest, QualityRequest } from './requests.js';
import { Streamed } from './streamed.js';

/** Answers that go on for a while. */
@UseGuards(ChangesGuard)
@Controller('console/api/v1')
export class ConsoleStreamsController {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly feed: ConsoleFeed,
    private readonly jobs: ConsoleJobs,
    private readonly qualities: ConsoleQuality,
    private readonly maps: ConsoleMaps,
  ) {}

  @Allow('read')
  @Get('requests')
  requests(@Res() response: Response): void {
    this.feed.admit();
    const streamed = new Streamed(response, this.lifecycle);
    response.flushHeaders();
    this.feed.watch(streamed);
  }

  @Allow('read')
  @Post('collections/:uuid/quality')
  async quality(@Param('uuid') uuid: string, @Body() body: RequestBody, @Res() response: Response): Promise<void> {
    const request = validate(QualityRequest, body);
    await this.jobs.run(async () => {
      const collection = await this.qualities.prepare(uuid);
      const streamed = new Streamed(response.status(200), this.lifecycle);
      await this.qualities.measure(collection, request, streamed);
      streamed.finish();
    });
  }

  @Allow('read')
  @Post('collections/:uuid/map')
  async map(@Param('uuid') uuid: string, @Body() body: RequestBody, @Res() response: Response): Promise<void> {
    const request = validate(MapRequest, body);
    const left = new AbortController();
    const leave = (): void => {
      left.abort();
    };
    response.once('close', leave);
    if (response.destroyed) leave();
    const made = await this.jobs.run(() => this.maps.make(uuid, request, left.signal)).catch(unless(left.signal));
    if (made === undefined) return;
    // others need not wait for who reads slowly
    const streamed = new Streamed(response.status(200), this.lifecycle, 'application/octet-stream');
    await streamed.bytes(Buffer.from(`${JSON.stringify(made.header)}\n`));
    await streamed.bytes(new Uint8Array(made.points.buffer, made.points.byteOffset, made.points.byteLength));
    streamed.finish();
  }
}

/** Takes the errors of work that its viewer has ended. */
function unless(ended: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!ended.aborted) throw error;
  };
}
