import { Body, Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ChangesGuard } from '../changes.guard.js';
import type { ImportList } from '../contract/imports.js';
import { ConsoleImports } from './imports.js';
import { NewImportRequest } from './requests.js';

/** Copies and imports of every tenant within the key's reach. */
@UseGuards(ChangesGuard)
@Controller('console/api/v1')
export class ConsoleImportsController {
  constructor(private readonly imports: ConsoleImports) {}

  @Allow('read')
  @Get('imports')
  async list(): Promise<ImportList> {
    return this.imports.list();
  }

  @Allow('write')
  @Post('collections/:uuid/imports')
  @HttpCode(201)
  async start(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<{ readonly number: number }> {
    return { number: await this.imports.start(uuid, validate(NewImportRequest, body)) };
  }

  @Allow('write')
  @Delete('collections/:uuid/imports/:number')
  @HttpCode(204)
  async cancel(@Param('uuid') uuid: string, @Param('number') number: string): Promise<void> {
    await this.imports.cancel(uuid, number);
  }
}
