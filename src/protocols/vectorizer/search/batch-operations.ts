import { Injectable } from '@nestjs/common';
import { isBeyondAnswerBudget } from '../../../errors.js';
import { validate } from '../../../http/validate.js';
import { Limits } from '../../../limits/limits.js';
import { SearchTimes } from '../../../records/search-times.service.js';
import { toVectorizerError } from '../errors.js';
import { SEARCHES_AT_ONCE } from '../limits.js';
import { CollectionTargets } from '../targets.js';
import { validationError, type VectorizerError } from '../vectorizer-error.js';
import { SEARCH } from '../wire/dialect.js';
import { SearchOperations, type SearchResult } from './operations.js';
import { type BatchSearchRequest, requireQueries, SearchRequest } from './requests.js';

/** What became of a search of a batch. */
export type SearchOutcome =
  | { readonly kind: 'found'; readonly result: SearchResult }
  | { readonly kind: 'failed'; readonly query: string | undefined; readonly error: VectorizerError };

/** Batches of searches. */
@Injectable()
export class BatchSearchOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly searches: SearchOperations,
    private readonly limits: Limits,
    private readonly times: SearchTimes,
  ) {}

  /**
   * Searches fail one by one, unless the server is to blame, or they find more, or take longer, than a request may.
   * @throws VectorizerError 400 without any; 404; GatewayError `too_large`
   */
  async search(collection: string, request: BatchSearchRequest): Promise<readonly SearchOutcome[]> {
    const queries = requireQueries(request.queries);
    this.limits.requireSearches(queries.length);
    await this.targets.require(collection);
    const outcomes: SearchOutcome[] = [];
    const time = this.times.begin();
    for (let start = 0; start < queries.length; start += SEARCHES_AT_ONCE) {
      time.require();
      const some = queries.slice(start, start + SEARCHES_AT_ONCE);
      outcomes.push(...(await Promise.all(some.map((query) => this.searchOne(collection, query)))));
    }
    return outcomes;
  }

  private async searchOne(collection: string, text: string): Promise<SearchOutcome> {
    let query: string | undefined;
    try {
      const request = validate(SearchRequest, { bytes: Buffer.from(text), mediaType: undefined }, SEARCH);
      query = request.query;
      if (request.query === undefined && request.vector === undefined && request.filter === undefined) {
        throw validationError('query', 'missing both query and vector');
      }
      return { kind: 'found', result: await this.searches.search(collection, request) };
    } catch (thrown) {
      const error = toVectorizerError(thrown);
      // the searches share one answer, which the others would not fit into either
      if (error.status >= 500 || isBeyondAnswerBudget(thrown)) throw thrown;
      return { kind: 'failed', query, error };
    }
  }
}
