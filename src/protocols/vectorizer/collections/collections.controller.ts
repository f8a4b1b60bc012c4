import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { ABSENT_NULLS, MEANT_NULLS } from '../wire/dialect.js';
import { isSet, queryOf } from '../wire/query-string.js';
import { CollectionOperations } from './operations.js';
import { bytesOf, type CollectionReader, metricName, toCollection } from './responses.js';
import { CreateCollectionRequest, UpdateCollectionRequest } from './requests.js';
import { Allow } from '../../../keys/allow.js';

/** Collections: `/collections` and what is directly below it. */
@Controller('vectorizer/collections')
export class CollectionsController {
  constructor(private readonly operations: CollectionOperations) {}

  @Allow('read')
  @Get()
  async list(@Req() sent: Request): Promise<object> {
    const collections = await this.operations.list();
    const reader = readerOf(sent);
    return {
      collections: collections.map(({ collection, size }) => toCollection(collection, size, reader)),
      total_collections: collections.length,
    };
  }

  /** SDKs that send `similarity_metric` want the collection, and fail on a message; the others want a message. */
  @Allow('write')
  @Post()
  @HttpCode(200)
  async create(@Body() body: RequestBody): Promise<object> {
    const request = validate(CreateCollectionRequest, body, MEANT_NULLS);
    const { collection, size } = await this.operations.create(request);
    if (request.similarity_metric !== undefined) return toCollection(collection, size);
    const { name } = collection;
    return {
      message: `Collection '${name}' created successfully`,
      collection: name,
      name,
      dimension: collection.dimension,
      metric: metricName(collection.metric),
      status: 'created',
    };
  }

  @Allow('read')
  @Get('empty')
  async listEmpty(): Promise<object> {
    const empty = (await this.operations.list()).filter(({ size }) => size.count === 0).map(({ collection }) => collection.name);
    // `collections` is what SDKs read
    return { status: 'success', empty_collections: empty, collections: empty, count: empty.length };
  }

  @Allow('write')
  @Delete('cleanup')
  async cleanUp(@Req() sent: Request): Promise<object> {
    const dry = isSet(queryOf(sent), 'dry_run', false);
    const names = await this.operations.cleanUp(dry);
    const count = names.length;
    const message = dry ? `${String(count)} empty collections would be deleted` : `Deleted ${String(count)} empty collections`;
    // the last three are what SDKs read
    return { status: 'success', message, deleted_count: count, dry_run: dry, success: true, removed: count, collections: names };
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
    return { message: `Collection '${name}' deleted successfully`, status: 'deleted', collection: name };
  }

  @Allow('read')
  @Get(':collection/stats')
  async stats(@Param('collection') name: string): Promise<object> {
    const { collection, size } = await this.operations.describe(name);
    const { index, payload } = bytesOf(collection, size);
    return {
      vector_count: size.count,
      indexed_count: size.count,
      memory_usage_bytes: index + payload,
      disk_usage_bytes: index + payload,
    };
  }
}

/** The Rust SDK names no agent, and accepts anything; nobody else does both. */
function readerOf({ headers }: Request): CollectionReader {
  const isRust = headers['user-agent'] === undefined && headers.accept === '*/*';
  return { metricTwice: !isRust, configuration: false };
}
