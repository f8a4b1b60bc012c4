import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Collection } from '../../../../collections/collection.js';
import { CONFIG, type Config } from '../../../../config/config.js';
import { sendPieces, type SentAnswer } from '../../../../http/long-answer.js';
import type { RequestBody } from '../../../../http/request-body.js';
import { check, validate, validateLong } from '../../../../http/validate.js';
import { Allow } from '../../../../keys/allow.js';
import { IndexTargets } from '../../targets.js';
import { versionOf } from '../../wire/api-version.js';
import { DATA_PLANE } from '../../wire/dialect.js';
import { fill, numberOf, queryOf, textOf } from '../../wire/query-string.js';
import { READ_HEADERS, setHeaders, WRITE_HEADERS } from '../lsn-headers.js';
import { ReadOperations } from '../read-operations.js';
import {
  DeleteRequest,
  DescribeIndexStatsQuery,
  DescribeIndexStatsRequest,
  FetchByMetadataRequest,
  FetchRequest,
  ListRequest,
  QueryRequest,
  UpdateRequest,
  UpsertRequest,
} from '../requests.js';
import { VectorOperations } from '../vector-operations.js';
import {
  toFetchResponse,
  toListResponse,
  toQueryResponse,
  toStatsResponse,
  toUpdateResponse,
  toUpsertResponse,
} from './responses.js';
import { INDEX_PATHS, targetOf, type TargetPath } from './target-path.js';

const EMPTY = '{}';

/** Vectors, over REST. */
@Controller(INDEX_PATHS)
export class VectorsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: IndexTargets,
    private readonly vectors: VectorOperations,
    private readonly reads: ReadOperations,
  ) {}

  @Allow('write')
  @Post('vectors/upsert')
  @HttpCode(200)
  async upsert(
    @Param() path: TargetPath,
    @Body() body: RequestBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const request = await validateLong(UpsertRequest, body, DATA_PLANE);
    const result = await this.write(path, response, (collection) => this.vectors.upsert(collection, request));
    return toUpsertResponse(result.upsertedCount);
  }

  @Allow('read')
  @Post('query')
  @HttpCode(200)
  async query(
    @Param() path: TargetPath,
    @Body() body: RequestBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SentAnswer> {
    const request = validate(QueryRequest, body, DATA_PLANE);
    return sendPieces(
      toQueryResponse(await this.read(path, response, (collection) => this.reads.query(collection, request, 'text'))),
    );
  }

  @Allow('read')
  @Get('vectors/fetch')
  async fetch(
    @Param() path: TargetPath,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SentAnswer> {
    const query = queryOf(sent);
    const request = fill(new FetchRequest(), { ids: query.getAll('ids'), namespace: textOf(query, 'namespace') });
    return sendPieces(
      toFetchResponse(await this.read(path, response, (collection) => this.reads.fetch(collection, request, 'text'))),
    );
  }

  @Allow('read')
  @Post('vectors/fetch_by_metadata')
  @HttpCode(200)
  async fetchByMetadata(
    @Param() path: TargetPath,
    @Body() body: RequestBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SentAnswer> {
    const request = validate(FetchByMetadataRequest, body, DATA_PLANE);
    return sendPieces(
      toFetchResponse(await this.read(path, response, (collection) => this.reads.fetchByMetadata(collection, request, 'text'))),
    );
  }

  @Allow('write')
  @Post('vectors/update')
  @HttpCode(200)
  async update(
    @Param() path: TargetPath,
    @Body() body: RequestBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const request = validate(UpdateRequest, body, DATA_PLANE);
    return toUpdateResponse(await this.write(path, response, (collection) => this.vectors.update(collection, request)));
  }

  @Allow('write')
  @Post('vectors/delete')
  @HttpCode(200)
  async delete(
    @Param() path: TargetPath,
    @Body() body: RequestBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return this.remove(path, validate(DeleteRequest, body, DATA_PLANE), response);
  }

  @Allow('write')
  @Delete('vectors/delete')
  @HttpCode(200)
  async deleteByQuery(
    @Param() path: TargetPath,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const query = queryOf(sent);
    const request = fill(new DeleteRequest(), {
      ids: query.getAll('ids'),
      namespace: textOf(query, 'namespace'),
      deleteAll: textOf(query, 'deleteAll') === 'true',
    });
    return this.remove(path, request, response);
  }

  @Allow('read')
  @Get('vectors/list')
  async list(@Param() path: TargetPath, @Req() sent: Request, @Res({ passthrough: true }) response: Response): Promise<string> {
    const query = queryOf(sent);
    const request = fill(new ListRequest(), {
      prefix: textOf(query, 'prefix'),
      limit: numberOf(query, 'limit'),
      paginationToken: textOf(query, 'paginationToken'),
      namespace: textOf(query, 'namespace'),
    });
    return toListResponse(await this.read(path, response, (collection) => this.reads.list(collection, check(request))));
  }

  @Allow('read')
  @Post('describe_index_stats')
  @HttpCode(200)
  async stats(
    @Param() path: TargetPath,
    @Body() body: RequestBody,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return this.describe(path, validate(DescribeIndexStatsRequest, body, DATA_PLANE), sent, response);
  }

  /** The older form. */
  @Allow('read')
  @Get('describe_index_stats')
  async statsByQuery(
    @Param() path: TargetPath,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return this.describe(path, new DescribeIndexStatsQuery(), sent, response);
  }

  private async describe(
    path: TargetPath,
    request: DescribeIndexStatsRequest | DescribeIndexStatsQuery,
    sent: Request,
    response: Response,
  ): Promise<string> {
    const result = await this.read(path, response, (collection) => this.reads.stats(collection, request));
    return toStatsResponse(result, versionOf(sent), this.config.pineconeDefaultNamespaceKey);
  }

  private async remove(path: TargetPath, request: DeleteRequest, response: Response): Promise<string> {
    const result = await this.write(path, response, (collection) => this.vectors.delete(collection, request));
    response.setHeader('x-deleted-count', String(result.deletedCount));
    return EMPTY;
  }

  private async write<T extends { readonly lsn: string }>(
    path: TargetPath,
    response: Response,
    operation: (collection: Collection) => Promise<T>,
  ): Promise<T> {
    const result = await this.targets.run(targetOf(path), operation);
    setHeaders(response, WRITE_HEADERS, result.lsn);
    return result;
  }

  private async read<T extends { readonly lsn: string }>(
    path: TargetPath,
    response: Response,
    operation: (collection: Collection) => Promise<T>,
  ): Promise<T> {
    const result = await this.targets.run(targetOf(path), operation);
    setHeaders(response, READ_HEADERS, result.lsn);
    return result;
  }
}
