import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import type { Snapshot } from '../../../snapshots/snapshot.js';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { definitionOf } from '../indexes/index-definition.js';
import { NO_CONTENT_TYPE } from '../middleware.js';
import { IndexTargets } from '../targets.js';
import { invalidArgument } from '../pinecone-error.js';
import { requireName } from '../wire/resource-name.js';
import { findNamed } from './errors.js';
import { CreateCollectionRequest } from './requests.js';
import { toCollectionResponse, toCollectionsResponse } from './responses.js';
import { Allow } from '../../../keys/allow.js';
import { callerScope } from '../../../tenants/caller.js';

/** What the pod world calls collections: copies of indexes that other indexes can be made of. */
@Controller('pinecone/collections')
export class CollectionsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: IndexTargets,
    private readonly snapshots: SnapshotsService,
  ) {}

  @Allow('read')
  @Get()
  async list(): Promise<string> {
    return toCollectionsResponse(await this.snapshots.list(callerScope(), { kind: 'collection', limit: null }));
  }

  @Allow('write')
  @Post()
  @HttpCode(201)
  async create(@Body() body: RequestBody): Promise<string> {
    const { name, source } = validate(CreateCollectionRequest, body, CONTROL_PLANE);
    requireName(name);
    const created = await this.targets.run({ kind: 'name', name: source }, (index) => {
      this.requireSource(index);
      return this.snapshots.create(index, { kind: 'collection', name, description: null });
    });
    return toCollectionResponse(created);
  }

  @Allow('read')
  @Get(':name')
  async describe(@Param('name') name: string): Promise<string> {
    return toCollectionResponse(await this.find(name));
  }

  @Allow('write')
  @Delete(':name')
  @HttpCode(202)
  @Header('content-type', NO_CONTENT_TYPE)
  async delete(@Param('name') name: string): Promise<void> {
    await findNamed('Collection', name, this.snapshots.delete(await this.find(name)));
  }

  private async find(name: string): Promise<Snapshot> {
    return findNamed('Collection', name, this.snapshots.requireByName(callerScope(), 'collection', name));
  }

  private requireSource(index: Collection): void {
    if (definitionOf(index).spec.kind === 'pod' || this.config.pineconeServerlessCollections) return;
    throw invalidArgument(`Collections can only be created from pod indexes: create a backup of ${index.name} instead`);
  }
}
