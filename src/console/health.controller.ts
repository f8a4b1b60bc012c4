import { Controller, Get, Header, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Allow } from '../keys/allow.js';
import { ReadinessService } from '../lifecycle/readiness.service.js';

/** Where an orchestrator asks. */
export const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/startupz']);

/** Probes, on the console port: 200, or 503 with the reason. */
@Controller()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  /** The process answers; restarting it would mend nothing that lies elsewhere. */
  @Allow('anyone')
  @Get('livez')
  @Header('content-type', 'application/json')
  live(): string {
    return answer(undefined);
  }

  /** The database answers and takes writes, and nobody stops this instance. Answers within a second. */
  @Allow('anyone')
  @Get('readyz')
  @Header('content-type', 'application/json')
  async ready(@Res({ passthrough: true }) response: Response): Promise<string> {
    const hindrance = await this.readiness.hindrance();
    if (hindrance !== undefined) response.status(503);
    return answer(hindrance);
  }

  /** The database has been reached, and its schema is up to date. */
  @Allow('anyone')
  @Get('startupz')
  @Header('content-type', 'application/json')
  started(@Res({ passthrough: true }) response: Response): string {
    if (this.readiness.hasStarted) return answer(undefined);
    response.status(503);
    return answer('starting');
  }
}

function answer(reason: string | undefined): string {
  return JSON.stringify(reason === undefined ? { status: 'ok' } : { status: 'unavailable', reason });
}
