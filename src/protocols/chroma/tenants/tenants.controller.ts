import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { EMPTY } from '../wire/answers.js';
import { API_V2 } from '../wire/dialect.js';
import { requireDatabaseName } from '../wire/names.js';
import { pageOf, type QueryString } from '../wire/query-string.js';
import { TenantOperations } from './operations.js';
import { CreateDatabaseRequest, CreateTenantRequest, UpdateTenantRequest } from './requests.js';
import { toDatabaseListResponse, toDatabaseResponse, toTenantResponse } from './responses.js';

/** Chroma API v2, tenants and databases. */
@Controller('chroma/api/v2/tenants')
export class TenantsController {
  constructor(
    private readonly operations: TenantOperations,
    private readonly tenants: TenantsService,
  ) {}

  @Allow('admin')
  @Post()
  @HttpCode(200)
  async createTenant(@Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateTenantRequest, body, API_V2);
    await this.operations.create(name);
    return EMPTY;
  }

  @Allow('key')
  @Get(':tenant')
  async getTenant(@Param('tenant') name: string): Promise<string> {
    return toTenantResponse(await this.tenants.require(name));
  }

  @Allow('admin')
  @Patch(':tenant')
  async updateTenant(@Param('tenant') name: string, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateTenantRequest, body, API_V2);
    await this.tenants.setResourceName(name, request.resource_name);
    return EMPTY;
  }

  @Allow('admin')
  @Post(':tenant/databases')
  @HttpCode(200)
  async createDatabase(@Param('tenant') tenant: string, @Body() body: RequestBody): Promise<string> {
    const { name } = validate(CreateDatabaseRequest, body, API_V2);
    await this.operations.createDatabase(tenant, name);
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
    await this.operations.deleteDatabase(tenant, name);
    return EMPTY;
  }
}
