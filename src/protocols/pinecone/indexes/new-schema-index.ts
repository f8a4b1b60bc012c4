import { randomBytes } from 'node:crypto';
import type { NewCollection } from '../../../collections/collection.js';
import { isJsonObject, type Json, type JsonObject, jsonObject } from '../../../http/json.js';
import { areOfDocuments, documentVectors } from '../documents/document-schema.js';
import { MAX_DESCRIPTION_BYTES, MAX_FIELD_NAME_BYTES } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { asInteger, asObject, asText, membersOf, optional, required } from '../wire/members.js';
import { metricOf } from '../wire/metric.js';
import { requireName } from '../wire/resource-name.js';
import type { IndexSpec } from './index-definition.js';
import { DENSE_FIELD, SPARSE_FIELD } from './index-schema.js';
import { deploymentOf, requireDimension } from './index-spec.js';
import { newIndex, type NewVectors, schemaPart } from './new-index.js';
import { DenseFieldPart, SchemaPart, SparseFieldPart, StringFieldPart } from './request-parts.js';
import type { CreateSchemaIndexRequest } from './requests.js';
import { tagsOf } from './tags.js';

/** The index of a request from 2026-07 on. @throws PineconeError 400, 404 or 422, `UNIMPLEMENTED` for a schema of documents */
export function toNewSchemaIndex(request: CreateSchemaIndexRequest, strictRegions: boolean): NewCollection {
  const name = request.name ?? `index-${randomBytes(4).toString('hex')}`;
  requireName(name);
  if (request.source_backup_id !== undefined) {
    throw invalidArgument('source_backup_id is not served here: use POST /backups/{id}/create-index');
  }
  const fields = required(membersOf(SchemaPart, request.schema).fields, 'fields', asObject);
  for (const [name, field] of fields) requireField(name, field);
  const metadataFields = new Map([...fields].filter(([, field]) => isJsonObject(field) && !field.has('type')));
  const isOfDocuments = areOfDocuments(fields);
  const definition = {
    spec: withSource(deploymentOf(request.deployment, request.read_capacity, strictRegions), request.source_collection),
    tags: tagsOf(request.tags ?? new Map()),
    ...schemaPart(metadataFields.size === 0 ? undefined : jsonObject({ fields: metadataFields })),
    ...(isOfDocuments && { documentFields: withoutDescriptions(fields) }),
    ...(request.cmek_id !== undefined && { cmekId: request.cmek_id }),
  };
  return newIndex(name, isOfDocuments ? documentVectors(fields) : schemaVectors(fields), definition, request);
}

function withSource(spec: IndexSpec, sourceCollection: string | undefined): IndexSpec {
  return sourceCollection === undefined || spec.kind === 'byoc' ? spec : { ...spec, sourceCollection };
}

/** The vectors of a schema that declares nothing but vectors and metadata. */
function schemaVectors(fields: JsonObject): NewVectors {
  const denseField = optional(fields.get(DENSE_FIELD) ?? undefined, DENSE_FIELD, asObject);
  const sparseField = optional(fields.get(SPARSE_FIELD) ?? undefined, SPARSE_FIELD, asObject);
  const dense = denseField && membersOf(DenseFieldPart, denseField);
  const sparse = sparseField && membersOf(SparseFieldPart, sparseField);
  requireType(dense, 'dense_vector', DENSE_FIELD);
  requireType(sparse, 'sparse_vector', SPARSE_FIELD);
  if (dense === undefined && sparse === undefined) throw invalidArgument('schema.fields must have at least one vector field');
  if (dense === undefined) return { vectorType: 'sparse', dimension: null, metric: 'ip' };
  const metric = metricOf(optional(dense.metric, 'metric', asText) ?? 'cosine');
  if (sparse !== undefined && metric !== 'ip')
    throw invalidArgument('Sparse values beside dense ones need the metric dotproduct');
  return { vectorType: 'dense', dimension: requireDimension(required(dense.dimension, 'dimension', asInteger)), metric };
}

/** The typed fields, as they are kept. */
function withoutDescriptions(fields: JsonObject): JsonObject {
  const kept = (field: JsonObject): JsonObject =>
    new Map([...field].filter(([key, value]) => key !== 'description' && value !== null));
  const typed = [...fields].filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1]) && entry[1].has('type'));
  return new Map(typed.map(([name, field]) => [name, kept(field)]));
}

function requireField(name: string, field: Json): void {
  if (Buffer.byteLength(name) > MAX_FIELD_NAME_BYTES) {
    throw invalidArgument(`Field names have at most ${String(MAX_FIELD_NAME_BYTES)} bytes: '${name}'`);
  }
  const description = isJsonObject(field)
    ? optional(membersOf(StringFieldPart, field).description, 'description', asText)
    : undefined;
  if (description !== undefined && Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES) {
    throw invalidArgument(`Descriptions have at most ${String(MAX_DESCRIPTION_BYTES)} bytes: '${name}'`);
  }
}

function requireType(field: SparseFieldPart | undefined, type: string, name: string): void {
  if (field !== undefined && field.type !== type) throw invalidArgument(`schema.fields.${name} must have the type ${type}`);
}
