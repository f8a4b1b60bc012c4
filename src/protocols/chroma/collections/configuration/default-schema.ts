import { availableParallelism } from 'node:os';
import { isJsonObject, type Json, type JsonObject, parseJson, stringifyJson } from '../../../../http/json.js';
import { merge, objectAt, valueAt } from './tree.js';

/** Where a schema keeps what decides how embeddings are compared. */
export const EMBEDDING_VECTOR = ['keys', '#embedding', 'float_list', 'vector_index', 'config'] as const;
/** Where a schema keeps the same for keys of that type that are still to come. */
export const DEFAULTS_VECTOR = ['defaults', 'float_list', 'vector_index', 'config'] as const;

const HNSW = `{"ef_construction":100,"max_neighbors":16,"ef_search":100,"num_threads":${String(availableParallelism())},
  "batch_size":100,"sync_threshold":1000,"resize_factor":1.2}`;

/** The schema of a collection for which none is given. */
export const DEFAULT_SCHEMA: JsonObject = object(`{
  "defaults": {
    "string": {"fts_index":{"enabled":false,"config":{}},"string_inverted_index":{"enabled":true,"config":{}}},
    "float_list": {"vector_index":{"enabled":false,"config":{"space":"l2","hnsw":${HNSW}}}},
    "sparse_vector": {"sparse_vector_index":{"enabled":false,"config":{"embedding_function":{"type":"unknown"},"bm25":false}}},
    "int": {"int_inverted_index":{"enabled":true,"config":{}}},
    "float": {"float_inverted_index":{"enabled":true,"config":{}}},
    "bool": {"bool_inverted_index":{"enabled":true,"config":{}}}
  },
  "keys": {
    "#document": {"string":{"fts_index":{"enabled":true,"config":{}},"string_inverted_index":{"enabled":false,"config":{}}}},
    "#embedding": {"float_list":{"vector_index":{"enabled":true,"config":{"space":"l2","source_key":"#document","hnsw":${HNSW}}}}}
  }
}`);

/** The defaults of the index that only a distributed Chroma builds; given back, they make no difference. */
const SPANN = `{"search_nprobe":64,"search_rng_factor":1.0,"search_rng_epsilon":10.0,"nreplica_count":8,"write_rng_factor":1.0,
  "write_rng_epsilon":5.0,"split_threshold":50,"num_samples_kmeans":1000,"initial_lambda":100.0,"reassign_neighbor_count":64,
  "merge_threshold":25,"num_centers_to_merge_to":8,"write_nprobe":32,"ef_construction":200,"ef_search":200,"max_neighbors":64,
  "center_drift_threshold":0.125}`;

const UNREMARKABLE = merge(
  DEFAULT_SCHEMA,
  object(`{
    "defaults":{"float_list":{"vector_index":{"config":{"spann":${SPANN}}}}},
    "keys":{"#embedding":{"float_list":{"vector_index":{"config":{"spann":${SPANN}}}}}}
  }`),
);

/** Whether a schema, complete or not, says nothing but what is so anyway. Only then may a configuration come with it. */
export function isDefaultSchema(schema: JsonObject): boolean {
  const vectors = [DEFAULTS_VECTOR, EMBEDDING_VECTOR].map((path) => objectAt(schema, ...path));
  if (vectors.some((vector) => vector.has('hnsw') && vector.has('spann'))) return false;
  const embedding = valueAt(schema, ...EMBEDDING_VECTOR);
  if (isJsonObject(embedding) && !embedding.has('source_key')) return false;
  const standardKeys = objectAt(DEFAULT_SCHEMA, 'keys');
  if ([...objectAt(schema, 'keys').keys()].some((key) => !standardKeys.has(key))) return false;
  return agrees(schema, UNREMARKABLE);
}

/** Whether an embedding function is as good as none. */
export function isDefaultEmbeddingFunction(embeddingFunction: Json | undefined): boolean {
  const type = valueAt(embeddingFunction, 'type');
  return type === undefined || type === 'unknown' || (type === 'known' && valueAt(embeddingFunction, 'name') === 'default');
}

function agrees(given: Json, standard: Json | undefined): boolean {
  if (standard === undefined) return false;
  if (!isJsonObject(given) || !isJsonObject(standard)) return stringifyJson(given) === stringifyJson(standard);
  return [...given].every(([key, value]) => {
    if (key === 'embedding_function') return isDefaultEmbeddingFunction(value);
    return key === 'num_threads' || key === 'algorithm' || agrees(value, standard.get(key));
  });
}

function object(text: string): JsonObject {
  const value = parseJson(text);
  return isJsonObject(value) ? value : new Map<string, Json>();
}
