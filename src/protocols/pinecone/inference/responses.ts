import type { Embeddings, Model } from '../../../embedding/model.js';
import { stringifyJson } from '../../../http/json.js';
import { metricName } from '../wire/metric.js';
import { parametersOf } from './model-parameters.js';
import type { Embedded, Ranked } from './operations.js';

/** Answers of the inference API, as JSON text. */

/** One rerank counts as one unit; what a unit is worth is the service's business. */
const RERANK_UNITS = 1;
/** Of models that read any length, or whose endpoint cuts by a limit of its own. */
const UNLIMITED_SEQUENCE = 2_147_483_647;

export function toModelResponse(model: Model): string {
  return JSON.stringify(modelInfo(model));
}

export function toModelsResponse(models: readonly Model[]): string {
  return JSON.stringify({ models: models.map(modelInfo) });
}

function modelInfo(model: Model): object {
  return {
    model: model.name,
    short_description: model.description,
    type: model.type,
    ...(model.type === 'embed' && {
      vector_type: model.vectorType,
      ...(model.supportedDimensions !== null && {
        default_dimension: model.defaultDimension,
        // a range is among the parameters: a list of it would be longer than everything else
        ...(model.supportedDimensions.min === model.supportedDimensions.max && {
          supported_dimensions: [model.supportedDimensions.min],
        }),
      }),
      supported_metrics: model.supportedMetrics.map(metricName),
    }),
    modality: 'text',
    max_sequence_length: model.maxSequenceLength ?? UNLIMITED_SEQUENCE,
    max_batch_size: model.maxBatchSize,
    provider_name: model.provider,
    supported_parameters: parametersOf(model),
  };
}

export function toEmbedResponse({ model, embeddings, returnTokens }: Embedded): string {
  const items = embeddings.vectorType === 'dense' ? embeddings.vectors.map(denseText) : sparseTexts(embeddings, returnTokens);
  const head = `"model":${JSON.stringify(model)},"vector_type":"${embeddings.vectorType}"`;
  return `{${head},"data":[${items.join(',')}],"usage":{"total_tokens":${String(embeddings.totalTokens)}}}`;
}

function denseText(values: Float32Array): string {
  return `{"vector_type":"dense","values":[${values.join(',')}]}`;
}

function sparseTexts({ vectors }: Extract<Embeddings, { vectorType: 'sparse' }>, returnTokens: boolean): readonly string[] {
  return vectors.map(({ indices, values, tokens }) => {
    const tokensText = returnTokens ? `,"sparse_tokens":${JSON.stringify(tokens)}` : '';
    return `{"vector_type":"sparse","sparse_values":[${values.join(',')}],"sparse_indices":[${indices.join(',')}]${tokensText}}`;
  });
}

export function toRerankResponse({ model, scores, documents }: Ranked): string {
  const items = scores.map(({ index, score }) => {
    const sent = documents?.[index];
    const document = sent === undefined ? '' : `,"document":${stringifyJson(sent.document)}`;
    return `{"index":${String(index)},"score":${String(score)}${document}}`;
  });
  return `{"model":${JSON.stringify(model)},"data":[${items.join(',')}],"usage":{"rerank_units":${String(RERANK_UNITS)}}}`;
}
