import { type Json, stringifyJson } from '../../../http/json.js';
import { commaSeparated, type Pieces } from '../../../http/long-answer.js';
import type { HybridResult } from './hybrid-operations.js';
import { hitText } from './responses.js';

export function* toHybridResponse(collection: string, querySparse: Json, result: HybridResult): Pieces {
  const { query, alpha, fusion, limit, hits, withPayload } = result;
  yield '{"results":[';
  yield* commaSeparated(hits, (hit) => hitText(hit, withPayload));
  yield `],"query":${JSON.stringify(query)},"query_sparse":${stringifyJson(querySparse)},"limit":${String(limit)},`;
  yield `"collection":${JSON.stringify(collection)},"alpha":${String(alpha)},"algorithm":"${fusion}",`;
  yield `"total_results":${String(hits.length)}}`;
}
