import { isJsonObject, type Json, parseJson } from '../../../../http/json.js';
import { DEFAULT_SCHEMA } from './default-schema.js';
import { resolveConfiguration, updateConfiguration } from './schema.js';

/** What the real server (1.5.9) says, without the line and column. */
const CREATE_ERRORS = [
  ['"configuration":5', 'configuration: invalid type: integer `5`, expected struct CollectionConfiguration'],
  ['"configuration":[]', 'configuration: invalid length 0, expected struct CollectionConfiguration with 3 elements'],
  ['"configuration":["a"]', 'configuration[0]: invalid type: string "a", expected struct HnswConfiguration'],
  ['"configuration":{"hnsw":5}', 'configuration.hnsw: invalid type: integer `5`, expected struct HnswConfiguration'],
  ['"configuration":{"hnsw":["l2"]}', 'configuration.hnsw: invalid length 1, expected struct HnswConfiguration with 8 elements'],
  [
    '"configuration":{"hnsw":{"foo":1,"space":"bad"}}',
    'configuration.hnsw.foo: unknown field `foo`, expected one of `space`, `ef_construction`, `ef_search`, `max_neighbors`, ' +
      '`num_threads`, `resize_factor`, `sync_threshold`, `batch_size`',
  ],
  [
    '"configuration":{"hnsw":{"space":"bad"}}',
    'configuration.hnsw.space: unknown variant `bad`, expected one of `l2`, `cosine`, `ip`',
  ],
  ['"configuration":{"hnsw":{"space":{"l2":1}}}', 'configuration.hnsw.space.l2: invalid type: integer `1`, expected unit'],
  ['"configuration":{"hnsw":{"ef_search":-1}}', 'configuration.hnsw.ef_search: invalid value: integer `-1`, expected usize'],
  [
    '"configuration":{"hnsw":{"ef_search":1.0}}',
    'configuration.hnsw.ef_search: invalid type: floating point `1.0`, expected usize',
  ],
  ['"configuration":{"hnsw":{"resize_factor":"x"}}', 'configuration.hnsw.resize_factor: invalid type: string "x", expected f64'],
  [
    '"configuration":{"spann":{"foo":1}}',
    'configuration.spann.foo: unknown field `foo`, expected one of `search_nprobe`, `write_nprobe`, `space`, `ef_construction`, ' +
      '`ef_search`, `max_neighbors`, `reassign_neighbor_count`, `split_threshold`, `merge_threshold`',
  ],
  [
    '"configuration":{"spann":{"search_nprobe":4294967296}}',
    'configuration.spann.search_nprobe: invalid value: integer `4294967296`, expected u32',
  ],
  [
    '"configuration":{"embedding_function":5}',
    'configuration.embedding_function: invalid type: integer `5`, expected internally tagged enum EmbeddingFunctionConfiguration',
  ],
  ['"configuration":{"embedding_function":{}}', 'configuration.embedding_function: missing field `type`'],
  [
    '"configuration":{"embedding_function":{"type":"bad"}}',
    'configuration.embedding_function.type: unknown variant `bad`, expected one of `legacy`, `known`, `unknown`',
  ],
  [
    '"configuration":{"embedding_function":{"type":null}}',
    'configuration.embedding_function.type: invalid type: null, expected variant identifier',
  ],
  [
    '"configuration":{"embedding_function":{"type":"known","config":{}}}',
    'configuration.embedding_function: missing field `name`',
  ],
  [
    '"configuration":{"embedding_function":{"type":"known","name":"a"}}',
    'configuration.embedding_function: missing field `config`',
  ],
  [
    '"configuration":{"embedding_function":{"type":"known","name":5}}',
    'configuration.embedding_function: invalid type: integer `5`, expected a string',
  ],
  ['"schema":5', 'schema: invalid type: integer `5`, expected struct Schema'],
  ['"schema":{}', 'schema: missing field `defaults`'],
  ['"schema":{"defaults":{}}', 'schema: missing field `keys`'],
  ['"schema":{"defaults":{},"keys":{},"key_overrides":{}}', 'schema: duplicate field `keys`'],
  ['"schema":{"defaults":null,"keys":{}}', 'schema.defaults: invalid type: null, expected struct ValueTypes'],
  ['"schema":{"defaults":{},"keys":[]}', 'schema.keys: invalid type: sequence, expected a map'],
  [
    '"schema":{"defaults":{},"keys":{"a.b":{"int":5}}}',
    'schema.keys.a.b.int: invalid type: integer `5`, expected struct IntValueType',
  ],
  ['"schema":{"defaults":{"string":{"fts_index":{}}},"keys":{}}', 'schema.defaults.string.fts_index: missing field `enabled`'],
  [
    '"schema":{"defaults":{"string":{"fts_index":{"enabled":null}}},"keys":{}}',
    'schema.defaults.string.fts_index.enabled: invalid type: null, expected a boolean',
  ],
  [
    '"schema":{"defaults":{"string":{"fts_index":{"enabled":false,"config":{"a":1}}}},"keys":{}}',
    'schema.defaults.string.fts_index.config.a: unknown field `a`, there are no fields',
  ],
  [
    '"schema":{"defaults":{"sparse_vector":{"sparse_vector_index":{"enabled":false,"config":{"algorithm":"x"}}}},"keys":{}}',
    'schema.defaults.sparse_vector.sparse_vector_index.config.algorithm: unknown variant `x`, expected `wand` or `max_score`',
  ],
  [
    '"schema":{"defaults":{},"keys":{},"source_attached_function_id":5}',
    'schema.source_attached_function_id: invalid type: integer `5`, expected a string',
  ],
  ['"schema":{"defaults":{},"keys":{},"cmek":"gcp"}', 'schema.cmek.gcp: invalid type: unit variant, expected newtype variant'],
  ['"schema":{"defaults":{},"keys":{},"cmek":{"aws":"x"}}', 'schema.cmek: unknown variant `aws`, expected `gcp`'],
] as const;

