import { Body, Controller, Get, HttpCode, Param, Post, Query, type StreamableFile } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ChromaError } from '../chroma-error.js';
import { MODERN } from '../filter/parse-filter.js';
import { DEFAULT_GET_INCLUDE, DEFAULT_QUERY_INCLUDE } from '../limits.js';
import { SearchOperations } from '../search/operations.js';
import { SearchRequest } from '../search/requests.js';
import { type CollectionPath, CollectionTargets } from '../targets.js';
import { EMPTY } from '../wire/answers.js';
import { API_V2 } from '../wire/dialect.js';
import { type QueryString, requireReadLevel } from '../wire/query-string.js';
import { toIndexingStatus } from './indexing-status.js';
import { RecordOperations } from './operations.js';
import {
  AddRequest,
  AttachFunctionRequest,
  DeleteRequest,
  GetRequest,
  QueryRequest,
  UpdateRequest,
  UpsertRequest,
} from './requests.js';
import { GetResponse, includeTail, QueryResponse, toDeleteResponse } from './responses.js';

const NO_FUNCTIONS = "Tonic error: code: 'Operation is not implemented or not supported', message: ";

/** Chroma API v2, records. The collection is looked up once the body has the right types, and before its values are checked. */
@Controller('chroma/api/v2/tenants/:tenant/databases/:database/collections/:uuid')
export class RecordsController {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly operations: RecordOperations,
    private readonly searches: SearchOperations,
  ) {}

  @Allow('write')
  @Post('add')
  @HttpCode(201)
  async add(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(AddRequest, body, API_V2);
    await this.operations.add(await this.targets.require(path), request);
    return EMPTY;
  }

  @Allow('write')
  @Post('update')
  @HttpCode(200)
  async update(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(UpdateRequest, body, API_V2);
    await this.operations.update(await this.targets.require(path), request);
    return EMPTY;
  }

  @Allow('write')
  @Post('upsert')
  @HttpCode(200)
  async upsert(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(UpsertRequest, body, API_V2);
    await this.operations.upsert(await this.targets.require(path), request);
    return EMPTY;
  }

  @Allow('read')
  @Post('get')
  @HttpCode(200)
  async get(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string | StreamableFile> {
    const request = await validateLong(GetRequest, body, API_V2);
    const collection = await this.targets.require(path);
    const include = request.include ?? DEFAULT_GET_INCLUDE;
    return this.operations.get(collection, request, MODERN, new GetResponse(include, includeTail(include)));
  }

  @Allow('read')
  @Post('query')
  @HttpCode(200)
  async query(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string | StreamableFile> {
    const request = await validateLong(QueryRequest, body, API_V2);
    const collection = await this.targets.require(path);
    const include = request.include ?? DEFAULT_QUERY_INCLUDE;
    return this.operations.query(collection, request, MODERN, new QueryResponse(include, includeTail(include)));
  }

  @Allow('write')
  @Post('delete')
  @HttpCode(200)
  async delete(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(DeleteRequest, body, API_V2);
    return toDeleteResponse(await this.operations.delete(await this.targets.require(path), request, MODERN));
  }

  @Allow('read')
  @Get('count')
  async count(@Param() path: CollectionPath, @Query() query: QueryString): Promise<string> {
    requireReadLevel(query);
    return String(await this.operations.count(await this.targets.require(path)));
  }

  @Allow('read')
  @Get('indexing_status')
  async indexingStatus(@Param() path: CollectionPath): Promise<string> {
    return toIndexingStatus(await this.operations.indexingProgress(await this.targets.require(path)));
  }

  @Allow('read')
  @Post('search')
  @HttpCode(200)
  async search(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const { searches } = validate(SearchRequest, body, API_V2);
    return this.searches.search(await this.targets.require(path), searches);
  }

  @Allow('write')
  @Post('functions/attach')
  attachFunction(@Body() body: RequestBody): never {
    validate(AttachFunctionRequest, body, API_V2);
    throw unimplemented(`${NO_FUNCTIONS}" Attached Function operations not yet implemented in SqliteSysDb"`);
  }

  @Allow('read')
  @Get('functions/:name')
  getFunction(): never {
    throw new ChromaError(404, 'NotFoundError', 'Attached function not found');
  }

  @Allow('write')
  @Post('attached_functions/:name/detach')
  detachFunction(): never {
    throw unimplemented(`${NO_FUNCTIONS}"Not implemented"`);
  }
}

function unimplemented(message: string): ChromaError {
  return new ChromaError(501, 'ChromaError', message);
}
