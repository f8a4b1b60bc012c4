import { readFile } from 'node:fs/promises';
import { ChromaApi, CollectionApi, type Outcome, uniqueName } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { FIVE_POINTS } from '../../support/scenes/five-points.js';

/** Cases of the Search API to the letter: every row of the tables of its errors, filters and groups (test/protocols/chroma/search-cases.md). */

const JSON_ERROR = 'Failed to parse the request body as JSON: ';
const TYPE_ERROR = 'Failed to deserialize the JSON body into the target type: ';
const KNN = 'searches[0].rank.$knn';
const QUERY = { query: [0, 0] };
const UNTAGGED = '.query: data did not match any variant of untagged enum QueryVector';
const INDEXED = {
  defaults: {},
  keys: { sp: { sparse_vector: { sparse_vector_index: { enabled: true, config: {} } } } },
};

let gateway: TestGateway;
let chroma: ChromaApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
  collection = await chroma.filled(
    {
      ...FIVE_POINTS,
      documents: ['apple pie', 'banana', null, 'Apple tart', 'date'],
      metadatas: [{ k: 1 }, { k: 2 }, null, { k: 3 }, { k: 2, sp: { indices: [1], values: [1] } }],
    },
    { schema: INDEXED },
  );
});

afterAll(async () => {
  await gateway.stop();
});

async function search(inside: unknown, of = collection): Promise<Outcome> {
  return of.outcome('search', { searches: [inside] });
}

async function idsOf(inside: object, of = collection): Promise<readonly string[]> {
  const [status, body] = await search(inside, of);
  expect([status, body]).toMatchObject([200, {}]);
  return (body as { ids: string[][] }).ids[0] ?? [];
}

function refused(status: number, error: string, words: string): Outcome {
  return [status, { error, message: expect.stringContaining(words) as unknown }];
}
const mistyped = (words: string): Outcome => refused(422, 'ChromaError', TYPE_ERROR + words);
const unread = (words: string): Outcome => refused(400, 'InvalidArgumentError', JSON_ERROR + words);
const invalid = (words: string): Outcome => refused(400, 'InvalidArgumentError', words);

