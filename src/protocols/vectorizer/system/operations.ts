import { Injectable } from '@nestjs/common';
import { TenantsService } from '../../../tenants/tenants.service.js';
import { EmbeddingProviders, LOCAL_PROVIDER, type Provider } from '../collections/embedding-providers.js';
import { CollectionOperations, type SizedCollection } from '../collections/operations.js';
import { type EmbedRequest, requireText } from './requests.js';

/** A text, and the vector that was made of it. */
export interface Embedded {
  readonly text: string;
  readonly model: string;
  readonly provider: string;
  readonly embedding: Float32Array;
}

/** What the server says of itself, and its embedder. */
@Injectable()
export class SystemOperations {
  constructor(
    private readonly tenants: TenantsService,
    private readonly collections: CollectionOperations,
    private readonly providers: EmbeddingProviders,
  ) {}

  /** Whether the database answers. */
  async isAvailable(): Promise<boolean> {
    return this.tenants.isAvailable();
  }

  /** Every collection, ordered by name. */
  async listCollections(): Promise<readonly SizedCollection[]> {
    return this.collections.list();
  }

  async countCollections(): Promise<number> {
    return this.collections.count();
  }

  /** Every embedding provider, the default one first. */
  listProviders(): readonly Provider[] {
    return this.providers.list();
  }

  /** @throws VectorizerError 400 for no text, an unknown model, and a dimension that it does not have */
  async embed(request: EmbedRequest): Promise<Embedded> {
    const text = requireText(request);
    const { model = LOCAL_PROVIDER } = request;
    const provider = this.providers.requireModel(model);
    const dimension = this.providers.dimensionOf(provider, request.dimension);
    const [embedding = new Float32Array()] = await this.providers.embedWith(provider.name, [text], {
      inputType: 'passage',
      dimension,
    });
    return { text, model, provider: provider.name, embedding };
  }
}
