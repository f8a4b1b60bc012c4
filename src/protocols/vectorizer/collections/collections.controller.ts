import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS, MEANT_NULLS } from '../wire/dialect.js';
import { isSet, queryOf } from '../wire/query-string.js';
import { CollectionOperations } from './operations.js';
import { CreateCollectionRequest, UpdateCollectionRequest } from './requests.js';
import {
  type CollectionReader,
  toCleanedUp,
  toCollection,
  toCollectionList,
  toCollectionStats,
  toCreated,
  toDeleted,
  toEmptyCollections,
} from './responses.js';

/** Collections: `/collections` and what is directly below it. */
@Controller('vectorizer/collections')
export class CollectionsController {
  constructor(private readonly operations: CollectionOperations) {}

  @Allow('read')
  @Get()
  async list(@Req() sent: Request): Promise<object> {
    return toCollectionList(await this.operations.list(), readerOf(sent));
  }

  /** SDKs that send `similarity_metric` want the collection, and fail on a message; the others want a message. */
  @Allow('write')
  @Post()
  @HttpCode(200)
  async create(@Body() body: RequestBody): Promise<object> {
    const request = validate(CreateCollectionRequest, body, MEANT_NULLS);
    const created = await this.operations.create(request);
    return request.similarity_metric === undefined ? toCreated(created) : toCollection(created.collection, created.size);
  }

  @Allow('read')
  @Get('empty')
  async listEmpty(): Promise<object> {
    return toEmptyCollections(await this.operations.listEmpty());
  }

  @Allow('write')
  @Delete('cleanup')
  async cleanUp(@Req() sent: Request): Promise<object> {
    const isDry = isSet(queryOf(sent), 'dry_run', false);
    return toCleanedUp(await this.operations.cleanUp(isDry), isDry);
  }

  @Allow('read')
  @Get(':collection')
  async describe(@Param('collection') name: string, @Req() sent: Request): Promise<object> {
    const { collection, size } = await this.operations.describe(name);
    return toCollection(collection, size, { ...readerOf(sent), configuration: isSet(queryOf(sent), 'with_config', false) });
  }

  @Allow('write')
  @Patch(':collection')
  async update(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    const { collection, size } = await this.operations.update(name, validate(UpdateCollectionRequest, body, ABSENT_NULLS));
    return toCollection(collection, size);
  }

  @Allow('write')
  @Put(':collection')
  async replace(@Param('collection') name: string, @Body() body: RequestBody): Promise<object> {
    return this.update(name, body);
  }

  @Allow('write')
  @Delete(':collection')
  async delete(@Param('collection') name: string): Promise<object> {
    await this.operations.delete(name);
    return toDeleted(name);
  }

  @Allow('read')
  @Get(':collection/stats')
  async stats(@Param('collection') name: string): Promise<object> {
    return toCollectionStats(await this.operations.describe(name));
  }
}

/** The Rust SDK names no agent, and accepts anything; nobody else does both. */
function readerOf({ headers }: Request): CollectionReader {
  const isRust = headers['user-agent'] === undefined && headers.accept === '*/*';
  return { metricTwice: !isRust, configuration: false };
}