describe('the shape of a request', () => {
  it('has no level of reads but three (case 7)', async () => {
    const levels = ['index_and_wal', 'index_only', 'index_and_bounded_wal'];
    const searches = [{}];
    for (const read_level of levels) expect((await collection.outcome('search', { searches, read_level }))[0]).toBe(200);
    const known = levels.map((level) => `\`${level}\``).join(', ');
    for (const level of ['bad', 'IndexAndWal']) {
      const words = `read_level: unknown variant \`${level}\`, expected one of ${known}`;
      expect(await collection.outcome('search', { searches, read_level: level })).toEqual(mistyped(words));
    }
    expect(await collection.outcome('search', { searches, read_level: null })).toEqual(unread('read_level: expected value'));
  });

  it('needs a list of searches (case 1)', async () => {
    expect(await collection.outcome('search', {})).toEqual(mistyped('missing field `searches`'));
    expect(await collection.outcome('search', { searches: null })).toEqual(
      mistyped('searches: invalid type: null, expected a sequence'),
    );
    expect(await collection.outcome('search', { searches: {} })).toEqual(
      mistyped('searches: invalid type: map, expected a sequence'),
    );
  });

  it.each<[object, string]>([
    [{ query: null }, UNTAGGED],
    [{ query: 'text' }, UNTAGGED],
    [{ query: [[1, 2]] }, UNTAGGED],
    [{ query: [null] }, UNTAGGED],
    [{ query: { '#type': 'other', indices: [1], values: [1] } }, UNTAGGED],
    [{ query: { indices: [-1], values: [1] } }, UNTAGGED],
    [{ query: { indices: [4294967296], values: [1] } }, UNTAGGED],
    [{ query: { indices: [1], values: null } }, UNTAGGED],
    [{}, ': missing field `query`'],
    [{ ...QUERY, limit: null }, '.limit: invalid type: null, expected u32'],
    [{ ...QUERY, limit: -1 }, '.limit: invalid value: integer `-1`, expected u32'],
    [{ ...QUERY, key: null }, '.key: invalid type: null, expected a string'],
    [{ ...QUERY, return_rank: 1 }, '.return_rank: invalid type: integer `1`, expected a boolean'],
    [{ ...QUERY, default: 'x' }, '.default: invalid type: string "x", expected f32'],
  ])('is 422 for a knn %j (case 8)', async (knn, words) => {
    expect(await search({ rank: { $knn: knn } })).toEqual(mistyped(KNN + words));
  });

  it.each<[object, string]>([
    [{ limit: 5 }, '.limit: invalid type: integer `5`, expected struct Limit'],
    [{ limit: { limit: -1 } }, '.limit.limit: invalid value: integer `-1`, expected u32'],
    [{ limit: { limit: 1.5 } }, '.limit.limit: invalid type: floating point `1.5`, expected u32'],
    [{ limit: { limit: 4294967296 } }, '.limit.limit: invalid value: integer `4294967296`, expected u32'],
    [{ limit: { offset: null } }, '.limit.offset: invalid type: null, expected u32'],
  ])('is 422 for a limit %j (case 9)', async (inside, words) => {
    expect(await search(inside)).toEqual(mistyped(`searches[0]${words}`));
  });

  it('takes everything without a limit, and nothing with 0 (case 9)', async () => {
    expect(await idsOf({ limit: { limit: null } })).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await idsOf({ limit: { limit: 0 } })).toEqual([]);
    expect(await idsOf({ limit: { limit: 4294967295, offset: 4294967295 } })).toEqual([]);
  });

  it.each<[object, string]>([
    [{ keys: null }, '.keys: invalid type: null, expected a sequence'],
    [{ keys: [1] }, '.keys[0]: invalid type: integer `1`, expected a string'],
  ])('is 422 for a select %j (case 10)', async (select, words) => {
    expect(await search({ select })).toEqual(mistyped(`searches[0].select${words}`));
  });

  it.each<[object, string]>([
    [{ $sum: {} }, '.aggregate: unknown variant `$sum`, expected `$min_k` or `$max_k`'],
    [{ $max_k: { keys: [] } }, '.aggregate.$max_k: missing field `k`'],
    [{ $max_k: { k: 1 } }, '.aggregate.$max_k: missing field `keys`'],
    [{ $max_k: { keys: [], k: -1 } }, '.aggregate.$max_k.k: invalid value: integer `-1`, expected u32'],
  ])('is 422 for an aggregate %j (case 12)', async (aggregate, words) => {
    expect(await search({ group_by: { aggregate } })).toEqual(mistyped(`searches[0].group_by${words}`));
  });

  it('has one aggregate (case 5)', async () => {
    const one = { keys: ['k'], k: 1 };
    const words = 'searches[0].group_by.aggregate: expected value';
    expect(await search({ group_by: { aggregate: { $min_k: one, $max_k: one } } })).toEqual(unread(words));
  });

  it('may have more members, which nobody reads (case 16)', async () => {
    const more = { where: { k: 1 }, limit: { limit: 2, more: 1 }, select: { keys: [], more: [] }, more: {} };
    expect(await idsOf({ ...more, rank: { $knn: { ...QUERY, more: null } } })).toEqual(['a', 'b']);
    expect((await collection.outcome('search', undefined))[0]).toBe(405);
  });
});

