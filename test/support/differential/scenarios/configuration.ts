import { get, post, type WireRequest } from '../exchange.js';
import { COLLECTIONS, type Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

const create = (inside: string): WireRequest => post(COLLECTIONS, `{"name":"conf",${inside}}`);

/** Creates a collection in each way, looks at it, and removes it. */
async function each(pair: Pair, field: string, values: readonly string[]): Promise<void> {
  for (const value of values) {
    await pair.same(create(`"${field}":${value}`));
    await pair.same(get(`${COLLECTIONS}/conf`));
    await pair.both({ method: 'DELETE', path: `${COLLECTIONS}/conf` });
  }
}

const vectorIndex = (config: string): string => `{"float_list":{"vector_index":{"enabled":true,"config":${config}}}}`;

/** Section 6: configuration, legacy metadata, schema. */
export const CONFIGURATION: readonly Scenario[] = [
  scenario('configuration: hnsw, each space, each field, and defaults for the rest', (pair) =>
    each(pair, 'configuration', [
      '{}',
      '{"hnsw":null}',
      '{"hnsw":{}}',
      '{"hnsw":{"space":"l2"}}',
      '{"hnsw":{"space":"cosine"}}',
      '{"hnsw":{"space":"ip"}}',
      '{"hnsw":{"space":null,"ef_search":null}}',
      '{"hnsw":{"ef_construction":33,"ef_search":44,"max_neighbors":5}}',
      '{"hnsw":{"num_threads":1001,"batch_size":1,"sync_threshold":1,"resize_factor":2}}',
      '{"hnsw":{"resize_factor":1.75},"unknown":{"a":1}}',
    ]),
  ),
  scenario('configuration: hnsw is strict', (pair) =>
    each(pair, 'configuration', [
      '{"hnsw":{"space":"bad"}}',
      '{"hnsw":{"space":5}}',
      '{"hnsw":{"foo":1}}',
      '{"hnsw":{"ef_search":-1}}',
      '{"hnsw":{"ef_search":1.5}}',
      '{"hnsw":{"ef_search":"9"}}',
      '{"hnsw":{"resize_factor":"9"}}',
      '{"hnsw":5}',
      '{"hnsw":[]}',
      '5',
      '[]',
    ]),
  ),
  scenario('configuration: spann becomes hnsw with its space', (pair) =>
    each(pair, 'configuration', [
      '{"spann":{}}',
      '{"spann":{"space":"cosine"}}',
      '{"spann":{"space":"ip","search_nprobe":10,"write_nprobe":5,"ef_construction":50,"ef_search":60,"max_neighbors":8}}',
      '{"spann":{"reassign_neighbor_count":10,"split_threshold":60,"merge_threshold":30}}',
      '{"spann":{"foo":1}}',
      '{"spann":{"space":"bad"}}',
      '{"spann":null,"hnsw":null}',
      '{"hnsw":{},"spann":{}}',
      '{"hnsw":{"space":"ip"},"spann":{"space":"ip"}}',
    ]),
  ),
  scenario('configuration: the embedding function is echoed, also inside the schema', (pair) =>
    each(pair, 'configuration', [
      '{"embedding_function":null}',
      '{"embedding_function":{"type":"legacy"}}',
      '{"embedding_function":{"type":"unknown"}}',
      '{"embedding_function":{"type":"known","name":"default","config":{}}}',
      '{"embedding_function":{"type":"known","name":"mine","config":{"a":1,"b":[1.5,null],"c":{"d":"e"}}},"hnsw":{"space":"ip"}}',
      '{"embedding_function":{"type":"known","name":"mine"}}',
      '{"embedding_function":{"type":"known","config":{}}}',
      '{"embedding_function":{"type":"other"}}',
      '{"embedding_function":{}}',
      '{"embedding_function":"default"}',
    ]),
  ),
  scenario('configuration: legacy hnsw: metadata keys', (pair) =>
    each(pair, 'metadata', [
      '{"hnsw:space":"cosine"}',
      '{"hnsw:space":"ip","other":1}',
      '{"hnsw:construction_ef":11,"hnsw:search_ef":12,"hnsw:M":13,"hnsw:num_threads":1001}',
      '{"hnsw:resize_factor":1.5,"hnsw:batch_size":2,"hnsw:sync_threshold":2}',
      '{"hnsw:resize_factor":2}',
      '{"hnsw:space":"bad"}',
      '{"hnsw:space":5}',
      '{"hnsw:foo":1}',
      '{"hnsw:batch_size":1}',
      '{"hnsw:sync_threshold":1}',
      '{"hnsw:M":"x"}',
      '{"hnsw:M":1.5}',
      '{"hnsw:M":-1}',
    ]),
  ),
  scenario('configuration: legacy keys count beside default configuration only', async (pair) => {
    const metadata = '"metadata":{"hnsw:space":"cosine"}';
    const configurations = [
      '{"hnsw":{"space":"l2"}}',
      '{"hnsw":{"space":"ip"}}',
      '{"hnsw":{"ef_search":7}}',
      '{"embedding_function":{"type":"legacy"}}',
    ];
    for (const configuration of [...configurations, '{}', '{"spann":{"space":"ip"}}', '{"spann":{}}', 'null']) {
      await pair.same(create(`${metadata},"configuration":${configuration}`));
      await pair.both({ method: 'DELETE', path: `${COLLECTIONS}/conf` });
    }
  }),
  scenario('schema: partial input is completed and decides the configuration', (pair) =>
    each(pair, 'schema', [
      '{"defaults":{},"keys":{}}',
      `{"defaults":{},"keys":{"#embedding":${vectorIndex('{"space":"cosine"}')}}}`,
      `{"defaults":{},"keys":{"#embedding":${vectorIndex('{"space":"ip","hnsw":{"ef_construction":33}}')}}}`,
      `{"defaults":${vectorIndex('{"space":"cosine"}').replace('true', 'false')},"keys":{}}`,
      '{"defaults":{"string":{"string_inverted_index":{"enabled":false,"config":{}}}},"keys":{}}',
      '{"defaults":{},"keys":{"k":{"int":{"int_inverted_index":{"enabled":false,"config":{}}}}}}',
      '{"defaults":{},"keys":{"#document":{"string":{"fts_index":{"enabled":false,"config":{}}}}}}',
      `{"defaults":{},"keys":{"#embedding":${vectorIndex('{"embedding_function":{"type":"known","name":"mine","config":{}}}')}}}`,
      `{"defaults":{},"keys":{"#embedding":${vectorIndex('{"spann":{"ef_search":10},"space":"ip"}')}}}`,
    ]),
  ),
  scenario('schema: what is wrong with it', (pair) =>
    each(pair, 'schema', [
      '{}',
      '{"defaults":{}}',
      '{"keys":{}}',
      '{"defaults":{},"keys":{"#foo":{}}}',
      '{"defaults":{},"keys":{"$foo":{}}}',
      '{"defaults":{},"keys":{"sp":{"sparse_vector":{"sparse_vector_index":{"enabled":true,"config":{}}}}}}',
      '{"defaults":{},"keys":{},"source_attached_function_id":"x"}',
      '{"defaults":{},"keys":{},"cmek":{"gcp":"bad"}}',
      '{"defaults":{},"keys":{"k":{"int":{"int_inverted_index":{"enabled":true,"config":{"foo":1}}}}}}',
      '{"defaults":{},"keys":{"k":{"int":{"int_inverted_index":{"config":{}}}}}}',
      '5',
    ]),
  ),
  scenario('schema: not beside a configuration of its own', async (pair) => {
    const schema = `"schema":{"defaults":{},"keys":{"#embedding":${vectorIndex('{"space":"cosine"}')}}}`;
    for (const configuration of ['{"hnsw":{"space":"ip"}}', '{"hnsw":{"space":"l2"}}', '{}', 'null']) {
      await pair.same(create(`${schema},"configuration":${configuration}`));
      await pair.both({ method: 'DELETE', path: `${COLLECTIONS}/conf` });
    }
    await pair.same(create('"schema":{"defaults":{},"keys":{}},"configuration":{"hnsw":{"space":"ip"}}'));
  }),
  scenario('schema: keys of written metadata appear, by type', async (pair) => {
    const path = await pair.collection('found');
    const found = get(`${COLLECTIONS}/found`);
    const write = (call: string, metadata: string): WireRequest =>
      post(`${path}/${call}`, `{"ids":["a"],"embeddings":[[1]],"metadatas":[${metadata}]}`);
    await pair.all(
      write('add', '{"s":"x","i":1,"f":1.5,"b":true,"ls":["a"],"li":[1],"lf":[1.5],"lb":[true],"empty":[]}'),
      found,
      write('upsert', '{"i":"now a string","new":1}'),
      found,
      write('update', '{"updated":2.0,"gone":null}'),
      found,
      write('add', '{"ignored":1}'),
      found,
      post(`${path}/update`, '{"ids":["missing"],"metadatas":[{"nobody":1}]}'),
      found,
      post(`${path}/delete`, '{"ids":["a"]}'),
      found,
    );
  }),
  scenario('schema: filters on a disabled index are 400', async (pair) => {
    const disabled =
      '"schema":{"defaults":{},"keys":{"k":{"string":{"string_inverted_index":{"enabled":false,"config":{}}},' +
      '"int":{"int_inverted_index":{"enabled":false,"config":{}}},"float":{"float_inverted_index":{"enabled":false,"config":{}}},' +
      '"bool":{"bool_inverted_index":{"enabled":false,"config":{}}}},"#document":{"string":{"fts_index":{"enabled":false,"config":{}}}}}}';
    const path = await pair.collection('shut', disabled);
    await pair.same(post(`${path}/add`, '{"ids":["a"],"embeddings":[[1]],"documents":["doc"],"metadatas":[{"k":"x","n":1}]}'));
    const filters = [
      '{"k":"x"}',
      '{"k":1}',
      '{"k":1.5}',
      '{"k":true}',
      '{"k":{"$ne":"x"}}',
      '{"k":{"$in":["x"]}}',
      '{"k":{"$gt":1}}',
      '{"n":1}',
    ];
    const more = ['{"$and":[{"n":1},{"k":"x"}]}', '{"k":{"$contains":"x"}}', '{"#document":{"$contains":"d"}}'];
    for (const where of [...filters, ...more]) await pair.same(post(`${path}/get`, `{"where":${where}}`));
    await pair.all(
      post(`${path}/get`, '{"where_document":{"$contains":"d"}}'),
      post(`${path}/get`, '{"where_document":{"$regex":"d"}}'),
      post(`${path}/query`, '{"query_embeddings":[[1]],"where":{"k":"x"}}'),
      post(`${path}/delete`, '{"where":{"k":"x"}}'),
      post(`${path}/get`, '{}'),
    );
  }),
];
