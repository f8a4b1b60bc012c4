import { Body, Controller, Get, HttpCode, Param, Patch, Post, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { JsonNumber } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import type { StoredRecord } from '../../../records/record.js';
import { ABSENT_NULLS, MEANT_NULLS } from '../wire/dialect.js';
import { batchStatus } from '../insert/responses.js';
import { idOf } from '../wire/path-id.js';
import { countOf, isSet, queryOf } from '../wire/query-string.js';
import { requireCollection } from '../wire/require-collection.js';
import { contentText, payloadText, vectorText } from '../wire/stored-vector.js';
import { validationError } from '../vectorizer-error.js';
import { VectorRequest } from './delete-requests.js';
import { ReadOperations } from './read-operations.js';
import { type PayloadMode, UpdateOperations } from './update-operations.js';
import {
  BatchUpdateRequest,
  BulkUpdateRequest,
  ExpiryRequest,
  requireId,
  requireUpdates,
  UpdateRequest,
} from './update-requests.js';
import { Allow } from '../../../keys/allow.js';

const DEFAULT_PAGE = 10;
const MAX_PAGE = 1_000;
const MAX_OFFSET = 1_000_000;
const ALL = { vector: true, payload: true };

/** Vectors: reads and updates. An id is the whole rest of its path. */
@Controller('vectorizer')
export class VectorsController {
  constructor(
    private readonly reads: ReadOperations,
    private readonly updates: UpdateOperations,
  ) {}

  @Allow('read')
  @Get('collections/:collection/vectors')
  async list(@Param('collection') collection: string, @Req() sent: Request): Promise<string> {
    const query = queryOf(sent);
    const ids = query
      .get('ids')
      ?.split(',')
      .filter((id) => id !== '');
    const limit = countOf(query, 'limit', ids === undefined ? DEFAULT_PAGE : MAX_PAGE, MAX_PAGE);
    const offset = countOf(query, 'offset', 0, MAX_OFFSET);
    const shown = { vector: isSet(query, 'with_vector', true), payload: isSet(query, 'with_payload', true) };
    const { records, total } = await this.reads.list(collection, { ...shown, limit, offset, ids });
    const vectors = records.map((record) => vectorObject(record, shown.payload));
    const more = `Showing ${String(records.length)} of ${String(total)} vectors. Use pagination for more.`;
    const message = total > limit ? JSON.stringify(more) : 'null';
    return `{"vectors":[${vectors.join(',')}],"total":${String(total)},"limit":${String(limit)},"offset":${String(offset)},"message":${message}}`;
  }

  @Allow('read')
  @Get('collections/:collection/vectors/*id')
  async get(
    @Param('collection') collection: string,
    @Param('id') id: string | readonly string[],
    @Req() sent: Request,
  ): Promise<string> {
    const query = queryOf(sent);
    const shown = { vector: isSet(query, 'with_vector', true), payload: isSet(query, 'with_payload', true) };
    return withCollection(vectorObject(await this.reads.get(collection, idOf(id), shown), shown.payload), collection);
  }

  @Allow('read')
  @Post('vector')
  @HttpCode(200)
  async getByBody(@Body() body: RequestBody): Promise<string> {
    const request = validate(VectorRequest, body, ABSENT_NULLS);
    const collection = requireCollection(undefined, request.collection);
    return withCollection(vectorObject(await this.reads.get(collection, requireId(request.id), ALL), true), collection);
  }

  @Allow('write')
  @Post('update')
  @HttpCode(200)
  async update(@Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateRequest, body, ABSENT_NULLS);
    return this.change(requireCollection(undefined, request.collection), requireId(request.id), request, 'patch');
  }

  @Allow('write')
  @Put('collections/:collection/vectors/*id')
  async replace(
    @Param('collection') collection: string,
    @Param('id') id: string | readonly string[],
    @Body() body: RequestBody,
  ): Promise<string> {
    return this.change(collection, idOf(id), validate(UpdateRequest, body, ABSENT_NULLS), 'replacement');
  }

  @Allow('write')
  @Patch('collections/:collection/vectors/*id/expiry')
  async expire(
    @Param('collection') collection: string,
    @Param('id') path: string | readonly string[],
    @Body() body: RequestBody,
  ): Promise<object> {
    const { expires_at: sent } = validate(ExpiryRequest, body, MEANT_NULLS);
    if (sent === undefined) throw validationError('expires_at', 'missing expires_at parameter');
    const expiresAt = sent instanceof JsonNumber ? Number(sent.text) : sent;
    if (expiresAt !== null && !Number.isSafeInteger(expiresAt)) {
      throw validationError('expires_at', 'it must be a number of milliseconds, or null');
    }
    const id = idOf(path);
    await this.updates.expire(collection, id, expiresAt as number | null);
    return { id, collection, expires_at: expiresAt, status: 'ok' };
  }

  @Allow('write')
  @Patch('collections/:collection/vectors/*id')
  async patch(
    @Param('collection') collection: string,
    @Param('id') id: string | readonly string[],
    @Body() body: RequestBody,
  ): Promise<string> {
    return this.change(collection, idOf(id), validate(UpdateRequest, body, ABSENT_NULLS), 'patch');
  }

  @Allow('write')
  @Post(['batch_update', 'collections/:collection/batch_update'])
  @HttpCode(200)
  async updateMany(@Param('collection') path: string | undefined, @Body() body: RequestBody): Promise<object> {
    const request = validate(BatchUpdateRequest, body, ABSENT_NULLS);
    const collection = requireCollection(path, request.collection);
    const reports = await this.updates.updateMany(collection, requireUpdates(request.updates));
    const failed = reports.filter(({ error }) => error !== undefined).length;
    const updated = reports.length - failed;
    return {
      collection,
      count: reports.length,
      updated,
      failed,
      results: reports.map(({ id, error }, index) => ({ index, id, status: error === undefined ? 'ok' : 'error', error })),
      status: batchStatus(updated, failed),
    };
  }

  @Allow('write')
  @Post('collections/:collection/vectors/bulk_update_metadata')
  @HttpCode(200)
  async updateByFilter(@Param('collection') collection: string, @Body() body: RequestBody): Promise<object> {
    const { filter, patch } = validate(BulkUpdateRequest, body, ABSENT_NULLS);
    const { ids, scanned } = await this.updates.updateByFilter(collection, filter, patch);
    const results = ids.map((id) => ({ id, status: 'updated' }));
    return { scanned, matched: ids.length, updated: ids.length, results, collection };
  }

  private async change(collection: string, id: string, request: UpdateRequest, mode: PayloadMode): Promise<string> {
    await this.updates.update(collection, id, request, mode);
    const record = await this.reads.get(collection, id, ALL);
    const message = JSON.stringify(`Vector '${id}' updated successfully`);
    return withCollection(`{"message":${message},"status":"updated",${vectorObject(record, true).slice(1)}`, collection);
  }
}

function vectorObject(record: StoredRecord, payload: boolean): string {
  return `{"id":${JSON.stringify(record.id)},${vectorText(record)},${payloadText(record, payload)}${contentText(record)}}`;
}

function withCollection(object: string, collection: string): string {
  return `${object.slice(0, -1)},"collection":${JSON.stringify(collection)}}`;
}
