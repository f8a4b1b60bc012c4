import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { readCollectionMetadata } from '../collections/collection-metadata.js';
import { CollectionOperations } from '../collections/operations.js';
import { CreateCollectionRequest, UpdateCollectionRequest } from '../collections/requests.js';
import { type CollectionShape, toCollectionListResponse, toCollectionResponse } from '../collections/responses.js';
import { SystemOperations } from '../system/operations.js';
import { toHeartbeatResponse } from '../system/responses.js';
import { CollectionTargets, requireUuid, scopeOfQuery } from '../targets.js';
import { TenantOperations } from '../tenants/operations.js';
import { CreateDatabaseRequest, CreateTenantRequest } from '../tenants/requests.js';
import { toDatabaseResponse } from '../tenants/responses.js';
import { legacyNameProblem } from '../wire/names.js';
import { pageOf, type QueryString } from '../wire/query-string.js';
import { NULL, toV1ChecksResponse, toV1TenantResponse, toV1VersionResponse } from './responses.js';

/** Python up to 0.5.3: before 0.5.1 it takes no other keys in a list than it knows. */
const OLDEST_PYTHON = /^python-requests\//;

/** Chroma API v1, everything but records, for clients before 0.5.16. */
@Controller('chroma/api/v1')
export class V1CatalogController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: CollectionTargets,
    private readonly systemOperations: SystemOperations,
    private readonly tenantOperations: TenantOperations,
    private readonly collectionOperations: CollectionOperations,
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  @Allow('anyone')
  @Get(['', 'heartbeat'])
  heartbeat(): string {
    return toHeartbeatResponse();
  }

  @Allow('anyone')
  @Get('version')
  version(): string {
    return toV1VersionResponse();
  }

  @Allow('anyone')
  @Get('pre-flight-checks')
  preFlightChecks(): string {
    return toV1ChecksResponse(this.systemOperations.maxBatchSize);
  }

  @Allow('admin')
  @Post('reset')
  @HttpCode(200)
  async reset(): Promise<string> {
    await this.systemOperations.reset();
    return 'true';
  }

  @Allow('admin')
  @Post('tenants')
  @HttpCode(200)
  async createTenant(@Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateTenantRequest, body);
    await this.tenantOperations.create(name);
    return NULL;
  }

  @Allow('key')
  @Get('tenants/:tenant')
  async getTenant(@Param('tenant') name: string): Promise<string> {
    return toV1TenantResponse(await this.tenants.require(name));
  }

  @Allow('admin')
  @Post('databases')
  @HttpCode(200)
  async createDatabase(@Query() query: QueryString, @Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateDatabaseRequest, body);
    await this.tenantOperations.createDatabase(scopeOfQuery(query).tenant, name);
    return NULL;
  }

  @Allow('key')
  @Get('databases/:database')
  async getDatabase(@Param('database') database: string, @Query() query: QueryString): Promise<string> {
    return toDatabaseResponse(await this.tenants.requireDatabase({ tenant: scopeOfQuery(query).tenant, database }));
  }

  @Allow('read')
  @Get('collections')
  async list(@Query() query: QueryString, @Headers('user-agent') agent = ''): Promise<string> {
    const collections = await this.collections.list(scopeOfQuery(query), pageOf(query));
    const isMinimal = this.config.chromaV1CollectionShape === 'auto' && OLDEST_PYTHON.test(agent);
    return toCollectionListResponse(collections, isMinimal ? 'v1-minimal' : this.shape);
  }

  @Allow('read')
  @Get('count_collections')
  async count(@Query() query: QueryString): Promise<string> {
    return String(await this.collections.count(scopeOfQuery(query)));
  }

  @Allow('write')
  @Post('collections')
  @HttpCode(200)
  async create(@Query() query: QueryString, @Body() body: RequestBody): Promise<string> {
    const request = validate(CreateCollectionRequest, body);
    // Python before 0.5 sends an empty object for no metadata
    if (request.metadata instanceof Map && request.metadata.size === 0) request.metadata = null;
    const collection = await this.collectionOperations.create(scopeOfQuery(query), request, legacyNameProblem);
    return toCollectionResponse(collection, this.shape);
  }

  @Allow('read')
  @Get('collections/:name')
  async getByName(@Param('name') name: string, @Query() query: QueryString): Promise<string> {
    return toCollectionResponse(await this.collections.requireByName(scopeOfQuery(query), name), this.shape);
  }

  @Allow('write')
  @Delete('collections/:name')
  async delete(@Param('name') name: string, @Query() query: QueryString): Promise<string> {
    await this.collections.delete(scopeOfQuery(query), name);
    return NULL;
  }

  @Allow('write')
  @Put('collections/:uuid')
  async update(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateCollectionRequest, body);
    // what is no uuid is reported before wrong metadata, a collection that is missing after it
    requireUuid(uuid);
    const metadata = readCollectionMetadata(request.new_metadata, 'new_metadata');
    const collection = await this.targets.requireAnywhere(uuid);
    await this.collectionOperations.update(collection, request, metadata, legacyNameProblem);
    return NULL;
  }

  private get shape(): CollectionShape {
    return this.config.chromaV1CollectionShape === 'minimal' ? 'v1-minimal' : 'v1';
  }
}
