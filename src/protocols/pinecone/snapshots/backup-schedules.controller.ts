import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { NO_CONTENT_TYPE } from '../wire/answers.js';
import { versionOf } from '../wire/api-version.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { requestedPage } from '../wire/page-token.js';
import { queryOf } from '../wire/query-string.js';
import { CreateBackupScheduleRequest, UpdateBackupScheduleRequest } from './requests.js';
import { ScheduleOperations } from './schedule-operations.js';
import { toHistoryResponse, toScheduleResponse, toSchedulesResponse } from './schedule-responses.js';

/** Schedules of backups. They came with API version 2026-07, and are the same in all. */
@Controller('pinecone')
export class BackupSchedulesController {
  constructor(private readonly schedules: ScheduleOperations) {}

  @Allow('write')
  @Post('indexes/:index/backup-schedules')
  @HttpCode(201)
  async create(@Param('index') index: string, @Body() body: RequestBody): Promise<string> {
    const schedule = await this.schedules.create(index, validate(CreateBackupScheduleRequest, body, CONTROL_PLANE));
    return toScheduleResponse(schedule, await this.schedules.projectId());
  }

  @Allow('read')
  @Get('indexes/:index/backup-schedules')
  async list(@Param('index') index: string, @Req() sent: Request): Promise<string> {
    const page = await this.schedules.list(index, requestedPage(queryOf(sent)));
    return toSchedulesResponse(page, await this.schedules.projectId());
  }

  @Allow('read')
  @Get('backup-schedules/:id')
  async describe(@Param('id') id: string): Promise<string> {
    return toScheduleResponse(await this.schedules.describe(id), await this.schedules.projectId());
  }

  @Allow('write')
  @Patch('backup-schedules/:id')
  async update(@Param('id') id: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateBackupScheduleRequest, body, CONTROL_PLANE);
    return toScheduleResponse(await this.schedules.update(id, request), await this.schedules.projectId());
  }

  @Allow('write')
  @Delete('backup-schedules/:id')
  @HttpCode(204)
  @Header('content-type', NO_CONTENT_TYPE)
  async delete(@Param('id') id: string): Promise<void> {
    await this.schedules.delete(id);
  }

  @Allow('read')
  @Get('backup-schedules/:id/history')
  async history(@Param('id') id: string, @Req() sent: Request): Promise<string> {
    const schedule = await this.schedules.describe(id);
    const page = await this.schedules.history(schedule, requestedPage(queryOf(sent)));
    return toHistoryResponse(page, schedule, versionOf(sent));
  }
}
