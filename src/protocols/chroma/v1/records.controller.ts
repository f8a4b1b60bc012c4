import { Body, Controller, Get, HttpCode, Inject, Param, Post, type StreamableFile } from '@nestjs/common';
import { CONFIG, type Config } from '../../../config/config.js';
import { isJsonObject, type Json } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { invalidArgument } from '../chroma-error.js';
import type { Dialect } from '../filter/parse-filter.js';
import { V1_DEFAULT_GET_INCLUDE, V1_DEFAULT_QUERY_INCLUDE } from '../limits.js';
import { RecordOperations } from '../records/operations.js';
import { AddRequest, UpdateRequest, UpsertRequest } from '../records/requests.js';
import { GetResponse, QueryResponse } from '../records/responses.js';
import { CollectionTargets } from '../targets.js';
import { V1DeleteRequest, V1GetRequest, V1QueryRequest } from './requests.js';
import { includedTail, NULL } from './responses.js';

const NO_CONDITION =
  'You must provide either ids, where, or where_document to delete. If you want to delete all the data in a collection you can delete the collection itself using the delete_collection method.';

/** Chroma API v1, records. Paths name no tenant. */
@Controller('chroma/api/v1/collections/:uuid')
export class V1RecordsController {
  private readonly dialect: Dialect;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly targets: CollectionTargets,
    private readonly operations: RecordOperations,
  ) {
    this.dialect = { missingKey: config.chromaV1MissingKey, legacy: true };
  }

  @Allow('write')
  @Post('add')
  @HttpCode(201)
  async add(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(AddRequest, body);
    await this.operations.add(await this.targets.requireAnywhere(uuid), request);
    return 'true';
  }

  @Allow('write')
  @Post('update')
  @HttpCode(200)
  async update(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(UpdateRequest, body);
    await this.operations.update(await this.targets.requireAnywhere(uuid), request);
    return NULL;
  }

  @Allow('write')
  @Post('upsert')
  @HttpCode(200)
  async upsert(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(UpsertRequest, body);
    await this.operations.upsert(await this.targets.requireAnywhere(uuid), request);
    return NULL;
  }

  @Allow('read')
  @Post('get')
  @HttpCode(200)
  async get(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string | StreamableFile> {
    const request = await validateLong(V1GetRequest, body);
    const collection = await this.targets.requireAnywhere(uuid);
    const include = request.include ?? V1_DEFAULT_GET_INCLUDE;
    return this.operations.get(collection, request, this.dialect, new GetResponse(include, includedTail(include)));
  }

  @Allow('read')
  @Post('query')
  @HttpCode(200)
  async query(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string | StreamableFile> {
    const request = await validateLong(V1QueryRequest, body);
    const collection = await this.targets.requireAnywhere(uuid);
    const include = request.include ?? V1_DEFAULT_QUERY_INCLUDE;
    return this.operations.query(collection, request, this.dialect, new QueryResponse(include, includedTail(include)));
  }

  @Allow('write')
  @Post('delete')
  @HttpCode(200)
  async delete(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(V1DeleteRequest, body);
    if (isUnconditional(request)) throw invalidArgument(NO_CONDITION);
    const { ids } = await this.operations.delete(await this.targets.requireAnywhere(uuid), request, this.dialect);
    return JSON.stringify(ids);
  }

  @Allow('read')
  @Get('count')
  async count(@Param('uuid') uuid: string): Promise<string> {
    return String(await this.operations.count(await this.targets.requireAnywhere(uuid)));
  }
}

/** Whether a request names no record at all. */
function isUnconditional(request: V1DeleteRequest): boolean {
  const isEmpty = (where: Json | undefined): boolean => where == null || (isJsonObject(where) && where.size === 0);
  return !request.ids?.length && isEmpty(request.where) && isEmpty(request.where_document);
}
