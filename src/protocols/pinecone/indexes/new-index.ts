import type { Metric, NewCollection, VectorType } from '../../../collections/collection.js';
import { type EmbeddingModel, supportsDimension } from '../../../embedding/model.js';
import { isJsonObject, type JsonObject, jsonObject, parseJson } from '../../../http/json.js';
import { invalidArgument } from '../pinecone-error.js';
import { asInteger, asObject, asText, membersOf, optional, required, undecodable } from '../wire/members.js';
import { parseSchema } from '../wire/metadata-schema.js';
import { metricOf } from '../wire/metric.js';
import { requireName } from '../wire/resource-name.js';
import { type IndexDefinition, type IndexEmbedding, type IndexSpec, settingsWith } from './index-definition.js';
import { requireCapacity, requireDimension, requirePlace, specOf } from './index-spec.js';
import { type EmbedChangesPart, EmbedPart, FieldMapPart } from './request-parts.js';
import type { CreateForModelRequest, CreateIndexRequest } from './requests.js';
import { tagsOf } from './tags.js';

const READ_PARAMETERS = jsonObject({ input_type: 'query', truncate: 'END' });
const WRITE_PARAMETERS = jsonObject({ input_type: 'passage', truncate: 'END' });

/** The vectors that a new index holds. */
export interface NewVectors {
  readonly vectorType: VectorType;
  readonly dimension: number | null;
  readonly metric: Metric;
}

/** The index of a request before 2026-07. @throws PineconeError 400, 404 or 422 */
export function toNewIndex(request: CreateIndexRequest, strictRegions: boolean): NewCollection {
  requireName(request.name);
  const { spec, schema } = specOf(request.spec, strictRegions);
  return newIndex(
    request.name,
    vectorsOf(request, spec),
    { spec, ...schemaPart(schema), tags: tagsOf(request.tags ?? new Map()) },
    request,
  );
}

/** An index that embeds text. @throws PineconeError 400 or 422 */
export function toNewModelIndex(
  request: CreateForModelRequest,
  requireModel: (name: string) => EmbeddingModel,
  strictRegions: boolean,
): NewCollection {
  requireName(request.name);
  requirePlace(request.cloud, request.region, strictRegions);
  const { read_capacity: capacity } = request;
  const embed = membersOf(EmbedPart, request.embed);
  const model = requireModel(required(embed.model, 'model', asText));
  const embedding = embeddingOf(model.name, embed);
  const spec: IndexSpec = {
    kind: 'serverless',
    cloud: request.cloud,
    region: request.region,
    ...(capacity !== undefined && { readCapacity: requireCapacity(capacity) }),
  };
  const definition = { spec, embedding, tags: tagsOf(request.tags ?? new Map()), ...schemaPart(request.schema) };
  return newIndex(request.name, modelVectors(model, embed), definition, request);
}

/** How an index embeds, by `embed` of a request. `before` is its embedding until then. */
export function embeddingOf(model: string, sent: EmbedChangesPart, before?: IndexEmbedding): IndexEmbedding {
  const fieldMap = membersOf(FieldMapPart, optional(sent.field_map, 'field_map', asObject) ?? new Map());
  const textField = optional(fieldMap.text, 'text', asText) ?? before?.textField;
  if (textField === undefined) {
    throw sent.field_map === undefined
      ? undecodable('missing field `field_map`')
      : invalidArgument("Missing required key 'text'");
  }
  if (textField === '') throw invalidArgument('embed.field_map.text must name the field to embed');
  return {
    model,
    textField,
    readParameters: merged(
      before?.readParameters ?? READ_PARAMETERS,
      optional(sent.read_parameters, 'read_parameters', asObject),
    ),
    writeParameters: merged(
      before?.writeParameters ?? WRITE_PARAMETERS,
      optional(sent.write_parameters, 'write_parameters', asObject),
    ),
  };
}

function merged(before: JsonObject, sent: JsonObject | undefined): JsonObject {
  return new Map([...before, ...(sent ?? new Map())]);
}

/** A new index of Pinecone's, as the core makes it. */
export function newIndex(
  name: string,
  vectors: NewVectors,
  definition: IndexDefinition,
  { deletion_protection: protection }: { readonly deletion_protection?: string },
): NewCollection {
  return {
    name,
    protocol: 'pinecone',
    metadata: null,
    settings: settingsWith(definition),
    ...vectors,
    deletionProtection: protection === 'enabled',
  };
}

/** The metadata schema of a definition, where one is declared. */
export function schemaPart(schema: JsonObject | undefined): { readonly metadataSchema?: JsonObject } {
  if (schema === undefined || schema.size === 0) return {};
  const parsed = parseJson(parseSchema(schema));
  return isJsonObject(parsed) ? { metadataSchema: parsed } : {};
}

function vectorsOf(request: CreateIndexRequest, { kind }: IndexSpec): NewVectors {
  const vectorType = request.vector_type ?? 'dense';
  if (vectorType !== 'dense' && vectorType !== 'sparse') throw invalidArgument(`Unknown vector_type '${vectorType}'`);
  const dimension = request.dimension === undefined ? undefined : integerOf(request.dimension);
  if (vectorType === 'sparse') {
    if (kind === 'pod') throw invalidArgument('Sparse vector type is not supported for pod indexes');
    // SDKs that know no sparse indexes send 0
    if (dimension !== undefined && dimension !== 0) throw invalidArgument('Dimension should not be specified for sparse indexes');
    if ((request.metric ?? 'dotproduct') !== 'dotproduct') {
      throw invalidArgument('Sparse vector indexes must use the metric dotproduct');
    }
    return { vectorType, dimension: null, metric: 'ip' };
  }
  if (dimension === undefined) throw invalidArgument('Dimension is required for dense indexes');
  return { vectorType, dimension: requireDimension(dimension), metric: metricOf(request.metric ?? 'cosine') };
}

function integerOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw undecodable('dimension: expected an integer');
}

function modelVectors(model: EmbeddingModel, embed: EmbedPart): NewVectors {
  const sentMetric = optional(embed.metric, 'metric', asText);
  const metric = sentMetric === undefined ? model.supportedMetrics[0] : metricOf(sentMetric);
  if (!model.supportedMetrics.includes(metric)) {
    throw invalidArgument(`Model '${model.name}' does not support the metric ${String(sentMetric)}`);
  }
  const dimension = optional(embed.dimension, 'dimension', asInteger);
  if (model.vectorType === 'sparse') {
    if (dimension !== undefined) throw invalidArgument('Dimension should not be specified for sparse indexes');
    return { vectorType: 'sparse', dimension: null, metric };
  }
  if (dimension !== undefined && !supportsDimension(model, dimension)) {
    throw invalidArgument(`Model '${model.name}' does not support dimension ${String(dimension)}`);
  }
  return { vectorType: 'dense', dimension: dimension ?? model.defaultDimension, metric };
}
