import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { RequestBody } from '../../../../http/request-body.js';
import { check, validate } from '../../../../http/validate.js';
import { Allow } from '../../../../keys/allow.js';
import { IndexTargets } from '../../targets.js';
import { SCHEMA_SHAPE, versionOf } from '../../wire/api-version.js';
import { CONTROL_PLANE } from '../../wire/dialect.js';
import { fill, numberOf, queryOf, textOf } from '../../wire/query-string.js';
import { NamespaceOperations } from '../namespace-operations.js';
import { CreateNamespaceRequest, ListNamespacesRequest } from '../requests.js';
import { toNamespaceResponse, toNamespacesResponse } from './responses.js';
import { INDEX_PATHS, targetOf, type TargetPath } from './target-path.js';

type NamespacePath = TargetPath & { readonly namespace: string };

/** Namespaces, over REST. */
@Controller(INDEX_PATHS)
export class NamespacesController {
  constructor(
    private readonly targets: IndexTargets,
    private readonly namespaces: NamespaceOperations,
  ) {}

  @Allow('read')
  @Get('namespaces')
  async list(@Param() path: TargetPath, @Req() sent: Request): Promise<string> {
    const query = queryOf(sent);
    const version = versionOf(sent);
    const request = check(
      fill(new ListNamespacesRequest(), {
        prefix: textOf(query, 'prefix'),
        limit: numberOf(query, 'limit'),
        paginationToken: textOf(query, 'paginationToken'),
      }),
    );
    const result = await this.targets.run(targetOf(path), (collection) =>
      this.namespaces.list(collection, request, version >= SCHEMA_SHAPE),
    );
    return toNamespacesResponse(result, version);
  }

  @Allow('write')
  @Post('namespaces')
  @HttpCode(200)
  async create(@Param() path: TargetPath, @Body() body: RequestBody, @Req() sent: Request): Promise<string> {
    const request = validate(CreateNamespaceRequest, body, CONTROL_PLANE);
    const namespace = await this.targets.run(targetOf(path), (collection) => this.namespaces.create(collection, request));
    return toNamespaceResponse(namespace, versionOf(sent));
  }

  @Allow('read')
  @Get('namespaces/:namespace')
  async describe(@Param() path: NamespacePath, @Req() sent: Request): Promise<string> {
    const version = versionOf(sent);
    const namespace = await this.targets.run(targetOf(path), (collection) =>
      this.namespaces.describe(collection, path.namespace, version >= SCHEMA_SHAPE),
    );
    return toNamespaceResponse(namespace, version);
  }

  @Allow('write')
  @Delete('namespaces/:namespace')
  @HttpCode(200)
  async delete(@Param() path: NamespacePath): Promise<string> {
    await this.targets.run(targetOf(path), (collection) => this.namespaces.delete(collection, path.namespace));
    return '{}';
  }
}
