import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { TransferRequest } from '../vectors/update-requests.js';
import { TransferOperations } from './operations.js';
import { Allow } from '../../../keys/allow.js';

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

  private async transfer(collection: string, body: RequestBody, mode: 'copy' | 'move'): Promise<object> {
    const { destination, ids } = validate(TransferRequest, body, ABSENT_NULLS);
    const results = await this.operations.transfer(collection, destination, ids, mode);
    const done = results.filter(({ status }) => status === 'ok').length;
    return {
      src: collection,
      dst: destination,
      requested: results.length,
      ...(mode === 'move' ? { moved: done } : { copied: done }),
      failed: results.length - done,
      results,
    };
  }
}
