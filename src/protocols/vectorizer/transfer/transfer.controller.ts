import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { type TransferMode, TransferOperations } from './operations.js';
import { TransferRequest } from './requests.js';
import { toTransferResponse } from './responses.js';

/** Vectors from one collection to another. */
@Controller('vectorizer/collections/:collection/vectors')
export class TransferController {
  constructor(private readonly operations: TransferOperations) {}

  @Allow('write')
  @Post('move')
  @HttpCode(200)
  async move(@Param('collection') collection: string, @Body() body: RequestBody): Promise<object> {
    return this.transfer(collection, body, 'move');
  }

  @Allow('write')
  @Post('copy')
  @HttpCode(200)
  async copy(@Param('collection') collection: string, @Body() body: RequestBody): Promise<object> {
    return this.transfer(collection, body, 'copy');
  }

  private async transfer(collection: string, body: RequestBody, mode: TransferMode): Promise<object> {
    const request = validate(TransferRequest, body, ABSENT_NULLS);
    const reports = await this.operations.transfer(collection, request, mode);
    return toTransferResponse(collection, request.destination, mode, reports);
  }
}
