import { Body, Controller, Delete, Get, Param, Put, UseFilters } from '@nestjs/common';
import type { SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { CollectionOperations } from '../collections/operations.js';
import { toCreateRequest } from './create-request.js';
import { QdrantExceptionFilter } from './errors.js';
import { CreateRequest, QDRANT } from './requests.js';
import { enveloped, toCollectionInfo, toCollectionList } from './responses.js';

/** Collections, as Qdrant's clients ask for them. */
@Controller('vectorizer/qdrant/collections')
@UseFilters(QdrantExceptionFilter)
export class QdrantCollectionsController {
  constructor(private readonly operations: CollectionOperations) {}

  @Allow('read')
  @Get()
  async list(): Promise<SentAnswer> {
    return enveloped(async () => toCollectionList(await this.operations.list()));
  }

  @Allow('read')
  @Get(':collection')
  async describe(@Param('collection') name: string): Promise<SentAnswer> {
    return enveloped(async () => toCollectionInfo(await this.operations.describe(name)));
  }

  @Allow('write')
  @Put(':collection')
  async create(@Param('collection') name: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return enveloped(async () => {
      await this.operations.create(toCreateRequest(name, validate(CreateRequest, body, QDRANT)));
      return 'true';
    });
  }

  @Allow('write')
  @Delete(':collection')
  async delete(@Param('collection') name: string): Promise<SentAnswer> {
    return enveloped(async () => {
      await this.operations.delete(name);
      return 'true';
    });
  }
}
