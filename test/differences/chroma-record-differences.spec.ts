import { ChromaApi } from '../support/clients/chroma-api.js';
import { closeConnections, get, post, withBody } from '../support/differential/exchange.js';
import { startGateway } from '../support/gateway/gateway.js';
import { at, type ChromaSession, COLLECTIONS, message, startSession, TENANTS } from './chroma-session.js';

/** The numbers in `docs/differences.md`, section Chroma, that are about records. */

let session: ChromaSession;

beforeAll(async () => {
  session = await startSession();
});

afterAll(async () => {
  closeConnections();
  await session.stop();
});

describe('records', () => {
  it('D6: unknown ids in a query are ignored', async () => {
    const path = await session.filled('unknown-ids', '"ids":["a","b"],"embeddings":[[1,2],[3,4]]');
    const query = async (ids: string): Promise<string | undefined> =>
      at(await session.ask(post(`${path}/query`, `{"query_embeddings":[[1,2]],"ids":${ids}}`)), 'ids');
    expect(await query('["b","nobody"]')).toBe('[["b"]]');
    expect(await query('["nobody"]')).toBe('[[]]');
    const other = await startGateway({ env: { POLYVEC_CHROMA_UNKNOWN_QUERY_IDS: 'refused' } });
    const chroma = new ChromaApi(other.chromaUrl);
    const collection = await chroma.filled({ ids: ['a', 'b'], embeddings: [[1], [2]] });
    const found = await collection.outcome('query', { query_embeddings: [[1]], ids: ['b', 'b'] });
    const refused = await collection.outcome('query', { query_embeddings: [[1]], ids: ['b', 'nobody'] });
    await other.stop();
    expect(found).toMatchObject([200, { ids: [['b']] }]);
    const words = 'Error executing plan: Internal error: Error finding id';
    expect(refused).toEqual([500, { error: 'InternalError', message: words }]);
  });

  it('D7: deleted counts the records that were deleted', async () => {
    const path = await session.filled('counted', '"ids":["a","b","c"],"embeddings":[[1],[2],[3]]');
    const remove = async (ids: string): Promise<string> => (await session.ask(post(`${path}/delete`, `{"ids":${ids}}`))).text;
    expect(await remove('["a","a","nobody"]')).toBe('{"deleted":1}');
    expect(await remove('["a"]')).toBe('{"deleted":0}');
    expect(await remove('["b","c"]')).toBe('{"deleted":2}');
  });

  it('D8: integers and fractions compare as numbers', async () => {
    const path = await session.filled(
      'numbers',
      '"ids":["1","1.5","2"],"embeddings":[[1],[2],[3]],"metadatas":[{"v":1},{"v":1.5},{"v":2}]',
    );
    expect(await session.matching(path, '{"v":1.5}')).toBe('["1.5"]');
    expect(await session.matching(path, '{"v":{"$ne":1.5}}')).toBe('["1","2"]');
    expect(await session.matching(path, '{"v":{"$in":[1.5]}}')).toBe('["1.5"]');
    expect(await session.matching(path, '{"v":{"$gt":1.25}}')).toBe('["1.5","2"]');
    expect(await session.matching(path, '{"v":{"$gte":1.5}}')).toBe('["1.5","2"]');
    expect(await session.matching(path, '{"v":{"$lt":1.5}}')).toBe('["1"]');
    expect(await session.matching(path, '{"v":{"$lte":1.75}}')).toBe('["1","1.5"]');
  });

  it('D9: filters on #id compare the id', async () => {
    const path = await session.filled('ids', '"ids":["a","b","c"],"embeddings":[[1],[2],[3]]');
    expect(await session.matching(path, '{"#id":"b"}')).toBe('["b"]');
    expect(await session.matching(path, '{"#id":{"$ne":"b"}}')).toBe('["a","c"]');
    expect(await session.matching(path, '{"#id":{"$in":["c","a","x"]}}')).toBe('["a","c"]');
    expect(await session.matching(path, '{"#id":{"$nin":["c","a"]}}')).toBe('["b"]');
    // as there: no id is a number, or compared with one
    for (const condition of ['5', '{"$gt":5}', '{"$contains":"b"}']) {
      expect(await session.matching(path, `{"#id":${condition}}`)).toBe('[]');
    }
    expect(await session.matching(path, '{"#id":{"$not_contains":"b"}}')).toBe('["a","b","c"]');
  });

  it('D10: forty thousand ids and five thousand branches work', async () => {
    const path = await session.filled('wide', '"ids":["7","x"],"embeddings":[[1],[2]],"metadatas":[{"v":7},{"v":-1}]');
    const numbers = Array.from({ length: 40_000 }, (_, index) => index);
    expect(at(await session.ask(post(`${path}/get`, { ids: numbers.map(String), include: [] })), 'ids')).toBe('["7"]');
    expect(await session.matching(path, JSON.stringify({ v: { $in: numbers } }))).toBe('["7"]');
    expect(await session.matching(path, JSON.stringify({ v: { $nin: numbers } }))).toBe('["x"]');
    expect(await session.matching(path, JSON.stringify({ $or: numbers.slice(0, 5000).map((v) => ({ v })) }))).toBe('["7"]');
    expect((await session.ask(post(`${path}/delete`, { ids: numbers.map(String) }))).text).toBe('{"deleted":1}');
  });

  it('D11: indexing_status reports everything as indexed', async () => {
    const path = await session.filled('indexed', '"ids":["a","b"],"embeddings":[[1],[2]]');
    const answer = await session.ask(get(`${path}/indexing_status`));
    expect([answer.status, at(answer, 'op_indexing_progress'), at(answer, 'num_unindexed_ops')]).toEqual([200, '1.0', '0']);
    expect([at(answer, 'num_indexed_ops'), at(answer, 'total_ops')]).toEqual(['2', '2']);
    const empty = await session.ask(get(`${await session.collection('not-indexed')}/indexing_status`));
    expect([at(empty, 'op_indexing_progress'), at(empty, 'total_ops')]).toEqual(['1.0', '0']);
    await session.ask(post(`${path}/delete`, '{"ids":["a","missing"]}'));
    expect(at(await session.ask(get(`${path}/indexing_status`)), 'total_ops')).toBe('3');
  });

  it.each([
    ['an id', '"ids":["a\\u0000"],"embeddings":[[1]]'],
    ['a document', '"ids":["a"],"embeddings":[[1]],"documents":["\\u0000"]'],
    ['a uri', '"ids":["a"],"embeddings":[[1]],"uris":["\\u0000"]'],
    ['a metadata value', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"k":"\\u0000"}]'],
    ['a metadata key', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"k\\u0000":1}]'],
    ['an array', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"k":["x","\\u0000"]}]'],
  ])('D12: the NUL character is 400 wherever it is sent: in %s', async (place, records) => {
    const path = await session.collection(`nul-${place.replaceAll(' ', '-')}`);
    for (const call of ['add', 'upsert', 'update']) {
      expect(await session.ask(post(`${path}/${call}`, `{${records}}`))).toMatchObject({ status: 400 });
    }
    expect((await session.ask(get(`${path}/count`))).text).toBe('0');
  });

  it.each([
    ['a filter', '{"where":{"k":"\\u0000"}}'],
    ['a document filter', '{"where_document":{"$contains":"\\u0000"}}'],
    ['ids', '{"ids":["\\u0000"]}'],
  ])('D12: the NUL character is 400 wherever it is asked for: in %s', async (place, body) => {
    const path = await session.collection(`nul-asked-${place.replaceAll(' ', '-')}`);
    expect(await session.ask(post(`${path}/get`, body))).toMatchObject({ status: 400 });
  });

  it('D12: the NUL character is 400 in names and collection metadata', async () => {
    expect(await session.ask(post(TENANTS, '{"name":"a\\u0000bc"}'))).toMatchObject({ status: 400 });
    expect(await session.ask(post(COLLECTIONS, '{"name":"nul-metadata","metadata":{"k":"\\u0000"}}'))).toMatchObject({
      status: 400,
    });
    expect((await session.ask(get(`${TENANTS}/a%00bc`))).status).toBeLessThan(500);
  });

  it('D13: sixteen thousand dimensions work, one more is 400', async () => {
    const embedding = (dimensions: number): number[] => Array.from({ length: dimensions }, (_, index) => index % 7);
    const path = await session.collection('dimensions');
    const refused = await session.ask(post(`${path}/add`, { ids: ['a'], embeddings: [embedding(16_001)] }));
    expect([refused.status, message(refused)]).toEqual([400, '"Embeddings have at most 16000 dimensions here, got 16001"']);
    expect(await session.ask(post(`${path}/add`, { ids: ['a'], embeddings: [embedding(16_000)] }))).toMatchObject({
      status: 201,
    });
    const answer = await session.ask(post(`${path}/query`, { query_embeddings: [embedding(16_000)], include: ['distances'] }));
    expect([at(answer, 'ids'), at(answer, 'distances')]).toEqual(['[["a"]]', '[[0.0]]']);
  });

  it('D14: record calls reach a collection through its own tenant and database only', async () => {
    const path = await session.filled('scoped', '"ids":["a"],"embeddings":[[1]]');
    await session.ask(post(TENANTS, '{"name":"other"}'));
    await session.ask(post(`${TENANTS}/other/databases`, '{"name":"default_database"}'));
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
      ].map((request) => session.ask(request)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(at(await session.ask(post(`${path}/get`, '{"include":["embeddings","documents"]}')), 'embeddings')).toBe('[[1.0]]');
  });

  it('D17: embeddings of a cosine collection come back bit by bit', async () => {
    const numbers = [2, 0.1, -3.4028234e38, 1e-45, 1 / 3, 16777217].map(Math.fround);
    const path = await session.collection('bits', ',"configuration":{"hnsw":{"space":"cosine"}}');
    await session.ask(post(`${path}/add`, { ids: ['a'], embeddings: [numbers] }));
    const answer = JSON.parse((await session.ask(post(`${path}/get`, '{"include":["embeddings"]}'))).text) as {
      embeddings: number[][];
    };
    expect(answer.embeddings[0]?.map(Math.fround)).toEqual(numbers);
  });

  it('D18: a record without metadata has null, also beside a uri', async () => {
    const path = await session.filled('bare', '"ids":["a"],"embeddings":[[1]],"uris":["u"],"metadatas":[{"k":1}]');
    await session.ask(post(`${path}/update`, '{"ids":["a"],"metadatas":[{"k":null}]}'));
    expect(at(await session.ask(post(`${path}/get`, '{}')), 'metadatas')).toBe('[null]');
  });

  it('D22: a query beyond float32 is 400', async () => {
    const path = await session.filled('beyond', '"ids":["a"],"embeddings":[[1,2]]');
    for (const number of ['1e39', '-1e39']) {
      const answer = await session.ask(post(`${path}/query`, `{"query_embeddings":[[${number},1]]}`));
      expect([answer.status, at(answer, 'error')]).toEqual([400, '"InvalidArgumentError"']);
    }
  });

  it('D24: a query for no results has none, also after a delete', async () => {
    const path = await session.filled('no-results', '"ids":["a","b"],"embeddings":[[1,2],[3,4]]');
    await session.ask(post(`${path}/delete`, '{"ids":["a"]}'));
    const answer = await session.ask(post(`${path}/query`, '{"query_embeddings":[[1,2],[3,4]],"n_results":0}'));
    expect([answer.status, at(answer, 'ids'), at(answer, 'distances')]).toEqual([200, '[[],[]]', '[[],[]]']);
  });

  it('D23: record metadata under chroma: is accepted and forgotten', async () => {
    const path = await session.filled(
      'reserved',
      '"ids":["a"],"embeddings":[[1]],"documents":["mine"],"metadatas":[{"chroma:x":"y","chroma:document":"other","k":1}]',
    );
    const answer = await session.ask(post(`${path}/get`, '{}'));
    expect([at(answer, 'metadatas'), at(answer, 'documents')]).toEqual(['[{"k":1}]', '["mine"]']);
    expect(await session.matching(path, '{"chroma:x":"y"}')).toBe('[]');
  });

  it('D26: floats in metadata come back exactly', async () => {
    const path = await session.filled(
      'exact',
      '"ids":["a"],"embeddings":[[1]],"metadatas":[{"v":123456789.123456789,"w":0.30000000000000004}]',
    );
    const answer = await session.ask(post(`${path}/get`, '{}'));
    expect([at(answer, 'metadatas', 0, 'v'), at(answer, 'metadatas', 0, 'w')]).toEqual([
      '123456789.12345679',
      '0.30000000000000004',
    ]);
  });
});

