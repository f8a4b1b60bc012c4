import { Inject, Injectable } from '@nestjs/common';
import type { Collection, CollectionChanges, NewCollection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import type { EmbeddingModel } from '../../../embedding/model.js';
import { GatewayError } from '../../../errors.js';
import { callerScope } from '../../../tenants/caller.js';
import { PineconeError } from '../pinecone-error.js';
import { IndexTargets, isIndex } from '../targets.js';
import { toChanges, toSchemaChanges } from './configure-index.js';
import { definitionOf, settingsWith } from './index-definition.js';
import { type Asker, IndexHosts } from './index-hosts.js';
import { IndexQuotas } from './index-quotas.js';
import { toNewIndex, toNewModelIndex } from './new-index.js';
import { toNewSchemaIndex } from './new-schema-index.js';
import type {
  ConfigureIndexRequest,
  ConfigureSchemaIndexRequest,
  CreateForModelRequest,
  CreateIndexRequest,
  CreateSchemaIndexRequest,
} from './requests.js';
import { SourceCollections } from './source-collections.js';

/** An index, and where its clients find it. */
export interface HostedIndex {
  readonly collection: Collection;
  readonly host: string;
}

/** Makes, changes, lists and deletes indexes. Who asks decides the form of a host. */
@Injectable()
export class IndexOperations {
  private readonly requireModel = (name: string): EmbeddingModel => this.embedding.requireEmbeddingModel(name);

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CollectionsService,
    private readonly targets: IndexTargets,
    private readonly hosts: IndexHosts,
    private readonly embedding: EmbeddingService,
    private readonly sources: SourceCollections,
    private readonly quotas: IndexQuotas,
  ) {}

  /** By name. */
  async list(asker: Asker): Promise<readonly HostedIndex[]> {
    const indexes = (await this.collections.list(callerScope(), { offset: 0, limit: null })).filter(isIndex);
    const byName = [...indexes].sort((left, right) => (left.name < right.name ? -1 : 1));
    const hosted: HostedIndex[] = [];
    for (const collection of byName) hosted.push(await this.hosted(collection, asker, 'list'));
    return hosted;
  }

  async describe(name: string, asker: Asker): Promise<HostedIndex> {
    return this.targets.run({ kind: 'name', name }, (collection) => this.hosted(collection, asker, 'describe'));
  }

  /** From a request before 2026-07. */
  async create(request: CreateIndexRequest, asker: Asker): Promise<HostedIndex> {
    return this.created(toNewIndex(request, this.config.pineconeStrictRegions), asker);
  }

  /** From a request from 2026-07 on. */
  async createFromSchema(request: CreateSchemaIndexRequest, asker: Asker): Promise<HostedIndex> {
    return this.created(toNewSchemaIndex(request, this.config.pineconeStrictRegions), asker);
  }

  /** An index that embeds text. */
  async createForModel(request: CreateForModelRequest, asker: Asker): Promise<HostedIndex> {
    const requireModel = (name: string): EmbeddingModel => namedModel(name, this.requireModel);
    return this.created(toNewModelIndex(request, requireModel, this.config.pineconeStrictRegions), asker);
  }

  /** By a request before 2026-07. */
  async configure(name: string, request: ConfigureIndexRequest, asker: Asker): Promise<HostedIndex> {
    return this.revised(name, (collection) => toChanges(collection, request, this.requireModel), asker);
  }

  /** By a request from 2026-07 on. */
  async configureSchema(name: string, request: ConfigureSchemaIndexRequest, asker: Asker): Promise<HostedIndex> {
    return this.revised(name, (collection) => toSchemaChanges(collection, request), asker);
  }

  async delete(name: string): Promise<void> {
    await this.targets.run({ kind: 'name', name }, () => this.collections.delete(callerScope(), name));
  }

  private async created(index: NewCollection, asker: Asker): Promise<HostedIndex> {
    const { spec } = definitionOf(index);
    await this.quotas.requireRoom(index.name, spec);
    const source = spec.kind === 'byoc' ? undefined : spec.sourceCollection;
    const collection =
      source === undefined
        ? await this.collections.create(callerScope(), {
            ...index,
            settingsBeside: (others) => settingsWith(definitionOf(index), others),
          })
        : await this.sources.createIndex(source, index);
    return this.hosted(collection, asker, 'create');
  }

  private async revised(
    name: string,
    changesOf: (collection: Collection) => CollectionChanges,
    asker: Asker,
  ): Promise<HostedIndex> {
    return this.targets.run({ kind: 'name', name }, async (before) => {
      await this.quotas.requirePods(before, changesOf(before));
      return this.hosted(await this.collections.revise(callerScope(), name, changesOf), asker, 'describe');
    });
  }

  private async hosted(collection: Collection, asker: Asker, reason: 'create' | 'describe' | 'list'): Promise<HostedIndex> {
    return { collection, host: await this.hosts.hostOf(collection, asker, reason) };
  }
}

/** Words a missing model as the service does where an index is made for it. @throws PineconeError 404 */
function namedModel(name: string, requireModel: (name: string) => EmbeddingModel): EmbeddingModel {
  try {
    return requireModel(name);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.kind !== 'not_found') throw error;
    throw new PineconeError('NOT_FOUND', `Model ${name} not found.`);
  }
}
