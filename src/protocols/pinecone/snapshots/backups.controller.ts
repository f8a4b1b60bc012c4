import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { createdStatus, NO_CONTENT_TYPE } from '../wire/answers.js';
import { versionOf } from '../wire/api-version.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { requestedPage } from '../wire/page-token.js';
import { queryOf, textOf } from '../wire/query-string.js';
import { BackupOperations } from './backup-operations.js';
import { CreateBackupRequest, RestoreBackupRequest } from './requests.js';
import { toBackupResponse, toBackupsResponse, toRestoreResponse } from './responses.js';

/** Backups of indexes, and indexes out of backups. */
@Controller('pinecone')
export class BackupsController {
  constructor(private readonly backups: BackupOperations) {}

  @Allow('write')
  @Post('indexes/:index/backups')
  async create(
    @Param('index') index: string,
    @Body() body: RequestBody,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const backup = await this.backups.create(index, validate(CreateBackupRequest, body, CONTROL_PLANE));
    response.status(createdStatus(sent));
    return toBackupResponse(backup, versionOf(sent));
  }

  @Allow('read')
  @Get('indexes/:index/backups')
  async listOfIndex(@Param('index') index: string, @Req() sent: Request): Promise<string> {
    const query = queryOf(sent);
    const includeDeleted = textOf(query, 'include_deleted') === 'true';
    const page = await this.backups.listOfIndex(index, requestedPage(query), includeDeleted);
    return toBackupsResponse(page, versionOf(sent));
  }

  @Allow('read')
  @Get('backups')
  async listAll(@Req() sent: Request): Promise<string> {
    return toBackupsResponse(await this.backups.list(requestedPage(queryOf(sent))), versionOf(sent));
  }

  @Allow('read')
  @Get('backups/:id')
  async describe(@Param('id') id: string, @Req() sent: Request): Promise<string> {
    return toBackupResponse(await this.backups.describe(id), versionOf(sent));
  }

  @Allow('write')
  @Delete('backups/:id')
  @HttpCode(202)
  @Header('content-type', NO_CONTENT_TYPE)
  async delete(@Param('id') id: string): Promise<void> {
    await this.backups.delete(id);
  }

  @Allow('write')
  @Post('backups/:id/create-index')
  @HttpCode(202)
  async restore(@Param('id') id: string, @Body() body: RequestBody): Promise<string> {
    return toRestoreResponse(await this.backups.restore(id, validate(RestoreBackupRequest, body, CONTROL_PLANE)));
  }
}
