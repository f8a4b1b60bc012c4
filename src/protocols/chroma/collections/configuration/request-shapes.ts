import { isJsonObject, type Json, type JsonObject, jsonObject } from '../../../../http/json.js';
import { unparsable, unprocessable } from '../../chroma-error.js';
import {
  expectedNames,
  flag,
  float,
  mapOf,
  optional,
  required,
  type Shape,
  struct,
  text,
  unsigned,
  usually,
  variant,
  wrongType,
} from './shape.js';

const count = optional(unsigned('usize'));
const smallCount = optional(unsigned('u32'));
const ratio = optional(float('f64'));
const smallRatio = optional(float('f32'));
const space = optional(variant('l2', 'cosine', 'ip'));

/** Stored and given back, never run. `config` stays as it was sent. */
const embeddingFunction = optional(
  required((value, path) => {
    if (!isJsonObject(value)) throw wrongType(path, value, 'internally tagged enum EmbeddingFunctionConfiguration');
    const type = value.get('type');
    if (type === undefined) throw unprocessable(path, 'missing field `type`');
    if (typeof type !== 'string') throw wrongType(`${path}.type`, type, 'variant identifier');
    if (type === 'known') return knownEmbeddingFunction(value, path);
    if (type === 'legacy' || type === 'unknown') return jsonObject({ type });
    throw unprocessable(`${path}.type`, `unknown variant \`${type}\`, ${expectedNames(['legacy', 'known', 'unknown'])}`);
  }),
);

function knownEmbeddingFunction(value: JsonObject, path: string): Json {
  const name = value.get('name');
  const config = value.get('config');
  if (name === undefined) throw unprocessable(path, 'missing field `name`');
  if (typeof name !== 'string') throw wrongType(path, name, 'a string');
  if (config === undefined) throw unprocessable(path, 'missing field `config`');
  return jsonObject({ type: 'known', name, config });
}

/** `configuration.hnsw`. */
export const HNSW_CONFIGURATION = struct(
  'HnswConfiguration',
  {
    space,
    ef_construction: count,
    ef_search: count,
    max_neighbors: count,
    num_threads: count,
    resize_factor: ratio,
    sync_threshold: count,
    batch_size: count,
  },
  'refused',
);

const spannConfiguration = struct(
  'SpannConfiguration',
  {
    search_nprobe: smallCount,
    write_nprobe: smallCount,
    space,
    ef_construction: count,
    ef_search: count,
    max_neighbors: count,
    reassign_neighbor_count: smallCount,
    split_threshold: smallCount,
    merge_threshold: smallCount,
  },
  'refused',
);

/** `configuration` of a new collection. */
export const COLLECTION_CONFIGURATION = optional(
  struct(
    'CollectionConfiguration',
    { hnsw: optional(HNSW_CONFIGURATION), spann: optional(spannConfiguration), embedding_function: embeddingFunction },
    'ignored',
  ),
);

/** `configuration.hnsw_configuration` of clients before 1.0. */
export const LEGACY_HNSW_CONFIGURATION = struct(
  'HNSWConfigurationInternal',
  {
    space,
    ef_construction: count,
    ef_search: count,
    num_threads: count,
    M: count,
    resize_factor: ratio,
    batch_size: count,
    sync_threshold: count,
  },
  'ignored',
);

const hnswUpdate = struct(
  'UpdateHnswConfiguration',
  {
    ef_search: count,
    max_neighbors: count,
    num_threads: count,
    resize_factor: ratio,
    sync_threshold: count,
    batch_size: count,
  },
  'refused',
);

const spannUpdate = struct('UpdateSpannConfiguration', { search_nprobe: smallCount, ef_search: count }, 'refused');

/** `new_configuration` of an existing collection. */
export const CONFIGURATION_UPDATE = optional(
  struct(
    'UpdateCollectionConfiguration',
    { hnsw: optional(hnswUpdate), spann: optional(spannUpdate), embedding_function: embeddingFunction },
    'ignored',
  ),
);

