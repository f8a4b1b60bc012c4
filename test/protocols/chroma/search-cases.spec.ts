import { ChromaApi, type CollectionApi, type Outcome } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { type KeyedGateway, ROOT_KEY, startKeyedGateway } from '../../support/gateway/keyed-gateway.js';
import { FIVE_POINTS } from '../../support/scenes/five-points.js';

/** More of the Search API: what its own tests leave to filters, spaces, writes, keys. */

let gateway: TestGateway;
let chroma: ChromaApi;
let collection: CollectionApi;

const near = (query: readonly number[], extra: object = {}): object => ({ $knn: { query, ...extra } });
const containing = (text: string): unknown => expect.stringContaining(text) as unknown;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
  collection = await chroma.filled({
    ...FIVE_POINTS,
  });
});

afterAll(async () => {
  await gateway.stop();
});

async function search(of: CollectionApi, inside: object): Promise<Outcome> {
  return of.outcome('search', { searches: [inside] });
}

async function idsOf(of: CollectionApi, inside: object): Promise<readonly string[]> {
  const [status, body] = await search(of, inside);
  expect([status, body]).toMatchObject([200, {}]);
  return (body as { ids: string[][] }).ids[0] ?? [];
}

async function scoresOf(of: CollectionApi, inside: object): Promise<readonly (number | null)[]> {
  const [, body] = await search(of, { ...inside, select: { keys: ['#score'] } });
  return (body as { scores: (number | null)[][] }).scores[0] ?? [];
}

describe('the text of a search', () => {
  const nested = (depth: number, leaf: string): string =>
    `{"searches":[{"rank":${'{"$abs":'.repeat(depth)}${leaf}${'}'.repeat(depth)}}]}`;

  it('may be 127 deep, and no deeper (case 15)', async () => {
    expect(await collection.outcome('search', nested(123, '{"$val":1}'))).toMatchObject([200, { ids: [[]] }]);
    const ranked = await collection.outcome('search', nested(121, '{"$knn":{"query":[0,0]}}'));
    expect(ranked).toMatchObject([200, { ids: [['a', 'b', 'c', 'd', 'e']] }]);
    for (const depth of [124, 200, 10_000]) {
      const refused = await collection.outcome('search', nested(depth, '{"$val":1}'));
      expect(refused).toMatchObject([400, { error: 'InvalidArgumentError', message: containing('recursion limit exceeded') }]);
    }
    expect(await idsOf(collection, { limit: { limit: 1 } })).toEqual(['a']);
  });

  it('says what is wrong with a pattern in its filter (case 17)', async () => {
    const message = containing(
      'searches[0].filter: Regex syntax errror: regex parse error:\n    [\n    ^\nerror: unclosed character class',
    );
    expect(await search(collection, { filter: { '#document': { $regex: '[' } } })).toEqual([
      422,
      { error: 'ChromaError', message },
    ]);
  });

  it('is for a route that API v1 does not have, nor forks and their number (case 91)', async () => {
    const path = collection.path.replace('/api/v2/tenants/default_tenant/databases/default_database/', '/api/v1/');
    expect((await chroma.outcome(`${path}/count`))[0]).toBe(200);
    expect((await chroma.outcome(`${path}/search`, { searches: [] }))[0]).toBe(404);
    expect((await chroma.outcome(`${path}/fork`, { new_name: 'forked' }))[0]).toBe(404);
    for (const action of ['fork_count', 'indexing_status']) expect((await chroma.outcome(`${path}/${action}`))[0]).toBe(404);
  });
});

