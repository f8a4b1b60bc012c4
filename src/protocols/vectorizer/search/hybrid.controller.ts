import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { requireCollection } from '../wire/require-collection.js';
import { HybridOperations } from './hybrid-operations.js';
import { HYBRID, HybridRequest } from './hybrid-requests.js';
import { toHybridResponse } from './hybrid-responses.js';

/** Searches that fuse a dense and a sparse list. */
@Controller('vectorizer')
export class HybridController {
  constructor(private readonly operations: HybridOperations) {}

  @Allow('read')
  @Post(['hybrid_search', 'collections/:collection/hybrid_search'])
  @HttpCode(200)
  async search(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = validate(HybridRequest, body, HYBRID);
    const collection = requireCollection(path, request.collection);
    return sendPieces(
      toHybridResponse(collection, request.query_sparse ?? null, await this.operations.search(collection, request)),
    );
  }
}