const hnswIndexConfig = struct(
  'HnswIndexConfig',
  {
    ef_construction: count,
    max_neighbors: count,
    ef_search: count,
    num_threads: count,
    batch_size: count,
    sync_threshold: count,
    resize_factor: ratio,
  },
  'refused',
);

const spannIndexConfig = struct(
  'SpannIndexConfig',
  {
    search_nprobe: smallCount,
    search_rng_factor: smallRatio,
    search_rng_epsilon: smallRatio,
    nreplica_count: smallCount,
    write_rng_factor: smallRatio,
    write_rng_epsilon: smallRatio,
    split_threshold: smallCount,
    num_samples_kmeans: count,
    initial_lambda: smallRatio,
    reassign_neighbor_count: smallCount,
    merge_threshold: smallCount,
    num_centers_to_merge_to: smallCount,
    write_nprobe: smallCount,
    ef_construction: count,
    ef_search: count,
    max_neighbors: count,
    center_drift_threshold: smallRatio,
    quantize: usually('none', variant('none', 'four_bit_rabit_q_with_u_search')),
  },
  'refused',
);

const vectorIndexConfig = struct(
  'VectorIndexConfig',
  {
    space,
    embedding_function: embeddingFunction,
    source_key: optional(text),
    hnsw: optional(hnswIndexConfig),
    spann: optional(spannIndexConfig),
  },
  'refused',
);

const sparseVectorIndexConfig = struct(
  'SparseVectorIndexConfig',
  {
    embedding_function: embeddingFunction,
    source_key: optional(text),
    bm25: optional(flag),
    algorithm: usually('wand', variant('wand', 'max_score')),
  },
  'refused',
);

function index(name: string, config: Shape = struct(`${name}Config`, {}, 'refused')): Shape {
  return optional(struct(`${name}Type`, { enabled: flag, config }, 'ignored'));
}

function valueType(name: string, indexes: Readonly<Record<string, Shape>>): Shape {
  // the first servers with schemas wrote `$fts_index` and `#string`
  return optional(struct(`${name}ValueType`, indexes, 'ignored', (key) => key.replace(/^\$/, '')));
}

const valueTypes = struct(
  'ValueTypes',
  {
    string: valueType('String', { fts_index: index('FtsIndex'), string_inverted_index: index('StringInvertedIndex') }),
    float_list: valueType('FloatList', { vector_index: index('VectorIndex', vectorIndexConfig) }),
    sparse_vector: valueType('SparseVector', { sparse_vector_index: index('SparseVectorIndex', sparseVectorIndexConfig) }),
    int: valueType('Int', { int_inverted_index: index('IntInvertedIndex') }),
    float: valueType('Float', { float_inverted_index: index('FloatInvertedIndex') }),
    bool: valueType('Bool', { bool_inverted_index: index('BoolInvertedIndex') }),
  },
  'ignored',
  (key) => key.replace(/^#/, ''),
);

/** The name of a key that the owner of the data manages. */
const encryptionKey = required((value, path) => {
  const [provider, resource] = isJsonObject(value) && value.size === 1 ? ([...value][0] ?? [value]) : [value];
  if (typeof provider !== 'string') throw unparsable(path, 'expected value');
  if (provider !== 'gcp') throw unprocessable(path, `unknown variant \`${provider}\`, ${expectedNames(['gcp'])}`);
  if (resource === undefined) throw unprocessable(`${path}.gcp`, 'invalid type: unit variant, expected newtype variant');
  return jsonObject({ gcp: text.read(resource, `${path}.gcp`) ?? null });
});

/** `schema` of a new collection. */
export const SCHEMA = optional(
  struct(
    'Schema',
    {
      defaults: valueTypes,
      keys: mapOf(valueTypes),
      cmek: optional(encryptionKey),
      source_attached_function_id: optional(text),
    },
    'ignored',
    (key) => (key === 'key_overrides' ? 'keys' : key),
  ),
);
