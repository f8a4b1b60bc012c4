import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Collection } from '../../../collections/collection.js';
import { sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { setHeaders, WRITE_HEADERS } from '../data/lsn-headers.js';
import { INDEX_PATHS, targetOf, type TargetPath } from '../data/rest/target-path.js';
import { PineconeError } from '../pinecone-error.js';
import { IndexTargets } from '../targets.js';
import { SCHEMA_SHAPE, versionOf } from '../wire/api-version.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { DocumentReads } from './document-reads.js';
import { DocumentWrites } from './document-writes.js';
import {
  DeleteDocumentsRequest,
  FetchDocumentsRequest,
  ListDocumentsRequest,
  SearchDocumentsRequest,
  UpdateDocumentsRequest,
  UpsertDocumentsRequest,
} from './requests.js';
import { toFetchResponse, toListResponse, toMatchedResponse, toSearchResponse } from './responses.js';

type DocumentsPath = TargetPath & { readonly namespace: string };

/** Documents, from API version 2026-07 on. */
@Controller(INDEX_PATHS)
export class DocumentsController {
  constructor(
    private readonly targets: IndexTargets,
    private readonly reads: DocumentReads,
    private readonly writes: DocumentWrites,
  ) {}

  @Allow('write')
  @Post('namespaces/:namespace/documents/upsert')
  @HttpCode(202)
  async upsert(
    @Param() path: DocumentsPath,
    @Body() body: RequestBody,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    requireVersion(sent);
    const request = await validateLong(UpsertDocumentsRequest, body, CONTROL_PLANE);
    const { lsn } = await this.on(path, (collection) => this.writes.upsert(collection, path.namespace, request));
    setHeaders(response, WRITE_HEADERS, lsn);
    return `{"upserted_count":${String(request.documents.length)}}`;
  }

  @Allow('write')
  @Post('namespaces/:namespace/documents/update')
  @HttpCode(202)
  async update(
    @Param() path: DocumentsPath,
    @Body() body: RequestBody,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    requireVersion(sent);
    const request = await validateLong(UpdateDocumentsRequest, body, CONTROL_PLANE);
    const written = await this.on(path, (collection) => this.writes.update(collection, path.namespace, request));
    setHeaders(response, WRITE_HEADERS, written.lsn);
    return toMatchedResponse(written);
  }

  @Allow('write')
  @Post('namespaces/:namespace/documents/delete')
  @HttpCode(202)
  async delete(
    @Param() path: DocumentsPath,
    @Body() body: RequestBody,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    requireVersion(sent);
    const request = validate(DeleteDocumentsRequest, body, CONTROL_PLANE);
    const written = await this.on(path, (collection) => this.writes.delete(collection, path.namespace, request));
    setHeaders(response, WRITE_HEADERS, written.lsn);
    return toMatchedResponse(written);
  }

  @Allow('read')
  @Post('namespaces/:namespace/documents/search')
  @HttpCode(200)
  async search(@Param() path: DocumentsPath, @Body() body: RequestBody, @Req() sent: Request): Promise<SentAnswer> {
    requireVersion(sent);
    const request = validate(SearchDocumentsRequest, body, CONTROL_PLANE);
    const found = await this.on(path, (collection) => this.reads.search(collection, path.namespace, request));
    return sendPieces(toSearchResponse(found, path.namespace));
  }

  @Allow('read')
  @Post('namespaces/:namespace/documents/fetch')
  @HttpCode(200)
  async fetch(@Param() path: DocumentsPath, @Body() body: RequestBody, @Req() sent: Request): Promise<SentAnswer> {
    requireVersion(sent);
    const request = validate(FetchDocumentsRequest, body, CONTROL_PLANE);
    const found = await this.on(path, (collection) => this.reads.fetch(collection, path.namespace, request));
    return sendPieces(toFetchResponse(found, path.namespace));
  }

  @Allow('read')
  @Post('namespaces/:namespace/documents/list')
  @HttpCode(200)
  async list(@Param() path: DocumentsPath, @Body() body: RequestBody, @Req() sent: Request): Promise<string> {
    requireVersion(sent);
    const request = validate(ListDocumentsRequest, body, CONTROL_PLANE);
    const found = await this.on(path, (collection) => this.reads.list(collection, path.namespace, request));
    return toListResponse(found, path.namespace);
  }

  private async on<T>(path: DocumentsPath, operation: (collection: Collection) => Promise<T>): Promise<T> {
    return this.targets.run(targetOf(path), operation);
  }
}

/** @throws PineconeError `UNIMPLEMENTED` to older versions, which have no documents */
function requireVersion(sent: Request): void {
  if (versionOf(sent) >= SCHEMA_SHAPE) return;
  throw new PineconeError(
    'UNIMPLEMENTED',
    'The documents API is not served here before API version 2026-07: use the vectors API',
  );
}
