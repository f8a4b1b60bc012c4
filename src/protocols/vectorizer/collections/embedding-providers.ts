import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { LOCAL_MODEL } from '../../../config/embedding.js';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import type { EmbeddingModel, InputType } from '../../../embedding/model.js';
import { GatewayError } from '../../../errors.js';
import { noProvider, VectorizerError } from '../vectorizer-error.js';
import { type CollectionDefinition, definitionOf, NO_DEFINITION } from './collection-definition.js';

/** What Vectorizer calls the embedder that is built in. */
export const LOCAL_PROVIDER = 'bm25';

/** Of a collection that is made without further wishes. */
export const PLAIN_DEFINITION: CollectionDefinition = { ...NO_DEFINITION, embeddingProvider: LOCAL_PROVIDER };
const REMOTE_PREFIX = 'openai:';

/** A provider as it is listed. */
export interface Provider {
  readonly name: string;
  /** Of its vectors, unless a collection wants another one. */
  readonly dimension: number;
  /** Whether it makes vectors of no other dimension. */
  readonly fixed: boolean;
}

/** Vectorizer's names for the models that make vectors of texts. */
@Injectable()
export class EmbeddingProviders {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly embedding: EmbeddingService,
  ) {}

  /** Every provider, the default one first. */
  list(): readonly Provider[] {
    const local = { name: LOCAL_PROVIDER, dimension: this.config.vectorizerDimension, fixed: false };
    return [
      local,
      ...this.denseModels()
        .filter(({ name }) => name !== LOCAL_MODEL)
        .map(toProvider),
    ];
  }

  /** @throws VectorizerError 400 `unsupported_provider` */
  requireProvider(name: string): Provider {
    return this.find(name) ?? this.unsupported('provider', name);
  }

  /** @throws VectorizerError 400 `unsupported_model` */
  requireModel(name: string): Provider {
    return this.find(name) ?? this.unsupported('model', name);
  }

  /**
   * The vectors of texts in the collection's own space, in their order.
   * @throws VectorizerError 400 when the collection has no provider, GatewayError `unavailable embedding`
   */
  async embed(collection: Collection, texts: readonly string[], inputType: InputType): Promise<readonly Float32Array[]> {
    const { embeddingProvider } = definitionOf(collection);
    if (texts.length === 0) return [];
    if (embeddingProvider === null) throw noProvider(collection.name);
    return this.embedWith(embeddingProvider, texts, { inputType, dimension: collection.dimension });
  }

  /** The vectors of texts by a provider's name; `dimension` null: the provider's. @throws as `requireProvider`, and GatewayError */
  async embedWith(
    provider: string,
    texts: readonly string[],
    options: { readonly inputType: InputType; readonly dimension: number | null },
  ): Promise<readonly Float32Array[]> {
    if (texts.length === 0) return [];
    const { dimension } = this.requireProvider(provider);
    const model = provider === LOCAL_PROVIDER ? LOCAL_MODEL : provider.slice(REMOTE_PREFIX.length);
    const result = await this.embedding.embed(model, texts, {
      inputType: options.inputType,
      dimension: options.dimension ?? dimension,
    });
    if (result.vectorType === 'dense') return result.vectors;
    throw new GatewayError({ kind: 'internal', subject: 'sparse vectors of a dense model' });
  }

  /** The dimension of its vectors when `wanted` is asked for. @throws VectorizerError 400 when it has another one */
  dimensionOf(provider: Provider, wanted: number | undefined): number {
    if (wanted === undefined || !provider.fixed || provider.dimension === wanted) return wanted ?? provider.dimension;
    const message = `Provider '${provider.name}' has dimension ${String(provider.dimension)}, request asked for ${String(wanted)}`;
    throw new VectorizerError(400, 'provider_dimension_mismatch', message, {
      provider: provider.name,
      provider_dimension: provider.dimension,
      requested_dimension: wanted,
    });
  }

  private find(name: string): Provider | undefined {
    return this.list().find((provider) => provider.name === name);
  }

  private unsupported(what: 'provider' | 'model', requested: string): never {
    const available = this.list().map(({ name }) => name);
    const subject = what === 'provider' ? 'embedding provider' : 'embedding model';
    const message = `Unsupported ${subject} '${requested}'; available: ${available.join(', ')}`;
    throw new VectorizerError(400, `unsupported_${what}`, message, { requested, available });
  }

  private denseModels(): readonly EmbeddingModel[] {
    return this.embedding.models().filter((model) => model.type === 'embed' && model.vectorType === 'dense') as EmbeddingModel[];
  }
}

function toProvider(model: EmbeddingModel): Provider {
  const dimension = model.defaultDimension ?? 0;
  const range = model.supportedDimensions;
  return { name: `${REMOTE_PREFIX}${model.name}`, dimension, fixed: range?.min === range?.max };
}