describe('writes', () => {
  it.each([
    ['an empty id', '{"ids":["","b"],"embeddings":[[1,2],[3,4]]}'],
    ['too few documents', '{"ids":["a","b"],"embeddings":[[1,2],[3,4]],"documents":["x"]}'],
    ['a reserved key', '{"ids":["a"],"embeddings":[[1,2]],"metadatas":[{"#x":1}]}'],
  ])('D28: a refused first write does not fix the dimension: %s', async (mistake, body) => {
    const name = mistake.replaceAll(' ', '-');
    const path = await session.collection(name);
    expect(await session.ask(post(`${path}/add`, body))).toMatchObject({ status: 400 });
    expect(at(await session.ask(get(`${COLLECTIONS}/${name}`)), 'dimension')).toBe('null');
    expect(await session.ask(post(`${path}/add`, '{"ids":["a"],"embeddings":[[1,2,3]]}'))).toMatchObject({ status: 201 });
  });

  it('D29: of several validation errors one is told', async () => {
    const path = await session.collection('several');
    const answer = await session.ask(post(`${path}/add`, '{"ids":["a"],"embeddings":[[]],"metadatas":[{"#x":1}]}'));
    expect([answer.status, message(answer)]).toEqual([
      400,
      expect.stringMatching(
        /^"Validation error: (embeddings: Each embedding must have at least 1 dimension|metadatas: Invalid metadata at index 0)"$/,
      ),
    ]);
  });

  it('D30: an empty array leaves no key in the schema', async () => {
    await session.filled('empty-array', '"ids":["a"],"embeddings":[[1]],"metadatas":[{"none":[],"some":["x"]}]');
    const found = await session.ask(get(`${COLLECTIONS}/empty-array`));
    expect(at(found, 'schema', 'keys', 'some')).toContain('string_inverted_index');
    expect(at(found, 'schema', 'keys', 'none')).toBeUndefined();
  });
});

