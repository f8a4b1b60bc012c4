import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, UseGuards } from '@nestjs/common';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { Allow } from '../../../keys/allow.js';
import { wholeNumber } from '../bodies.js';
import { ChangesGuard } from '../changes.guard.js';
import { invalid } from '../console-error.js';
import type { CollectionDetail, CollectionPage } from '../contract/collections.js';
import { ConsoleCollections } from './operations.js';
import { CollectionChangeRequest, CollectionDeletionRequest, NewCollectionRequest } from './requests.js';

/** A page is one statement, however long it is: Home reads all that it shows in two. */
const MAX_PAGE = 10_000;
const PAGE = 200;
/** Collections that are looked at again. */
const MAX_ONLY = 100;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Collections of every tenant within the key's reach. */
@UseGuards(ChangesGuard)
@Controller('console/api/v1/collections')
export class ConsoleCollectionsController {
  constructor(private readonly collections: ConsoleCollections) {}

  @Allow('read')
  @Get()
  async list(@Query() query: Readonly<Record<string, string | undefined>>): Promise<CollectionPage> {
    const { tenant, database, after, limit = String(PAGE) } = query;
    const only = query['only']?.split(',');
    if (after !== undefined && !UUID.test(after)) throw invalid('after: must be a uuid');
    if (only?.every((uuid) => UUID.test(uuid)) === false || (only ?? []).length > MAX_ONLY)
      throw invalid(`only: must be uuids with commas between, at most ${String(MAX_ONLY)}`);
    const page = { tenant, database, after, only, limit: wholeNumber(limit, 'limit', { least: 1, most: MAX_PAGE }) };
    return this.collections.list(page);
  }

  @Allow('write')
  @Post()
  @HttpCode(201)
  async create(@Body() body: RequestBody): Promise<CollectionDetail> {
    return this.collections.create(validate(NewCollectionRequest, body));
  }

  @Allow('read')
  @Get(':uuid')
  async describe(@Param('uuid') uuid: string): Promise<CollectionDetail> {
    return this.collections.describe(uuid);
  }

  @Allow('write')
  @Patch(':uuid')
  async change(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<CollectionDetail> {
    return this.collections.change(uuid, validate(CollectionChangeRequest, body));
  }

  @Allow('write')
  @Delete(':uuid')
  @HttpCode(204)
  async delete(@Param('uuid') uuid: string, @Body() body: RequestBody): Promise<void> {
    await this.collections.delete(uuid, validate(CollectionDeletionRequest, body).name);
  }

  @Allow('write')
  @Put(':uuid/aliases/:alias')
  async addAlias(@Param('uuid') uuid: string, @Param('alias') alias: string): Promise<CollectionDetail> {
    return this.collections.addAlias(uuid, alias);
  }

  @Allow('write')
  @Delete(':uuid/aliases/:alias')
  async removeAlias(@Param('uuid') uuid: string, @Param('alias') alias: string): Promise<CollectionDetail> {
    return this.collections.removeAlias(uuid, alias);
  }
}
