import { readFile } from 'node:fs/promises';
import { isJsonObject, parseJson, stringifyJson, type Json } from '../../src/http/json.js';
import { closeConnections, get, post, send, withBody, type WireAnswer, type WireRequest } from '../clients/differential/exchange.js';
import { startGateway } from '../support/gateway.js';

/** One test for every number in `docs/differences.md`, section Chroma. */

type Gateway = Awaited<ReturnType<typeof startGateway>>;

const TENANTS = '/api/v2/tenants';
const COLLECTIONS = `${TENANTS}/default_tenant/databases/default_database/collections`;

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  closeConnections();
  await gateway.stop();
});

const ask = (request: WireRequest): Promise<WireAnswer> => send(gateway.chromaUrl, request);
const bodyOf = (answer: WireAnswer): Json => parseJson(answer.text);

/** The value under a path such as `['ids', 0]`, as JSON text. */
function at(answer: WireAnswer, ...path: readonly (string | number)[]): string | undefined {
  let value: Json | undefined = bodyOf(answer);
  for (const step of path) {
    if (typeof step === 'number') value = Array.isArray(value) ? (value as readonly Json[])[step] : undefined;
    else value = isJsonObject(value) ? value.get(step) : undefined;
  }
  return value === undefined ? undefined : stringifyJson(value);
}

const message = (answer: WireAnswer): string => at(answer, 'message') ?? '';

/** Creates a collection and returns the path of its record calls. */
async function collection(name: string, inside = ''): Promise<string> {
  const answer = await ask(post(COLLECTIONS, `{"name":"${name}"${inside}}`));
  expect(answer.status).toBe(200);
  return `${COLLECTIONS}/${JSON.parse(at(answer, 'id') ?? '""') as string}`;
}

/** A collection with records, given as the inside of an `add`. */
async function filled(name: string, records: string, inside = ''): Promise<string> {
  const path = await collection(name, inside);
  expect(await ask(post(`${path}/add`, `{${records}}`))).toMatchObject({ status: 201, text: '{}' });
  return path;
}

const matching = async (path: string, where: string): Promise<string | undefined> =>
  at(await ask(post(`${path}/get`, `{"where":${where},"include":[]}`)), 'ids');