describe('large answers', () => {
  it('D101: a query whose results are too large together is 400', async () => {
    const path = await session.filled('searched', `"ids":["a"],"embeddings":[[1]],"documents":["${'x'.repeat(1024 * 1024)}"]`);
    const query = (count: number) => session.ask(post(`${path}/query`, `{"query_embeddings":[${'[1],'.repeat(count - 1)}[1]]}`));
    expect((await query(4)).status).toBe(200);
    const refused = await query(20_000);
    expect([refused.status, message(refused)]).toEqual([400, expect.stringContaining('POLYVEC_MAX_ANSWER_BYTES')]);
  });
});

describe('searches', () => {
  it('D103: a search answers, and refuses what it cannot rank', async () => {
    const path = await session.filled('ranked', '"ids":["a"],"embeddings":[[1,2]]');
    const search = (rank: string) => session.ask(post(`${path}/search`, `{"searches":[{"rank":${rank}}]}`));
    expect((await search('{"$knn":{"query":[1,2]}}')).status).toBe(200);
    const sparse = await search('{"$knn":{"query":{"indices":[1],"values":[1]},"key":"sp"}}');
    expect([sparse.status, message(sparse)]).toEqual([400, expect.stringContaining("'SparseVector'")]);
    const shorter = await search('{"$knn":{"query":[1]}}');
    expect([shorter.status, message(shorter)]).toEqual([400, expect.stringContaining('dimension of 2, got 1')]);
  });

  it('D106: sparse vectors are stored, and searched where the schema has an index', async () => {
    const index = '{"sparse_vector":{"sparse_vector_index":{"enabled":true,"config":{}}}}';
    const schema = `{"defaults":{},"keys":{"one":${index},"two":${index}}}`;
    const path = await session.collection('sparse', `,"schema":${schema}`);
    const vector = (value: string) => `{"indices":[1],"values":[${value}]}`;
    const add = (value: string) =>
      session.ask(
        post(`${path}/add`, `{"ids":["a"],"embeddings":[[1]],"metadatas":[{"two":${vector(value)},"three":${vector('1')}}]}`),
      );
    expect((await add('1e39')).status).toBe(400);
    expect((await add('2')).status).toBe(201);
    const search = (key: string) =>
      session.ask(post(`${path}/search`, `{"searches":[{"rank":{"$knn":{"query":${vector('1')},"key":"${key}"}}}]}`));
    expect(at(await search('one'), 'ids')).toContain('[[]]');
    expect(at(await search('two'), 'ids')).toContain('[["a"]]');
    expect((await search('three')).status).toBe(400);
  });

  it('D104: a search whose records are too large together is 400', async () => {
    const path = await session.filled('large', `"ids":["a"],"embeddings":[[1]],"documents":["${'x'.repeat(1024 * 1024)}"]`);
    const search = '{"select":{"keys":["#document"]}}';
    const searches = (count: number) =>
      session.ask(post(`${path}/search`, `{"searches":[${Array.from({ length: count }, () => search).join(',')}]}`));
    expect((await searches(4)).status).toBe(200);
    const refused = await searches(900);
    expect([refused.status, message(refused)]).toEqual([400, expect.stringContaining('POLYVEC_MAX_ANSWER_BYTES')]);
  });
});

