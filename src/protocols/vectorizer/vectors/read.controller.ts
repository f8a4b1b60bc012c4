import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { idOf, requireId } from '../wire/ids.js';
import { queryOf } from '../wire/query-string.js';
import { requireCollection } from '../wire/require-collection.js';
import { EVERYTHING } from '../wire/stored-vector.js';
import { ReadOperations } from './read-operations.js';
import { parseListRequest, parseShown } from './read-requests.js';
import { VectorRequest } from './requests.js';
import { toVector, toVectorList } from './responses.js';

/** Reads of vectors: a page, and one by its id, which is the whole rest of its path. */
@Controller('vectorizer')
export class ReadController {
  constructor(private readonly operations: ReadOperations) {}

  @Allow('read')
  @Get('collections/:collection/vectors')
  async list(@Param('collection') collection: string, @Req() sent: Request): Promise<SentAnswer> {
    const request = parseListRequest(queryOf(sent));
    return sendPieces(toVectorList(await this.operations.list(collection, request), request));
  }

  @Allow('read')
  @Get('collections/:collection/vectors/*id')
  async get(
    @Param('collection') collection: string,
    @Param('id') id: string | readonly string[],
    @Req() sent: Request,
  ): Promise<string> {
    const shown = parseShown(queryOf(sent));
    return toVector(collection, await this.operations.get(collection, idOf(id), shown), shown);
  }

  @Allow('read')
  @Post('vector')
  @HttpCode(200)
  async getByBody(@Body() body: RequestBody): Promise<string> {
    const request = validate(VectorRequest, body, ABSENT_NULLS);
    const collection = requireCollection(undefined, request.collection);
    return toVector(collection, await this.operations.get(collection, requireId(request.id), EVERYTHING), EVERYTHING);
  }
}
