import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { acceptedStatus, NO_CONTENT_TYPE } from '../wire/answers.js';
import { SCHEMA_SHAPE, versionOf } from '../wire/api-version.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { refuseUndeclaredFields } from '../wire/undeclared-fields.js';
import { type Asker, HOST_STYLE_HEADER } from './index-hosts.js';
import { type HostedIndex, IndexOperations } from './operations.js';
import { requireNoPreview } from './preview.js';
import {
  ConfigureIndexRequest,
  ConfigureSchemaIndexRequest,
  CreateForModelRequest,
  CreateIndexRequest,
  CreateSchemaIndexRequest,
} from './requests.js';
import { toIndexesResponse, toIndexResponse } from './responses.js';

/** Indexes: the control plane in both of its shapes, which the API version tells apart. */
@Controller('pinecone/indexes')
export class IndexesController {
  constructor(private readonly indexes: IndexOperations) {}

  @Allow('read')
  @Get()
  async list(@Req() sent: Request): Promise<string> {
    return toIndexesResponse(await this.indexes.list(askerOf(sent)), versionOf(sent));
  }

  @Allow('write')
  @Post()
  @HttpCode(201)
  async create(@Body() body: RequestBody, @Req() sent: Request): Promise<string> {
    const version = versionOf(sent);
    if (version < SCHEMA_SHAPE) requireNoPreview(body, sent);
    const created =
      version >= SCHEMA_SHAPE
        ? await this.indexes.createFromSchema(validate(CreateSchemaIndexRequest, body, CONTROL_PLANE), askerOf(sent))
        : await this.indexes.create(validate(CreateIndexRequest, body, CONTROL_PLANE), askerOf(sent));
    return toIndexResponse(created, version);
  }

  @Allow('write')
  @Post('create-for-model')
  @HttpCode(201)
  async createForModel(@Body() body: RequestBody, @Req() sent: Request): Promise<string> {
    const request = validate(CreateForModelRequest, body, CONTROL_PLANE);
    return toIndexResponse(await this.indexes.createForModel(request, askerOf(sent)), versionOf(sent));
  }

  @Allow('read')
  @Get(':name')
  async describe(@Param('name') name: string, @Req() sent: Request): Promise<string> {
    return toIndexResponse(await this.indexes.describe(name, askerOf(sent)), versionOf(sent));
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
    const configured =
      version >= SCHEMA_SHAPE ? await this.configureSchema(name, body, sent) : await this.configureClassic(name, body, sent);
    response.status(acceptedStatus(sent));
    return toIndexResponse(configured, version);
  }

  @Allow('write')
  @Delete(':name')
  @HttpCode(202)
  @Header('content-type', NO_CONTENT_TYPE)
  async delete(@Param('name') name: string): Promise<string> {
    await this.indexes.delete(name);
    return '';
  }

  private async configureClassic(name: string, body: RequestBody, sent: Request): Promise<HostedIndex> {
    return this.indexes.configure(name, validate(ConfigureIndexRequest, body, CONTROL_PLANE), askerOf(sent));
  }

  private async configureSchema(name: string, body: RequestBody, sent: Request): Promise<HostedIndex> {
    const request = validate(ConfigureSchemaIndexRequest, body, CONTROL_PLANE);
    refuseUndeclaredFields(ConfigureSchemaIndexRequest, body);
    return this.indexes.configureSchema(name, request, askerOf(sent));
  }
}

function askerOf({ headers }: Request): Asker {
  const style = headers[HOST_STYLE_HEADER];
  return { userAgent: headers['user-agent'], hostStyle: typeof style === 'string' ? style : undefined };
}