describe('bodies', () => {
  it('D102: a body of too many values is 400', async () => {
    const path = await session.filled('values', '"ids":["a"],"embeddings":[[1]]');
    const refused = await session.ask(post(`${path}/get`, `{"where":{"$or":[${'{},'.repeat(1_000_000)}{}]}}`));
    expect([refused.status, message(refused)]).toEqual([400, expect.stringContaining('POLYVEC_MAX_VALUES_AT_ONCE')]);
    const many = await session.ask(post(`${path}/get`, `{"ids":[${'"",'.repeat(5_000_000)}""]}`));
    expect([many.status, message(many)]).toEqual([400, expect.stringContaining('POLYVEC_MAX_JSON_VALUES')]);
  });
});

describe('deleted collections', () => {
  it('D27: records added after a collection was deleted have nothing of it', async () => {
    const records = '"ids":["a","b"],"embeddings":[[1],[2]]';
    await session.filled(
      'forgotten',
      `${records},"metadatas":[{"tags":["x"],"k":1},{"tags":[1]}],"documents":["d","e"],"uris":["u","v"]`,
    );
    expect(await session.ask({ method: 'DELETE', path: `${COLLECTIONS}/forgotten` })).toMatchObject({ status: 200 });
    const answer = await session.ask(
      post(`${await session.filled('fresh', records)}/get`, '{"include":["metadatas","documents","uris"]}'),
    );
    expect([at(answer, 'metadatas'), at(answer, 'documents'), at(answer, 'uris')]).toEqual(Array(3).fill('[null,null]'));
  });
});
