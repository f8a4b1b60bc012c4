import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { stringifyJson, type Json } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { requireCollection } from '../wire/require-collection.js';
import { HybridOperations, type HybridResult } from './hybrid-operations.js';
import { HYBRID, HybridRequest } from './hybrid-requests.js';
import { hitText } from './responses.js';
import { Allow } from '../../../keys/allow.js';

/** Searches that fuse a dense and a sparse list. */
@Controller('vectorizer')
export class HybridController {
  constructor(private readonly operations: HybridOperations) {}

  @Allow('read')
  @Post(['hybrid_search', 'collections/:collection/hybrid_search'])
  @HttpCode(200)
  async search(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<string> {
    const request = validate(HybridRequest, body, HYBRID);
    const collection = requireCollection(path, request.collection);
    return toHybridResponse(collection, request.query_sparse ?? null, await this.operations.search(collection, request));
  }
}

function toHybridResponse(collection: string, querySparse: Json, result: HybridResult): string {
  const { query, alpha, fusion, limit, hits, withPayload } = result;
  return (
    `{"results":[${hits.map((hit) => hitText(hit, withPayload)).join(',')}],"query":${JSON.stringify(query)},` +
    `"query_sparse":${stringifyJson(querySparse)},"limit":${String(limit)},"collection":${JSON.stringify(collection)},` +
    `"alpha":${String(alpha)},"algorithm":"${fusion}","total_results":${String(hits.length)}}`
  );
}
