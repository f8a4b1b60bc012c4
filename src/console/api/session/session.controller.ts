import { Controller, Get, Inject, UseGuards } from '@nestjs/common';
import { CONFIG, type Config } from '../../../config/config.js';
import { Allow } from '../../../keys/allow.js';
import { RequestFeed } from '../../../observability/request-feed.js';
import { EngineDescription } from '../../../records/engine-description.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import { currentCaller } from '../../../tenants/caller.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { VERSION } from '../../../version.js';
import { consoleModeOf } from '../../console-mode.js';
import { ChangesGuard } from '../changes.guard.js';
import type { Session, TenantList } from '../contract/session.js';
import { OpenPorts } from './open-ports.js';

const MAX_DATABASES = 1_000;

/** Who is at the console, and what is within the key's reach. */
@UseGuards(ChangesGuard)
@Controller('console/api/v1')
export class SessionController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly ports: OpenPorts,
    private readonly feed: RequestFeed,
    private readonly engine: EngineDescription,
    private readonly tenants: TenantsService,
    private readonly work: LimitedWork,
  ) {}

  @Allow('key')
  @Get('session')
  session(): Session {
    const { permissions, tenant, database, collections } = currentCaller();
    const { firstCallAt } = this.feed;
    return {
      version: VERSION,
      engine: this.engine.text,
      mode: consoleModeOf(this.config) === 'on' ? 'on' : 'read-only',
      keys: this.config.auth === 'keys',
      permissions: [...permissions],
      isOperator: permissions.has('admin') && tenant === null && collections === null,
      tenant,
      database,
      addresses: this.ports.addresses,
      firstCallAt: firstCallAt === undefined ? null : new Date(firstCallAt).toISOString(),
    };
  }

  @Allow('read')
  @Get('tenants')
  async list(): Promise<TenantList> {
    const databases = await this.work.run(() => this.tenants.listAll(MAX_DATABASES));
    const byTenant = new Map<string, string[]>();
    for (const { tenant, name } of databases) {
      const names = byTenant.get(tenant) ?? [];
      byTenant.set(tenant, names);
      names.push(name);
    }
    return { tenants: [...byTenant].map(([name, names]) => ({ name, databases: names })) };
  }
}
