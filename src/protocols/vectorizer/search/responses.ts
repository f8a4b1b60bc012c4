import { commaSeparated, type Pieces } from '../../../http/long-answer.js';
import { contentText, payloadText, vectorText } from '../wire/stored-vector.js';
import type { SearchOutcome } from './batch-operations.js';
import type { SearchResult } from './operations.js';
import type { Hit } from './scores.js';

/** Answers of searches, as JSON text: stored parts go into it as the text they are. */

export function* toSearchResponse(collection: string, result: SearchResult): Pieces {
  yield '{';
  yield* searchMembers(collection, result);
  yield '}';
}

/** The answer to a batch, in its order. */
export function* toBatchSearchResponse(collection: string, outcomes: readonly SearchOutcome[]): Pieces {
  const failed = outcomes.filter(({ kind }) => kind === 'failed').length;
  const counts = `"count":${String(outcomes.length)},"succeeded":${String(outcomes.length - failed)},"failed":${String(failed)}`;
  yield `{"collection":${JSON.stringify(collection)},${counts},"results":[`;
  for (const [index, outcome] of outcomes.entries()) {
    if (index > 0) yield ',';
    yield* outcomeText(collection, outcome, index);
  }
  yield ']}';
}

function* outcomeText(collection: string, outcome: SearchOutcome, index: number): Pieces {
  if (outcome.kind === 'found') {
    yield `{"index":${String(index)},"status":"ok",`;
    yield* searchMembers(collection, outcome.result);
    yield '}';
    return;
  }
  const { query, error } = outcome;
  yield JSON.stringify({ index, status: 'error', query: query ?? null, error: error.message, error_type: error.errorType });
}

/** The members of a search's answer. */
function* searchMembers(collection: string, { type, query, limit, hits, withPayload }: SearchResult): Pieces {
  const total = String(hits.length);
  const queryText = query === undefined ? '' : `"query":${JSON.stringify(query)},`;
  yield '"results":[';
  yield* commaSeparated(hits, (hit) => hitText(hit, withPayload));
  yield `],${queryText}"query_type":"${type}","limit":${String(limit)},"collection":${JSON.stringify(collection)},`;
  yield `"total_results":${total},"total":${total}`;
}

export function* toFileSearchResponse(collection: string, path: string, { hits, limit, withPayload }: SearchResult): Pieces {
  yield '{"results":[';
  yield* commaSeparated(hits, (hit) => hitText(hit, withPayload));
  yield `],"file_path":${JSON.stringify(path)},"limit":${String(limit)},"collection":${JSON.stringify(collection)}}`;
}

/** One hit. */
export function hitText({ record, score }: Hit, withPayload: boolean): string {
  const id = JSON.stringify(record.id);
  return `{"id":${id},"score":${String(score)},${vectorText(record)},${payloadText(record, withPayload)}${contentText(record)}}`;
}
