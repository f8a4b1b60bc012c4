import type { FieldType, Metric } from '../../../../collections/collection.js';
import { type Json, type JsonObject, jsonObject } from '../../../../http/json.js';
import { type ChromaError, invalidArgument } from '../../chroma-error.js';
import { DEFAULT_SCHEMA, DEFAULTS_VECTOR, EMBEDDING_VECTOR, isDefaultSchema } from './default-schema.js';
import { CONFIGURATION_UPDATE, SCHEMA } from './request-shapes.js';
import { irreconcilable, requireUsableSchema, requireValidSchema } from './schema-rules.js';
import { isDefaultVector, readConfiguration, vectorConfiguration } from './sent-configuration.js';
import { merge, objectAt, replaceAt, valueAt } from './tree.js';

/** What a new collection is to be, of all that its creator said about it. */
export interface ResolvedConfiguration {
  readonly space: Metric;
  /** Complete; to be stored as it is. */
  readonly schema: JsonObject;
}

/** The parts of a request to create a collection that say how it is indexed. The metadata has been checked already. */
export interface SentParts {
  readonly configuration: Json | undefined;
  readonly schema: Json | undefined;
  readonly metadata: JsonObject | null;
}

/**
 * Decides on the schema of a new collection.
 * @throws ChromaError 422 for wrong types, 400 for what breaks a rule or does not go together
 */
export function resolveConfiguration({ configuration, schema, metadata }: SentParts): ResolvedConfiguration {
  const sent = readConfiguration(configuration);
  const sentSchema = SCHEMA.read(schema ?? null, 'schema');
  if (sent.hasTwoIndexes) throw twoIndexes();
  const wanted = sentSchema === undefined ? DEFAULT_SCHEMA : objectAt(sentSchema);
  const vector = vectorConfiguration(sent, metadata);
  requireValidSchema(wanted);
  const isPlain = isDefaultVector(vector);
  if (!isPlain && !isDefaultSchema(wanted)) {
    throw irreconcilable('Cannot set both collection config and schema simultaneously');
  }
  const complete = completeSchema(wanted);
  requireUsableSchema(complete);
  const resolved = isPlain && !isDefaultSchema(complete) ? complete : withVector(vector);
  return { space: spaceOf(resolved), schema: resolved };
}

/** A schema with the defaults for all that it leaves open. Keys of the owner's own stay as they are. */
export function completeSchema(schema: JsonObject): JsonObject {
  const merged = merge(DEFAULT_SCHEMA, schema);
  // an index of that kind is never built here, so it is not promised either
  return [DEFAULTS_VECTOR, EMBEDDING_VECTOR].reduce((result, path) => replaceAt(result, [...path, 'spann'], undefined), merged);
}

/** How embeddings are compared. */
export function spaceOf(schema: JsonObject): Metric {
  const space = valueAt(schema, ...EMBEDDING_VECTOR, 'space');
  return space === 'cosine' || space === 'ip' ? space : 'l2';
}

/** The schema, with embeddings compared so. */
export function withSpace(schema: JsonObject, space: Metric): JsonObject {
  if (spaceOf(schema) === space) return schema;
  return [DEFAULTS_VECTOR, EMBEDDING_VECTOR].reduce((result, path) => replaceAt(result, [...path, 'space'], space), schema);
}

/** `configuration_json` of a collection. */
export function configurationJson(schema: JsonObject): JsonObject {
  const vector = objectAt(schema, ...EMBEDDING_VECTOR);
  const names = ['ef_construction', 'ef_search', 'max_neighbors', 'resize_factor', 'sync_threshold'];
  const hnsw = names.map((name) => [name, valueAt(vector, 'hnsw', name) ?? null] as const);
  return jsonObject({
    hnsw: new Map<string, Json>([['space', spaceOf(schema)], ...hnsw]),
    spann: null,
    embedding_function: vector.get('embedding_function') ?? null,
  });
}

