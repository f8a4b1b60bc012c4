import { commaSeparated, type Pieces } from '../../../http/long-answer.js';
import { payloadText } from '../wire/stored-vector.js';
import type { IntelligentResult, PlacedHit } from './intelligent-operations.js';

/** `collection` is for clients of the searches of one, which read it; metadata counts the collections that the top names. */
export function* toIntelligentResponse(
  tool: string,
  { query, hits, collections, found, limit }: IntelligentResult,
  milliseconds: number,
): Pieces {
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
  yield '{"results":[';
  yield* commaSeparated(hits, hitText);
  yield `],${JSON.stringify(members).slice(1)}`;
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
