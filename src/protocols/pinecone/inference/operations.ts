import { Injectable } from '@nestjs/common';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import type { Embeddings, InputType, Model, RerankScore } from '../../../embedding/model.js';
import { invalidArgument } from '../pinecone-error.js';
import { readParameters } from './model-parameters.js';
import {
  type EmbedRequest,
  inputTexts,
  type ModelsRequest,
  readDocuments,
  requireRankFields,
  type RerankRequest,
  type SentDocument,
} from './requests.js';

/** Vectors of texts, by the name of their model. */
export interface Embedded {
  readonly model: string;
  readonly embeddings: Embeddings;
  readonly returnTokens: boolean;
}

/** Documents by their scores. */
export interface Ranked {
  readonly model: string;
  readonly scores: readonly RerankScore[];
  /** Undefined when the request wants none back. */
  readonly documents: readonly SentDocument[] | undefined;
}

/** Models, and what they make of texts. */
@Injectable()
export class InferenceOperations {
  constructor(private readonly embedding: EmbeddingService) {}

  async embed(request: EmbedRequest): Promise<Embedded> {
    const model = this.embedding.requireEmbeddingModel(request.model);
    const texts = inputTexts(request.inputs);
    requireBatch(model, texts.length);
    const parameters = readParameters(model, request.parameters);
    const embeddings = await this.embedding.embed(model.name, texts, {
      inputType: parameters.get('input_type') as InputType,
      dimension: parameters.get('dimension') as number | undefined,
    });
    return { model: model.name, embeddings, returnTokens: parameters.get('return_tokens') === true };
  }

  async rerank(request: RerankRequest): Promise<Ranked> {
    const model = this.embedding.requireRerankModel(request.model);
    requireRankFields(model.name, request.rank_fields ?? []);
    const documents = readDocuments(request.documents, request.rank_fields);
    requireBatch(model, documents.length);
    readParameters(model, request.parameters);
    const texts = documents.map(({ text }) => text);
    const scores = await this.embedding.rerank(model.name, request.query, texts, request.top_n ?? texts.length);
    return { model: model.name, scores, documents: request.return_documents === false ? undefined : documents };
  }

  models({ type, vector_type: vectorType }: ModelsRequest): readonly Model[] {
    const matches = (model: Model): boolean =>
      (type === undefined || model.type === type) &&
      (vectorType === undefined || (model.type === 'embed' && model.vectorType === vectorType));
    const models = this.embedding.models().filter(matches);
    const isOwn = (model: Model): boolean => model.maxSequenceLength !== undefined;
    // clients that take the first one want a model that they know
    return [...models.filter(isOwn), ...models.filter((model) => !isOwn(model))];
  }

  model(name: string): Model {
    return this.embedding.requireModel(name);
  }
}

function requireBatch(model: Model, length: number): void {
  if (length <= model.maxBatchSize) return;
  throw invalidArgument(
    `Input length ${String(length)} exceeds inputs limit of ${String(model.maxBatchSize)} for model ${model.name}`,
  );
}
