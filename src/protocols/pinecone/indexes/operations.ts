import { Inject, Injectable } from '@nestjs/common';
import type { Collection, CollectionChanges, NewCollection } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import type { EmbeddingModel } from '../../../embedding/model.js';
import { callerScope } from '../../../tenants/caller.js';
import { PineconeError } from '../pinecone-error.js';
import { IndexTargets, isIndex } from '../targets.js';
import { toChanges, toSchemaChanges } from './configure-index.js';
import { definitionOf, settingsWith } from './index-definition.js';
import { IndexHosts } from './index-hosts.js';
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

/** Makes, changes, lists and deletes indexes. `agent` is the client's user agent, which decides the form of a host. */
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
  ) {}

  /** By name. */
  async list(agent: string | undefined): Promise<readonly HostedIndex[]> {
    const indexes = (await this.collections.list(callerScope(), { offset: 0, limit: null })).filter(isIndex);
    const byName = [...indexes].sort((left, right) => (left.name < right.name ? -1 : 1));
    const hosted: HostedIndex[] = [];
    for (const collection of byName) hosted.push(await this.hosted(collection, agent));
    return hosted;
  }

  async describe(name: string, agent: string | undefined): Promise<HostedIndex> {
    return this.targets.run({ kind: 'name', name }, (collection) => this.hosted(collection, agent));
  }

  /** From a request before 2026-07. */
  async create(request: CreateIndexRequest, agent: string | undefined): Promise<HostedIndex> {
    return this.created(toNewIndex(request, this.config.pineconeStrictRegions), agent);
  }

  /** From a request from 2026-07 on. */
  async createFromSchema(request: CreateSchemaIndexRequest, agent: string | undefined): Promise<HostedIndex> {
    return this.created(toNewSchemaIndex(request, this.config.pineconeStrictRegions), agent);
  }

  /** An index that embeds text. */
  async createForModel(request: CreateForModelRequest, agent: string | undefined): Promise<HostedIndex> {
    return this.created(toNewModelIndex(request, this.requireModel, this.config.pineconeStrictRegions), agent);
  }

  /** By a request before 2026-07. */
  async configure(name: string, request: ConfigureIndexRequest, agent: string | undefined): Promise<HostedIndex> {
    return this.revised(name, (collection) => toChanges(collection, request, this.requireModel), agent);
  }

  /** By a request from 2026-07 on. */
  async configureSchema(name: string, request: ConfigureSchemaIndexRequest, agent: string | undefined): Promise<HostedIndex> {
    return this.revised(name, (collection) => toSchemaChanges(collection, request), agent);
  }

  async delete(name: string): Promise<void> {
    await this.targets.run({ kind: 'name', name }, () => this.collections.delete(callerScope(), name));
  }

  private async created(index: NewCollection, agent: string | undefined): Promise<HostedIndex> {
    await this.requireQuota(index.name);
    const { spec } = definitionOf(index);
    const source = spec.kind === 'byoc' ? undefined : spec.sourceCollection;
    const collection =
      source === undefined
        ? await this.collections.create(callerScope(), {
            ...index,
            settingsBeside: (others) => settingsWith(definitionOf(index), others),
          })
        : await this.sources.createIndex(source, index);
    return this.hosted(collection, agent);
  }

  private async revised(
    name: string,
    changesOf: (collection: Collection) => CollectionChanges,
    agent: string | undefined,
  ): Promise<HostedIndex> {
    return this.targets.run({ kind: 'name', name }, async () =>
      this.hosted(await this.collections.revise(callerScope(), name, changesOf), agent),
    );
  }

  /** A taken name is reported as such, whatever the quota. */
  private async requireQuota(name: string): Promise<void> {
    const limit = this.config.pineconeMaxIndexes;
    if (limit === 0) return;
    const collections = await this.collections.list(callerScope(), { offset: 0, limit: null });
    if (collections.some((collection) => collection.name === name)) return;
    if (collections.filter(isIndex).length < limit) return;
    throw new PineconeError(
      'QUOTA_EXCEEDED',
      `Request failed. You've reached the max indexes allowed in this project (${String(limit)}).`,
    );
  }

  private async hosted(collection: Collection, agent: string | undefined): Promise<HostedIndex> {
    return { collection, host: await this.hosts.hostOf(collection, agent) };
  }
}
