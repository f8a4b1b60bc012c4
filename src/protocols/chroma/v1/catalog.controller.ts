import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { GatewayError } from '../../../errors.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT, type Scope } from '../../../tenants/tenant.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { invalidArgument } from '../chroma-error.js';
import { requireUuid } from '../targets.js';
import { createCollection, updateCollection } from '../collections/collections.controller.js';
import { legacyNameProblem, nameProblem } from '../wire/names.js';
import { pageOf } from '../wire/query-string.js';
import { CreateCollectionRequest, CreateDatabaseRequest, CreateTenantRequest, UpdateCollectionRequest } from '../requests.js';
import { toCollectionListResponse, toCollectionResponse, toDatabaseResponse, type CollectionShape } from '../responses.js';
import { heartbeatResponse, maxBatchSize } from '../system/system.controller.js';
import { requireTenantName } from '../tenants/tenants.controller.js';
import { Allow } from '../../../keys/allow.js';

type QueryString = Readonly<Record<string, unknown>>;

/** The last server that had this API. */
const VERSION = '0.6.3';

/** Chroma API v1, everything but records, for clients before 0.5.16. */
@Controller('chroma/api/v1')
export class V1CatalogController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  @Allow('anyone')
  @Get(['', 'heartbeat'])
  heartbeat(): string {
    return heartbeatResponse();
  }

  @Allow('anyone')
  @Get('version')
  version(): string {
    return JSON.stringify(VERSION);
  }

  @Allow('anyone')
  @Get('pre-flight-checks')
  preFlightChecks(): string {
    return JSON.stringify({ max_batch_size: maxBatchSize(this.config) });
  }

  @Allow('admin')
  @Post('reset')
  @HttpCode(200)
  async reset(): Promise<string> {
    if (!this.config.chromaAllowReset) throw new GatewayError({ kind: 'forbidden', subject: 'reset' });
    await this.tenants.reset();
    this.collections.forgetDropped();
    return 'true';
  }

  @Allow('admin')
  @Post('tenants')
  @HttpCode(200)
  async createTenant(@Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateTenantRequest, body);
    requireTenantName(name);
    await this.tenants.create(name);
    return 'null';
  }

  @Allow('key')
  @Get('tenants/:tenant')
  async getTenant(@Param('tenant') name: string): Promise<string> {
    const tenant = await this.tenants.require(name);
    return JSON.stringify({ name: tenant.name });
  }

  @Allow('admin')
  @Post('databases')
  @HttpCode(200)
  async createDatabase(@Query() query: QueryString, @Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateDatabaseRequest, body);
    const problem = nameProblem(name);
    if (problem !== undefined) throw invalidArgument(problem);
    await this.tenants.createDatabase({ tenant: scopeOf(query).tenant, database: name });
    return 'null';
  }

  @Allow('key')
  @Get('databases/:database')
  async getDatabase(@Param('database') database: string, @Query() query: QueryString): Promise<string> {
    return toDatabaseResponse(await this.tenants.requireDatabase({ tenant: scopeOf(query).tenant, database }));
  }

  @Allow('read')
  @Get('collections')
  async list(@Query() query: QueryString): Promise<string> {
    return toCollectionListResponse(await this.collections.list(scopeOf(query), pageOf(query)), this.shape);
  }

  @Allow('read')
  @Get('count_collections')
  async count(@Query() query: QueryString): Promise<string> {
    return String(await this.collections.count(scopeOf(query)));
  }

  @Allow('write')
  @Post('collections')
  @HttpCode(200)
  async create(@Query() query: QueryString, @Body() body: RequestBody): Promise<string> {
    const request = validate(CreateCollectionRequest, body);
    // Python before 0.5 sends an empty object for no metadata
    if (request.metadata instanceof Map && request.metadata.size === 0) request.metadata = null;
    const collection = await createCollection(this.collections, scopeOf(query), request, legacyNameProblem);
    return toCollectionResponse(collection, this.shape);
  }

  @Allow('read')
  @Get('collections/:name')
  async getByName(@Param('name') name: string, @Query() query: QueryString): Promise<string> {
    return toCollectionResponse(await this.collections.requireByName(scopeOf(query), name), this.shape);
  }

  @Allow('write')
  @Delete('collections/:name')
  async delete(@Param('name') name: string, @Query() query: QueryString): Promise<string> {
    await this.collections.delete(scopeOf(query), name);
    return 'null';
  }

  @Allow('write')
  @Put('collections/:uuid')
  async update(@Param('uuid') text: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateCollectionRequest, body);
    const uuid = requireUuid(text);
    const find = (): Promise<Collection> => this.collections.requireAnywhere(uuid);
    await updateCollection(this.collections, find, request, legacyNameProblem);
    return 'null';
  }

  private get shape(): CollectionShape {
    return this.config.chromaV1CollectionShape === 'minimal' ? 'v1-minimal' : 'v1';
  }
}

/** The names of tenant and database are query parameters, with defaults. */
function scopeOf(query: QueryString): Scope {
  const { tenant, database } = query;
  return {
    tenant: typeof tenant === 'string' ? tenant : DEFAULT_TENANT,
    database: typeof database === 'string' ? database : DEFAULT_DATABASE,
  };
}
