import { Body, Controller, Get, HttpCode, Param, Post, Put, Req, UseFilters } from '@nestjs/common';
import type { Request } from 'express';
import type { SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { validationError } from '../vectorizer-error.js';
import { isSet, queryOf } from '../wire/query-string.js';
import type { Shown } from '../wire/stored-vector.js';
import { QdrantExceptionFilter } from './errors.js';
import { PointOperations } from './operations.js';
import { parsePointIds } from './point-id.js';
import {
  CountRequest,
  DeleteRequest,
  QDRANT,
  requirePoints,
  RetrieveRequest,
  ScrollRequest,
  SearchRequest,
  UpsertRequest,
} from './requests.js';
import { completed, enveloped, toHits, toPage, toPoints } from './responses.js';

/** Points of a collection, as Qdrant's clients ask for them. A write is done when its answer is sent. */
@Controller('vectorizer/qdrant/collections/:collection/points')
@UseFilters(QdrantExceptionFilter)
export class PointsController {
  constructor(private readonly operations: PointOperations) {}

  @Allow('write')
  @Put()
  async upsert(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return enveloped(async () => {
      await this.operations.upsert(collection, requirePoints(await validateLong(UpsertRequest, body, QDRANT)));
      return completed();
    });
  }

  @Allow('write')
  @Post('delete')
  @HttpCode(200)
  async delete(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return enveloped(async () => {
      await this.operations.delete(collection, validate(DeleteRequest, body, QDRANT));
      return completed();
    });
  }

  @Allow('read')
  @Get()
  async get(@Param('collection') collection: string, @Req() sent: Request): Promise<SentAnswer> {
    return enveloped(async () => {
      const query = queryOf(sent);
      const lists = query.getAll('ids');
      if (lists.length === 0) throw validationError('ids', 'missing or invalid ids parameter');
      const ids = lists.flatMap((list) => list.split(',')).filter((id) => id !== '');
      const shown = { payload: isSet(query, 'with_payload', true), vector: isSet(query, 'with_vector', false) };
      return toPoints(await this.operations.retrieve(collection, ids, shown), shown);
    });
  }

  @Allow('read')
  @Post()
  @HttpCode(200)
  async retrieve(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return enveloped(async () => {
      const request = validate(RetrieveRequest, body, QDRANT);
      const shown = shownOf(request);
      return toPoints(await this.operations.retrieve(collection, parsePointIds(request.ids, 'ids'), shown), shown);
    });
  }

  @Allow('read')
  @Post('count')
  @HttpCode(200)
  async count(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return enveloped(async () => {
      const { filter } = validate(CountRequest, body, QDRANT);
      return `{"count":${String(await this.operations.count(collection, filter))}}`;
    });
  }

  @Allow('read')
  @Post('scroll')
  @HttpCode(200)
  async scroll(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return enveloped(async () => {
      const request = validate(ScrollRequest, body, QDRANT);
      const shown = shownOf(request);
      return toPage(await this.operations.scroll(collection, request, shown), shown);
    });
  }

  @Allow('read')
  @Post('search')
  @HttpCode(200)
  async search(@Param('collection') collection: string, @Body() body: RequestBody): Promise<SentAnswer> {
    return enveloped(async () => {
      const request = validate(SearchRequest, body, QDRANT);
      const shown = shownOf(request);
      return toHits(await this.operations.search(collection, request, shown), shown);
    });
  }
}

function shownOf(request: { readonly with_payload?: boolean; readonly with_vector?: boolean }): Shown {
  return { payload: request.with_payload ?? true, vector: request.with_vector ?? false };
}
