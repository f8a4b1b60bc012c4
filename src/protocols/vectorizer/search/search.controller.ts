import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS, SEARCH } from '../wire/dialect.js';
import { requireCollection } from '../wire/require-collection.js';
import { BatchSearchOperations } from './batch-operations.js';
import { SearchOperations } from './operations.js';
import { BatchSearchRequest, FileSearchRequest, requirePath, SearchRequest } from './requests.js';
import { toBatchSearchResponse, toFileSearchResponse, toSearchResponse } from './responses.js';

/** Searches by vector, text, filter and file. */
@Controller('vectorizer')
export class SearchController {
  constructor(
    private readonly operations: SearchOperations,
    private readonly batches: BatchSearchOperations,
  ) {}

  @Allow('read')
  @Post(['search', 'collections/:collection/search'])
  @HttpCode(200)
  async search(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = validate(SearchRequest, body, SEARCH);
    const collection = requireCollection(path, request.collection);
    return sendPieces(toSearchResponse(collection, await this.operations.search(collection, request)));
  }

  @Allow('read')
  @Post('collections/:collection/search/text')
  @HttpCode(200)
  async searchText(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = validate(SearchRequest, body, SEARCH);
    return sendPieces(toSearchResponse(collection, await this.operations.search(collection, request, 'query')));
  }

  @Allow('read')
  @Post('collections/:collection/search/file')
  @HttpCode(200)
  async searchFile(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = validate(FileSearchRequest, body, SEARCH);
    const path = requirePath(request);
    return sendPieces(toFileSearchResponse(collection, path, await this.operations.searchFile(collection, path, request)));
  }

  /** Searches fail one by one. */
  @Allow('read')
  @Post(['batch_search', 'collections/:collection/batch_search'])
  @HttpCode(200)
  async searchMany(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<SentAnswer> {
    const request = await validateLong(BatchSearchRequest, body, ABSENT_NULLS);
    const collection = requireCollection(path, request.collection);
    return sendPieces(toBatchSearchResponse(collection, await this.batches.search(collection, request)));
  }
}
