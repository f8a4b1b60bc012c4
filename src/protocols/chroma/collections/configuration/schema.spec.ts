import { isJsonObject, type Json, type JsonObject, parseJson, stringifyJson } from '../../../../http/json.js';
import {
  configurationJson,
  isIndexEnabled,
  legacyConfigurationJson,
  resolveConfiguration,
  type ResolvedConfiguration,
  updateConfiguration,
  withDiscoveredKeys,
} from './schema.js';
import { objectAt, valueAt } from './tree.js';

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

describe('configurationJson', () => {
  it('has exactly the keys that clients know', () => {
    const { schema } = resolve('"configuration":{"hnsw":{"resize_factor":2,"num_threads":3,"batch_size":1,"sync_threshold":1}}');
    expect(stringifyJson(configurationJson(schema))).toBe(
      '{"hnsw":{"space":"l2","ef_construction":100,"ef_search":100,"max_neighbors":16,"resize_factor":2.0,"sync_threshold":1},' +
        '"spann":null,"embedding_function":null}',
    );
  });
});

describe('legacyConfigurationJson', () => {
  it('is the object that clients before 1.0 read', () => {
    expect(stringifyJson(legacyConfigurationJson(resolve('"configuration":{"hnsw":{"num_threads":4}}').schema))).toBe(
      '{"hnsw_configuration":{"space":"l2","ef_construction":100,"ef_search":100,"num_threads":4,"M":16,"resize_factor":1.2,' +
        '"batch_size":100,"sync_threshold":1000,"_type":"HNSWConfigurationInternal"},"_type":"CollectionConfigurationInternal"}',
    );
  });
});

describe('updateConfiguration', () => {
  const { schema } = resolve(embedding('{"space":"cosine","hnsw":{"ef_search":3}}'));

  it.each([
    'null',
    '{}',
    '{"hnsw":null}',
    '{"hnsw":{"ef_search":null}}',
    '{"spann":{"ef_search":5}}',
    '{"embedding_function":null}',
    '{"foo":1}',
  ])('changes nothing for %s', (update) => {
    expect(plain(updateConfiguration(schema, parseJson(update)))).toEqual(plain(schema));
  });

  it('changes what is given, in the defaults as well, and keeps the rest', () => {
    const updated = updateConfiguration(schema, parseJson('{"hnsw":{"max_neighbors":7,"resize_factor":4,"batch_size":1}}'));
    const hnsw = { max_neighbors: 7, resize_factor: 4, batch_size: 1 };
    expect(vectorAt(updated, 'keys', '#embedding')).toMatchObject({ space: 'cosine', hnsw: { ...hnsw, ef_search: 3 } });
    expect(vectorAt(updated, 'defaults')).toMatchObject({ space: 'l2', hnsw: { ...hnsw, ef_search: 100 } });
  });

  it('replaces the embedding function whole', () => {
    const known = updateConfiguration(schema, parseJson('{"embedding_function":{"type":"known","name":"a","config":{"b":1}}}'));
    const legacy = updateConfiguration(known, parseJson('{"embedding_function":{"type":"legacy"}}'));
    expect(plain(configurationJson(known).get('embedding_function'))).toEqual({ type: 'known', name: 'a', config: { b: 1 } });
    expect(plain(configurationJson(legacy).get('embedding_function'))).toEqual({ type: 'legacy' });
  });

  it('refuses two kinds of index', () => {
    expect(() => updateConfiguration(schema, parseJson('{"hnsw":{},"spann":{}}'))).toThrow(
      'Multiple vector index configurations provided',
    );
  });
});

describe('withDiscoveredKeys', () => {
  const off = (type: string): string => `"${type}":{"${type}_inverted_index":{"enabled":false,"config":{}}}`;
  const { schema } = resolve(`"schema":{"defaults":{${off('int')}},"keys":{"e":{},"b":{${off('bool')}},"m":{"int":{}}}}`);

  it('adds each type of a new field as the defaults have it', () => {
    const found = withDiscoveredKeys(schema, [
      { name: 'x', type: 'string' },
      { name: 'x', type: 'int' },
      { name: 'v', type: 'sparse' },
    ]);
    expect(plain(valueAt(found, 'keys', 'x'))).toEqual(
      plain(new Map([...objectAt(schema, 'defaults')].filter(([type]) => ['string', 'int'].includes(type)))),
    );
    expect(plain(valueAt(found, 'keys', 'v'))).toEqual({ sparse_vector: plain(valueAt(schema, 'defaults', 'sparse_vector')) });
  });

  it('leaves what is known as it is', () => {
    const found = withDiscoveredKeys(schema, [
      { name: 'b', type: 'bool' },
      { name: 'm', type: 'int' },
      { name: 'e', type: 'float' },
    ]);
    expect(plain(valueAt(found, 'keys', 'b'))).toEqual({ bool: { bool_inverted_index: { enabled: false, config: {} } } });
    expect(plain(valueAt(found, 'keys', 'm'))).toEqual({ int: {} });
    expect(plain(valueAt(found, 'keys', 'e'))).toEqual({ float: { float_inverted_index: { enabled: true, config: {} } } });
  });
});

describe('isIndexEnabled', () => {
  const off = (type: string): string => `"${type}":{"${type}_inverted_index":{"enabled":false,"config":{}}}`;
  const fts = '"#document":{"string":{"fts_index":{"enabled":false,"config":{}}}}';
  const { schema } = resolve(`"schema":{"defaults":{${off('int')}},"keys":{"b":{${off('bool')}},"m":{"int":{}},${fts}}}`);

  it('follows the key, and the defaults where the key says nothing', () => {
    expect(isIndexEnabled(schema, 'b', 'bool')).toBe(false);
    expect(isIndexEnabled(schema, 'c', 'bool')).toBe(true);
    expect(isIndexEnabled(schema, 'b', 'string')).toBe(true);
    expect(isIndexEnabled(schema, 'b', 'int')).toBe(false);
    expect(isIndexEnabled(schema, 'm', 'int')).toBe(false);
  });

  it('knows whether documents can be searched', () => {
    expect(isIndexEnabled(schema, '#document', 'fts')).toBe(false);
    expect(isIndexEnabled(resolve().schema, '#document', 'fts')).toBe(true);
  });

  it('lets nobody compare whole documents', () => {
    expect(isIndexEnabled(resolve().schema, '#document', 'string')).toBe(false);
  });
});
