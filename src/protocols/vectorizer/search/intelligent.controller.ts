import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { DEFAULT_LIMIT, DEFAULT_LIMIT_PER_COLLECTION, DEFAULT_SIMILARITY, DEFAULT_TOTAL_LIMIT } from '../limits.js';
import { requireCollection } from '../wire/require-collection.js';
import { requireQuery } from './hybrid-requests.js';
import { IntelligentOperations } from './intelligent-operations.js';
import {
  collectionsOr,
  INTELLIGENT,
  IntelligentRequest,
  requireCollections,
  type Scope,
  scopeOf,
} from './intelligent-requests.js';
import { toIntelligentResponse } from './intelligent-responses.js';

/** What is searched by a request that has a query. */
type ToScope = (request: IntelligentRequest) => Scope;

/** The searches that the real server calls intelligent: here, plain ones whose hits are merged. */
@Controller('vectorizer')
export class IntelligentController {
  constructor(private readonly operations: IntelligentOperations) {}

  @Allow('read')
  @Post(['intelligent_search', 'collections/:collection/intelligent_search'])
  @HttpCode(200)
  async intelligent(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    return this.answer('intelligent_search', body, (request) =>
      scopeOf(request, collectionsOr(path, request), { limit: DEFAULT_LIMIT }),
    );
  }

  @Allow('read')
  @Post(['semantic_search', 'collections/:collection/semantic_search'])
  @HttpCode(200)
  async semantic(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    return this.answer('semantic_search', body, (request) =>
      scopeOf(request, [requireCollection(path, request.collection)], { limit: DEFAULT_LIMIT, threshold: DEFAULT_SIMILARITY }),
    );
  }

  @Allow('read')
  @Post('contextual_search')
  @HttpCode(200)
  async contextual(@Body() body: RequestBody): Promise<SentAnswer> {
    return this.answer('contextual_search', body, (request) =>
      scopeOf(request, [requireCollection(undefined, request.collection)], { limit: DEFAULT_LIMIT }),
    );
  }

  @Allow('read')
  @Post('multi_collection_search')
  @HttpCode(200)
  async multiCollection(@Body() body: RequestBody): Promise<SentAnswer> {
    return this.answer('multi_collection_search', body, (request) =>
      scopeOf(request, requireCollections(request.collections), {
        limit: DEFAULT_TOTAL_LIMIT,
        limitPerCollection: DEFAULT_LIMIT_PER_COLLECTION,
      }),
    );
  }

  private async answer(tool: string, body: RequestBody, toScope: ToScope): Promise<SentAnswer> {
    const start = performance.now();
    const request = validate(IntelligentRequest, body, INTELLIGENT);
    requireQuery(request.query);
    const result = await this.operations.search(request, toScope(request));
    return sendPieces(toIntelligentResponse(tool, result, Math.round(performance.now() - start)));
  }
}
