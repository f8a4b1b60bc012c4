import { All, Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import type { SnapshotPage } from '../../../snapshots/snapshot.js';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import { apiVersion, type ApiVersion } from '../wire/api-version.js';
import { queryOf, textOf } from '../wire/query-string.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { NO_CONTENT_TYPE } from '../middleware.js';
import { IndexTargets } from '../targets.js';
import { PineconeError } from '../pinecone-error.js';
import { pageOf, requestedPage } from '../wire/page-token.js';
import { restoreTarget } from './restore-target.js';
import { findNamed } from './errors.js';
import { CreateBackupRequest, RestoreBackupRequest } from './requests.js';
import { createdStatus } from '../wire/statuses.js';
import { toBackupResponse, toBackupsResponse, toRestoreResponse } from './responses.js';
import { Allow } from '../../../keys/allow.js';
import { callerScope } from '../../../tenants/caller.js';

const KIND = 'backup';

/** Backups of indexes, and indexes out of backups. Whatever is asked for is complete when the answer comes. */
@Controller('pinecone')
export class BackupsController {
  constructor(
    private readonly targets: IndexTargets,
    private readonly snapshots: SnapshotsService,
  ) {}

  @Allow('write')
  @Post('indexes/:index/backups')
  async create(
    @Param('index') index: string,
    @Body() body: RequestBody,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const { name, description } = validate(CreateBackupRequest, body, CONTROL_PLANE);
    const backup = await this.targets.run({ kind: 'name', name: index }, (collection) =>
      this.snapshots.create(collection, { kind: KIND, name: name ?? null, description: description ?? null }),
    );
    response.status(createdStatus(sent));
    return toBackupResponse(backup, versionOf(sent));
  }

  /** Those of the index that has the name; with `include_deleted`, those of every index that ever had it. */
  @Allow('read')
  @Get('indexes/:index/backups')
  async listOfIndex(@Param('index') index: string, @Req() sent: Request): Promise<string> {
    if (textOf(queryOf(sent), 'include_deleted') !== 'true') {
      const uuid = await this.uuidOf(index);
      return (await this.list(sent, ['index', uuid], { uuid })).text;
    }
    const { text, count } = await this.list(sent, ['name', index], { name: index });
    // nothing is an answer as long as there is such an index
    if (count === 0) await this.uuidOf(index);
    return text;
  }

  @Allow('read')
  @Get('backups')
  async listAll(@Req() sent: Request): Promise<string> {
    return (await this.list(sent, ['all'], undefined)).text;
  }

  @Allow('read')
  @Get('backups/:id')
  async describe(@Param('id') id: string, @Req() sent: Request): Promise<string> {
    return toBackupResponse(await findNamed('Backup', id, this.snapshots.require(callerScope(), id)), versionOf(sent));
  }

  @Allow('write')
  @Delete('backups/:id')
  @HttpCode(202)
  @Header('content-type', NO_CONTENT_TYPE)
  async delete(@Param('id') id: string): Promise<void> {
    const backup = await findNamed('Backup', id, this.snapshots.require(callerScope(), id));
    await findNamed('Backup', id, this.snapshots.delete(backup));
  }

  @Allow('write')
  @Post('backups/:id/create-index')
  @HttpCode(202)
  async restore(@Param('id') id: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(RestoreBackupRequest, body, CONTROL_PLANE);
    const backup = await findNamed('Backup', id, this.snapshots.require(callerScope(), id));
    const target = restoreTarget(backup, request);
    const { jobUuid, collection } = await findNamed('Backup', id, this.snapshots.restore(callerScope(), backup, target));
    return toRestoreResponse(jobUuid, collection.uuid);
  }

  @Allow('write')
  @All(['indexes/:index/backup-schedules', 'backup-schedules/:id', 'backup-schedules/:id/history'])
  schedules(): never {
    throw new PineconeError('UNIMPLEMENTED', 'Backup schedules are not served here: create backups when they are due');
  }

  private async list(
    sent: Request,
    list: readonly string[],
    source: SnapshotPage['source'],
  ): Promise<{ readonly text: string; readonly count: number }> {
    const page = requestedPage(queryOf(sent), ['backups', ...list]);
    const found = await this.snapshots.list(callerScope(), { kind: KIND, source, after: page.after, limit: page.limit + 1 });
    const { items, next } = pageOf(found, page, ['backups', ...list]);
    return { text: toBackupsResponse(items, next, versionOf(sent)), count: items.length };
  }

  private async uuidOf(index: string): Promise<string> {
    return this.targets.run({ kind: 'name', name: index }, ({ uuid }) => Promise.resolve(uuid));
  }
}

function versionOf(request: Request): ApiVersion {
  return apiVersion(request.headers['x-pinecone-api-version']);
}