describe('collections and tenants', () => {
  it('D1: clients of API v1 are served, unless it is switched off', async () => {
    expect(await ask(get('/api/v1/collections'))).toMatchObject({ status: 200 });
    const without = await startGateway({ env: { POLYVEC_CHROMA_V1: 'false' } });
    const refused = await send(without.chromaUrl, get('/api/v1/collections'));
    await without.stop();
    expect(refused.status).toBe(410);
    expect(message(refused)).toBe('"The v1 API is deprecated. Please use /v2 apis"');
  });

  it('D2: renaming a collection to a taken name is 409 and renames nothing', async () => {
    const path = await collection('rename-me');
    await collection('taken');
    const answer = await ask(withBody('PUT', path, '{"new_name":"taken"}'));
    expect([answer.status, at(answer, 'error'), message(answer)]).toEqual([
      409,
      '"ChromaError"',
      '"Collection [taken] already exists"',
    ]);
    expect(await ask(get(`${COLLECTIONS}/rename-me`))).toMatchObject({ status: 200 });
  });

  it('D3: a tenant keeps its resource name, once and for itself alone', async () => {
    const patch = async (tenant: string, name: string): Promise<number> =>
      (await ask(withBody('PATCH', `${TENANTS}/${tenant}`, { resource_name: name }))).status;
    for (const name of ['resource-one', 'resource-two']) await ask(post(TENANTS, { name }));
    expect(await patch('nobody', 'first')).toBe(404);
    expect(await patch('resource-one', 'first')).toBe(200);
    expect(at(await ask(get(`${TENANTS}/resource-one`)), 'resource_name')).toBe('"first"');
    expect(await patch('resource-one', 'first')).toBe(200);
    expect(await patch('resource-one', 'second')).toBe(409);
    expect(await patch('resource-two', 'first')).toBe(409);
  });

  it('D4: a collection is found by its resource name', async () => {
    await collection('by-resource');
    await ask(withBody('PATCH', `${TENANTS}/default_tenant`, '{"resource_name":"house"}'));
    const found = await ask(get('/api/v2/collections/house:default_database:by-resource'));
    expect([found.status, at(found, 'name')]).toEqual([200, '"by-resource"']);
    expect(await ask(get('/api/v2/collections/default_tenant:default_database:by-resource'))).toMatchObject({ status: 200 });
    expect(await ask(get('/api/v2/collections/house:default_database:nothing'))).toMatchObject({ status: 404 });
    expect(await ask(get('/api/v2/collections/nobody:default_database:by-resource'))).toMatchObject({ status: 404 });
  });

  it('D5: collection metadata may hold arrays, and no sparse vector', async () => {
    const metadata = '{"words":["a","b"],"numbers":[1,2],"floats":[1.0,2.5],"flags":[true]}';
    await collection('with-arrays', `,"metadata":${metadata}`);
    const found = await ask(get(`${COLLECTIONS}/with-arrays`));
    expect(at(found, 'metadata', 'words')).toBe('["a","b"]');
    expect(at(found, 'metadata', 'numbers')).toBe('[1,2]');
    expect(at(found, 'metadata', 'floats')).toBe('[1.0,2.5]');
    expect(at(found, 'metadata', 'flags')).toBe('[true]');
    const sparse = '{"name":"with-sparse","metadata":{"v":{"indices":[1],"values":[0.5]}}}';
    expect(await ask(post(COLLECTIONS, sparse))).toMatchObject({ status: 400 });
  });

  it('D15: a database under a missing tenant is 404', async () => {
    const answer = await ask(post(`${TENANTS}/nobody/databases`, '{"name":"orphan"}'));
    expect([answer.status, at(answer, 'error'), message(answer)]).toEqual([404, '"NotFoundError"', '"Tenant [nobody] not found"']);
    expect(await ask(get(`${TENANTS}/nobody/databases`))).toMatchObject({ status: 200, text: '[]' });
  });

  it('D16: the announced batch size is 41,666, or as configured', async () => {
    expect(at(await ask(get('/api/v2/pre-flight-checks')), 'max_batch_size')).toBe('41666');
    const other = await startGateway({ env: { POLYVEC_CHROMA_MAX_BATCH_SIZE: '77' } });
    const answer = await send(other.chromaUrl, get('/api/v2/pre-flight-checks'));
    await other.stop();
    expect(at(answer, 'max_batch_size')).toBe('77');
  });

  it('D25: Python clients of 0.6 get the configuration shape of their time', async () => {
    await collection('old-python', ',"configuration":{"hnsw":{"space":"cosine","max_neighbors":9}}');
    const path = `${COLLECTIONS}/old-python`;
    const old = await ask({ ...get(path), headers: { 'user-agent': 'python-httpx/0.27.2' } });
    expect(at(old, 'configuration_json', '_type')).toBe('"CollectionConfigurationInternal"');
    expect(at(old, 'configuration_json', 'hnsw_configuration', 'M')).toBe('9');
    expect(at(old, 'configuration_json', 'hnsw_configuration', 'space')).toBe('"cosine"');
    expect(at(old, 'schema')).toBeUndefined();
    const today = await ask(get(path));
    expect(at(today, 'configuration_json', 'hnsw', 'max_neighbors')).toBe('9');
    expect(at(today, 'configuration_json', '_type')).toBeUndefined();
  });
});

