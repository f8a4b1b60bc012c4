import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { requireCollection } from '../wire/require-collection.js';
import { payloadText } from '../wire/stored-vector.js';
import { requireQuery } from './hybrid-requests.js';
import { IntelligentOperations, type IntelligentResult, type PlacedHit, type Scope } from './intelligent-operations.js';
import { collectionsOr, INTELLIGENT, IntelligentRequest, requireCollections } from './intelligent-requests.js';
import { Allow } from '../../../keys/allow.js';

const DEFAULT_LIMIT = 10;
const DEFAULT_TOTAL_LIMIT = 20;
const DEFAULT_LIMIT_PER_COLLECTION = 5;
const DEFAULT_SIMILARITY = 0.5;

/** What is searched by a request that has a query. */
type ToScope = (request: IntelligentRequest) => Scope;

/** The searches that the real server calls intelligent: here, plain ones whose hits are merged. */
@Controller('vectorizer')
export class IntelligentController {
  constructor(private readonly operations: IntelligentOperations) {}

  @Allow('read')
  @Post(['intelligent_search', 'collections/:collection/intelligent_search'])
  @HttpCode(200)
  async intelligent(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<string> {
    return this.answer('intelligent_search', body, (request) =>
      scopeOf(request, collectionsOr(path, request), { limit: DEFAULT_LIMIT }),
    );
  }

  @Allow('read')
  @Post(['semantic_search', 'collections/:collection/semantic_search'])
  @HttpCode(200)
  async semantic(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<string> {
    return this.answer('semantic_search', body, (request) =>
      scopeOf(request, [requireCollection(path, request.collection)], { limit: DEFAULT_LIMIT, threshold: DEFAULT_SIMILARITY }),
    );
  }

  @Allow('read')
  @Post('contextual_search')
  @HttpCode(200)
  async contextual(@Body() body: RequestBody): Promise<string> {
    return this.answer('contextual_search', body, (request) =>
      scopeOf(request, [requireCollection(undefined, request.collection)], { limit: DEFAULT_LIMIT }),
    );
  }

  @Allow('read')
  @Post('multi_collection_search')
  @HttpCode(200)
  async multiCollection(@Body() body: RequestBody): Promise<string> {
    return this.answer('multi_collection_search', body, (request) =>
      scopeOf(request, requireCollections(request.collections), {
        limit: DEFAULT_TOTAL_LIMIT,
        limitPerCollection: DEFAULT_LIMIT_PER_COLLECTION,
      }),
    );
  }

  private async answer(tool: string, body: RequestBody, toScope: ToScope): Promise<string> {
    const start = performance.now();
    const request = validate(IntelligentRequest, body, INTELLIGENT);
    requireQuery(request.query);
    const result = await this.operations.search(request, toScope(request));
    return toResponse(tool, result, Math.round(performance.now() - start));
  }
}

/** A limit per collection is only for searches that have a default for it. */
function scopeOf(
  request: IntelligentRequest,
  collections: readonly string[] | 'all',
  defaults: { readonly limit: number; readonly limitPerCollection?: number; readonly threshold?: number },
): Scope {
  const limit = request.limit ?? defaults.limit;
  const { limitPerCollection: perCollection } = defaults;
  return {
    collections,
    limit,
    limitPerCollection: perCollection === undefined ? limit : (request.max_per_collection ?? perCollection),
    threshold: request.threshold ?? defaults.threshold,
  };
}

/** `collection` is for clients of the searches of one, which read it; metadata counts the collections that the top names. */
function toResponse(tool: string, { query, hits, collections, found, limit }: IntelligentResult, milliseconds: number): string {
  const total = hits.length;
  const metadata = {
    total_queries: 1,
    collections_searched: collections.length,
    total_results_found: found,
    results_after_dedup: found,
    final_results_count: total,
    processing_time_ms: milliseconds,
  };
  const [only] = collections.length === 1 ? collections : [];
  const members = {
    metadata,
    tool_metadata: { tool_name: tool, additional_info: { limit } },
    api_version: '1.0.0',
    timestamp: new Date().toISOString(),
    query,
    queries_generated: [query],
    collection: only,
    collections_searched: collections,
    total_results: total,
    duration_ms: milliseconds,
  };
  return `{"results":[${hits.map(hitText).join(',')}],${JSON.stringify(members).slice(1)}`;
}

function hitText({ record, score, collection }: PlacedHit): string {
  const id = JSON.stringify(record.id);
  const shown = String(score);
  return (
    `{"id":${id},"doc_id":${id},"content":${JSON.stringify(record.document ?? '')},"score":${shown},` +
    `"collection":${JSON.stringify(collection)},${payloadText(record, true)},` +
    `"score_breakdown":{"relevance":${shown},"final_score":${shown}}}`
  );
}