describe('a filter of a search', () => {
  it('matches what get matches, value by value (case 19)', async () => {
    const values = {
      i1: 1,
      f15: 1.5,
      s1: '1',
      bt: true,
      bf: false,
      i2: 2,
      arr_s: ['a', 'b'],
      arr_i: [1, 2],
      arr_b: [true],
      neg: -1,
    };
    // JSON.stringify writes no 1.0
    const list = Object.entries(values).map(([id, value]) => [id, JSON.stringify({ v: value })] as const);
    const records = [...list, ['f1', '{"v":1.0}'], ['arr_f', '{"v":[1.0,2.5]}'], ['none', 'null']] as const;
    const [ids, metadatas] = [records.map(([id]) => `"${id}"`).join(), records.map(([, metadata]) => metadata).join()];
    const typed = await chroma.filled(
      `{"ids":[${ids}],"embeddings":[${records.map(() => '[1]').join()}],"metadatas":[${metadatas}]}`,
    );
    const operands = ['1', '1.0', '1.5', '"1"', 'true', '-1', '"a"'];
    const wheres = operands.flatMap((value) => [
      `{"v":${value}}`,
      ...['$eq', '$ne', '$contains', '$not_contains'].map((operator) => `{"v":{"${operator}":${value}}}`),
      ...['$in', '$nin'].map((operator) => `{"v":{"${operator}":[${value}]}}`),
      ...['$ne', '$eq', '$not_contains'].map((operator) => `{"absent":{"${operator}":${value}}}`),
    ]);
    const numeric = ['1', '1.0', '1.5', '-1'].flatMap((value) =>
      ['$gt', '$gte', '$lt', '$lte'].map((operator) => `{"v":{"${operator}":${value}}}`),
    );
    for (const where of [...wheres, ...numeric]) {
      const [status, got] = await typed.outcome('get', `{"where":${where},"include":[]}`);
      const [, found] = await typed.outcome('search', `{"searches":[{"filter":${where}}]}`);
      expect([where, status, (found as { ids: string[][] }).ids[0]]).toEqual([where, 200, (got as { ids: string[] }).ids]);
    }
    expect(await idsOf(typed, { filter: { v: { $gt: 1 } } })).toEqual(['f15', 'i2']);
  });

  it('is refused where the schema has no index for it, as everywhere (case 21)', async () => {
    const off = { enabled: false, config: {} };
    const keys = { '#document': { string: { fts_index: off } }, k: { string: { string_inverted_index: off } } };
    const unindexed = await chroma.filled(
      { ids: ['a'], embeddings: [[1]], documents: ['text'], metadatas: [{ k: 'x' }] },
      { schema: { defaults: {}, keys } },
    );
    const text = 'Cannot filter using full-text search because FTS indexing is disabled';
    const key = "Cannot filter using metadata key 'k' with type 'Str' because indexing is disabled";
    for (const [where, message] of [[{ '#document': { $contains: 'ext' } }, text] as const, [{ k: 'x' }, key] as const]) {
      const refused = [400, { error: 'InvalidArgumentError', message }];
      expect(await search(unindexed, { filter: where })).toEqual(refused);
      expect(await unindexed.outcome('get', { where })).toEqual(refused);
      expect(await unindexed.outcome('query', { where, query_embeddings: [[1]] })).toEqual(refused);
      expect(await unindexed.outcome('delete', { where })).toEqual(refused);
    }
    expect(await idsOf(unindexed, { filter: { other: { $ne: 1 } } })).toEqual(['a']);
  });
});

describe('the ranks of a search', () => {
  it.each(['l2', 'cosine', 'ip'])('are the distances of query in the space %s (case 25)', async (space) => {
    const embeddings = [
      [1, 0.5],
      [0, 0],
      [-3, 2],
      [0.1, 0.7],
    ];
    const ids = ['a', 'b', 'c', 'd'];
    const spaced = await chroma.filled({ ids, embeddings }, { configuration: { hnsw: { space } } });
    for (const query of [
      [0.3, 0.9],
      [0, 0],
      [-1, 4],
    ]) {
      const [, queried] = await spaced.outcome('query', { query_embeddings: [query], n_results: 10, include: ['distances'] });
      const [, found] = await search(spaced, { rank: near(query), select: { keys: ['#score'] } });
      const { ids: nearest, distances } = queried as { ids: string[][]; distances: number[][] };
      expect(found).toMatchObject({ ids: nearest, scores: distances });
    }
  });

  it('put a record that was deleted and added again after its equals (case 30)', async () => {
    const equals = await chroma.filled({ ids: ['a', 'b', 'c'], embeddings: [[1], [1], [1]] });
    await equals.post('delete', { ids: ['a'] });
    await equals.fill({ ids: ['a'], embeddings: [[1]] });
    expect(await idsOf(equals, { rank: near([1]) })).toEqual(['b', 'c', 'a']);
    expect(await idsOf(equals, { rank: near([1], { limit: 2 }) })).toEqual(['b', 'c']);
    expect(await scoresOf(equals, { rank: near([1], { return_rank: true }) })).toEqual([0, 1, 2]);
  });

  it('group by whole lists, and by ranks that are fused (cases 63, 64)', async () => {
    const grouped = await chroma.filled({
      ids: ['a', 'b', 'c', 'd', 'e'],
      embeddings: [[1], [2], [3], [4], [5]],
      metadatas: [{ c: ['x', 'y'] }, { c: ['x', 'y'] }, { c: ['y', 'x'] }, { c: 'x' }, { c: ['x'] }],
    });
    const group_by = { keys: ['c'], aggregate: { $min_k: { keys: ['#score'], k: 1 } } };
    expect(await idsOf(grouped, { rank: near([0]), group_by })).toEqual(['a', 'c', 'd', 'e']);
    const place = (query: readonly number[]): object => near(query, { return_rank: true, default: 1_000 });
    const share = (right: object): object => ({ $div: { left: { $val: 1 }, right: { $sum: [{ $val: 60 }, right] } } });
    const fused = { $mul: [{ $val: -1 }, { $sum: [share(place([6])), share(place([5.5]))] }] };
    expect(await idsOf(grouped, { rank: fused })).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(await idsOf(grouped, { rank: fused, group_by })).toEqual(['e', 'd', 'c', 'b']);
  });
});