describe('records', () => {
  it('D6: unknown ids in a query are ignored', async () => {
    const path = await filled('unknown-ids', '"ids":["a","b"],"embeddings":[[1,2],[3,4]]');
    const query = async (ids: string): Promise<string | undefined> =>
      at(await ask(post(`${path}/query`, `{"query_embeddings":[[1,2]],"ids":${ids}}`)), 'ids');
    expect(await query('["b","nobody"]')).toBe('[["b"]]');
    expect(await query('["nobody"]')).toBe('[[]]');
  });

  it('D7: deleted counts the records that were deleted', async () => {
    const path = await filled('counted', '"ids":["a","b","c"],"embeddings":[[1],[2],[3]]');
    const remove = async (ids: string): Promise<string> => (await ask(post(`${path}/delete`, `{"ids":${ids}}`))).text;
    expect(await remove('["a","a","nobody"]')).toBe('{"deleted":1}');
    expect(await remove('["a"]')).toBe('{"deleted":0}');
    expect(await remove('["b","c"]')).toBe('{"deleted":2}');
  });

  it('D8: integers and fractions compare as numbers', async () => {
    const path = await filled('numbers', '"ids":["1","1.5","2"],"embeddings":[[1],[2],[3]],"metadatas":[{"v":1},{"v":1.5},{"v":2}]');
    expect(await matching(path, '{"v":1.5}')).toBe('["1.5"]');
    expect(await matching(path, '{"v":{"$ne":1.5}}')).toBe('["1","2"]');
    expect(await matching(path, '{"v":{"$in":[1.5]}}')).toBe('["1.5"]');
    expect(await matching(path, '{"v":{"$gt":1.25}}')).toBe('["1.5","2"]');
    expect(await matching(path, '{"v":{"$gte":1.5}}')).toBe('["1.5","2"]');
    expect(await matching(path, '{"v":{"$lt":1.5}}')).toBe('["1"]');
    expect(await matching(path, '{"v":{"$lte":1.75}}')).toBe('["1","1.5"]');
  });

  it('D9: filters on #id compare the id', async () => {
    const path = await filled('ids', '"ids":["a","b","c"],"embeddings":[[1],[2],[3]]');
    expect(await matching(path, '{"#id":"b"}')).toBe('["b"]');
    expect(await matching(path, '{"#id":{"$ne":"b"}}')).toBe('["a","c"]');
    expect(await matching(path, '{"#id":{"$in":["c","a","x"]}}')).toBe('["a","c"]');
    expect(await matching(path, '{"#id":{"$nin":["c","a"]}}')).toBe('["b"]');
    expect(await ask(post(`${path}/get`, '{"where":{"#id":{"$gt":5}}}'))).toMatchObject({ status: 400 });
    expect(await ask(post(`${path}/get`, '{"where":{"#id":5}}'))).toMatchObject({ status: 400 });
  });

  it('D10: forty thousand ids and five thousand branches work', async () => {
    const path = await filled('wide', '"ids":["7","x"],"embeddings":[[1],[2]],"metadatas":[{"v":7},{"v":-1}]');
    const numbers = Array.from({ length: 40_000 }, (_, index) => index);
    expect(at(await ask(post(`${path}/get`, { ids: numbers.map(String), include: [] })), 'ids')).toBe('["7"]');
    expect(await matching(path, JSON.stringify({ v: { $in: numbers } }))).toBe('["7"]');
    expect(await matching(path, JSON.stringify({ v: { $nin: numbers } }))).toBe('["x"]');
    expect(await matching(path, JSON.stringify({ $or: numbers.slice(0, 5000).map((v) => ({ v })) }))).toBe('["7"]');
    expect((await ask(post(`${path}/delete`, { ids: numbers.map(String) }))).text).toBe('{"deleted":1}');
  });

  it('D11: indexing_status reports everything as indexed', async () => {
    const path = await filled('indexed', '"ids":["a","b"],"embeddings":[[1],[2]]');
    const answer = await ask(get(`${path}/indexing_status`));
    expect([answer.status, at(answer, 'op_indexing_progress'), at(answer, 'num_unindexed_ops')]).toEqual([200, '1.0', '0']);
    expect([at(answer, 'num_indexed_ops'), at(answer, 'total_ops')]).toEqual(['2', '2']);
    const empty = await ask(get(`${await collection('not-indexed')}/indexing_status`));
    expect([at(empty, 'op_indexing_progress'), at(empty, 'total_ops')]).toEqual(['1.0', '0']);
  });

  it.each([
    ['an id', '"ids":["a\\u0000"],"embeddings":[[1]]'],
    ['a document', '"ids":["a"],"embeddings":[[1]],"documents":["\\u0000"]'],
    ['a uri', '"ids":["a"],"embeddings":[[1]],"uris":["\\u0000"]'],
    ['a metadata value', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"k":"\\u0000"}]'],
    ['a metadata key', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"k\\u0000":1}]'],
    ['an array', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"k":["x","\\u0000"]}]'],
  ])('D12: the NUL character is 400 wherever it is sent: in %s', async (place, records) => {
    const path = await collection(`nul-${place.replaceAll(' ', '-')}`);
    for (const call of ['add', 'upsert', 'update']) {
      expect(await ask(post(`${path}/${call}`, `{${records}}`))).toMatchObject({ status: 400 });
    }
    expect((await ask(get(`${path}/count`))).text).toBe('0');
  });

  it.each([
    ['a filter', '{"where":{"k":"\\u0000"}}'],
    ['a document filter', '{"where_document":{"$contains":"\\u0000"}}'],
    ['ids', '{"ids":["\\u0000"]}'],
  ])('D12: the NUL character is 400 wherever it is asked for: in %s', async (place, body) => {
    const path = await collection(`nul-asked-${place.replaceAll(' ', '-')}`);
    expect(await ask(post(`${path}/get`, body))).toMatchObject({ status: 400 });
  });

  it('D12: the NUL character is 400 in names and collection metadata', async () => {
    expect(await ask(post(TENANTS, '{"name":"a\\u0000bc"}'))).toMatchObject({ status: 400 });
    expect(await ask(post(COLLECTIONS, '{"name":"nul-metadata","metadata":{"k":"\\u0000"}}'))).toMatchObject({ status: 400 });
    expect((await ask(get(`${TENANTS}/a%00bc`))).status).toBeLessThan(500);
  });

  it('D13: sixteen thousand dimensions work, one more is 400', async () => {
    const embedding = (dimensions: number): number[] => Array.from({ length: dimensions }, (_, index) => index % 7);
    const path = await collection('dimensions');
    expect(await ask(post(`${path}/add`, { ids: ['a'], embeddings: [embedding(16_001)] }))).toMatchObject({ status: 400 });
    expect(await ask(post(`${path}/add`, { ids: ['a'], embeddings: [embedding(16_000)] }))).toMatchObject({ status: 201 });
    const answer = await ask(post(`${path}/query`, { query_embeddings: [embedding(16_000)], include: ['distances'] }));
    expect([at(answer, 'ids'), at(answer, 'distances')]).toEqual(['[["a"]]', '[[0.0]]']);
  });

  it('D14: record calls reach a collection through its own tenant and database only', async () => {
    const path = await filled('scoped', '"ids":["a"],"embeddings":[[1]]');
    await ask(post(TENANTS, '{"name":"other"}'));
    await ask(post(`${TENANTS}/other/databases`, '{"name":"default_database"}'));
    const foreign = path.replace('/default_tenant/', '/other/');
    const answers = await Promise.all(
      [
        get(`${foreign}/count`),
        post(`${foreign}/get`, '{}'),
        post(`${foreign}/query`, '{"query_embeddings":[[1]]}'),
        post(`${foreign}/add`, '{"ids":["b"],"embeddings":[[1]]}'),
        post(`${foreign}/upsert`, '{"ids":["a"],"embeddings":[[2]]}'),
        post(`${foreign}/update`, '{"ids":["a"],"documents":["x"]}'),
        post(`${foreign}/delete`, '{"ids":["a"]}'),
        withBody('PUT', foreign, '{"new_name":"stolen"}'),
        get(`${path.replace('/default_database/', '/nowhere/')}/count`),
      ].map(ask),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(at(await ask(post(`${path}/get`, '{"include":["embeddings","documents"]}')), 'embeddings')).toBe('[[1.0]]');
  });

  it('D17: embeddings of a cosine collection come back bit by bit', async () => {
    const numbers = [2, 0.1, -3.4028234e38, 1e-45, 1 / 3, 16777217].map(Math.fround);
    const path = await collection('bits', ',"configuration":{"hnsw":{"space":"cosine"}}');
    await ask(post(`${path}/add`, { ids: ['a'], embeddings: [numbers] }));
    const answer = JSON.parse((await ask(post(`${path}/get`, '{"include":["embeddings"]}'))).text) as { embeddings: number[][] };
    expect(answer.embeddings[0]?.map(Math.fround)).toEqual(numbers);
  });

  it('D18: a record without metadata has null, also beside a uri', async () => {
    const path = await filled('bare', '"ids":["a"],"embeddings":[[1]],"uris":["u"],"metadatas":[{"k":1}]');
    await ask(post(`${path}/update`, '{"ids":["a"],"metadatas":[{"k":null}]}'));
    expect(at(await ask(post(`${path}/get`, '{}')), 'metadatas')).toBe('[null]');
  });

  it('D22: a query beyond float32 is 400', async () => {
    const path = await filled('beyond', '"ids":["a"],"embeddings":[[1,2]]');
    for (const number of ['1e39', '-1e39']) {
      const answer = await ask(post(`${path}/query`, `{"query_embeddings":[[${number},1]]}`));
      expect([answer.status, at(answer, 'error')]).toEqual([400, '"InvalidArgumentError"']);
    }
  });

  it('D23: record metadata under chroma: is accepted and forgotten', async () => {
    const path = await filled(
      'reserved',
      '"ids":["a"],"embeddings":[[1]],"documents":["mine"],"metadatas":[{"chroma:x":"y","chroma:document":"other","k":1}]',
    );
    const answer = await ask(post(`${path}/get`, '{}'));
    expect([at(answer, 'metadatas'), at(answer, 'documents')]).toEqual(['[{"k":1}]', '["mine"]']);
    expect(await matching(path, '{"chroma:x":"y"}')).toBe('[]');
  });

  it('D26: floats in metadata come back exactly', async () => {
    const path = await filled('exact', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"v":123456789.123456789,"w":0.30000000000000004}]');
    const answer = await ask(post(`${path}/get`, '{}'));
    expect([at(answer, 'metadatas', 0, 'v'), at(answer, 'metadatas', 0, 'w')]).toEqual(['123456789.12345679', '0.30000000000000004']);
  });
});

