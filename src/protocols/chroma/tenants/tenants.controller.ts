import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { GatewayError } from '../../../errors.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { ChromaError, invalidArgument } from '../chroma-error.js';
import { isShort, nameProblem, requireDatabaseName } from '../wire/names.js';
import { pageOf } from '../wire/query-string.js';
import { CreateDatabaseRequest, CreateTenantRequest, UpdateTenantRequest } from '../requests.js';
import { EMPTY, toDatabaseListResponse, toDatabaseResponse } from '../responses.js';
import { Allow } from '../../../keys/allow.js';

type QueryString = Readonly<Record<string, unknown>>;

/** Chroma API v2, tenants and databases. */
@Controller('chroma/api/v2/tenants')
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  @Allow('admin')
  @Post()
  @HttpCode(200)
  async createTenant(@Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateTenantRequest, body);
    requireTenantName(name);
    await this.tenants.create(name);
    return EMPTY;
  }

  @Allow('key')
  @Get(':tenant')
  async getTenant(@Param('tenant') name: string): Promise<string> {
    const tenant = await this.tenants.require(name);
    return JSON.stringify({ name: tenant.name, resource_name: tenant.resourceName });
  }

  @Allow('admin')
  @Patch(':tenant')
  async updateTenant(@Param('tenant') name: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateTenantRequest, body);
    await this.tenants.setResourceName(name, request.resource_name);
    return EMPTY;
  }

  @Allow('admin')
  @Post(':tenant/databases')
  @HttpCode(200)
  async createDatabase(@Param('tenant') tenant: string, @Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateDatabaseRequest, body);
    const problem = nameProblem(name);
    if (problem !== undefined) throw invalidArgument(problem);
    await this.tenants.createDatabase({ tenant, database: name });
    return EMPTY;
  }

  @Allow('key')
  @Get(':tenant/databases')
  async listDatabases(@Param('tenant') tenant: string, @Query() query: QueryString): Promise<string> {
    return toDatabaseListResponse(await this.tenants.listDatabases(tenant, pageOf(query)));
  }

  @Allow('key')
  @Get(':tenant/databases/:database')
  async getDatabase(@Param('tenant') tenant: string, @Param('database') name: string): Promise<string> {
    const database = requireDatabaseName(name);
    return toDatabaseResponse(await this.tenants.requireDatabase({ tenant, database }));
  }

  @Allow('admin')
  @Delete(':tenant/databases/:database')
  async deleteDatabase(@Param('tenant') tenant: string, @Param('database') name: string): Promise<string> {
    try {
      await this.tenants.deleteDatabase({ tenant, database: name });
    } catch (error) {
      // this message alone lacks the question that the others end with
      if (error instanceof GatewayError && error.kind === 'not_found') {
        throw new ChromaError(404, 'NotFoundError', `Database [${name}] not found`);
      }
      throw error;
    }
    this.collections.forgetDropped();
    return EMPTY;
  }
}

/** @throws ChromaError 400 for names under three characters; nothing else is wrong with a tenant's name */
export function requireTenantName(name: string): void {
  if (!isShort(name)) return;
  const value = JSON.stringify(name);
  throw invalidArgument(`Validation error: name: Validation error: length [{"value": String(${value}), "min": Number(3)}]`);
}
