import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import type { InputType, Model } from '../../../embedding/model.js';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { queryOf, textOf } from '../wire/query-string.js';
import { CONTROL_PLANE } from '../wire/dialect.js';
import { invalidArgument } from '../pinecone-error.js';
import { readParameters } from './model-parameters.js';
import { toEmbedResponse, toModelResponse, toModelsResponse, toRerankResponse } from './responses.js';
import { EmbedRequest, inputTexts, readDocuments, RerankRequest } from './requests.js';
import { Allow } from '../../../keys/allow.js';

/** Models, and what they do with texts, on the control plane. */
@Controller('pinecone')
export class InferenceController {
  constructor(private readonly embedding: EmbeddingService) {}

  @Allow('read')
  @Post('embed')
  @HttpCode(200)
  async embed(@Body() body: RequestBody): Promise<string> {
    const request = validate(EmbedRequest, body, CONTROL_PLANE);
    const model = this.embedding.requireEmbeddingModel(request.model);
    const texts = inputTexts(request.inputs);
    requireBatch(model, texts.length);
    const parameters = readParameters(model, request.parameters);
    const embeddings = await this.embedding.embed(model.name, texts, {
      inputType: parameters.get('input_type') as InputType,
      dimension: parameters.get('dimension') as number | undefined,
    });
    return toEmbedResponse(model.name, embeddings, parameters.get('return_tokens') === true);
  }

  @Allow('read')
  @Post('rerank')
  @HttpCode(200)
  async rerank(@Body() body: RequestBody): Promise<string> {
    const request = validate(RerankRequest, body, CONTROL_PLANE);
    const model = this.embedding.requireRerankModel(request.model);
    const documents = readDocuments(request.documents, request.rank_fields);
    requireBatch(model, documents.length);
    readParameters(model, request.parameters);
    const texts = documents.map(({ text }) => text);
    const scores = await this.embedding.rerank(model.name, request.query, texts, request.top_n ?? texts.length);
    return toRerankResponse(model.name, scores, request.return_documents === false ? undefined : documents);
  }

  @Allow('read')
  @Get('models')
  models(@Req() sent: Request): string {
    const query = queryOf(sent);
    const type = oneOf(textOf(query, 'type'), 'type', ['embed', 'rerank']);
    const vectorType = oneOf(textOf(query, 'vector_type'), 'vector_type', ['dense', 'sparse']);
    const matches = (model: Model): boolean =>
      (type === undefined || model.type === type) &&
      (vectorType === undefined || (model.type === 'embed' && model.vectorType === vectorType));
    return toModelsResponse(this.embedding.models().filter(matches));
  }

  @Allow('read')
  @Get('models/:name')
  model(@Param('name') name: string): string {
    return toModelResponse(this.embedding.requireModel(name));
  }
}

function requireBatch(model: Model, length: number): void {
  if (length <= model.maxBatchSize) return;
  throw invalidArgument(
    `Input length ${String(length)} exceeds inputs limit of ${String(model.maxBatchSize)} for model ${model.name}`,
  );
}

function oneOf(value: string | undefined, name: string, allowed: readonly string[]): string | undefined {
  if (value === undefined || allowed.includes(value)) return value;
  throw invalidArgument(`${name}: expected ${allowed.join(' or ')}`);
}
