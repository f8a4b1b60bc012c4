import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Limits } from '../../../limits/limits.js';
import { ABSENT_NULLS, SEARCH } from '../wire/dialect.js';
import { toVectorizerError } from '../errors.js';
import { requireCollection } from '../wire/require-collection.js';
import { validationError, VectorizerError } from '../vectorizer-error.js';
import { CollectionTargets } from '../targets.js';
import { SearchOperations } from './operations.js';
import { BatchSearchRequest, FileSearchRequest, requireQueries, SearchRequest } from './requests.js';
import { searchMembers, toFileSearchResponse, toSearchResponse } from './responses.js';
import { Allow } from '../../../keys/allow.js';

/** Searches of a batch that run at the same time: one request must not take every connection. */
const SEARCHES_AT_ONCE = 4;

/** A search of a batch as JSON text, and whether it is a result. */
interface SearchOutcome {
  readonly ok: boolean;
  readonly text: string;
}

/** Searches by vector, text, filter and file. */
@Controller('vectorizer')
export class SearchController {
  constructor(
    private readonly operations: SearchOperations,
    private readonly targets: CollectionTargets,
    private readonly limits: Limits,
  ) {}

  @Allow('read')
  @Post(['search', 'collections/:collection/search'])
  @HttpCode(200)
  async search(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<string> {
    const request = validate(SearchRequest, body, SEARCH);
    const collection = requireCollection(path, request.collection);
    return toSearchResponse(collection, await this.operations.search(collection, request));
  }

  @Allow('read')
  @Post('collections/:collection/search/text')
  @HttpCode(200)
  async searchText(@Param('collection') collection: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(SearchRequest, body, SEARCH);
    return toSearchResponse(collection, await this.operations.search(collection, request, 'query'));
  }

  @Allow('read')
  @Post('collections/:collection/search/file')
  @HttpCode(200)
  async searchFile(@Param('collection') collection: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(FileSearchRequest, body, SEARCH);
    const { file_path: path } = request;
    if (path === undefined) throw validationError('file_path', 'missing or invalid file_path parameter');
    return toFileSearchResponse(collection, path, await this.operations.searchFile(collection, path, request));
  }

  /** Searches fail one by one. */
  @Allow('read')
  @Post(['batch_search', 'collections/:collection/batch_search'])
  @HttpCode(200)
  async searchMany(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<string> {
    const request = validate(BatchSearchRequest, body, ABSENT_NULLS);
    const collection = requireCollection(path, request.collection);
    const queries = requireQueries(request.queries);
    this.limits.requireBatch(queries.length);
    await this.targets.require(collection);
    const results: SearchOutcome[] = [];
    for (let start = 0; start < queries.length; start += SEARCHES_AT_ONCE) {
      const some = queries.slice(start, start + SEARCHES_AT_ONCE);
      results.push(...(await Promise.all(some.map((query, index) => this.searchOne(collection, query, start + index)))));
    }
    const failed = results.filter(({ ok }) => !ok).length;
    const counts = `"count":${String(results.length)},"succeeded":${String(results.length - failed)},"failed":${String(failed)}`;
    return `{"collection":${JSON.stringify(collection)},${counts},"results":[${results.map(({ text }) => text).join(',')}]}`;
  }

  private async searchOne(collection: string, text: string, index: number): Promise<SearchOutcome> {
    let query: string | undefined;
    try {
      const request = validate(SearchRequest, { bytes: Buffer.from(text), mediaType: undefined }, SEARCH);
      query = request.query;
      if (request.query === undefined && request.vector === undefined && request.filter === undefined) {
        throw validationError('query', 'missing both query and vector');
      }
      const result = await this.operations.search(collection, request);
      return { ok: true, text: `{"index":${String(index)},"status":"ok",${searchMembers(collection, result)}}` };
    } catch (thrown) {
      const error = toVectorizerError(thrown);
      if (error.status >= 500) throw thrown;
      return { ok: false, text: failedSearch(index, query, error) };
    }
  }
}

function failedSearch(index: number, query: string | undefined, error: VectorizerError): string {
  return JSON.stringify({ index, status: 'error', query: query ?? null, error: error.message, error_type: error.errorType });
}
