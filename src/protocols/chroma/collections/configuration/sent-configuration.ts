import { isJsonObject, type Json, JsonNumber, type JsonObject, stringifyJson } from '../../../../http/json.js';
import { ChromaError, invalidArgument } from '../../chroma-error.js';
import { MAX_I64, SMALLEST_BATCH } from '../../limits.js';
import { integerOf } from '../../wire/serde.js';
import { DEFAULT_SCHEMA, DEFAULTS_VECTOR, isDefaultEmbeddingFunction } from './default-schema.js';
import { COLLECTION_CONFIGURATION, HNSW_CONFIGURATION, LEGACY_HNSW_CONFIGURATION } from './request-shapes.js';
import { merge, objectAt, replaceAt } from './tree.js';

/** What each `hnsw:*` key of a collection's metadata means in `configuration.hnsw`. */
const METADATA_KEYS: ReadonlyMap<string, string> = new Map([
  ['hnsw:space', 'space'],
  ['hnsw:construction_ef', 'ef_construction'],
  ['hnsw:search_ef', 'ef_search'],
  ['hnsw:M', 'max_neighbors'],
  ['hnsw:num_threads', 'num_threads'],
  ['hnsw:resize_factor', 'resize_factor'],
  ['hnsw:batch_size', 'batch_size'],
  ['hnsw:sync_threshold', 'sync_threshold'],
]);

const DEFAULT_VECTOR = objectAt(DEFAULT_SCHEMA, ...DEFAULTS_VECTOR);

/** A configuration as it was sent, types checked, nothing added. */
export interface SentConfiguration {
  /** `space` and the parameters of `configuration.hnsw`, or what comes closest to them. */
  readonly hnsw: JsonObject;
  /** A client before 1.0 sends all its defaults, and those are not ours; then metadata always has the last word. */
  readonly kind: 'hnsw' | 'spann' | 'legacy';
  readonly embeddingFunction: Json | undefined;
  /** Both `hnsw` and `spann` are there, which is one too many. */
  readonly hasTwoIndexes: boolean;
}

/** @throws ChromaError 422 for wrong types */
export function readConfiguration(configuration: Json | undefined): SentConfiguration {
  const sent = objectAt(COLLECTION_CONFIGURATION.read(configuration ?? null, 'configuration'));
  const common = { embeddingFunction: sent.get('embedding_function'), hasTwoIndexes: sent.has('hnsw') && sent.has('spann') };
  if (sent.has('spann')) {
    const space = objectAt(sent, 'spann').get('space');
    return { kind: 'spann', hnsw: replaceAt(new Map<string, Json>(), ['space'], space), ...common };
  }
  const legacy = isJsonObject(configuration) ? configuration.get('hnsw_configuration') : undefined;
  if (!sent.has('hnsw') && isJsonObject(legacy)) {
    const hnsw = objectAt(LEGACY_HNSW_CONFIGURATION.read(legacy, 'configuration.hnsw_configuration'));
    const neighbors = replaceAt(hnsw, ['max_neighbors'], hnsw.get('M'));
    return { kind: 'legacy', hnsw: replaceAt(neighbors, ['M'], undefined), ...common };
  }
  return { kind: 'hnsw', hnsw: objectAt(sent, 'hnsw'), ...common };
}

/**
 * The vector configuration, as a schema has it, that a configuration and a collection's metadata stand for. Keys in
 * the metadata count when the configuration leaves everything at its default.
 * @throws ChromaError 400 for a wrong `hnsw:*` key
 */
export function vectorConfiguration(sent: SentConfiguration, metadata: JsonObject | null): JsonObject {
  const configured = vectorOf(sent.hnsw);
  // a real server does not even look at the metadata then
  if (sent.kind === 'spann') return withEmbeddingFunction(configured, sent.embeddingFunction);
  const parameters = metadataParameters(metadata);
  const vector =
    sent.kind === 'legacy' || isSame(configured, DEFAULT_VECTOR) ? merge(configured, vectorParts(parameters)) : configured;
  return withEmbeddingFunction(vector, sent.embeddingFunction);
}

/** Whether a vector configuration is what a collection has anyway. */
export function isDefaultVector(vector: JsonObject): boolean {
  return (
    isDefaultEmbeddingFunction(vector.get('embedding_function')) &&
    isSame(withEmbeddingFunction(vector, undefined), DEFAULT_VECTOR)
  );
}

/** @throws ChromaError 400 when a key is unknown or its value impossible */
function metadataParameters(metadata: JsonObject | null): JsonObject {
  const renamed = new Map<string, Json>();
  for (const [key, value] of metadata ?? []) {
    if (!key.startsWith('hnsw:')) continue;
    const name = METADATA_KEYS.get(key);
    if (name === undefined || isTooLarge(name, value)) throw unreadableMetadata();
    renamed.set(name, value);
  }
  try {
    const parameters = objectAt(HNSW_CONFIGURATION.read(renamed, ''));
    const batches = [parameters.get('batch_size'), parameters.get('sync_threshold')];
    if (batches.some((size) => size instanceof JsonNumber && Number(size.text) < SMALLEST_BATCH)) throw unreadableMetadata();
    return parameters;
  } catch (error) {
    throw error instanceof ChromaError ? unreadableMetadata() : error;
  }
}

/** An integer in metadata has 63 bits; a larger one is a float, which only the resize factor may be. */
function isTooLarge(name: string, value: Json): boolean {
  return name !== 'resize_factor' && value instanceof JsonNumber && (integerOf(value) ?? 0n) > MAX_I64;
}

function unreadableMetadata(): ChromaError {
  return invalidArgument('Failed to parse hnsw parameters from segment metadata');
}

function vectorOf(hnsw: JsonObject): JsonObject {
  return merge(DEFAULT_VECTOR, vectorParts(hnsw));
}

function vectorParts(hnsw: JsonObject): JsonObject {
  const parameters = replaceAt(hnsw, ['space'], undefined);
  const space = hnsw.get('space');
  return replaceAt(replaceAt(new Map<string, Json>(), ['space'], space), ['hnsw'], parameters);
}

function withEmbeddingFunction(vector: JsonObject, embeddingFunction: Json | undefined): JsonObject {
  return replaceAt(vector, ['embedding_function'], embeddingFunction);
}

function isSame(one: JsonObject, other: JsonObject): boolean {
  return stringifyJson(one) === stringifyJson(other);
}