describe('writes', () => {
  it.each([
    ['an empty id', '{"ids":["","b"],"embeddings":[[1,2],[3,4]]}'],
    ['too few documents', '{"ids":["a","b"],"embeddings":[[1,2],[3,4]],"documents":["x"]}'],
    ['a reserved key', '{"ids":["a"],"embeddings":[[1,2]],"metadatas":[{"#x":1}]}'],
  ])('D28: a refused first write does not fix the dimension: %s', async (mistake, body) => {
    const name = mistake.replaceAll(' ', '-');
    const path = await collection(name);
    expect(await ask(post(`${path}/add`, body))).toMatchObject({ status: 400 });
    expect(at(await ask(get(`${COLLECTIONS}/${name}`)), 'dimension')).toBe('null');
    expect(await ask(post(`${path}/add`, '{"ids":["a"],"embeddings":[[1,2,3]]}'))).toMatchObject({ status: 201 });
  });

  it('D29: of several validation errors one is told', async () => {
    const path = await collection('several');
    const answer = await ask(post(`${path}/add`, '{"ids":["a"],"embeddings":[[]],"metadatas":[{"#x":1}]}'));
    expect([answer.status, message(answer)]).toEqual([
      400,
      expect.stringMatching(/^"Validation error: (embeddings: Each embedding must have at least 1 dimension|metadatas: Invalid metadata at index 0)"$/),
    ]);
  });

  it('D30: an empty array leaves no key in the schema', async () => {
    await filled('empty-array', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"none":[],"some":["x"]}]');
    const found = await ask(get(`${COLLECTIONS}/empty-array`));
    expect(at(found, 'schema', 'keys', 'some')).toContain('string_inverted_index');
    expect(at(found, 'schema', 'keys', 'none')).toBeUndefined();
  });
});

