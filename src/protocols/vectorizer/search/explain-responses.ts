import type { Explanation } from './explain-operations.js';

/** The hits of a search, without their vectors, and what it has cost. */
export function toExplanation(collection: string, { result, trace }: Explanation): string {
  const { hits, limit, withPayload } = result;
  const results = hits.map(({ record, score }) => {
    const payload = withPayload ? (record.metadata ?? '{}') : 'null';
    return `{"id":${JSON.stringify(record.id)},"score":${String(score)},"payload":${payload}}`;
  });
  return (
    `{"collection":${JSON.stringify(collection)},"k":${String(limit)},"results":[${results.join(',')}],` +
    `"trace":${JSON.stringify(trace)}}`
  );
}
