import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Collection, NewCollection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import { isJsonObject, parseJson } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { decodeText, validate } from '../../../http/validate.js';
import { apiVersion, SCHEMA_SHAPE, type ApiVersion } from '../wire/api-version.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { definitionOf, isIndex } from './index-definition.js';
import { NO_CONTENT_TYPE } from '../middleware.js';
import { IndexTargets } from '../targets.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { toChanges, toSchemaChanges } from './configure-index.js';
import { IndexHosts } from './index-hosts.js';
import {
  ConfigureIndexRequest,
  ConfigureSchemaIndexRequest,
  CreateForModelRequest,
  CreateIndexRequest,
  CreateSchemaIndexRequest,
  SCHEMA_CONFIGURATION_FIELDS,
} from './requests.js';
import { toIndexModel } from './responses.js';
import { toNewIndex, toNewModelIndex, toNewSchemaIndex } from './new-index.js';
import { SourceCollections } from './source-collections.js';
import { acceptedStatus } from '../wire/statuses.js';
import { Allow } from '../../../keys/allow.js';
import { callerScope } from '../../../tenants/caller.js';

/** Indexes: the control plane in both of its shapes, told apart by the API version. */
@Controller('pinecone/indexes')
export class IndexesController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CollectionsService,
    private readonly targets: IndexTargets,
    private readonly hosts: IndexHosts,
    private readonly embedding: EmbeddingService,
    private readonly sources: SourceCollections,
  ) {}

  @Allow('read')
  @Get()
  async list(@Req() sent: Request): Promise<string> {
    const collections = (await this.collections.list(callerScope(), { offset: 0, limit: null })).filter(isIndex);
    const byName = [...collections].sort((left, right) => (left.name < right.name ? -1 : 1));
    const models: object[] = [];
    for (const collection of byName) models.push(await this.model(collection, sent));
    return JSON.stringify({ indexes: models });
  }

  @Allow('write')
  @Post()
  @HttpCode(201)
  async create(@Body() body: RequestBody, @Req() sent: Request): Promise<string> {
    const { pineconeStrictRegions: strict } = this.config;
    const index =
      versionOf(sent) >= SCHEMA_SHAPE
        ? toNewSchemaIndex(validate(CreateSchemaIndexRequest, body, CONTROL_PLANE), strict)
        : toNewIndex(validate(CreateIndexRequest, body, CONTROL_PLANE), strict);
    return this.created(index, sent);
  }

  @Allow('write')
  @Post('create-for-model')
  @HttpCode(201)
  async createForModel(@Body() body: RequestBody, @Req() sent: Request): Promise<string> {
    const request = validate(CreateForModelRequest, body, CONTROL_PLANE);
    const requireModel = this.embedding.requireEmbeddingModel.bind(this.embedding);
    return this.created(toNewModelIndex(request, requireModel, this.config.pineconeStrictRegions), sent);
  }

  @Allow('read')
  @Get(':name')
  async describe(@Param('name') name: string, @Req() sent: Request): Promise<string> {
    return this.targets.run({ kind: 'name', name }, async (collection) => JSON.stringify(await this.model(collection, sent)));
  }

  @Allow('write')
  @Patch(':name')
  async configure(
    @Param('name') name: string,
    @Body() body: RequestBody,
    @Req() sent: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const version = versionOf(sent);
    const model = await this.targets.run({ kind: 'name', name }, async () => {
      const revised = await this.collections.revise(callerScope(), name, (collection) => this.changes(collection, body, version));
      return this.model(revised, sent);
    });
    response.status(acceptedStatus(sent));
    return JSON.stringify(model);
  }

  @Allow('write')
  @Delete(':name')
  @HttpCode(202)
  @Header('content-type', NO_CONTENT_TYPE)
  async delete(@Param('name') name: string): Promise<string> {
    await this.targets.run({ kind: 'name', name }, () => this.collections.delete(callerScope(), name));
    return '';
  }

  private changes(collection: Collection, body: RequestBody, version: ApiVersion): ReturnType<typeof toChanges> {
    if (version < SCHEMA_SHAPE) {
      const request = validate(ConfigureIndexRequest, body, CONTROL_PLANE);
      return toChanges(collection, request, this.embedding.requireEmbeddingModel.bind(this.embedding));
    }
    const request = validate(ConfigureSchemaIndexRequest, body, CONTROL_PLANE);
    requireKnownFields(body);
    return toSchemaChanges(collection, request);
  }

  private async created(index: NewCollection, sent: Request): Promise<string> {
    await this.requireQuota(index.name);
    const { spec } = definitionOf(index);
    const source = spec.kind === 'byoc' ? undefined : spec.sourceCollection;
    const collection =
      source === undefined ? await this.collections.create(callerScope(), index) : await this.sources.createIndex(source, index);
    return JSON.stringify(await this.model(collection, sent));
  }

  /** A taken name is told as that, whatever the quota. */
  private async requireQuota(name: string): Promise<void> {
    const limit = this.config.pineconeMaxIndexes;
    if (limit === 0) return;
    const collections = await this.collections.list(callerScope(), { offset: 0, limit: null });
    if (collections.some((collection) => collection.name === name)) return;
    if (collections.filter(isIndex).length < limit) return;
    throw new PineconeError(
      'QUOTA_EXCEEDED',
      `Request failed. You've reached the max indexes allowed in this project (${String(limit)}).`,
    );
  }

  private async model(collection: Collection, sent: Request): Promise<object> {
    const host = await this.hosts.hostOf(collection, sent.headers['user-agent']);
    return toIndexModel(collection, host, versionOf(sent));
  }
}

function requireKnownFields(body: RequestBody): void {
  const text = decodeText(body.bytes);
  const sent = text.trim() === '' ? new Map() : parseJson(text, body.maxDepth);
  const unknown = isJsonObject(sent) ? [...sent.keys()].find((key) => !SCHEMA_CONFIGURATION_FIELDS.has(key)) : undefined;
  if (unknown !== undefined) throw invalidArgument(`Unknown field '${unknown}'`);
}

function versionOf(request: Request): ApiVersion {
  return apiVersion(request.headers['x-pinecone-api-version']);
}
