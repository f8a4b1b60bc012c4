import { Injectable } from '@nestjs/common';
import type { Collection, NewCollection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { DEFAULT_METRIC, METRIC_SETTING } from '../../../collections/open-metric.js';
import { GatewayError } from '../../../errors.js';
import { jsonObject, stringifyJson } from '../../../http/json.js';
import { ForksService } from '../../../snapshots/forks.service.js';
import type { Scope } from '../../../tenants/tenant.js';
import { invalidArgument } from '../chroma-error.js';
import { type CollectionMetadata, readCollectionMetadata, requireValid } from './collection-metadata.js';
import { schemaOf, settingsWith } from './collection-schema.js';
import { resolveConfiguration, updateConfiguration } from './configuration/schema.js';
import type { CreateCollectionRequest, UpdateCollectionRequest } from './requests.js';

/** Settings of a collection whose metric is nothing but a default. */
const OPEN_METRIC = stringifyJson(jsonObject({ [METRIC_SETTING]: DEFAULT_METRIC }));

/** What is wrong with a collection's name; the versions of the API differ in it. */
export type NameRules = (name: string) => string | undefined;

/** What both versions of the API do with collections. */
@Injectable()
export class CollectionOperations {
  constructor(
    private readonly collections: CollectionsService,
    private readonly forks: ForksService,
  ) {}

  /** Creates a collection, or finds it when the request says so. */
  async create(scope: Scope, request: CreateCollectionRequest, problemOf: NameRules): Promise<Collection> {
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
      settings: settingsWith(schema, asksForSpace(request, metadata) ? '{}' : OPEN_METRIC),
    };
    try {
      return await (request.get_or_create === true
        ? this.collections.requireOrCreate(scope, collection)
        : this.collections.create(scope, collection));
    } catch (error) {
      if (error instanceof GatewayError && error.kind === 'not_found') {
        throw invalidArgument(`Database [${scope.database}] does not exist`);
      }
      throw error;
    }
  }

  /**
   * Renames a collection, replaces its metadata, changes its configuration: what the request gives. `metadata` is the request's
   * `new_metadata`, whose types are checked before the collection is looked up.
   */
  async update(
    collection: Collection,
    request: UpdateCollectionRequest,
    metadata: CollectionMetadata,
    problemOf: NameRules,
  ): Promise<void> {
    const isReplaced = request.new_metadata != null;
    const schema = schemaOf(collection);
    const changed = request.new_configuration == null ? schema : updateConfiguration(schema, request.new_configuration);
    const name = request.new_name ?? undefined;
    const problem = name === undefined ? undefined : problemOf(name);
    if (problem !== undefined) throw invalidArgument(`Validation error: new_name: ${problem}`);
    requireValid(metadata, 'new_metadata');
    if (name === undefined && !isReplaced && changed === schema) return;
    await this.collections.update(collection, {
      ...(name === undefined ? {} : { name }),
      ...(isReplaced ? { metadata: metadata.text } : {}),
      ...(changed === schema ? {} : { settings: settingsWith(changed, collection.settings) }),
    });
  }

  /** A collection of that name in the source's database, with all that the source is now. */
  async fork(source: Collection, name: string, problemOf: NameRules): Promise<Collection> {
    if (source.database.startsWith('topology+')) throw invalidArgument('multi-region databases do not support forking');
    const problem = problemOf(name);
    if (problem !== undefined) throw invalidArgument(`Validation error: new_name: ${problem}`);
    return this.forks.create(source, name);
  }
}

/** Whether a request says how embeddings are to be compared: Python's clients say `l2` in the configuration even if nobody asked. */
function asksForSpace({ configuration, schema }: CreateCollectionRequest, { values }: CollectionMetadata): boolean {
  const sent = [configuration, schema].map((part) => stringifyJson(part ?? null)).join();
  return /"space":\s*"(?!l2")/.test(sent) || values?.has('hnsw:space') === true;
}
