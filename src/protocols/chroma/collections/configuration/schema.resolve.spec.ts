import { availableParallelism } from 'node:os';
import { isJsonObject, type Json, type JsonObject, parseJson, stringifyJson } from '../../../../http/json.js';
import { configurationJson, resolveConfiguration, type ResolvedConfiguration } from './schema.js';
import { objectAt, valueAt } from './tree.js';

const THREADS = String(availableParallelism());
const HNSW = `{"ef_construction":100,"max_neighbors":16,"ef_search":100,"num_threads":${THREADS},"batch_size":100,"sync_threshold":1000,"resize_factor":1.2}`;
const COSINE = '"configuration":{"hnsw":{"space":"cosine"}}';
const DEFAULT_FUNCTION = '{"type":"known","name":"default","config":{}}';
const CONFLICT = 'Failed to reconcile schema: Cannot set both collection config and schema simultaneously';

function resolve(members = ''): ResolvedConfiguration {
  const body = parseJson(`{${members}}`);
  const fields = isJsonObject(body) ? body : new Map<string, Json>();
  const metadata = fields.get('metadata');
  return resolveConfiguration({
    configuration: fields.get('configuration'),
    schema: fields.get('schema'),
    metadata: isJsonObject(metadata) ? metadata : null,
  });
}

function plain(value: Json | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(stringifyJson(value));
}

/** A schema whose `#embedding` has this vector configuration. */
function embedding(config: string): string {
  return `"schema":{"defaults":{},"keys":{"#embedding":{"float_list":{"vector_index":{"enabled":true,"config":${config}}}}}}`;
}

function vectorAt(schema: JsonObject, ...path: readonly string[]): unknown {
  return plain(valueAt(schema, ...path, 'float_list', 'vector_index', 'config'));
}

