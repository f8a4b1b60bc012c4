import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import { definitionOf as indexOf } from '../../../protocols/pinecone/indexes/index-definition.js';
import { definitionOf, hasDefinition } from '../../../protocols/vectorizer/collections/collection-definition.js';
import { EmbeddingProviders } from '../../../protocols/vectorizer/collections/embedding-providers.js';
import { invalid } from '../console-error.js';

/** The models that make vectors of texts for a collection, as its protocol has chosen them. */
@Injectable()
export class CollectionModels {
  constructor(
    private readonly embedding: EmbeddingService,
    private readonly providers: EmbeddingProviders,
  ) {}

  /** Whether the gateway makes dense vectors of texts for it. */
  hasModel(collection: Collection): boolean {
    if (collection.vectorType === 'sparse') return false;
    return indexOf(collection).embedding !== undefined || providerOf(collection) !== null;
  }

  /** @throws ConsoleError 400 for one without a model, GatewayError `unavailable embedding` */
  async embed(collection: Collection, text: string): Promise<Float32Array> {
    const { embedding: index } = indexOf(collection);
    if (index !== undefined) {
      const options = { inputType: 'query', dimension: collection.dimension ?? undefined } as const;
      const { vectorType, vectors } = await this.embedding.embed(index.model, [text], options);
      if (vectorType === 'dense' && vectors[0] !== undefined) return vectors[0];
    } else if (providerOf(collection) !== null) {
      const [vector] = await this.providers.embed(collection, [text], 'query');
      if (vector !== undefined) return vector;
    }
    throw invalid('The collection has no model: search by an embedding or by ids');
  }
}

function providerOf(collection: Collection): string | null {
  return hasDefinition(collection) ? definitionOf(collection).embeddingProvider : null;
}
