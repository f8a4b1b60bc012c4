import { Controller, Get, Param, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Allow } from '../../../keys/allow.js';
import { requestedPage } from '../wire/page-token.js';
import { queryOf } from '../wire/query-string.js';
import { BackupOperations } from './backup-operations.js';
import { toRestoreJobResponse, toRestoreJobsResponse } from './responses.js';

/** Restores of backups. */
@Controller('pinecone/restore-jobs')
export class RestoreJobsController {
  constructor(private readonly backups: BackupOperations) {}

  @Allow('read')
  @Get()
  async list(@Req() sent: Request): Promise<string> {
    return toRestoreJobsResponse(await this.backups.listJobs(requestedPage(queryOf(sent))));
  }

  @Allow('read')
  @Get(':id')
  async describe(@Param('id') id: string): Promise<string> {
    return toRestoreJobResponse(await this.backups.describeJob(id));
  }
}
