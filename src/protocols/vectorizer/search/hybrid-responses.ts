import { type Json, stringifyJson } from '../../../http/json.js';
import type { HybridResult } from './hybrid-operations.js';
import { hitText } from './responses.js';

export function toHybridResponse(collection: string, querySparse: Json, result: HybridResult): string {
  const { query, alpha, fusion, limit, hits, withPayload } = result;
  return (
    `{"results":[${hits.map((hit) => hitText(hit, withPayload)).join(',')}],"query":${JSON.stringify(query)},` +
    `"query_sparse":${stringifyJson(querySparse)},"limit":${String(limit)},"collection":${JSON.stringify(collection)},` +
    `"alpha":${String(alpha)},"algorithm":"${fusion}","total_results":${String(hits.length)}}`
  );
}