describe('resolveConfiguration', () => {
  it('answers a bare request with the default schema', () => {
    const { space, schema } = resolve();
    expect(space).toBe('l2');
    expect(stringifyJson(schema)).toBe(
      '{"defaults":{"string":{"fts_index":{"enabled":false,"config":{}},"string_inverted_index":{"enabled":true,"config":{}}},' +
        `"float_list":{"vector_index":{"enabled":false,"config":{"space":"l2","hnsw":${HNSW}}}},` +
        '"sparse_vector":{"sparse_vector_index":{"enabled":false,"config":{"embedding_function":{"type":"unknown"},"bm25":false}}},' +
        '"int":{"int_inverted_index":{"enabled":true,"config":{}}},"float":{"float_inverted_index":{"enabled":true,"config":{}}},' +
        '"bool":{"bool_inverted_index":{"enabled":true,"config":{}}}},' +
        '"keys":{"#document":{"string":{"fts_index":{"enabled":true,"config":{}},"string_inverted_index":{"enabled":false,"config":{}}}},' +
        `"#embedding":{"float_list":{"vector_index":{"enabled":true,"config":{"space":"l2","source_key":"#document","hnsw":${HNSW}}}}}}}`,
    );
  });

  it.each([
    '"configuration":null',
    '"configuration":{}',
    '"schema":null',
    '"schema":{"defaults":{},"keys":{}}',
    '"configuration":{"foo":1}',
  ])('takes %s for nothing', (members) => {
    expect(plain(resolve(members).schema)).toEqual(plain(resolve().schema));
  });

  it.each(['l2', 'cosine', 'ip'] as const)('has the space %s everywhere', (space) => {
    const resolved = resolve(`"configuration":{"hnsw":{"space":"${space}"}}`);
    expect(resolved.space).toBe(space);
    expect(vectorAt(resolved.schema, 'defaults')).toMatchObject({ space });
    expect(vectorAt(resolved.schema, 'keys', '#embedding')).toMatchObject({ space, source_key: '#document' });
    expect(plain(configurationJson(resolved.schema))).toMatchObject({ hnsw: { space } });
  });

  it('takes only the space of a spann configuration, and no metadata', () => {
    const { space, schema } = resolve('"configuration":{"spann":{"space":"ip","ef_search":7}},"metadata":{"hnsw:M":"bad"}');
    expect(space).toBe('ip');
    expect(plain(objectAt(configurationJson(schema), 'hnsw'))).toMatchObject({ ef_search: 100, max_neighbors: 16 });
  });

  it('accepts a configuration written as a list', () => {
    expect(resolve('"configuration":[["ip",1,2,3,4,5,6,7],null,null]').space).toBe('ip');
  });

  it('keeps an embedding function to the letter', () => {
    const text = '{"type":"known","name":"n","config":{"a":1.50,"b":[1e3,12345678901234567890],"__proto__":null}}';
    const { schema } = resolve(`"configuration":{"embedding_function":${text}}`);
    expect(stringifyJson(configurationJson(schema).get('embedding_function') ?? null)).toBe(text);
    for (const key of [['defaults'], ['keys', '#embedding']]) {
      const config = valueAt(schema, ...key, 'float_list', 'vector_index', 'config', 'embedding_function');
      expect(stringifyJson(config ?? null)).toBe(text);
    }
  });

  it('drops fields of an embedding function that mean nothing', () => {
    const { schema } = resolve('"configuration":{"embedding_function":{"extra":1,"type":"legacy"}}');
    expect(plain(configurationJson(schema).get('embedding_function'))).toEqual({ type: 'legacy' });
  });

  it('takes the vector configuration of #embedding, and leaves the defaults as they are', () => {
    const { space, schema } = resolve(embedding('{"space":"cosine","hnsw":{"ef_construction":33}}'));
    expect(space).toBe('cosine');
    expect(plain(configurationJson(schema))).toMatchObject({ hnsw: { space: 'cosine', ef_construction: 33, ef_search: 100 } });
    expect(vectorAt(schema, 'defaults')).toMatchObject({ space: 'l2', hnsw: { ef_construction: 100 } });
  });

  it('does not carry the defaults of a schema over to #embedding, as the real server does not', () => {
    const defaults = '{"float_list":{"vector_index":{"enabled":false,"config":{"space":"cosine"}}}}';
    const { space, schema } = resolve(`"schema":{"defaults":${defaults},"keys":{}}`);
    expect(space).toBe('l2');
    expect(vectorAt(schema, 'defaults')).toMatchObject({ space: 'cosine' });
  });

  it('keeps other keys exactly as they are, without nulls and unknown fields', () => {
    const keys = '{"a":{"int":null,"string":{},"foo":1,"bool":{"bool_inverted_index":{"enabled":false,"config":{},"x":1}}}}';
    const { schema } = resolve(`"schema":{"defaults":{},"keys":${keys}}`);
    expect(plain(valueAt(schema, 'keys', 'a'))).toEqual({
      string: {},
      bool: { bool_inverted_index: { enabled: false, config: {} } },
    });
  });

  it('reads the names of the first servers with schemas', () => {
    const defaults = '{"#int":{"$int_inverted_index":{"enabled":false,"config":{}}}}';
    const { schema } = resolve(`"schema":{"defaults":${defaults},"key_overrides":{"a":{}}}`);
    expect(plain(valueAt(schema, 'defaults', 'int'))).toEqual({ int_inverted_index: { enabled: false, config: {} } });
    expect(plain(valueAt(schema, 'keys', 'a'))).toEqual({});
  });

  it('forgets what makes no difference when the schema says nothing else', () => {
    const { schema } = resolve(
      embedding(`{"embedding_function":${DEFAULT_FUNCTION},"hnsw":{"num_threads":77},"spann":{"search_nprobe":64}}`),
    );
    expect(plain(schema)).toEqual(plain(resolve().schema));
  });

  it('keeps a customer’s encryption key', () => {
    const key = '{"gcp":"projects/p/locations/l/keyRings/k/cryptoKeys/c"}';
    expect(stringifyJson(resolve(`"schema":{"defaults":{},"keys":{},"cmek":${key}}`).schema.get('cmek') ?? null)).toBe(key);
  });

  it.each([
    embedding('{"source_key":"#document","hnsw":{"ef_search":100,"num_threads":77},"embedding_function":{"type":"unknown"}}'),
    embedding('{"source_key":"#document","spann":{"search_nprobe":64,"center_drift_threshold":0.125}}'),
    '"schema":{"defaults":{"string":{}},"keys":{"#embedding":{},"#document":{}}}',
  ])('lets a configuration win over a schema that says nothing: %s', (schema) => {
    expect(plain(resolve(`${schema},${COSINE}`).schema)).toEqual(plain(resolve(COSINE).schema));
  });

  it.each([
    '"schema":{"defaults":{},"keys":{"a":{}}}',
    '"schema":{"defaults":{},"keys":{"num_threads":{}}}',
    '"schema":{"defaults":{},"keys":{},"cmek":{"gcp":"projects/p/locations/l/keyRings/k/cryptoKeys/c"}}',
    '"schema":{"defaults":{"int":{"int_inverted_index":{"enabled":false,"config":{}}}},"keys":{}}',
    embedding('{}'),
    embedding('{"source_key":"#document","hnsw":{},"spann":{}}'),
    embedding('{"source_key":"#document","spann":{"search_nprobe":63}}'),
    embedding('{"source_key":"#document","embedding_function":{"type":"legacy"}}'),
  ])('refuses a configuration beside %s', (schema) => {
    expect(() => resolve(`${schema},${COSINE}`)).toThrow(CONFLICT);
    expect(() => resolve(`${schema},"metadata":{"hnsw:space":"cosine"}`)).toThrow(CONFLICT);
    expect(() => resolve(`${schema},"configuration":{"embedding_function":{"type":"legacy"}}`)).toThrow(CONFLICT);
  });

  it('lets a schema win over a configuration that says nothing', () => {
    const schema = embedding('{"space":"ip"}');
    const configuration = `"configuration":{"hnsw":{"space":"l2"},"embedding_function":${DEFAULT_FUNCTION}}`;
    expect(plain(resolve(`${schema},${configuration}`).schema)).toEqual(plain(resolve(schema).schema));
  });

  it('refuses two kinds of index before it looks at metadata and rules', () => {
    const rest = '"metadata":{"hnsw:foo":1},"schema":{"defaults":{},"keys":{"#foo":{}}}';
    expect(() => resolve(`"configuration":{"hnsw":{},"spann":{}},${rest}`)).toThrow(
      'Multiple vector index configurations provided',
    );
    expect(() => resolve(rest)).toThrow('Failed to parse hnsw parameters from segment metadata');
  });
});
