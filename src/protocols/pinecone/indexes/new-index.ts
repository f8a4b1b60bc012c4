import { randomBytes } from 'node:crypto';
import type { Metric, NewCollection, VectorType } from '../../../collections/collection.js';
import type { EmbeddingModel } from '../../../embedding/model.js';
import { supportsDimension } from '../../../embedding/model.js';
import { isJsonObject, jsonObject, parseJson, type Json, type JsonObject } from '../../../http/json.js';
import { settingsWith, type IndexDefinition, type IndexEmbedding, type IndexSpec } from './index-definition.js';
import { parseSchema } from '../wire/metadata-schema.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import {
  asInteger,
  asObject,
  asText,
  member,
  optional,
  undecodable,
  type CreateForModelRequest,
  type CreateIndexRequest,
  type CreateSchemaIndexRequest,
} from './requests.js';
import { deploymentOf, metricOf, requireCapacity, requireDimension, requirePlace, specOf } from './index-spec.js';
import { requireName } from '../wire/resource-name.js';
import { tagsOf } from './tags.js';

/** The reserved field names of an index that has but vectors. */
export const DENSE_FIELD = '_values';
export const SPARSE_FIELD = '_sparse_values';

const READ_PARAMETERS = jsonObject({ input_type: 'query', truncate: 'END' });
const WRITE_PARAMETERS = jsonObject({ input_type: 'passage', truncate: 'END' });

interface Vectors {
  readonly vectorType: VectorType;
  readonly dimension: number | null;
  readonly metric: Metric;
}

/** What the older request makes. @throws PineconeError 400, 404 or 422 */
export function toNewIndex(request: CreateIndexRequest, strictRegions: boolean): NewCollection {
  requireName(request.name);
  const spec = specOf(request.spec, strictRegions);
  const body = [...request.spec.values()].find((value) => isJsonObject(value));
  const schema = isJsonObject(body) ? optional(body, 'schema', asObject) : undefined;
  return newIndex(
    request.name,
    vectorsOf(request),
    { spec, ...schemaPart(schema), tags: tagsOf(request.tags ?? new Map()) },
    request,
  );
}

/** What the newer request makes. @throws PineconeError 400, 404, 422, or 501 for a schema of documents */
export function toNewSchemaIndex(request: CreateSchemaIndexRequest, strictRegions: boolean): NewCollection {
  const name = request.name ?? `index-${randomBytes(4).toString('hex')}`;
  requireName(name);
  if (request.source_backup_id !== undefined) {
    throw invalidArgument('source_backup_id is not served here: use POST /backups/{id}/create-index');
  }
  const fields = member(request.schema, 'fields', asObject);
  const metadataFields = new Map([...fields].filter(([, field]) => isJsonObject(field) && !field.has('type')));
  const definition = {
    spec: withSource(deploymentOf(request.deployment, request.read_capacity, strictRegions), request.source_collection),
    tags: tagsOf(request.tags ?? new Map()),
    ...schemaPart(metadataFields.size === 0 ? undefined : jsonObject({ fields: metadataFields })),
    ...(request.cmek_id !== undefined && { cmekId: request.cmek_id }),
  };
  return newIndex(name, schemaVectors(fields), definition, request);
}

function withSource(spec: IndexSpec, sourceCollection: string | undefined): IndexSpec {
  return sourceCollection === undefined || spec.kind === 'byoc' ? spec : { ...spec, sourceCollection };
}

