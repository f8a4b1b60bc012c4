import { commaSeparated, type Pieces } from '../../../http/long-answer.js';
import type { Explanation } from './explain-operations.js';

/** The hits of a search, without their vectors, and what it has cost. */
export function* toExplanation(collection: string, { result, trace }: Explanation): Pieces {
  const { hits, limit, withPayload } = result;
  yield `{"collection":${JSON.stringify(collection)},"k":${String(limit)},"results":[`;
  yield* commaSeparated(hits, ({ record, score }) => {
    const payload = withPayload ? (record.metadata ?? '{}') : 'null';
    return `{"id":${JSON.stringify(record.id)},"score":${String(score)},"payload":${payload}}`;
  });
  yield `],"trace":${JSON.stringify(trace)}}`;
}
