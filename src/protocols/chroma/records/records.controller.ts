import { Body, Controller, Get, HttpCode, Param, Post, Query, type StreamableFile } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { IndexesService } from '../../../records/maintenance/indexes.service.js';
import { RecordsService } from '../../../records/records.service.js';
import { ChromaError } from '../chroma-error.js';
import { requireUuid, scopeOf, type ScopePath } from '../targets.js';
import { MODERN } from '../filter/parse-filter.js';
import { requireReadLevel } from '../wire/query-string.js';
import {
  AddRequest,
  AttachFunctionRequest,
  DeleteRequest,
  ForkRequest,
  GetRequest,
  QueryRequest,
  SearchRequest,
  UpdateRequest,
  UpsertRequest,
} from '../requests.js';
import {
  addRecords,
  deleteRecords,
  getRecords,
  NAMESPACE,
  queryRecords,
  updateRecords,
  upsertRecords,
} from './operations.js';
import { EMPTY, includeTail, toIndexingStatus } from '../responses.js';
import { Allow } from '../../../keys/allow.js';

const NO_FUNCTIONS = "Tonic error: code: 'Operation is not implemented or not supported', message: ";

type CollectionPath = ScopePath & { readonly uuid: string };

/** Chroma API v2, records. */
@Controller('chroma/api/v2/tenants/:tenant/databases/:database/collections/:uuid')
export class RecordsController {
  constructor(
    private readonly collections: CollectionsService,
    private readonly records: RecordsService,
    private readonly indexes: IndexesService,
  ) {}

  @Allow('write')
  @Post('add')
  @HttpCode(201)
  async add(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(AddRequest, body);
    await addRecords(this.records, () => this.collection(path), request);
    return EMPTY;
  }

  @Allow('write')
  @Post('update')
  @HttpCode(200)
  async update(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateRequest, body);
    await updateRecords(this.records, () => this.collection(path), request);
    return EMPTY;
  }

  @Allow('write')
  @Post('upsert')
  @HttpCode(200)
  async upsert(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpsertRequest, body);
    await upsertRecords(this.records, () => this.collection(path), request);
    return EMPTY;
  }

  @Allow('read')
  @Post('get')
  @HttpCode(200)
  async get(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string | StreamableFile> {
    const request = validate(GetRequest, body);
    const include = request.include ?? ['documents', 'metadatas'];
    return getRecords(this.records, () => this.collection(path), request, include, MODERN, includeTail(include));
  }

  @Allow('read')
  @Post('query')
  @HttpCode(200)
  async query(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(QueryRequest, body);
    const include = request.include ?? ['documents', 'metadatas', 'distances'];
    return queryRecords(this.records, () => this.collection(path), request, include, MODERN, includeTail(include));
  }

  @Allow('write')
  @Post('delete')
  @HttpCode(200)
  async delete(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(DeleteRequest, body);
    const { count } = await deleteRecords(this.records, () => this.collection(path), request, MODERN);
    return `{"deleted":${String(count)}}`;
  }

  @Allow('read')
  @Get('count')
  async count(@Param() path: CollectionPath, @Query() query: Readonly<Record<string, unknown>>): Promise<string> {
    requireReadLevel(query);
    return String(await this.records.count(await this.collection(path), NAMESPACE));
  }

  /** Every write is searchable at once; what is not in an index yet, and is worth one, is compared one by one. */
  @Allow('read')
  @Get('indexing_status')
  async indexingStatus(@Param() path: CollectionPath): Promise<string> {
    return toIndexingStatus(await this.indexes.progress(await this.collection(path), NAMESPACE));
  }

  @Allow('read')
  @Post('search')
  async search(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<never> {
    validate(SearchRequest, body);
    await this.collection(path);
    throw unimplemented('Error executing plan: Not implemented: Search operation is not implemented for local executor');
  }

  @Allow('write')
  @Post('fork')
  async fork(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<never> {
    validate(ForkRequest, body);
    await this.collection(path);
    throw unimplemented('Collection forking is unsupported for local chroma');
  }

  @Allow('read')
  @Get('fork_count')
  async forkCount(@Param() path: CollectionPath): Promise<never> {
    await this.collection(path);
    throw unimplemented('Count forks is unsupported for local chroma');
  }

  @Allow('write')
  @Post('functions/attach')
  attachFunction(@Body() body: RequestBody): never {
    validate(AttachFunctionRequest, body);
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

  private async collection(path: CollectionPath): Promise<Collection> {
    return this.collections.require(scopeOf(path), requireUuid(path.uuid));
  }
}

function unimplemented(message: string): ChromaError {
  return new ChromaError(501, 'ChromaError', message);
}