describe('the values of a request', () => {
  const ranked = { rank: { $knn: QUERY } };
  const grouped = (keys: readonly string[], aggregate: object): object => ({ ...ranked, group_by: { keys, aggregate } });
  const least = (keys: readonly string[], k = 1): object => ({ $min_k: { keys, k } });
  const sparse = (query: object): object => ({ rank: { $knn: { query, key: 'sp' } } });
  const DISORDER =
    'rank: Invalid sparse vector in KNN query: Sparse vector indices must be sorted in strictly ascending order (no duplicates)';
  const LENGTHS =
    'rank: Invalid sparse vector in KNN query: Sparse vector indices, values, and tokens (when present) must have the same length';
  const ROWS: readonly (readonly [object, string])[] = [
    [sparse({ indices: [2, 1], values: [1, 1] }), DISORDER],
    [sparse({ indices: [1, 1], values: [1, 1] }), DISORDER],
    [sparse({ indices: [2, 1], values: [1] }), LENGTHS],
    [sparse({ indices: [1], values: [1], tokens: [] }), LENGTHS],
    [{ ...ranked, group_by: { keys: ['k'] } }, 'group_by: group_by keys and aggregate must both be specified or both be omitted'],
    [
      { ...ranked, group_by: { aggregate: least(['k']) } },
      'group_by: group_by keys and aggregate must both be specified or both be omitted',
    ],
    ...['#score', '#document', '#embedding', '#metadata'].map(
      (key) =>
        [
          grouped([key], least(['k'])),
          'group_by: group_by keys must be metadata fields (cannot use #score, #document, #embedding, or #metadata)',
        ] as const,
    ),
    [grouped(['k'], least([])), 'group_by: aggregate keys must not be empty'],
    [grouped(['k'], least(['k'], 0)), 'group_by: aggregate k must be greater than 0'],
    ...['#document', '#embedding', '#metadata'].map(
      (key) =>
        [
          grouped(['k'], least([key])),
          'group_by: aggregate keys must be metadata fields or #score (cannot use #document, #embedding, or #metadata)',
        ] as const,
    ),
    [{ group_by: { keys: ['k'], aggregate: least(['k']) } }, '__all__: group_by requires rank expression to be specified'],
  ];

  it.each(ROWS)('are 400 by the path of the search: %j (cases 11, 12)', async (inside, words) => {
    expect(await search(inside)).toEqual(invalid(`Validation error: searches[0].${words}`));
    expect(await collection.outcome('search', { searches: [{}, inside] })).toEqual(
      invalid(`Validation error: searches[1].${words}`),
    );
  });

  it('are checked after the collection was found, its types before (case 13)', async () => {
    const at = (id: string): CollectionApi => new CollectionApi(chroma, id, 'none', collection.collections);
    const unknown = '7b1e3c04-7d8b-4b0e-9c55-0c8a3a5f3b11';
    expect(await search({ group_by: { keys: ['k'] } }, at(unknown))).toEqual(
      refused(404, 'NotFoundError', `Collection [${unknown}] does not exist.`),
    );
    expect((await search({ rank: { $foo: 1 } }, at(unknown)))[0]).toBe(422);
    expect(await search({}, at('no-uuid'))).toEqual(invalid('Collection ID is not a valid UUIDv4'));
    const tenant = uniqueName();
    await chroma.outcome('/api/v2/tenants', { name: tenant });
    await chroma.outcome(`/api/v2/tenants/${tenant}/databases`, { name: 'other' });
    const elsewhere = new CollectionApi(chroma, collection.id, 'c', `/api/v2/tenants/${tenant}/databases/other/collections`);
    expect((await search({}, elsewhere))[0]).toBe(404);
  });

  it('are refused before a schema is asked, in whichever search (case 14)', async () => {
    const unindexed = { rank: { $knn: { query: { indices: [1], values: [1] }, key: 'k' } } };
    expect(await collection.outcome('search', { searches: [unindexed, grouped([], least(['k']))] })).toEqual(
      invalid('Validation error: searches[1].group_by'),
    );
  });
});

