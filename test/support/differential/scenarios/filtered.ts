import { post } from '../exchange.js';
import type { Pair } from '../pair.js';

/** The same filter in get and query. Neither has anything of its own to say about filters. */
export async function filtered(
  pair: Pair,
  path: string,
  field: 'where' | 'where_document',
  filters: readonly string[],
): Promise<void> {
  for (const filter of filters) {
    await pair.all(
      post(`${path}/get`, `{"${field}":${filter}}`),
      post(`${path}/query`, `{"query_embeddings":[[0]],"n_results":50,"${field}":${filter}}`),
    );
  }
}