describe('a search right after a write', () => {
  it('sees it, at every read level (case 74)', async () => {
    const written = await chroma.createCollection();
    const seen = async (): Promise<unknown> => {
      const levels = ['index_and_wal', 'index_only', 'index_and_bounded_wal'].map(async (read_level) => {
        const searches = [{ rank: near([0]), select: { keys: ['#document'] } }];
        const [, body] = await written.outcome('search', { searches, read_level });
        const { ids, documents } = body as { ids: string[][]; documents: string[][] };
        return JSON.stringify([ids[0], documents[0]]);
      });
      const [first = '', ...others] = await Promise.all(levels);
      expect(others).toEqual([first, first]);
      return JSON.parse(first) as unknown;
    };
    await written.fill({ ids: ['a', 'b'], embeddings: [[1], [2]], documents: ['one', 'two'] });
    expect(await seen()).toEqual([
      ['a', 'b'],
      ['one', 'two'],
    ]);
    await written.post('update', { ids: ['a'], embeddings: [[3]], documents: ['three'] });
    expect(await seen()).toEqual([
      ['b', 'a'],
      ['two', 'three'],
    ]);
    await written.post('delete', { ids: ['b'] });
    expect(await seen()).toEqual([['a'], ['three']]);
    await written.post('upsert', { ids: ['a', 'c'], embeddings: [[3], [1]], documents: ['four', 'five'] });
    expect(await seen()).toEqual([
      ['c', 'a'],
      ['five', 'four'],
    ]);
  });
});

describe('a key (case 87)', () => {
  let keyed: KeyedGateway<'reader' | 'writer' | 'other' | 'films'>;

  beforeAll(async () => {
    keyed = await startKeyedGateway({
      reader: { tenant: 'default_tenant', scope: 'read' },
      writer: { tenant: 'default_tenant', scope: 'read,write' },
      other: { tenant: 'other', scope: 'read,write' },
      films: { tenant: 'default_tenant', scope: 'read,write', collections: 'films-*' },
    });
  });

  afterAll(async () => {
    await keyed.gateway.stop();
  });

  it('reads what it may read, and forks only with the scope and the name for it', async () => {
    const api = new ChromaApi(keyed.gateway.chromaUrl);
    const asked = async (key: string, path: string, body?: object): Promise<Outcome> => {
      const answer = await api.call(path, { headers: { 'x-chroma-token': key }, ...(body === undefined ? {} : { body }) });
      return [answer.status, answer.body];
    };
    const [, created] = await asked(ROOT_KEY, COLLECTIONS, { name: 'films-old' });
    const path = `${COLLECTIONS}/${(created as { id: string }).id}`;
    const { reader, writer, other, films } = keyed.keys;
    expect((await asked(reader, `${path}/search`, { searches: [{}] }))[0]).toBe(200);
    expect(await asked(reader, `${path}/fork_count`)).toEqual([200, { count: 0 }]);
    expect((await asked(reader, `${path}/indexing_status`))[0]).toBe(200);
    expect((await asked(reader, `${path}/fork`, { new_name: 'films-new' }))[0]).toBe(403);
    expect((await asked(films, `${path}/fork`, { new_name: 'series' }))[0]).toBe(403);
    expect((await asked(films, `${path}/fork`, { new_name: 'films-new' }))[0]).toBe(200);
    expect((await asked(writer, `${path}/fork`, { new_name: 'series' }))[0]).toBe(200);
    const [, series] = await asked(writer, `${COLLECTIONS}/series`);
    const hidden = `${COLLECTIONS}/${(series as { id: string }).id}`;
    for (const [key, at] of [[films, hidden] as const, [other, path] as const]) {
      expect((await asked(key, `${at}/search`, { searches: [{}] }))[0]).not.toBe(200);
      expect((await asked(key, `${at}/fork`, { new_name: 'films-x' }))[0]).not.toBe(200);
      expect((await asked(key, `${at}/fork_count`))[0]).not.toBe(200);
      expect((await asked(key, `${at}/indexing_status`))[0]).not.toBe(200);
    }
    expect((await asked(films, `${hidden}/fork_count`))[0]).toBe(404);
  });
});
