import { Controller, Get, Param, Req } from '@nestjs/common';
import type { Request } from 'express';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import { queryOf } from '../wire/query-string.js';
import { pageOf, requestedPage } from '../wire/page-token.js';
import { toRestoreJobResponse, toRestoreJobsResponse } from './responses.js';
import { Allow } from '../../../keys/allow.js';
import { callerScope } from '../../../tenants/caller.js';

const LIST = ['restore-jobs'];

/** What became of backups. */
@Controller('pinecone/restore-jobs')
export class RestoreJobsController {
  constructor(private readonly snapshots: SnapshotsService) {}

  @Allow('read')
  @Get()
  async list(@Req() sent: Request): Promise<string> {
    const page = requestedPage(queryOf(sent), LIST);
    const found = await this.snapshots.jobs(callerScope(), { kind: 'backup', after: page.after, limit: page.limit + 1 });
    const { items, next } = pageOf(found, page, LIST);
    return toRestoreJobsResponse(items, next);
  }

  @Allow('read')
  @Get(':id')
  async describe(@Param('id') id: string): Promise<string> {
    return toRestoreJobResponse(await this.snapshots.requireJob(callerScope(), id));
  }
}
