import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { NO_CONTENT_TYPE } from '../wire/answers.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { CollectionOperations } from './collection-operations.js';
import { CreateCollectionRequest } from './requests.js';
import { toCollectionResponse, toCollectionsResponse } from './responses.js';

/** Collections of the pod world. */
@Controller('pinecone/collections')
export class CollectionsController {
  constructor(private readonly collections: CollectionOperations) {}

  @Allow('read')
  @Get()
  async list(): Promise<string> {
    return toCollectionsResponse(await this.collections.list());
  }

  @Allow('write')
  @Post()
  @HttpCode(201)
  async create(@Body() body: RequestBody): Promise<string> {
    return toCollectionResponse(await this.collections.create(validate(CreateCollectionRequest, body, CONTROL_PLANE)));
  }

  @Allow('read')
  @Get(':name')
  async describe(@Param('name') name: string): Promise<string> {
    return toCollectionResponse(await this.collections.describe(name));
  }

  @Allow('write')
  @Delete(':name')
  @HttpCode(202)
  @Header('content-type', NO_CONTENT_TYPE)
  async delete(@Param('name') name: string): Promise<void> {
    await this.collections.delete(name);
  }
}
