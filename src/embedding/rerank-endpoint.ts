import { type Endpoint, post, property, unavailable } from './endpoint.js';
import type { RerankScore } from './model.js';

/** Of a server that wants another form of request. */
const UNPROCESSABLE = 422;

/**
 * Asks a `/rerank` for the scores of the documents, and gives the best `topN`, the best first, equals in their order. Requests have the
 * form of Cohere's and Jina's API; where that is refused as unprocessable, that of TEI's.
 * @throws GatewayError `unavailable rerank` unless there are scores for as many documents
 */
export async function rerankRemotely(
  endpoint: Endpoint,
  remoteName: string,
  query: string,
  documents: readonly string[],
  topN: number,
): Promise<readonly RerankScore[]> {
  const common = { model: remoteName, query, top_n: topN, return_documents: false };
  let answer = await post(endpoint, '/rerank', { ...common, documents });
  if (answer.kind === 'refusal' && answer.status === UNPROCESSABLE) {
    answer = await post(endpoint, '/rerank', { query, texts: documents });
  }
  if (answer.kind === 'refusal') throw unavailable(endpoint, `status ${String(answer.status)}`);
  const scores = scoresOf(endpoint, answer.value, documents.length);
  const wanted = Math.min(topN, documents.length);
  if (scores.length < wanted)
    throw unavailable(endpoint, `${String(scores.length)} scores, where ${String(wanted)} were asked for`);
  return scores.toSorted((left, right) => right.score - left.score || left.index - right.index).slice(0, wanted);
}

function scoresOf(endpoint: Endpoint, answer: unknown, count: number): readonly RerankScore[] {
  const list = Array.isArray(answer) ? (answer as unknown[]) : (property(answer, 'results') ?? property(answer, 'data'));
  if (!Array.isArray(list)) throw unavailable(endpoint, 'the answer has no list "results"');
  const seen = new Set<number>();
  return list.map((item: unknown) => {
    const index = property(item, 'index');
    const score = property(item, 'relevance_score') ?? property(item, 'score');
    if (typeof score !== 'number' || typeof index !== 'number')
      throw unavailable(endpoint, 'a result without an index or a score');
    if (!Number.isInteger(index) || index < 0 || index >= count || seen.has(index)) {
      throw unavailable(endpoint, `a result for document ${String(index)} of ${String(count)}, or a second one`);
    }
    seen.add(index);
    return { index, score };
  });
}
