import { contentText, payloadText, vectorText } from '../wire/stored-vector.js';
import type { SearchOutcome } from './batch-operations.js';
import type { SearchResult } from './operations.js';
import type { Hit } from './scores.js';

/** Answers of searches, as JSON text: stored parts go into it as the text they are. */

export function toSearchResponse(collection: string, result: SearchResult): string {
  return `{${searchMembers(collection, result)}}`;
}

/** The answer to a batch, in its order. */
export function toBatchSearchResponse(collection: string, outcomes: readonly SearchOutcome[]): string {
  const failed = outcomes.filter(({ kind }) => kind === 'failed').length;
  const counts = `"count":${String(outcomes.length)},"succeeded":${String(outcomes.length - failed)},"failed":${String(failed)}`;
  const results = outcomes.map((outcome, index) => outcomeText(collection, outcome, index));
  return `{"collection":${JSON.stringify(collection)},${counts},"results":[${results.join(',')}]}`;
}

function outcomeText(collection: string, outcome: SearchOutcome, index: number): string {
  if (outcome.kind === 'found') return `{"index":${String(index)},"status":"ok",${searchMembers(collection, outcome.result)}}`;
  const { query, error } = outcome;
  return JSON.stringify({ index, status: 'error', query: query ?? null, error: error.message, error_type: error.errorType });
}

/** The members of a search's answer. */
function searchMembers(collection: string, { type, query, limit, hits, withPayload }: SearchResult): string {
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
