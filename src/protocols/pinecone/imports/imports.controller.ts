import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { INDEX_PATHS, targetOf, type TargetPath } from '../data/rest/target-path.js';
import { IndexTargets } from '../targets.js';
import { DATA_PLANE } from '../wire/dialect.js';
import { requestedPage } from '../wire/page-token.js';
import { queryOf } from '../wire/query-string.js';
import { ImportOperations } from './import-operations.js';
import { StartImportRequest } from './requests.js';
import { toImportResponse, toImportsResponse, toStartResponse } from './responses.js';

type ImportPath = TargetPath & { readonly id: string };

/** Imports of files into an index. */
@Controller(INDEX_PATHS)
export class ImportsController {
  constructor(
    private readonly targets: IndexTargets,
    private readonly imports: ImportOperations,
  ) {}

  @Allow('write')
  @Post('bulk/imports')
  @HttpCode(200)
  async start(@Param() path: TargetPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(StartImportRequest, body, DATA_PLANE);
    return toStartResponse(await this.targets.run(targetOf(path), (collection) => this.imports.start(collection, request)));
  }

  @Allow('read')
  @Get('bulk/imports')
  async list(@Param() path: TargetPath, @Req() sent: Request): Promise<string> {
    const page = requestedPage(queryOf(sent));
    const { entries, next } = await this.targets.run(targetOf(path), (collection) => this.imports.list(collection, page));
    return toImportsResponse(entries, next);
  }

  @Allow('read')
  @Get('bulk/imports/:id')
  async describe(@Param() path: ImportPath): Promise<string> {
    return toImportResponse(await this.targets.run(targetOf(path), (collection) => this.imports.describe(collection, path.id)));
  }

  @Allow('write')
  @Delete('bulk/imports/:id')
  @HttpCode(200)
  async cancel(@Param() path: ImportPath): Promise<string> {
    await this.targets.run(targetOf(path), (collection) => this.imports.cancel(collection, path.id));
    return '{}';
  }
}
