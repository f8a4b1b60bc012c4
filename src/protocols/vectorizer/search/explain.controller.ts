import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { SEARCH } from '../wire/dialect.js';
import { ExplainOperations } from './explain-operations.js';
import { toExplanation } from './explain-responses.js';
import { SearchRequest } from './requests.js';

/** Tells what a search by vector does. */
@Controller('vectorizer')
export class ExplainController {
  constructor(private readonly operations: ExplainOperations) {}

  @Allow('read')
  @Post('collections/:collection/explain')
  @HttpCode(200)
  async explain(@Param('collection') name: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return sendPieces(toExplanation(name, await this.operations.explain(name, validate(SearchRequest, body, SEARCH))));
  }
}
