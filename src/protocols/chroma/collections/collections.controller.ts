import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { ForksService } from '../../../snapshots/forks.service.js';
import { invalidArgument } from '../chroma-error.js';
import { isLegacyClient } from '../legacy-clients.js';
import { type CollectionPath, CollectionTargets, isUuid, requireUuid, scopeOf, type ScopePath } from '../targets.js';
import { EMPTY } from '../wire/answers.js';
import { API_V2 } from '../wire/dialect.js';
import { nameProblem } from '../wire/names.js';
import { pageOf, type QueryString } from '../wire/query-string.js';
import { readCollectionMetadata } from './collection-metadata.js';
import { CollectionOperations } from './operations.js';
import { CreateCollectionRequest, ForkRequest, UpdateCollectionRequest } from './requests.js';
import { type CollectionShape, toCollectionListResponse, toCollectionResponse } from './responses.js';

const COLLECTIONS = 'tenants/:tenant/databases/:database/collections';

type NamePath = ScopePath & { readonly name: string };

/** Chroma API v2, collections. */
@Controller('chroma/api/v2')
export class CollectionsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: CollectionTargets,
    private readonly operations: CollectionOperations,
    private readonly collections: CollectionsService,
    private readonly forks: ForksService,
  ) {}

  @Allow('write')
  @Post(COLLECTIONS)
  @HttpCode(200)
  async create(@Param() path: ScopePath, @Body() body: RequestBody, @Headers('user-agent') agent?: string): Promise<string> {
    const request = validate(CreateCollectionRequest, body, API_V2);
    const collection = await this.operations.create(scopeOf(path), request, nameProblem);
    return toCollectionResponse(collection, this.shapeFor(agent));
  }

  @Allow('read')
  @Get(COLLECTIONS)
  async list(@Param() path: ScopePath, @Query() query: QueryString, @Headers('user-agent') agent?: string): Promise<string> {
    const collections = await this.collections.list(scopeOf(path), pageOf(query));
    return toCollectionListResponse(collections, this.shapeFor(agent));
  }

  @Allow('read')
  @Get('tenants/:tenant/databases/:database/collections_count')
  async count(@Param() path: ScopePath): Promise<string> {
    return String(await this.collections.count(scopeOf(path)));
  }

  @Allow('read')
  @Get(`${COLLECTIONS}/by-id/:uuid`)
  async getByUuid(@Param() path: CollectionPath, @Headers('user-agent') agent?: string): Promise<string> {
    if (!isUuid(path.uuid)) throw invalidArgument('Validation error: collection_id: Invalid collection ID format, expected UUID');
    return toCollectionResponse(await this.targets.requireCurrent(path), this.shapeFor(agent));
  }

  @Allow('read')
  @Get(`${COLLECTIONS}/:name`)
  async getByName(@Param() path: NamePath, @Headers('user-agent') agent?: string): Promise<string> {
    return toCollectionResponse(await this.collections.requireByName(scopeOf(path), path.name), this.shapeFor(agent));
  }

  @Allow('read')
  @Get('collections/:crn')
  async getByResourceName(@Param('crn') crn: string, @Headers('user-agent') agent?: string): Promise<string> {
    return toCollectionResponse(await this.targets.requireByResourceName(crn), this.shapeFor(agent));
  }

  @Allow('write')
  @Put(`${COLLECTIONS}/:uuid`)
  async update(@Param() path: CollectionPath, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateCollectionRequest, body, API_V2);
    // what is no uuid is reported before wrong metadata, a collection that is missing after it
    requireUuid(path.uuid);
    const metadata = readCollectionMetadata(request.new_metadata, 'new_metadata');
    const collection = await this.targets.requireCurrent(path);
    await this.operations.update(collection, request, metadata, nameProblem);
    return EMPTY;
  }

  @Allow('write')
  @Delete(`${COLLECTIONS}/:name`)
  async delete(@Param() path: NamePath): Promise<string> {
    await this.collections.delete(scopeOf(path), path.name);
    return EMPTY;
  }

  @Allow('write')
  @Post(`${COLLECTIONS}/:uuid/fork`)
  @HttpCode(200)
  async fork(@Param() path: CollectionPath, @Body() body: RequestBody, @Headers('user-agent') agent?: string): Promise<string> {
    const { new_name: name } = validate(ForkRequest, body, API_V2);
    const fork = await this.operations.fork(await this.targets.requireCurrent(path), name, nameProblem);
    return toCollectionResponse(fork, this.shapeFor(agent));
  }

  @Allow('read')
  @Get(`${COLLECTIONS}/:uuid/fork_count`)
  async forkCount(@Param() path: CollectionPath): Promise<string> {
    return `{"count":${String(await this.forks.count(await this.targets.requireCurrent(path)))}}`;
  }

  private shapeFor(agent: string | undefined): CollectionShape {
    return isLegacyClient(this.config, agent) ? 'legacy' : 'modern';
  }
}