/** What a request for an index that embeds text makes. @throws PineconeError 400 or 422 */
export function toNewModelIndex(
  request: CreateForModelRequest,
  requireModel: (name: string) => EmbeddingModel,
  strictRegions: boolean,
): NewCollection {
  requireName(request.name);
  requirePlace(request.cloud, request.region, strictRegions);
  const { embed, read_capacity: capacity } = request;
  const model = requireModel(member(embed, 'model', asText));
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

/** How an index embeds, by `embed` of a request. `before` is what holds where the request says nothing. */
export function embeddingOf(model: string, sent: JsonObject, before?: IndexEmbedding): IndexEmbedding {
  const fieldMap = optional(sent, 'field_map', asObject);
  const textField = (fieldMap && optional(fieldMap, 'text', asText)) ?? before?.textField;
  if (textField === undefined) throw undecodable('missing field `field_map`');
  if (textField === '') throw invalidArgument('embed.field_map.text must name the field to embed');
  return {
    model,
    textField,
    readParameters: merged(before?.readParameters ?? READ_PARAMETERS, optional(sent, 'read_parameters', asObject)),
    writeParameters: merged(before?.writeParameters ?? WRITE_PARAMETERS, optional(sent, 'write_parameters', asObject)),
  };
}

function merged(before: JsonObject, sent: JsonObject | undefined): JsonObject {
  return new Map([...before, ...(sent ?? new Map())]);
}

function newIndex(
  name: string,
  vectors: Vectors,
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

function schemaPart(schema: JsonObject | undefined): { readonly metadataSchema?: JsonObject } {
  if (schema === undefined || schema.size === 0) return {};
  const parsed = parseJson(parseSchema(schema));
  return isJsonObject(parsed) ? { metadataSchema: parsed } : {};
}

function vectorsOf(request: CreateIndexRequest): Vectors {
  const vectorType = request.vector_type ?? 'dense';
  if (vectorType !== 'dense' && vectorType !== 'sparse') throw invalidArgument(`Unknown vector_type '${vectorType}'`);
  const dimension = request.dimension === undefined ? undefined : integerOf(request.dimension);
  if (vectorType === 'sparse') {
    // SDKs that know no sparse indexes send 0
    if (dimension !== undefined && dimension !== 0) throw invalidArgument('Dimension should not be specified for sparse indexes');
    if ((request.metric ?? 'dotproduct') !== 'dotproduct') {
      throw invalidArgument('Sparse vector type indexes must use the metric dotproduct');
    }
    return { vectorType, dimension: null, metric: 'ip' };
  }
  if (dimension === undefined) throw invalidArgument('Dimension is required for dense indexes');
  return { vectorType, dimension: requireDimension(dimension), metric: metricOf(request.metric ?? 'cosine') };
}

function integerOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new PineconeError(
    'UNPROCESSABLE_ENTITY',
    'Failed to deserialize the JSON body into the target type: dimension: expected an integer at line 1 column 1',
  );
}

const MAX_FIELD_NAME_BYTES = 64;
const MAX_DESCRIPTION_BYTES = 256;

/** Fields that are nothing but an index of vectors. */
function schemaVectors(fields: JsonObject): Vectors {
  for (const [name, field] of fields) requireField(name, field);
  const typed = [...fields].filter(([, field]) => !isJsonObject(field) || field.has('type'));
  const others = typed.map(([name]) => name).filter((name) => name !== DENSE_FIELD && name !== SPARSE_FIELD);
  if (others.length > 0) {
    throw new PineconeError(
      'UNIMPLEMENTED',
      `Indexes of documents are not served here: '${others.join("', '")}' is neither ${DENSE_FIELD} nor ${SPARSE_FIELD}`,
    );
  }
  const dense = optional(fields, DENSE_FIELD, asObject);
  const sparse = optional(fields, SPARSE_FIELD, asObject);
  requireType(dense, 'dense_vector', DENSE_FIELD);
  requireType(sparse, 'sparse_vector', SPARSE_FIELD);
  if (dense === undefined && sparse === undefined) throw invalidArgument('schema.fields must have at least one vector field');
  if (dense === undefined) return { vectorType: 'sparse', dimension: null, metric: 'ip' };
  const metric = metricOf(optional(dense, 'metric', asText) ?? 'cosine');
  if (sparse !== undefined && metric !== 'ip')
    throw invalidArgument('Sparse values beside dense ones need the metric dotproduct');
  return { vectorType: 'dense', dimension: requireDimension(member(dense, 'dimension', asInteger)), metric };
}

function requireField(name: string, field: Json): void {
  if (Buffer.byteLength(name) > MAX_FIELD_NAME_BYTES) {
    throw invalidArgument(`Field names have at most ${String(MAX_FIELD_NAME_BYTES)} bytes: '${name}'`);
  }
  const description = isJsonObject(field) ? optional(field, 'description', asText) : undefined;
  if (description !== undefined && Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES) {
    throw invalidArgument(`Descriptions have at most ${String(MAX_DESCRIPTION_BYTES)} bytes: '${name}'`);
  }
}

function requireType(field: JsonObject | undefined, type: string, name: string): void {
  if (field !== undefined && field.get('type') !== type)
    throw invalidArgument(`schema.fields.${name} must have the type ${type}`);
}

function modelVectors(model: EmbeddingModel, embed: JsonObject): Vectors {
  const sentMetric = optional(embed, 'metric', asText);
  const metric = sentMetric === undefined ? model.supportedMetrics[0] : metricOf(sentMetric);
  if (!model.supportedMetrics.includes(metric)) {
    throw invalidArgument(`Model '${model.name}' does not support the metric ${String(sentMetric)}`);
  }
  const dimension = optional(embed, 'dimension', asInteger);
  if (model.vectorType === 'sparse') {
    if (dimension !== undefined) throw invalidArgument('Dimension should not be specified for sparse indexes');
    return { vectorType: 'sparse', dimension: null, metric };
  }
  if (dimension !== undefined && !supportsDimension(model, dimension)) {
    throw invalidArgument(`Model '${model.name}' does not support dimension ${String(dimension)}`);
  }
  return { vectorType: 'dense', dimension: dimension ?? model.defaultDimension, metric };
}
