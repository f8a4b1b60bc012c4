import { Inject, Injectable } from '@nestjs/common';
import type { CollectionChanges } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { GatewayError } from '../../../errors.js';
import type { CollectionSize } from '../../../records/record.js';
import { RecordSizesService } from '../../../records/record-sizes.service.js';
import { callerScope } from '../../../tenants/caller.js';
import { CollectionTargets, type DenseCollection, isVisible, NAMESPACE } from '../targets.js';
import { collectionNotFound, invalidConfiguration } from '../vectorizer-error.js';
import { rfc3339 } from '../wire/rfc3339.js';
import { type CollectionDefinition, definitionOf, settingsWith } from './collection-definition.js';
import { EmbeddingProviders, LOCAL_PROVIDER, PLAIN_DEFINITION } from './embedding-providers.js';
import {
  type CreateCollectionRequest,
  parseHnsw,
  parseQuantization,
  requireMetric,
  requireName,
  type UpdateCollectionRequest,
} from './requests.js';

/** The payload field that names the file a text came from. */
export const SOURCE_FIELD = 'file_path';

/** A collection and how much is in it. */
export interface SizedCollection {
  readonly collection: DenseCollection;
  readonly size: CollectionSize;
}

/** What can be done with collections. */
@Injectable()
export class CollectionOperations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CollectionsService,
    private readonly sizes: RecordSizesService,
    private readonly targets: CollectionTargets,
    private readonly providers: EmbeddingProviders,
  ) {}

  async create(request: CreateCollectionRequest): Promise<SizedCollection> {
    const name = requireName(request.name, 'name');
    const metric = requireMetric(request);
    const provider = request.embedding_provider ?? LOCAL_PROVIDER;
    const definition: CollectionDefinition = {
      embeddingProvider: provider,
      description: request.description ?? null,
      hnsw: parseHnsw(request.hnsw_config),
      quantization: parseQuantization(request.quantization),
      ttlSeconds: null,
      updatedAt: null,
    };
    const dimension = this.providers.dimensionOf(this.providers.requireProvider(provider), request.dimension ?? undefined);
    const settings = settingsWith(definition);
    const created = await this.collections.create(callerScope(), {
      name,
      protocol: 'vectorizer',
      metric,
      metadata: null,
      settings,
      settingsBeside: (others) => settingsWith(definition, others),
      dimension,
    });
    return this.sized(requireVisible(created));
  }

  /** The collection of that name; made if there is none, with the dimension given. */
  async requireOrCreate(name: string, dimension: number | null): Promise<DenseCollection> {
    const found = await this.find(name);
    if (found !== undefined) return found;
    const collection = await this.collections.requireOrCreate(callerScope(), {
      name: requireName(name, 'collection'),
      protocol: 'vectorizer',
      metric: 'cosine',
      metadata: null,
      settings: settingsWith(PLAIN_DEFINITION),
      settingsBeside: (others) => settingsWith(PLAIN_DEFINITION, others),
      dimension: dimension ?? this.config.vectorizerDimension,
    });
    // another protocol's, whose dimension is not known yet
    if (!isVisible(collection)) throw new GatewayError({ kind: 'already_exists', subject: 'collection', name });
    return collection;
  }

  async describe(name: string): Promise<SizedCollection> {
    return this.sized(await this.targets.require(name));
  }

  /** All of them, ordered by name. */
  async list(): Promise<readonly SizedCollection[]> {
    const collections = await this.targets.list();
    const sizes = await this.sizes.sizes(collections, NAMESPACE, SOURCE_FIELD);
    return collections.flatMap((collection) => {
      const size = sizes.get(collection.id);
      return size === undefined ? [] : [{ collection, size }];
    });
  }

  /** The names of those without vectors. */
  async listEmpty(): Promise<readonly string[]> {
    return (await this.list()).filter(({ size }) => size.count === 0).map(({ collection }) => collection.name);
  }

  /** How many there are. */
  async count(): Promise<number> {
    return (await this.targets.list()).length;
  }

  async update(name: string, request: UpdateCollectionRequest): Promise<SizedCollection> {
    const fixed = (['dimension', 'metric', 'similarity_metric'] as const).find((field) => request[field] !== undefined);
    if (fixed !== undefined) throw invalidConfiguration(`${fixed} of a collection cannot be changed`);
    if (Object.values(request).every((value) => value === undefined)) return this.describe(name);
    return this.sized(
      await this.revise(name, (definition) => ({
        ...definition,
        description: request.description ?? definition.description,
        hnsw: parseHnsw(request.hnsw_config, definition.hnsw),
        quantization: parseQuantization(request.quantization, definition.quantization),
      })),
    );
  }

  /** Changes what Vectorizer remembers of the collection. */
  async revise(name: string, change: (definition: CollectionDefinition) => CollectionDefinition): Promise<DenseCollection> {
    await this.targets.require(name);
    const updatedAt = rfc3339(new Date());
    const revised = await this.collections.revise(callerScope(), name, (collection): CollectionChanges => ({
      settings: settingsWith({ ...change(definitionOf(collection)), updatedAt }, collection.settings),
    }));
    return requireVisible(revised);
  }

  async delete(name: string): Promise<void> {
    await this.targets.require(name);
    await this.collections.delete(callerScope(), name);
  }

  /** Deletes the empty ones that were made through Vectorizer and are not protected; with `dryRun` none. Returns their names. */
  async cleanUp(dryRun: boolean): Promise<readonly string[]> {
    const own = (await this.list()).filter(
      ({ collection, size }) => size.count === 0 && collection.protocol === 'vectorizer' && !collection.deletionProtection,
    );
    const names: string[] = [];
    for (const { collection } of own) {
      if (dryRun || (await this.collections.deleteEmpty(collection))) names.push(collection.name);
    }
    return names;
  }

  async sized(collection: DenseCollection): Promise<SizedCollection> {
    const sizes = await this.sizes.sizes([collection], NAMESPACE, SOURCE_FIELD);
    const size = sizes.get(collection.id);
    // deleted since it was found
    if (size === undefined) throw collectionNotFound(collection.name);
    return { collection, size };
  }

  /** The collection of that name, if Vectorizer clients see one. */
  async find(name: string): Promise<DenseCollection | undefined> {
    try {
      const collection = await this.collections.requireByName(callerScope(), name);
      if (isVisible(collection)) return collection;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.kind !== 'not_found') throw error;
    }
    return undefined;
  }
}

function requireVisible(collection: Parameters<typeof isVisible>[0]): DenseCollection {
  if (isVisible(collection)) return collection;
  throw collectionNotFound(collection.name);
}