const UPDATE_ERRORS = [
  ['5', 'new_configuration: invalid type: integer `5`, expected struct UpdateCollectionConfiguration'],
  [
    '{"hnsw":{"space":"l2"}}',
    'new_configuration.hnsw.space: unknown field `space`, expected one of `ef_search`, `max_neighbors`, `num_threads`, ' +
      '`resize_factor`, `sync_threshold`, `batch_size`',
  ],
  ['{"spann":{"foo":1}}', 'new_configuration.spann.foo: unknown field `foo`, expected `search_nprobe` or `ef_search`'],
  ['{"spann":{"search_nprobe":-1}}', 'new_configuration.spann.search_nprobe: invalid value: integer `-1`, expected u32'],
] as const;

const SYNTAX_ERRORS = [
  ['"configuration":{"hnsw":{"space":5}}', 'configuration.hnsw.space: expected value'],
  ['"configuration":{"hnsw":{"space":{"l2":null,"ip":null}}}', 'configuration.hnsw.space: expected value'],
  ['"configuration":[null,null,null,1]', 'configuration: trailing characters'],
  ['"schema":{"defaults":{},"keys":{},"cmek":{}}', 'schema.cmek: expected value'],
] as const;

function create(members: string): unknown {
  const body = parseJson(`{${members}}`);
  const fields = isJsonObject(body) ? body : new Map<string, Json>();
  return resolveConfiguration({ configuration: fields.get('configuration'), schema: fields.get('schema'), metadata: null });
}

function errorOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe('the types of a new collection’s parts', () => {
  it.each(CREATE_ERRORS)('%s is unprocessable', (members, reason) => {
    const message = `Failed to deserialize the JSON body into the target type: ${reason} at line 1 column 1`;
    expect(errorOf(() => create(members))).toMatchObject({ status: 422, error: 'ChromaError', message });
  });

  it.each(SYNTAX_ERRORS)('%s counts as bad syntax', (members, reason) => {
    const message = `Failed to parse the request body as JSON: ${reason} at line 1 column 1`;
    expect(errorOf(() => create(members))).toMatchObject({ status: 400, error: 'InvalidArgumentError', message });
  });

  it('a wrong schema is reported before two kinds of index', () => {
    expect(errorOf(() => create('"configuration":{"hnsw":{},"spann":{}},"schema":5'))).toMatchObject({ status: 422 });
  });
});

describe('the types of an update', () => {
  it.each(UPDATE_ERRORS)('%s is unprocessable', (update, reason) => {
    const message = `Failed to deserialize the JSON body into the target type: ${reason} at line 1 column 1`;
    expect(errorOf(() => updateConfiguration(DEFAULT_SCHEMA, parseJson(update)))).toMatchObject({
      status: 422,
      error: 'ChromaError',
      message,
    });
  });
});
