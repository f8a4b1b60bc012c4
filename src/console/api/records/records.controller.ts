import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { jsonObject } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { Lifecycle } from '../../../lifecycle/lifecycle.js';
import { ChangesGuard } from '../changes.guard.js';
import { invalid } from '../console-error.js';
import type { FieldList } from '../contract/collections.js';
import type {
  DeletePreview,
  Faces,
  FilterSyntaxes,
  MatchingIds,
  RecordPage,
  RecordRow,
  SearchResult,
} from '../contract/records.js';
import { readFilter } from '../filter/input.js';
import { Streamed } from '../streams/streamed.js';
import { ConsoleDeletes } from './deletes.js';
import { RecordEdits } from './edits.js';
import { RecordFaces } from './faces.js';
import { ConsoleRecords } from './operations.js';
import {
  DeleteConfirmationRequest,
  DeleteRequest,
  EditRequest,
  FilterRequest,
  MatchingRequest,
  RecordsRequest,
  SearchRequest,
} from './requests.js';
import { ConsoleSearches } from './searches.js';

/** The records of a collection. */
@UseGuards(ChangesGuard)
@Controller('console/api/v1/collections/:uuid')
export class ConsoleRecordsController {
  constructor(
    private readonly records: ConsoleRecords,
    private readonly faces: RecordFaces,
    private readonly edits: RecordEdits,
    private readonly searches: ConsoleSearches,
    private readonly deletes: ConsoleDeletes,
    private readonly lifecycle: Lifecycle,
  ) {}

  @Allow('read')
  @Get('fields')
  async fields(@Param('uuid') uuid: string, @Query('namespace') namespace = ''): Promise<FieldList> {
    return this.records.fields(uuid, namespace);
  }

  @Allow('read')
  @Post('filter-syntaxes')
  @HttpCode(200)
  async syntaxes(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<FilterSyntaxes> {
    const { match, conditions } = validate(FilterRequest, body);
    return this.records.syntaxes(uuid, readFilter(jsonObject({ match: match ?? 'all', conditions: conditions ?? [] })));
  }

  @Allow('read')
  @Post('records')
  @HttpCode(200)
  async page(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<RecordPage> {
    return this.records.page(uuid, validate(RecordsRequest, body));
  }

  @Allow('read')
  @Post('matching')
  @HttpCode(200)
  async matching(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<MatchingIds> {
    return this.records.matching(uuid, validate(MatchingRequest, body));
  }

  @Allow('read')
  @Get('record')
  async show(@Param('uuid') uuid: string, @Query('id') id?: string, @Query('namespace') namespace = ''): Promise<Faces> {
    if (id === undefined) throw invalid('id: is missing');
    return this.faces.of(uuid, namespace, id);
  }

  @Allow('write')
  @Put('record')
  async edit(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<RecordRow> {
    return this.edits.edit(uuid, validate(EditRequest, body));
  }

  @Allow('read')
  @Post('search')
  @HttpCode(200)
  async search(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<SearchResult> {
    return this.searches.search(uuid, validate(SearchRequest, body));
  }

  @Allow('read')
  @Post('delete-preview')
  @HttpCode(200)
  async preview(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<DeletePreview> {
    return this.deletes.preview(uuid, validate(DeleteRequest, body));
  }

  @Allow('write')
  @Post('delete')
  async delete(@Param('uuid') uuid: string, @Body() body: RequestBody, @Res() response: Response): Promise<void> {
    const confirmed = await this.deletes.confirm(uuid, validate(DeleteConfirmationRequest, body));
    const streamed = new Streamed(response.status(200), this.lifecycle);
    await this.deletes.carryOut(confirmed, streamed);
    streamed.finish();
  }
}
