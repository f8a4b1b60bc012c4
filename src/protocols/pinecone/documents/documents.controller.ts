import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { INDEX_PATHS, targetOf, type TargetPath } from '../data/rest/target-path.js';
import { IndexTargets } from '../targets.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { includedFields } from './included-fields.js';
import { DocumentOperations } from './operations.js';
import {
  DeleteDocumentsRequest,
  FetchDocumentsRequest,
  ListDocumentsRequest,
  SearchDocumentsRequest,
  UpdateDocumentsRequest,
  UpsertDocumentsRequest,
} from './requests.js';
import { toFetchResponse, toListResponse, toMatchedResponse, toSearchResponse, toUpsertedResponse } from './responses.js';

type DocumentsPath = TargetPath & { readonly namespace: string };

const PATH = 'namespaces/:namespace/documents';
const NONE: ReadonlySet<string> = new Set();

/** Documents, for indexes whose schema names their fields: JSON objects, from API version 2026-07 on. */
@Controller(INDEX_PATHS)
export class DocumentsController {
  constructor(
    private readonly targets: IndexTargets,
    private readonly documents: DocumentOperations,
  ) {}

  @Allow('write')
  @Post(`${PATH}/upsert`)
  @HttpCode(202)
  async upsert(@Param() path: DocumentsPath, @Body() body: RequestBody): Promise<string> {
    const { documents } = await validateLong(UpsertDocumentsRequest, body, CONTROL_PLANE);
    const count = await this.targets.run(targetOf(path), (collection) =>
      this.documents.upsert(collection, path.namespace, documents),
    );
    return toUpsertedResponse(count);
  }

  @Allow('read')
  @Post(`${PATH}/search`)
  @HttpCode(200)
  async search(@Param() path: DocumentsPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(SearchDocumentsRequest, body, CONTROL_PLANE);
    const included = includedFields(request.include_fields, NONE);
    const found = await this.targets.run(targetOf(path), (collection) =>
      this.documents.search(collection, path.namespace, request, included),
    );
    return toSearchResponse(found, included, path.namespace);
  }

  @Allow('read')
  @Post(`${PATH}/fetch`)
  @HttpCode(200)
  async fetch(@Param() path: DocumentsPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(FetchDocumentsRequest, body, CONTROL_PLANE);
    const included = includedFields(request.include_fields, 'all');
    const found = await this.targets.run(targetOf(path), (collection) =>
      this.documents.fetch(collection, path.namespace, request, included),
    );
    return toFetchResponse(found, included, path.namespace);
  }

  @Allow('read')
  @Post(`${PATH}/list`)
  @HttpCode(200)
  async list(@Param() path: DocumentsPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(ListDocumentsRequest, body, CONTROL_PLANE);
    const found = await this.targets.run(targetOf(path), (collection) =>
      this.documents.list(collection, path.namespace, request),
    );
    return toListResponse(found, path.namespace);
  }

  @Allow('write')
  @Post(`${PATH}/update`)
  @HttpCode(202)
  async update(@Param() path: DocumentsPath, @Body() body: RequestBody): Promise<string> {
    const request = await validateLong(UpdateDocumentsRequest, body, CONTROL_PLANE);
    const matched = await this.targets.run(targetOf(path), (collection) =>
      this.documents.update(collection, path.namespace, request),
    );
    return toMatchedResponse(matched);
  }

  @Allow('write')
  @Post(`${PATH}/delete`)
  @HttpCode(202)
  async delete(@Param() path: DocumentsPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(DeleteDocumentsRequest, body, CONTROL_PLANE);
    const matched = await this.targets.run(targetOf(path), (collection) =>
      this.documents.delete(collection, path.namespace, request),
    );
    return toMatchedResponse(matched);
  }
}