describe('deleted collections', () => {
  it('D27: records added after a collection was deleted have nothing of it', async () => {
    const records = '"ids":["a","b"],"embeddings":[[1],[2]]';
    await filled('forgotten', `${records},"metadatas":[{"tags":["x"],"k":1},{"tags":[1]}],"documents":["d","e"],"uris":["u","v"]`);
    expect(await ask({ method: 'DELETE', path: `${COLLECTIONS}/forgotten` })).toMatchObject({ status: 200 });
    const answer = await ask(post(`${await filled('fresh', records)}/get`, '{"include":["metadatas","documents","uris"]}'));
    expect([at(answer, 'metadatas'), at(answer, 'documents'), at(answer, 'uris')]).toEqual(Array(3).fill('[null,null]'));
  });
});

describe('errors', () => {
  it('D19: unknown routes and methods have a JSON body', async () => {
    const missing = await ask(get('/api/v2/nothing'));
    const wrong = await ask({ method: 'DELETE', path: '/api/v2/version' });
    for (const answer of [missing, wrong]) {
      expect(answer.contentType).toBe('application/json');
      expect(at(answer, 'error')).toMatch(/^"\w+"$/);
      expect(message(answer)).not.toBe('');
    }
    expect([missing.status, wrong.status, wrong.allow]).toEqual([404, 405, 'GET,HEAD']);
  });

  it('D20: the message for a wrong body names the path and the reason', async () => {
    const path = await collection('positions');
    const syntax = await ask(post(`${path}/get`, '{"ids": [x]}'));
    expect([syntax.status, message(syntax)]).toEqual([400, expect.stringMatching(/JSON: .*expected value at line 1 column \d+"$/)]);
    const type = await ask(post(`${path}/get`, '{"ids": [5]}'));
    expect([type.status, message(type)]).toEqual([422, expect.stringContaining('type: ids[0]: invalid type: integer `5`, expected a string')]);
  });

  it('D21: a wrong regular expression is 400, in our words', async () => {
    const path = await collection('patterns');
    for (const pattern of ['[', '(?=x)', '(a)\\\\1', '*a']) {
      const answer = await ask(post(`${path}/get`, `{"where_document":{"$regex":"${pattern}"}}`));
      expect([answer.status, at(answer, 'error')]).toEqual([400, '"InvalidArgumentError"']);
      expect(message(answer)).toMatch(/^"Regex syntax errror: ./);
    }
  });

  it('D24: a body that is no object is 422 in plain words', async () => {
    const path = await collection('no-object');
    for (const body of ['[]', '5', '"x"', 'null']) {
      const answer = await ask(post(`${path}/get`, body));
      expect([answer.status, at(answer, 'error')]).toEqual([422, '"ChromaError"']);
      expect(message(answer)).toContain('expected a map');
    }
  });
});

describe('the list', () => {
  it('names a test of this file for every number, in order', async () => {
    const page = await readFile('docs/differences.md', 'utf8');
    const source = await readFile('test/differences/chroma-differences.spec.ts', 'utf8');
    const chroma = page.slice(page.indexOf('\n# Chroma'));
    const numbers = [...chroma.matchAll(/^## (D\d+)\. /gm)].map(([, number]) => number);
    const tests = [...chroma.matchAll(/^- \*\*Test:\*\* `(.+)`$/gm)].map(([, name]) => name ?? '');
    expect(numbers).toEqual(numbers.map((_, index) => `D${String(index + 1)}`));
    expect(tests.map((name) => name.split(':')[0])).toEqual(numbers);
    expect(tests.filter((name) => !source.includes(`'${name}`))).toEqual([]);
  });
});
