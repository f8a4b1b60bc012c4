import { contentText, payloadText, vectorText } from '../wire/stored-vector.js';
import type { Hit } from './scores.js';
import type { SearchResult } from './operations.js';

/** Answers of searches, as JSON text: stored parts go into it as the text they are. */

export function toSearchResponse(collection: string, result: SearchResult): string {
  return `{${searchMembers(collection, result)}}`;
}

/** The members of a search's answer. */
export function searchMembers(collection: string, { type, query, limit, hits, withPayload }: SearchResult): string {
  const total = String(hits.length);
  const queryText = query === undefined ? '' : `"query":${JSON.stringify(query)},`;
  return (
    `"results":[${hits.map((hit) => hitText(hit, withPayload)).join(',')}],${queryText}"query_type":"${type}",` +
    `"limit":${String(limit)},"collection":${JSON.stringify(collection)},"total_results":${total},"total":${total}`
  );
}

export function toFileSearchResponse(collection: string, path: string, { hits, limit, withPayload }: SearchResult): string {
  const results = hits.map((hit) => hitText(hit, withPayload)).join(',');
  return `{"results":[${results}],"file_path":${JSON.stringify(path)},"limit":${String(limit)},"collection":${JSON.stringify(collection)}}`;
}

/** One hit. */
export function hitText({ record, score }: Hit, withPayload: boolean): string {
  const id = JSON.stringify(record.id);
  return `{"id":${id},"score":${String(score)},${vectorText(record)},${payloadText(record, withPayload)}${contentText(record)}}`;
}
