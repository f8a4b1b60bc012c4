import { Body, Controller, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { objectPieces, sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { idOf, requireId } from '../wire/ids.js';
import { requireCollection } from '../wire/require-collection.js';
import { DeleteOperations } from './delete-operations.js';
import { BatchDeleteRequest, DeleteByFilterRequest, sentIds } from './delete-requests.js';
import { VectorRequest } from './requests.js';
import { toBatchDeleteResponse, toDeleteByFilterResponse, toDeleteResponse } from './responses.js';

/** Deletes: one, many, and all that match. */
@Controller('vectorizer')
export class DeleteController {
  constructor(private readonly operations: DeleteOperations) {}

  @Allow('write')
  @Delete('collections/:collection/vectors/*id')
  async deleteOne(@Param('collection') collection: string, @Param('id') id: string | readonly string[]): Promise<object> {
    return this.remove(collection, idOf(id));
  }

  @Allow('write')
  @Post('delete')
  @HttpCode(200)
  async deleteByBody(@Body() body: RequestBody): Promise<object> {
    const request = validate(VectorRequest, body, ABSENT_NULLS);
    return this.remove(requireCollection(undefined, request.collection), requireId(request.id));
  }

  @Allow('write')
  @Post('batch_delete')
  @HttpCode(200)
  async deleteMany(@Body() body: RequestBody): Promise<SentAnswer> {
    const request = validate(BatchDeleteRequest, body, ABSENT_NULLS);
    const collection = requireCollection(undefined, request.collection);
    const reports = await this.operations.deleteMany(collection, sentIds(request), 'reported');
    return sendPieces(objectPieces(toBatchDeleteResponse(collection, reports)));
  }

  @Allow('write')
  @Post(['collections/:collection/batch_delete', 'collections/:collection/vectors/delete'])
  @HttpCode(200)
  async deleteManyOf(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = validate(BatchDeleteRequest, body, ABSENT_NULLS);
    const reports = await this.operations.deleteMany(collection, sentIds(request), 'required');
    return sendPieces(objectPieces(toBatchDeleteResponse(collection, reports)));
  }

  /** As older Python SDKs ask for it. */
  @Allow('write')
  @Delete('collections/:collection/vectors')
  async deleteListed(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return this.deleteManyOf(collection, body);
  }

  @Allow('write')
  @Post(['collections/:collection/delete_by_filter', 'collections/:collection/vectors/delete_by_filter'])
  @HttpCode(200)
  async deleteByFilter(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    const { filter } = validate(DeleteByFilterRequest, body, ABSENT_NULLS);
    const deletion = await this.operations.deleteByFilter(collection, filter);
    return sendPieces(objectPieces(toDeleteByFilterResponse(collection, deletion)));
  }

  private async remove(collection: string, id: string): Promise<object> {
    await this.operations.deleteOne(collection, id);
    return toDeleteResponse(collection, id);
  }
}
