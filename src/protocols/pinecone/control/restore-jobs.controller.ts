import { Controller, Get, Param, Req } from '@nestjs/common';
import type { Request } from 'express';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import { queryOf } from '../data/query-string.js';
import { SCOPE } from '../index-targets.js';
import { pageOf, requestedPage } from './page-token.js';
import { toRestoreJobResponse, toRestoreJobsResponse } from './snapshot-responses.js';

const LIST = ['restore-jobs'];

/** What became of backups. */
@Controller('pinecone/restore-jobs')
export class RestoreJobsController {
  constructor(private readonly snapshots: SnapshotsService) {}

  @Get()
  async list(@Req() sent: Request): Promise<string> {
    const page = requestedPage(queryOf(sent), LIST);
    const found = await this.snapshots.jobs(SCOPE, { kind: 'backup', after: page.after, limit: page.limit + 1 });
    const { items, next } = pageOf(found, page, LIST);
    return toRestoreJobsResponse(items, next);
  }

  @Get(':id')
  async describe(@Param('id') id: string): Promise<string> {
    return toRestoreJobResponse(await this.snapshots.requireJob(SCOPE, id));
  }
}
