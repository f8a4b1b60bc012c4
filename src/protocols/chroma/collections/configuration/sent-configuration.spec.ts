import { isJsonObject, parseJson, stringifyJson } from '../../../../http/json.js';
import { configurationJson, legacyConfigurationJson, resolveConfiguration, type ResolvedConfiguration } from './schema.js';

const UNREADABLE = 'Failed to parse hnsw parameters from segment metadata';

function resolve(metadata: string, configuration = 'null'): ResolvedConfiguration {
  const read = parseJson(metadata);
  return resolveConfiguration({
    configuration: parseJson(configuration),
    schema: undefined,
    metadata: isJsonObject(read) ? read : null,
  });
}

/** The parameters as clients before 1.0 read them, which are all there are. */
function parameters({ schema }: ResolvedConfiguration): unknown {
  return JSON.parse(stringifyJson(legacyConfigurationJson(schema).get('hnsw_configuration') ?? null));
}

describe('hnsw keys in metadata', () => {
  it('set all parameters', () => {
    const metadata =
      '{"hnsw:space":"ip","hnsw:M":5,"hnsw:construction_ef":6,"hnsw:search_ef":7,"hnsw:num_threads":8,' +
      '"hnsw:resize_factor":2,"hnsw:batch_size":2,"hnsw:sync_threshold":10,"y":"z"}';
    const resolved = resolve(metadata);
    expect(resolved.space).toBe('ip');
    expect(parameters(resolved)).toMatchObject({
      space: 'ip',
      M: 5,
      ef_construction: 6,
      ef_search: 7,
      num_threads: 8,
      resize_factor: 2,
      batch_size: 2,
      sync_threshold: 10,
    });
  });

  it.each([
    '{"hnsw:space":"bad"}',
    '{"hnsw:space":5}',
    '{"hnsw:space":["l2"]}',
    '{"hnsw:foo":5}',
    '{"hnsw:":5}',
    '{"hnsw:M":5.0}',
    '{"hnsw:M":-5}',
    '{"hnsw:M":"5"}',
    '{"hnsw:M":true}',
    '{"hnsw:M":9223372036854775808}',
    '{"hnsw:batch_size":1}',
    '{"hnsw:sync_threshold":1}',
    '{"hnsw:resize_factor":"x"}',
  ])('are refused when they are %s', (metadata) => {
    expect(() => resolve(metadata)).toThrow(UNREADABLE);
    expect(() => resolve(metadata, '{"hnsw":{"space":"ip"}}')).toThrow(UNREADABLE);
  });

  it.each([
    '{"hnsw:M":0}',
    '{"hnsw:M":9223372036854775807}',
    '{"hnsw:resize_factor":9223372036854775808}',
    '{"hnswx":1,"HNSW:M":1}',
  ])('are accepted when they are %s', (metadata) => {
    expect(() => resolve(metadata)).not.toThrow();
  });

  it.each(['null', '{}', '{"hnsw":{}}', '{"hnsw":{"space":"l2","ef_search":100}}', '{"embedding_function":{"type":"legacy"}}'])(
    'count beside %s',
    (configuration) => {
      expect(resolve('{"hnsw:space":"cosine"}', configuration).space).toBe('cosine');
    },
  );

  it.each(['{"hnsw":{"space":"ip"}}', '{"hnsw":{"batch_size":101}}', '{"spann":{}}'])(
    'do not count beside %s',
    (configuration) => {
      expect(resolve('{"hnsw:space":"cosine"}', configuration)).toEqual(resolve('{}', configuration));
    },
  );
});

describe('a configuration of a client before 1.0', () => {
  const legacy =
    '{"hnsw_configuration":{"space":"cosine","ef_construction":1,"ef_search":10,"num_threads":99,"M":3,"resize_factor":1.5,' +
    '"batch_size":4,"sync_threshold":5,"foo":1,"_type":"HNSWConfigurationInternal"},"_type":"CollectionConfigurationInternal"}';

  it('is read in its own words', () => {
    const resolved = resolve('{}', legacy);
    expect(resolved.space).toBe('cosine');
    expect(parameters(resolved)).toMatchObject({
      M: 3,
      ef_construction: 1,
      ef_search: 10,
      num_threads: 99,
      batch_size: 4,
      sync_threshold: 5,
    });
    expect(stringifyJson(configurationJson(resolved.schema))).toContain('"max_neighbors":3,"resize_factor":1.5');
  });

  it('yields to metadata, for such a client sends all its defaults', () => {
    expect(parameters(resolve('{"hnsw:space":"ip"}', legacy))).toMatchObject({ space: 'ip', M: 3, ef_search: 10 });
  });

  it('is nothing without parameters', () => {
    expect(resolve('{}', '{"_type":"CollectionConfigurationInternal","hnsw_configuration":5}')).toEqual(resolve('{}'));
  });

  it('is held to the types of today', () => {
    expect(() => resolve('{}', '{"hnsw_configuration":{"M":"x"}}')).toThrow(
      'configuration.hnsw_configuration.M: invalid type: string "x", expected usize',
    );
  });
});