/** `configuration_json` of a collection for clients before 1.0, which die of the one of today. */
export function legacyConfigurationJson(schema: JsonObject): JsonObject {
  const parameter = (name: string): Json => valueAt(schema, ...EMBEDDING_VECTOR, 'hnsw', name) ?? null;
  return jsonObject({
    hnsw_configuration: jsonObject({
      space: spaceOf(schema),
      ef_construction: parameter('ef_construction'),
      ef_search: parameter('ef_search'),
      num_threads: parameter('num_threads'),
      M: parameter('max_neighbors'),
      resize_factor: parameter('resize_factor'),
      batch_size: parameter('batch_size'),
      sync_threshold: parameter('sync_threshold'),
      _type: 'HNSWConfigurationInternal',
    }),
    _type: 'CollectionConfigurationInternal',
  });
}

/**
 * A collection's schema after `new_configuration`.
 * @throws ChromaError 422 for wrong types, 400 for two kinds of index
 */
export function updateConfiguration(schema: JsonObject, newConfiguration: Json | undefined): JsonObject {
  const update = objectAt(CONFIGURATION_UPDATE.read(newConfiguration ?? null, 'new_configuration'));
  if (update.has('hnsw') && update.has('spann')) throw twoIndexes();
  return [DEFAULTS_VECTOR, EMBEDDING_VECTOR].reduce((result, path) => {
    const vector = objectAt(result, ...path);
    const hnsw = merge(objectAt(vector, 'hnsw'), objectAt(update, 'hnsw'));
    const embeddingFunction = update.get('embedding_function') ?? vector.get('embedding_function');
    const changed = replaceAt(replaceAt(vector, ['hnsw'], hnsw), ['embedding_function'], embeddingFunction);
    return replaceAt(result, path, changed);
  }, schema);
}

/** A collection's schema with the fields that its records have brought along, each indexed as the defaults say. */
export function withDiscoveredKeys(
  schema: JsonObject,
  fields: readonly { readonly name: string; readonly type: FieldType }[],
): JsonObject {
  const defaults = objectAt(schema, 'defaults');
  const keys = new Map(objectAt(schema, 'keys'));
  for (const { name, type } of fields) {
    const typeName = type === 'sparse' ? 'sparse_vector' : type;
    const known = objectAt(keys.get(name));
    if (!known.has(typeName)) keys.set(name, replaceAt(known, [typeName], defaults.get(typeName)));
  }
  return replaceAt(schema, ['keys'], keys);
}

/** Whether filters may ask for values of a type under a key; `fts` asks for the text of documents, whatever the key. */
export function isIndexEnabled(schema: JsonObject, key: string, type: Exclude<FieldType, 'sparse'> | 'fts'): boolean {
  if (type === 'fts') return valueAt(schema, 'keys', '#document', 'string', 'fts_index', 'enabled') !== false;
  const index = `${type}_inverted_index`;
  const own = valueAt(schema, 'keys', key, type, index, 'enabled');
  return (own ?? valueAt(schema, 'defaults', type, index, 'enabled')) !== false;
}

/** How the sparse vectors under a key are searched; undefined when they are not. */
export function sparseIndexOf(schema: JsonObject, key: string): { readonly bm25: boolean } | undefined {
  const index = objectAt(schema, 'keys', key, 'sparse_vector', 'sparse_vector_index');
  if (index.get('enabled') !== true) return undefined;
  return { bm25: valueAt(index, 'config', 'bm25') === true };
}

function twoIndexes(): ChromaError {
  return invalidArgument('Multiple vector index configurations provided');
}

/** The default schema with another vector configuration. */
function withVector(vector: JsonObject): JsonObject {
  return [DEFAULTS_VECTOR, EMBEDDING_VECTOR].reduce(
    (result, path) => replaceAt(result, path, merge(objectAt(result, ...path), vector)),
    DEFAULT_SCHEMA,
  );
}
