import { Body, Controller, Get, HttpCode, Inject, Param, Post, type StreamableFile } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { RecordsService } from '../../../records/records.service.js';
import { invalidArgument } from '../chroma-error.js';
import { requireUuid } from '../targets.js';
import type { Dialect } from '../filter/parse-filter.js';
import {
  addRecords,
  deleteRecords,
  getRecords,
  NAMESPACE,
  isUnconditional,
  queryRecords,
  updateRecords,
  upsertRecords,
} from '../records/operations.js';
import { AddRequest, UpdateRequest, UpsertRequest } from '../requests.js';
import { V1DeleteRequest, V1GetRequest, V1QueryRequest } from './requests.js';
import { Allow } from '../../../keys/allow.js';

const NO_CONDITION =
  'You must provide either ids, where, or where_document to delete. If you want to delete all the data in a collection you can delete the collection itself using the delete_collection method.';

/** Chroma API v1, records. Paths name no tenant. */
@Controller('chroma/api/v1/collections/:uuid')
export class V1RecordsController {
  private readonly dialect: Dialect;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly collections: CollectionsService,
    private readonly records: RecordsService,
  ) {
    this.dialect = { missingKey: config.chromaV1MissingKey, legacy: true };
  }

  @Allow('write')
  @Post('add')
  @HttpCode(201)
  async add(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    await addRecords(this.records, () => this.collection(uuid), validate(AddRequest, body));
    return 'true';
  }

  @Allow('write')
  @Post('update')
  @HttpCode(200)
  async update(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    await updateRecords(this.records, () => this.collection(uuid), validate(UpdateRequest, body));
    return 'null';
  }

  @Allow('write')
  @Post('upsert')
  @HttpCode(200)
  async upsert(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    await upsertRecords(this.records, () => this.collection(uuid), validate(UpsertRequest, body));
    return 'null';
  }

  @Allow('read')
  @Post('get')
  @HttpCode(200)
  async get(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string | StreamableFile> {
    const request = validate(V1GetRequest, body);
    const include = request.include ?? ['metadatas', 'documents'];
    return getRecords(this.records, () => this.collection(uuid), request, include, this.dialect, tail(include));
  }

  @Allow('read')
  @Post('query')
  @HttpCode(200)
  async query(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(V1QueryRequest, body);
    const include = request.include ?? ['metadatas', 'documents', 'distances'];
    return queryRecords(this.records, () => this.collection(uuid), request, include, this.dialect, tail(include));
  }

  @Allow('write')
  @Post('delete')
  @HttpCode(200)
  async delete(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(V1DeleteRequest, body);
    if (isUnconditional(request)) throw invalidArgument(NO_CONDITION);
    const { ids } = await deleteRecords(this.records, () => this.collection(uuid), request, this.dialect);
    return JSON.stringify(ids);
  }

  @Allow('read')
  @Get('count')
  async count(@Param('uuid') uuid: string): Promise<string> {
    return String(await this.records.count(await this.collection(uuid), NAMESPACE));
  }

  private async collection(uuid: string): Promise<Collection> {
    return this.collections.requireAnywhere(requireUuid(uuid));
  }
}

function tail(include: readonly string[]): string {
  return `"data":null,"included":${JSON.stringify(include)}`;
}
