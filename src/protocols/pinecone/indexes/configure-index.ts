import type { Collection, CollectionChanges } from '../../../collections/collection.js';
import { type EmbeddingModel, supportsDimension } from '../../../embedding/model.js';
import { isJsonObject, type JsonObject } from '../../../http/json.js';
import { invalidArgument } from '../pinecone-error.js';
import { asInteger, asObject, asText, membersOf, optional, undecodable } from '../wire/members.js';
import { definitionOf, type IndexDefinition, type IndexEmbedding, type IndexSpec, settingsWith } from './index-definition.js';
import { requireCapacity, requireGrowth } from './index-spec.js';
import { embeddingOf } from './new-index.js';
import { CapacityChangesPart, EmbedChangesPart, FieldChangesPart, PodChangesPart, SchemaPart } from './request-parts.js';
import type { ConfigureIndexRequest, ConfigureSchemaIndexRequest } from './requests.js';
import { mergedTags } from './tags.js';

/** Members that a request may send of a field that is embedded: only the parameters change. */
const PARAMETERS: ReadonlySet<string> = new Set(['type', 'read_parameters', 'write_parameters']);

const OTHER_CAPACITY = 'Cannot change the capacity mode of an existing index';

type RequireModel = (name: string) => EmbeddingModel;

/** The changes of a request before 2026-07. @throws PineconeError 400 for what cannot be changed */
export function toChanges(collection: Collection, request: ConfigureIndexRequest, requireModel: RequireModel): CollectionChanges {
  const before = definitionOf(collection);
  const definition: IndexDefinition = {
    ...before,
    spec: request.spec === undefined ? before.spec : configuredSpec(before.spec, request.spec),
    tags: request.tags === undefined ? before.tags : mergedTags(before.tags, request.tags),
    ...(request.embed !== undefined && { embedding: configuredEmbedding(collection, before, request.embed, requireModel) }),
  };
  return changes(collection, definition, request.deletion_protection);
}

/** The changes of a request from 2026-07 on. @throws PineconeError 400 for what cannot be changed */
export function toSchemaChanges(collection: Collection, request: ConfigureSchemaIndexRequest): CollectionChanges {
  const before = definitionOf(collection);
  const { deployment, read_capacity: capacity } = request;
  const deployed = deployment === undefined ? before.spec : configuredPod(before.spec, deployment);
  const definition: IndexDefinition = {
    ...before,
    spec: capacity === undefined ? deployed : withCapacity(deployed, capacity),
    tags: request.tags === undefined ? before.tags : mergedTags(before.tags, request.tags),
    ...(request.schema !== undefined && configuredSchema(before, request.schema)),
  };
  return changes(collection, definition, request.deletion_protection);
}

function changes(collection: Collection, definition: IndexDefinition, protection: string | undefined): CollectionChanges {
  return {
    settings: settingsWith(definition, collection.settings),
    ...(protection !== undefined && { deletionProtection: protection === 'enabled' }),
  };
}

function configuredSpec(before: IndexSpec, sent: JsonObject): IndexSpec {
  const kinds = [...sent].filter(([, value]) => value !== null);
  const [kind, value] = kinds[0] ?? [];
  if (kinds.length !== 1 || kind === undefined || value === undefined) {
    throw undecodable('spec: expected exactly one of serverless, pod and byoc');
  }
  const changes = asObject(value, `spec.${kind}`);
  if (kind !== before.kind) throw invalidArgument(OTHER_CAPACITY);
  if (kind === 'pod') return configuredPod(before, changes);
  const capacity = optional(membersOf(CapacityChangesPart, changes).read_capacity, 'read_capacity', asObject);
  return capacity === undefined ? before : withCapacity(before, capacity);
}

function configuredPod(before: IndexSpec, sent: JsonObject): IndexSpec {
  const parts = membersOf(PodChangesPart, sent);
  const replicas = optional(parts.replicas, 'replicas', asInteger);
  const podType = optional(parts.pod_type, 'pod_type', asText);
  if (replicas === undefined && podType === undefined) return before;
  if (before.kind !== 'pod') throw invalidArgument(OTHER_CAPACITY);
  if (replicas !== undefined && replicas < 1) throw invalidArgument('replicas must be at least 1');
  const count = replicas ?? before.replicas;
  return {
    ...before,
    replicas: count,
    pods: count * before.shards,
    podType: podType === undefined ? before.podType : requireGrowth(before.podType, podType),
  };
}

function withCapacity(before: IndexSpec, capacity: JsonObject): IndexSpec {
  if (before.kind === 'pod') throw invalidArgument('read_capacity does not apply to pod indexes');
  return { ...before, readCapacity: requireCapacity(capacity) };
}

/** A plain dense index becomes one that embeds, or how one embeds is adjusted. */
function configuredEmbedding(
  collection: Collection,
  before: IndexDefinition,
  sent: JsonObject,
  requireModel: RequireModel,
): IndexEmbedding {
  const parts = membersOf(EmbedChangesPart, sent);
  const name = optional(parts.model, 'model', asText) ?? before.embedding?.model;
  if (name === undefined) throw invalidArgument('embed.model is required');
  if (before.embedding !== undefined && before.embedding.model !== name)
    throw invalidArgument('The model of an index cannot be changed');
  const model = requireModel(name);
  if (!model.supportedMetrics.includes(collection.metric))
    throw invalidArgument(`Model '${name}' does not support the index' metric`);
  if (model.vectorType !== collection.vectorType) throw invalidArgument(`Model '${name}' makes ${model.vectorType} vectors`);
  if (collection.dimension !== null && !supportsDimension(model, collection.dimension)) {
    throw invalidArgument(`Model '${name}' does not support dimension ${String(collection.dimension)}`);
  }
  return embeddingOf(name, parts, before.embedding);
}

/** Only the parameters of the field that is embedded may change. */
function configuredSchema(before: IndexDefinition, sent: JsonObject): Pick<IndexDefinition, 'embedding'> {
  const fields = optional(membersOf(SchemaPart, sent).fields, 'fields', asObject) ?? new Map();
  const { embedding } = before;
  const [name, field] = [...fields][0] ?? [];
  if (name === undefined) return {};
  const others = isJsonObject(field) ? [...field.keys()].filter((key) => !PARAMETERS.has(key)) : [];
  if (others.length > 0 || embedding === undefined || fields.size > 1 || name !== embedding.textField || !isJsonObject(field)) {
    throw invalidArgument('schema may change only read_parameters and write_parameters of semantic_text fields');
  }
  return { embedding: embeddingOf(embedding.model, membersOf(FieldChangesPart, field), embedding) };
}
