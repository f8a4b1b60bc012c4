import { Controller, Get, Header, Res } from '@nestjs/common';
import type { Response } from 'express';
import { TenantsService } from '../tenants/tenants.service.js';

/** Probes, on the console port. */
@Controller()
export class HealthController {
  constructor(private readonly tenants: TenantsService) {}

  /** The process answers. */
  @Get('livez')
  @Header('content-type', 'application/json')
  live(): string {
    return '{"status":"ok"}';
  }

  /** The database answers, too; 503 when it does not. */
  @Get('readyz')
  @Header('content-type', 'application/json')
  async ready(@Res({ passthrough: true }) response: Response): Promise<string> {
    const available = await this.tenants.isAvailable();
    if (!available) response.status(503);
    return JSON.stringify({ status: available ? 'ok' : 'unavailable' });
  }
}
