import { Body, Controller, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import { objectPieces, sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS, MEANT_NULLS } from '../wire/dialect.js';
import { idOf, requireId } from '../wire/ids.js';
import { requireCollection } from '../wire/require-collection.js';
import { EVERYTHING } from '../wire/stored-vector.js';
import { ReadOperations } from './read-operations.js';
import { toBatchUpdateResponse, toBulkUpdateResponse, toExpiryResponse, toUpdatedVector } from './responses.js';
import { type PayloadMode, UpdateOperations } from './update-operations.js';
import {
  BatchUpdateRequest,
  BulkUpdateRequest,
  ExpiryRequest,
  requireExpiry,
  requireUpdates,
  UpdateRequest,
} from './update-requests.js';

/** Changes of vectors that exist. An id is the whole rest of its path. */
@Controller('vectorizer')
export class UpdateController {
  constructor(
    private readonly operations: UpdateOperations,
    private readonly reads: ReadOperations,
  ) {}

  @Allow('write')
  @Post('update')
  @HttpCode(200)
  async update(@Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateRequest, body, ABSENT_NULLS);
    return this.change(requireCollection(undefined, request.collection), requireId(request.id), request, 'patch');
  }

  @Allow('write')
  @Put('collections/:collection/vectors/*id')
  async replace(
    @Param('collection') collection: string,
    @Param('id') id: string | readonly string[],
    @Body() body: RequestBody,
  ): Promise<string> {
    return this.change(collection, idOf(id), validate(UpdateRequest, body, ABSENT_NULLS), 'replacement');
  }

  @Allow('write')
  @Patch('collections/:collection/vectors/*id/expiry')
  async expire(
    @Param('collection') collection: string,
    @Param('id') path: string | readonly string[],
    @Body() body: RequestBody,
  ): Promise<object> {
    const expiresAt = requireExpiry(validate(ExpiryRequest, body, MEANT_NULLS));
    const id = idOf(path);
    await this.operations.expire(collection, id, expiresAt);
    return toExpiryResponse(collection, id, expiresAt);
  }

  @Allow('write')
  @Patch('collections/:collection/vectors/*id')
  async patch(
    @Param('collection') collection: string,
    @Param('id') id: string | readonly string[],
    @Body() body: RequestBody,
  ): Promise<string> {
    return this.change(collection, idOf(id), validate(UpdateRequest, body, ABSENT_NULLS), 'patch');
  }

  @Allow('write')
  @Post(['batch_update', 'collections/:collection/batch_update'])
  @HttpCode(200)
  async updateMany(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = await validateLong(BatchUpdateRequest, body, ABSENT_NULLS);
    const collection = requireCollection(path, request.collection);
    const reports = await this.operations.updateMany(collection, requireUpdates(request.updates));
    return sendPieces(objectPieces(toBatchUpdateResponse(collection, reports)));
  }

  @Allow('write')
  @Post('collections/:collection/vectors/bulk_update_metadata')
  @HttpCode(200)
  async updateByFilter(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = validate(BulkUpdateRequest, body, ABSENT_NULLS);
    return sendPieces(objectPieces(toBulkUpdateResponse(collection, await this.operations.updateByFilter(collection, request))));
  }

  private async change(collection: string, id: string, request: UpdateRequest, mode: PayloadMode): Promise<string> {
    await this.operations.update(collection, id, request, mode);
    return toUpdatedVector(collection, await this.reads.get(collection, id, EVERYTHING));
  }
}
