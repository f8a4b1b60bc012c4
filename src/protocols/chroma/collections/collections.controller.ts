import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import type { Collection, NewCollection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { GatewayError } from '../../../errors.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import type { Scope } from '../../../tenants/tenant.js';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { invalidArgument } from '../chroma-error.js';
import { isUuid, requireUuid, scopeOf, type ScopePath } from '../targets.js';
import { readCollectionMetadata, requireValid } from './collection-metadata.js';
import { schemaOf, settingsWith } from './collection-schema.js';
import { resolveConfiguration, updateConfiguration } from './configuration/schema.js';
import { nameProblem } from '../wire/names.js';
import { pageOf } from '../wire/query-string.js';
import { CreateCollectionRequest, UpdateCollectionRequest } from '../requests.js';
import { EMPTY, toCollectionListResponse, toCollectionResponse, type CollectionShape } from '../responses.js';
import { Allow } from '../../../keys/allow.js';

const COLLECTIONS = 'tenants/:tenant/databases/:database/collections';
/** Python clients from 0.5.16 to 0.6.3 name their HTTP library, later ones themselves. */
const LEGACY_PYTHON = /^python-(?:httpx|requests)\//;

type QueryString = Readonly<Record<string, unknown>>;

/** Chroma API v2, collections. */
@Controller('chroma/api/v2')
export class CollectionsController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tenants: TenantsService,
    private readonly collections: CollectionsService,
  ) {}

  @Allow('write')
  @Post(COLLECTIONS)
  @HttpCode(200)
  async create(@Param() path: ScopePath, @Body() body: RequestBody, @Headers('user-agent') agent?: string): Promise<string> {
    const request = validate(CreateCollectionRequest, body);
    const collection = await createCollection(this.collections, scopeOf(path), request, nameProblem);
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
  async getByUuid(@Param() path: ScopePath & { readonly uuid: string }, @Headers('user-agent') agent?: string): Promise<string> {
    if (!isUuid(path.uuid)) throw invalidArgument('Validation error: collection_id: Invalid collection ID format, expected UUID');
    return toCollectionResponse(
      await this.collections.requireCurrent(scopeOf(path), requireUuid(path.uuid)),
      this.shapeFor(agent),
    );
  }

  @Allow('read')
  @Get(`${COLLECTIONS}/:name`)
  async getByName(@Param() path: ScopePath & { readonly name: string }, @Headers('user-agent') agent?: string): Promise<string> {
    return toCollectionResponse(await this.collections.requireByName(scopeOf(path), path.name), this.shapeFor(agent));
  }

  /** By resource name: `<tenant's resource name>:<database>:<collection>`. */
  @Allow('read')
  @Get('collections/:crn')
  async getByResourceName(@Param('crn') crn: string, @Headers('user-agent') agent?: string): Promise<string> {
    const [resourceName, database, name, ...rest] = crn.split(':');
    if (!resourceName || !database || !name || rest.length > 0) {
      throw invalidArgument(
        'Validation error: crn: CRN must be in the format <tenant_resource_name>:<database_name>:<collection_name> with non-empty parts',
      );
    }
    const tenant = await this.tenants.requireByResourceName(resourceName);
    const collection = await this.collections.requireByName({ tenant: tenant.name, database }, name);
    return toCollectionResponse(collection, this.shapeFor(agent));
  }

  @Allow('write')
  @Put(`${COLLECTIONS}/:uuid`)
  async update(@Param() path: ScopePath & { readonly uuid: string }, @Body() body: RequestBody): Promise<string> {
    const request = validate(UpdateCollectionRequest, body);
    const uuid = requireUuid(path.uuid);
    const find = (): Promise<Collection> => this.collections.requireCurrent(scopeOf(path), uuid);
    await updateCollection(this.collections, find, request, nameProblem);
    return EMPTY;
  }

  @Allow('write')
  @Delete(`${COLLECTIONS}/:name`)
  async delete(@Param() path: ScopePath & { readonly name: string }): Promise<string> {
    await this.collections.delete(scopeOf(path), path.name);
    return EMPTY;
  }

  private shapeFor(agent: string | undefined): CollectionShape {
    const setting = this.config.chromaLegacyConfiguration;
    if (setting !== 'auto') return setting === 'always_legacy' ? 'legacy' : 'modern';
    return agent !== undefined && LEGACY_PYTHON.test(agent) ? 'legacy' : 'modern';
  }
}

/** Creates a collection, or finds it when the request says so. The versions of the API differ only in what names they allow. */
export async function createCollection(
  collections: CollectionsService,
  scope: Scope,
  request: CreateCollectionRequest,
  problemOf: (name: string) => string | undefined,
): Promise<Collection> {
  const metadata = readCollectionMetadata(request.metadata, 'metadata');
  const { space, schema } = resolveConfiguration({
    configuration: request.configuration,
    schema: request.schema,
    metadata: metadata.values,
  });
  const problem = problemOf(request.name);
  if (problem !== undefined) throw invalidArgument(`Validation error: name: ${problem}`);
  requireValid(metadata, 'metadata');
  const collection: NewCollection = {
    name: request.name,
    protocol: 'chroma',
    metric: space,
    metadata: metadata.text,
    settings: settingsWith(schema),
  };
  try {
    return await (request.get_or_create === true
      ? collections.requireOrCreate(scope, collection)
      : collections.create(scope, collection));
  } catch (error) {
    if (error instanceof GatewayError && error.kind === 'not_found') {
      throw invalidArgument(`Database [${scope.database}] does not exist`);
    }
    throw error;
  }
}

/** Renames a collection, replaces its metadata, changes its configuration: what the request gives. */
export async function updateCollection(
  collections: CollectionsService,
  find: () => Promise<Collection>,
  request: UpdateCollectionRequest,
  problemOf: (name: string) => string | undefined,
): Promise<void> {
  const metadata = readCollectionMetadata(request.new_metadata, 'new_metadata');
  const replaced = request.new_metadata != null;
  const collection = await find();
  const schema = schemaOf(collection);
  const changed = request.new_configuration == null ? schema : updateConfiguration(schema, request.new_configuration);
  const name = request.new_name ?? undefined;
  const problem = name === undefined ? undefined : problemOf(name);
  if (problem !== undefined) throw invalidArgument(`Validation error: new_name: ${problem}`);
  requireValid(metadata, 'new_metadata');
  if (name === undefined && !replaced && changed === schema) return;
  await collections.update(collection, {
    ...(name === undefined ? {} : { name }),
    ...(replaced ? { metadata: metadata.text } : {}),
    ...(changed === schema ? {} : { settings: settingsWith(changed, collection.settings) }),
  });
}