describe('a filter', () => {
  const ALL = ['a', 'b', 'c', 'd', 'e'];
  const without = (...ids: readonly string[]): readonly string[] => ALL.filter((id) => !ids.includes(id));

  it.each<[object, readonly string[]]>([
    [{ '#id': 'a' }, ['a']],
    [{ '#id': { $eq: 'a' } }, ['a']],
    [{ '#id': { $in: ['a', 'zz'] } }, ['a']],
    [{ '#id': { $ne: 'a' } }, without('a')],
    [{ '#id': { $nin: ['a', 'zz'] } }, without('a')],
    [{ '#id': 'zz' }, []],
    [{ '#id': 1 }, []],
    [{ '#id': true }, []],
    [{ '#id': { $gt: 1 } }, []],
    [{ '#id': { $contains: 'a' } }, []],
    [{ '#id': { $not_contains: 'a' } }, ALL],
    [{ $and: [{ '#id': { $in: ['a', 'b', 'd'] } }, { k: { $gte: 2 } }, { '#document': { $contains: 'a' } }] }, ['b', 'd']],
    [{ $or: [{ '#id': 'c' }, { $and: [{ k: 2 }, { '#document': { $contains: 'date' } }] }] }, ['c', 'e']],
    [{ $and: [] }, ALL],
    [{ $or: [] }, []],
    [{ sp: 1 }, []],
    [{ sp: { $contains: 1 } }, []],
    [{ sp: { $nin: [1] } }, ALL],
    [{ '#embedding': 1 }, []],
    [{ '#metadata': { $ne: 1 } }, ALL],
    [{ '#score': { $gt: 0 } }, []],
  ])('%j selects %j (cases 18, 22)', async (filter, ids) => {
    expect(await idsOf({ filter })).toEqual(ids);
  });

  it.each<[object, readonly string[]]>([
    [{ '#document': { $contains: 'apple' } }, ['a']],
    [{ '#document': { $contains: 'a' } }, ['a', 'b', 'd', 'e']],
    [{ '#document': { $not_contains: 'apple' } }, without('a')],
    [{ '#document': { $regex: '^(?i)apple' } }, ['a', 'd']],
    [{ '#document': { $not_regex: 'an+a' } }, without('b')],
  ])('%j selects %j (case 20)', async (filter, ids) => {
    expect(await idsOf({ filter })).toEqual(ids);
  });

  it('compares no document as a whole (case 20)', async () => {
    const words = "Cannot filter using metadata key '#document' with type 'Str' because indexing is disabled";
    for (const compared of ['x', { $ne: 'x' }, { $in: ['x'] }, { $nin: ['x'] }]) {
      expect(await search({ filter: { '#document': compared } })).toEqual(invalid(words));
    }
  });

  it.each([[{ '#document': { $contains: 1 } }], [{ k: { $regex: 'x' } }], [{ $not: { k: 1 } }]])(
    'is none: %j (case 20)',
    async (filter) => {
      expect(await search({ filter })).toEqual(mistyped('searches[0].filter: Invalid where clause'));
    },
  );

  it('comes before every knn, which finds all that it selects (case 23)', async () => {
    expect(await idsOf({ filter: { '#id': { $in: ['c', 'd', 'e'] } }, rank: { $knn: { ...QUERY, limit: 3 } } })).toEqual([
      'c',
      'd',
      'e',
    ]);
  });
});

describe('groups', () => {
  it('tell 1 from 1.0, "1" and true (cases 57, 59)', async () => {
    const values = ['1', '1.0', '"1"', 'true', '[1]', '1', undefined];
    const typed = await chroma.createCollection();
    const metadatas = values.map((value) => (value === undefined ? '{"n":0}' : `{"c":${value},"n":0}`)).join(',');
    const ids = values.map((_, at) => `g${String(at)}`);
    const added = await typed.outcome(
      'add',
      `{"ids":${JSON.stringify(ids)},"embeddings":${JSON.stringify(ids.map((_, at) => [at]))},"metadatas":[${metadatas}]}`,
    );
    expect(added[0]).toBe(201);
    const groups = (aggregate: object, keys = ['c']): Promise<readonly string[]> =>
      idsOf({ rank: { $knn: { query: [0] } }, group_by: { keys, aggregate } }, typed);
    expect(await groups({ $min_k: { keys: ['#score'], k: 1 } })).toEqual(['g0', 'g1', 'g2', 'g3', 'g4', 'g6']);
    // missing < bool < int < float < string < list
    const order = ['g6', 'g3', 'g0', 'g5', 'g1', 'g2', 'g4'];
    for (const k of [1, 2, 3, 4, 5, 6, 7]) {
      expect([...(await groups({ $min_k: { keys: ['c'], k } }, ['n']))].sort()).toEqual(order.slice(0, k).sort());
    }
    expect([...(await groups({ $max_k: { keys: ['c'], k: 5 } }, ['n']))].sort()).toEqual(['g0', 'g1', 'g2', 'g4', 'g5']);
  });
});

it('is served, and says nowhere that it is not (case 88)', async () => {
  const support = await readFile('docs/support.md', 'utf8');
  for (const route of ['search', 'fork', 'fork_count', 'indexing_status']) {
    expect(support).toMatch(new RegExp(`collections/\\{collection_id\\}/${route}\` \\|[^|]*\\| yes \\|`));
  }
  for (const route of ['fork_count', 'indexing_status'])
    expect((await chroma.outcome(`${collection.path}/${route}`))[0]).toBe(200);
  const [status, body] = await chroma.outcome(collection.collections, { name: uniqueName(), schema: INDEXED });
  expect([status, JSON.stringify(body)]).toEqual([200, expect.not.stringContaining('not enabled in local')]);
});
