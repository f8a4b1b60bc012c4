import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../../http/json.js';
import { type ChromaError, invalidArgument } from '../../chroma-error.js';
import { SMALLEST_BATCH } from '../../limits.js';
import { debugText } from '../../wire/serde.js';
import { DEFAULTS_VECTOR, EMBEDDING_VECTOR } from './default-schema.js';
import { objectAt, valueAt } from './tree.js';

const ENCRYPTION_KEY = /^projects\/[^\n]+\/locations\/[^\n]+\/keyRings\/[^\n]+\/cryptoKeys\/[^\n]+$/;

/**
 * Checks what a client wants of a schema, before anything is added to it.
 * @throws ChromaError 400 with the first rule that it breaks
 */
export function requireValidSchema(schema: JsonObject): void {
  if (schema.has('source_attached_function_id')) {
    throw broken('Cannot set source_attached_function_id. This field is reserved for system use.');
  }
  requireValidDefaults(objectAt(schema, 'defaults'));
  for (const [key, types] of objectAt(schema, 'keys')) {
    requireValidKey(key, objectAt(types));
    requireValidSparseIndex(types);
    requireValidTextIndexes(key, types);
  }
  const encryptionKey = valueAt(schema, 'cmek', 'gcp');
  if (typeof encryptionKey === 'string' && !ENCRYPTION_KEY.test(encryptionKey)) {
    throw broken(`CMEK does not match expected pattern: Gcp(${debugText(encryptionKey)})`);
  }
}

/** @throws ChromaError 400 when a complete schema has values that an index cannot work with */
export function requireUsableSchema(schema: JsonObject): void {
  for (const path of [DEFAULTS_VECTOR, EMBEDDING_VECTOR]) {
    const hnsw = objectAt(schema, ...path, 'hnsw');
    const problems = ['batch_size', 'sync_threshold'].flatMap((name) => {
      const value = hnsw.get(name);
      if (!(value instanceof JsonNumber) || Number(value.text) >= SMALLEST_BATCH) return [];
      return [`${name}: Validation error: range [{"min": Number(${String(SMALLEST_BATCH)}), "value": Number(${value.text})}]`];
    });
    if (problems.length > 0) throw irreconcilable(`Invalid HNSW configuration: ${problems.join('\n')}`);
  }
}

/** 400: the parts of a request do not go together. */
export function irreconcilable(reason: string): ChromaError {
  return invalidArgument(`Failed to reconcile schema: ${reason}`);
}

function requireValidDefaults(defaults: JsonObject): void {
  if (isEnabled(defaults, 'float_list', 'vector_index')) {
    throw broken('Vector index cannot be enabled by default. It can only be enabled on #embedding field.');
  }
  const vector = objectAt(defaults, 'float_list', 'vector_index', 'config');
  if (vector.has('hnsw') && vector.has('spann')) throw broken('Both spann and hnsw config cannot be present at the same time.');
  if (isEnabled(defaults, 'sparse_vector', 'sparse_vector_index')) {
    throw broken(
      'Sparse vector index cannot be enabled by default. Please enable sparse vector index on specific keys. ' +
        'At most one sparse vector index is allowed for the collection.',
    );
  }
  if (isEnabled(defaults, 'string', 'fts_index')) {
    throw broken(
      'Full text search / regular expression index cannot be enabled by default. It can only be enabled on #document field.',
    );
  }
}

function requireValidKey(key: string, types: JsonObject): void {
  if (key.startsWith('#') && key !== '#document' && key !== '#embedding') {
    throw broken(`key cannot begin with '#'. Keys starting with '#' are reserved for system use: ${key}`);
  }
  const names = [...types.keys()];
  if (key === '#document' && names.some((name) => name !== 'string')) {
    throw broken(`Document field cannot have any value types other than string: ${key}`);
  }
  if (key === '#embedding' && names.some((name) => name !== 'float_list')) {
    throw broken(`Embedding field cannot have any value types other than float_list: ${key}`);
  }
  if (key !== '#embedding' && isEnabled(types, 'float_list', 'vector_index')) {
    throw broken(`Vector index can only be enabled on #embedding field: ${key}`);
  }
  const source = valueAt(types, 'float_list', 'vector_index', 'config', 'source_key') ?? '#document';
  if (source !== '#document') throw broken('Vector index can only source from #document');
}

function requireValidSparseIndex(types: Json): void {
  const config = objectAt(types, 'sparse_vector', 'sparse_vector_index', 'config');
  const source = config.get('source_key');
  if (isEnabled(types, 'sparse_vector', 'sparse_vector_index')) {
    if (source !== undefined && !config.has('embedding_function')) {
      throw broken(
        'If source_key is provided then embedding_function must also be provided since there is no default embedding function.',
      );
    }
  }
  if (typeof source === 'string' && source.startsWith('#') && source !== '#document') {
    throw broken("source_key cannot begin with '#'. The only valid key starting with '#' is Key.DOCUMENT or '#document'.");
  }
}

function requireValidTextIndexes(key: string, types: Json): void {
  if (key !== '#document' && isEnabled(types, 'string', 'fts_index')) {
    throw broken(`Full text search / regular expression index can only be enabled on #document field: ${key}`);
  }
  if (key === '#document' && isEnabled(types, 'string', 'string_inverted_index')) {
    throw broken(`String inverted index can not be enabled on #document key: ${key}`);
  }
}

function isEnabled(types: Json | undefined, type: string, index: string): boolean {
  return isJsonObject(types) && valueAt(types, type, index, 'enabled') === true;
}

function broken(rule: string): ChromaError {
  return invalidArgument(`Validation error: schema: ${rule}`);
}
