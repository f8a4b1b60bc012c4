import { parseJson } from '../../../../http/json.js';
import { resolveConfiguration } from './schema.js';

const on = (type: string, index: string, config = '{}'): string => `{"${type}":{"${index}":{"enabled":true,"config":${config}}}}`;
const off = (type: string, index: string, config = '{}'): string =>
  `{"${type}":{"${index}":{"enabled":false,"config":${config}}}}`;
const SPARSE = ['sparse_vector', 'sparse_vector_index'] as const;
const VECTOR = ['float_list', 'vector_index'] as const;
const FTS = ['string', 'fts_index'] as const;

/** What the real server (1.5.9) says of a schema with these defaults and keys. */
const BROKEN = [
  [on(...VECTOR), '{}', 'Vector index cannot be enabled by default. It can only be enabled on #embedding field.'],
  [off(...VECTOR, '{"hnsw":{},"spann":{}}'), '{}', 'Both spann and hnsw config cannot be present at the same time.'],
  [
    on(...SPARSE),
    '{}',
    'Sparse vector index cannot be enabled by default. Please enable sparse vector index on specific keys. ' +
      'At most one sparse vector index is allowed for the collection.',
  ],
  [
    on(...FTS),
    '{"#foo":{}}',
    'Full text search / regular expression index cannot be enabled by default. It can only be enabled on #document field.',
  ],
  ['{}', '{"#foo":{}}', "key cannot begin with '#'. Keys starting with '#' are reserved for system use: #foo"],
  ['{}', '{"#document":{"int":{}}}', 'Document field cannot have any value types other than string: #document'],
  ['{}', `{"#embedding":${on(...FTS)}}`, 'Embedding field cannot have any value types other than float_list: #embedding'],
  ['{}', `{"a":${on(...VECTOR)}}`, 'Vector index can only be enabled on #embedding field: a'],
  ['{}', `{"#embedding":${off(...VECTOR, '{"source_key":"x"}')}}`, 'Vector index can only source from #document'],
  ['{}', `{"a":${on(...FTS)}}`, 'Full text search / regular expression index can only be enabled on #document field: a'],
  [
    '{}',
    `{"#document":${on('string', 'string_inverted_index')}}`,
    'String inverted index can not be enabled on #document key: #document',
  ],
  [
    '{}',
    `{"a":${on(...SPARSE, '{"source_key":"x"}')}}`,
    'If source_key is provided then embedding_function must also be provided since there is no default embedding function.',
  ],
  [
    '{}',
    `{"a":${off(...SPARSE, '{"source_key":"#x"}')}}`,
    "source_key cannot begin with '#'. The only valid key starting with '#' is Key.DOCUMENT or '#document'.",
  ],
  ['{}', '{},"cmek":{"gcp":"b\\"a\\nd"}', 'CMEK does not match expected pattern: Gcp("b\\"a\\nd")'],
  [
    '{}',
    '{},"cmek":{"gcp":"projects/p/locations/l/keyRings/k/cryptoKeys/"}',
    'CMEK does not match expected pattern: Gcp("projects/p/locations/l/keyRings/k/cryptoKeys/")',
  ],
  [
    on(...FTS),
    '{"#foo":{}},"source_attached_function_id":"x"',
    'Cannot set source_attached_function_id. This field is reserved for system use.',
  ],
] as const;

const ACCEPTED = [
  ['{}', '{"":{},"$x":{},"chroma:x":{}}'],
  [off(...VECTOR, '{"source_key":"#foo"}'), '{}'],
  [off(...SPARSE, '{"source_key":"#foo"}'), '{}'],
  ['{}', `{"a":${off(...SPARSE, '{"bm25":true,"source_key":"#document"}')}}`],
  ['{}', `{"a":${off(...VECTOR, '{"hnsw":{"batch_size":1},"spann":{"search_nprobe":9999}}')}}`],
  ['{}', `{"#embedding":${on(...VECTOR, '{"hnsw":{"ef_search":0,"num_threads":0,"resize_factor":-1}}')}}`],
] as const;

function resolve(defaults: string, keys: string): unknown {
  const schema = parseJson(`{"defaults":${defaults},"keys":${keys}}`);
  return resolveConfiguration({ configuration: undefined, schema, metadata: null });
}

describe('the rules of a schema', () => {
  it.each(BROKEN)('defaults %s with keys %s break one', (defaults, keys, rule) => {
    expect(() => resolve(defaults, keys)).toThrow(`Validation error: schema: ${rule}`);
  });

  it.each(ACCEPTED)('defaults %s with keys %s keep to them', (defaults, keys) => {
    expect(() => resolve(defaults, keys)).not.toThrow();
  });

  it('do not let a batch be smaller than two records', () => {
    expect(() => resolve(off(...VECTOR, '{"hnsw":{"batch_size":1}}'), '{}')).toThrow(
      'Failed to reconcile schema: Invalid HNSW configuration: batch_size: Validation error: range [{"min": Number(2), "value": Number(1)}]',
    );
    expect(() => resolve('{}', `{"#embedding":${on(...VECTOR, '{"hnsw":{"sync_threshold":1,"batch_size":0}}')}}`)).toThrow(
      'batch_size: Validation error: range [{"min": Number(2), "value": Number(0)}]\n' +
        'sync_threshold: Validation error: range [{"min": Number(2), "value": Number(1)}]',
    );
  });

  it('let sparse indexes be switched on, for any number of keys', () => {
    expect(() => resolve('{}', `{"a":${on(...SPARSE)},"b":${on(...SPARSE)}}`)).not.toThrow();
  });
});
