import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { objectPieces, sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { requireCollection } from '../wire/require-collection.js';
import { InsertOperations } from './operations.js';
import { BatchInsertRequest, entriesOf, entryOf, InsertRequest } from './requests.js';
import { toBatchInsertResponse, toInsertResponse } from './responses.js';

/** Inserts: the collection in the path, or in the body. */
@Controller('vectorizer')
export class InsertController {
  constructor(private readonly operations: InsertOperations) {}

  @Allow('write')
  @Post(['insert', 'collections/:collection/insert'])
  @HttpCode(200)
  async insert(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<object> {
    const request = validate(InsertRequest, body, ABSENT_NULLS);
    const collection = requireCollection(path, request.collection);
    return toInsertResponse(collection, await this.operations.insertOne(collection, entryOf(request), request));
  }

  @Allow('write')
  @Post(['insert_texts', 'batch_insert', 'collections/:collection/insert_texts', 'collections/:collection/batch_insert'])
  @HttpCode(200)
  async insertTexts(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    return this.insertBatch(path, body, 'texts');
  }

  @Allow('write')
  @Post(['insert_vectors', 'collections/:collection/insert_vectors', 'collections/:collection/vectors'])
  @HttpCode(200)
  async insertVectors(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    return this.insertBatch(path, body, 'vectors');
  }

  private async insertBatch(path: string | undefined, body: RequestBody, field: 'vectors' | 'texts'): Promise<SentAnswer> {
    const request = await validateLong(BatchInsertRequest, body, ABSENT_NULLS);
    const collection = requireCollection(path, request.collection);
    const entries = entriesOf(request, field);
    return sendPieces(
      objectPieces(toBatchInsertResponse(collection, await this.operations.insert(collection, entries, request))),
    );
  }
}
