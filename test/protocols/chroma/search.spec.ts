import { ChromaApi, type CollectionApi, type Outcome } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { FIVE_POINTS } from '../../support/scenes/five-points.js';

let gateway: TestGateway;
let chroma: ChromaApi;
let collection: CollectionApi;
let grouped: CollectionApi;

const near = (extra: object = {}): object => ({ $knn: { query: [0, 0], ...extra } });
const value = (number: number): object => ({ $val: number });
const fraction = (left: object, right: object): object => ({ $div: { left, right } });
const SCORES = { select: { keys: ['#score'] } };

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
  collection = await chroma.filled({
    ...FIVE_POINTS,
    documents: ['apple pie', 'banana', null, 'apple tart', 'date'],
    uris: ['file:a', null, null, null, null],
    metadatas: [{ k: 1, f: 1.0 }, { k: 2 }, null, { k: 3, '!a': 'x' }, { k: 2 }],
  });
  grouped = await chroma.filled({
    ids: ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'],
    embeddings: [[1], [2], [3], [4], [5], [6], [7]],
    metadatas: [{ c: 'x', p: 2 }, { c: 'x', p: 1 }, { c: 'y', p: 3 }, null, { c: 'x' }, { c: 1 }, { c: 1.5 }],
  });
});

afterAll(async () => {
  await gateway.stop();
});

/** The ids and scores of the one search of a request. */
async function ranked(rank: object, inside: object = {}): Promise<readonly (readonly [string, number | null])[]> {
  const [status, body] = await collection.outcome('search', { searches: [{ rank, ...SCORES, ...inside }] });
  expect(status).toBe(200);
  const { ids, scores } = body as { ids: string[][]; scores: (number | null)[][] };
  return (ids[0] ?? []).map((id, place) => [id, scores[0]?.[place] ?? null]);
}

async function idsOf(search: object, of: CollectionApi = collection): Promise<readonly string[]> {
  const [status, body] = await of.outcome('search', { searches: [search] });
  expect([status, body]).toMatchObject([200, {}]);
  return (body as { ids: string[][] }).ids[0] ?? [];
}

async function refusal(search: unknown): Promise<Outcome> {
  return collection.outcome('search', { searches: [search] });
}

const EMPTY = { ids: [], documents: [], embeddings: [], metadatas: [], scores: [], select: [] };

describe('a search', () => {
  it('may be none, one of everything, or what each client sends for nothing (cases 1, 2, 3)', async () => {
    expect(await collection.outcome('search', { searches: [] })).toEqual([200, EMPTY]);
    const nothing = [null];
    const all = [['a', 'b', 'c', 'd', 'e']];
    const bare = { ids: all, documents: nothing, embeddings: nothing, metadatas: nothing, scores: nothing, select: [[]] };
    expect(await collection.outcome('search', { searches: [{}] })).toEqual([200, bare]);
    const sent = [
      { filter: null, rank: null, group_by: {}, limit: { offset: 0 }, select: { keys: [] } },
      { limit: { offset: 0 }, select: { keys: [] } },
      {
        filter: {},
        rank: null,
        group_by: { keys: [], aggregate: null },
        limit: { offset: 0, limit: null },
        select: { keys: [] },
      },
    ];
    for (const search of sent) expect(await collection.outcome('search', { searches: [search] })).toEqual([200, bare]);
  });

  // 24, 33 to 35, 38 to 41: the table of worked examples that needs no sparse vectors
  it.each<[string, object, readonly (readonly [string, number | null])[]]>([
    [
      'a knn',
      near(),
      [
        ['a', 0],
        ['b', 1],
        ['c', 4],
        ['d', 9],
        ['e', 16],
      ],
    ],
    [
      'a limit',
      near({ limit: 2, default: 9 }),
      [
        ['a', 0],
        ['b', 1],
      ],
    ],
    [
      'no limit at all',
      near({ limit: 1_000_000, return_rank: true }),
      [
        ['a', 0],
        ['b', 1],
        ['c', 2],
        ['d', 3],
        ['e', 4],
      ],
    ],
    ['limit 0', near({ limit: 0 }), []],
    ['a value', value(1), []],
    ['an empty product', { $mul: [] }, []],
    ['one knn under a key', { $sum: [near({ key: 'foo', limit: 1 })] }, [['a', 0]]],
    [
      'an intersection',
      { $sum: [near({ limit: 2 }), near({ limit: 3 })] },
      [
        ['a', 0],
        ['b', 2],
      ],
    ],
    [
      'a default on one side',
      { $sum: [near({ limit: 1, default: 5 }), near({ limit: 3 })] },
      [
        ['a', 0],
        ['b', 6],
        ['c', 9],
      ],
    ],
    [
      'a difference',
      { $sub: { left: value(1), right: near({ limit: 3 }) } },
      [
        ['c', -3],
        ['b', 0],
        ['a', 1],
      ],
    ],
    [
      'a fraction',
      fraction(value(1), near({ limit: 3 })),
      [
        ['c', 0.25],
        ['b', 1],
        ['a', null],
      ],
    ],
    [
      'a logarithm',
      { $log: near({ limit: 3 }) },
      [
        ['a', null],
        ['b', 0],
        ['c', 1.3862944],
      ],
    ],
    [
      'a division by zero',
      fraction(near({ limit: 3 }), value(0)),
      [
        ['b', null],
        ['c', null],
        ['a', null],
      ],
    ],
    [
      'an overflow',
      { $exp: { $mul: [value(100), near({ limit: 3 })] } },
      [
        ['a', 1],
        ['b', null],
        ['c', null],
      ],
    ],
    [
      'a maximum',
      { $max: [near({ limit: 3 }), value(2)] },
      [
        ['a', 2],
        ['b', 2],
        ['c', 4],
      ],
    ],
    [
      'a clamp',
      { $min: [fraction(value(1), near({ limit: 3 }))] },
      [
        ['c', 0.25],
        ['b', 1],
        ['a', 3.4028235e38],
      ],
    ],
    [
      'a negation',
      { $mul: [value(-1), near({ limit: 2 })] },
      [
        ['b', -1],
        ['a', -0],
      ],
    ],
  ])('scores %s', async (_name, rank, expected) => {
    expect(await ranked(rank)).toEqual(expected);
  });

  it('rounds every operation to float32 (case 39)', async () => {
    const rank = { $sum: [{ $mul: [value(0.7), near()] }, { $mul: [value(0.3), value(-2)] }] };
    expect(await ranked(rank, { filter: { '#id': 'c' } })).toEqual([['c', 2.1999998]]);
  });

  it('fuses ranks as the clients expand it, in either order of terms (case 36)', async () => {
    const term = (...sum: object[]): object => fraction(value(1), { $sum: sum });
    const rank = near({ return_rank: true, limit: 2 });
    const python = { $mul: [value(-1), { $sum: [term(value(60), rank), term(value(60), rank)] }] };
    const javascript = { $mul: [{ $sum: [term(rank, value(60)), term(rank, value(60))] }, value(-1)] };
    expect(await ranked(python)).toEqual([
      ['a', -0.033333335],
      ['b', -0.032786883],
    ]);
    expect(await ranked(javascript)).toEqual(await ranked(python));
  });

  it('filters before it ranks (cases 18, 20, 23)', async () => {
    expect(await idsOf({ filter: { k: { $gte: 2 } }, rank: near({ limit: 3 }) })).toEqual(['b', 'd', 'e']);
    expect(await idsOf({ filter: { '#id': { $nin: ['a', 'zz'] } }, rank: near({ limit: 2 }) })).toEqual(['b', 'c']);
    expect(await idsOf({ filter: { $and: [{ '#document': { $contains: 'apple' } }, { k: 3 }] } })).toEqual(['d']);
    expect(await idsOf({ filter: { '#score': 1 } })).toEqual([]);
  });

  it('pages, with positions for scores where nothing ranks (cases 70, 71)', async () => {
    expect(await ranked(near(), { limit: { offset: 1, limit: 2 } })).toEqual([
      ['b', 1],
      ['c', 4],
    ]);
    const page = { limit: { offset: 3 }, ...SCORES };
    expect(await collection.outcome('search', { searches: [page] })).toMatchObject([
      200,
      { ids: [['d', 'e']], scores: [[0, 1]] },
    ]);
    expect(await idsOf({ rank: near(), limit: { offset: 9 } })).toEqual([]);
    expect(await idsOf({ limit: { limit: 0 } })).toEqual([]);
  });

  it('orders equals by insertion, also where the limit cuts (case 29)', async () => {
    const equal = await chroma.filled({ ids: ['z', 'y', 'x'], embeddings: [[1], [1], [1]] });
    expect(await idsOf({ rank: { $knn: { query: [1], limit: 2 } } }, equal)).toEqual(['z', 'y']);
  });

  it('takes 16 of a knn without a limit (case 26)', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `n${String(index)}`);
    const many = await chroma.filled({ ids, embeddings: ids.map((_, index) => [index]) });
    expect(await idsOf({ rank: { $knn: { query: [0] } } }, many)).toEqual(ids.slice(0, 16));
  });

  it('shows what is selected, and echoes it in order (cases 66 to 69, 72)', async () => {
    const keys = ['zz', '#score', '!a', '#document', '!a'];
    const first = { filter: { '#id': { $in: ['c', 'd'] } }, select: { keys } };
    const second = { filter: { '#id': 'a' }, select: { keys: ['#metadata', 'chroma:uri', '#embedding'] } };
    expect(await collection.outcome('search', { searches: [first, second, { limit: { limit: 1 } }] })).toEqual([
      200,
      {
        ids: [['c', 'd'], ['a'], ['a']],
        documents: [[null, 'apple tart'], null, null],
        embeddings: [null, [[0, 0]], null],
        metadatas: [[null, { '!a': 'x' }], [{ k: 1, f: 1, 'chroma:uri': 'file:a' }], null],
        scores: [[0, 1], null, null],
        select: [['#document', '#score', '!a', 'zz'], ['#embedding', '#metadata', 'chroma:uri'], []],
      },
    ]);
  });

  it('finds nothing in a collection that never had a record (cases 32, 73)', async () => {
    const empty = await chroma.createCollection();
    const search = { rank: { $knn: { query: [1, 2, 3] } }, select: { keys: ['#document', '#embedding', '#metadata', '#score'] } };
    expect(await empty.outcome('search', { searches: [search] })).toMatchObject([
      200,
      { ids: [[]], documents: [[]], embeddings: [[]], metadatas: [[]], scores: [[]] },
    ]);
  });
});

describe('a search by groups (cases 57 to 60)', () => {
  it.each<[readonly string[], object, readonly string[]]>([
    [['c'], { $min_k: { keys: ['#score'], k: 1 } }, ['r1', 'r3', 'r4', 'r6', 'r7']],
    [['c'], { $min_k: { keys: ['#score'], k: 2 } }, ['r1', 'r2', 'r3', 'r4', 'r6', 'r7']],
    [['c'], { $max_k: { keys: ['#score'], k: 1 } }, ['r3', 'r4', 'r5', 'r6', 'r7']],
    [['c'], { $min_k: { keys: ['p'], k: 1 } }, ['r3', 'r4', 'r5', 'r6', 'r7']],
    [['c'], { $max_k: { keys: ['p'], k: 1 } }, ['r1', 'r3', 'r4', 'r6', 'r7']],
    [['c'], { $min_k: { keys: ['nokey'], k: 1 } }, ['r1', 'r3', 'r4', 'r6', 'r7']],
    [['c', 'p'], { $min_k: { keys: ['#score'], k: 1 } }, ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7']],
    [['#id'], { $min_k: { keys: ['#score'], k: 1 } }, ['r1']],
  ])('keeps the best of each: %j %j', async (keys, aggregate, expected) => {
    const search = { rank: { $knn: { query: [0] } }, group_by: { keys, aggregate } };
    expect(await idsOf(search, grouped)).toEqual(expected);
    const page = { ...search, limit: { offset: 1, limit: 2 } };
    expect(await idsOf(page, grouped)).toEqual(expected.slice(1, 3));
  });
});

describe('a search that is none', () => {
  const FAILED = 'Failed to deserialize the JSON body into the target type: searches[0]';

  // cases 4, 5, 6, 7, 8, 9, 10, 16
  it.each<[object, number, string]>([
    [{ filter: { $and: [{}] } }, 422, '.filter: Invalid where clause'],
    [{ rank: 'x' }, 422, '.rank: unknown variant `x`, expected one of `$abs`, `$div`, `$exp`, `$knn`'],
    [{ rank: { $rrf: {} } }, 422, '.rank: unknown variant `$rrf`'],
    [{ rank: { $val: '1' } }, 422, '.rank.$val: invalid type: string "1", expected f32'],
    [{ rank: { $sum: {} } }, 422, '.rank.$sum: invalid type: map, expected a sequence'],
    [{ rank: { $sub: { left: { $val: 1 } } } }, 422, '.rank.$sub: missing field `right`'],
    [{ rank: { $knn: {} } }, 422, '.rank.$knn: missing field `query`'],
    [{ rank: { $knn: { query: 'text' } } }, 422, '.rank.$knn.query: data did not match any variant of untagged enum QueryVector'],
    [{ rank: { $knn: { query: [1, 2], limit: null } } }, 422, '.rank.$knn.limit: invalid type: null, expected u32'],
    [{ rank: { $knn: { query: [1, 2], key: null } } }, 422, '.rank.$knn.key: invalid type: null, expected a string'],
    [
      { rank: { $knn: { query: [1, 2], return_rank: 1 } } },
      422,
      '.rank.$knn.return_rank: invalid type: integer `1`, expected a boolean',
    ],
    [{ group_by: null }, 422, '.group_by: invalid type: null, expected struct GroupBy'],
    [{ limit: null }, 422, '.limit: invalid type: null, expected struct Limit'],
    [{ select: null }, 422, '.select: invalid type: null, expected struct Select'],
    [{ limit: { limit: -1 } }, 422, '.limit.limit: invalid value: integer `-1`, expected u32'],
    [{ limit: { limit: 1.5 } }, 422, '.limit.limit: invalid type: floating point `1.5`, expected u32'],
    [{ limit: { offset: null } }, 422, '.limit.offset: invalid type: null, expected u32'],
    [{ select: { keys: [1] } }, 422, '.select.keys[0]: invalid type: integer `1`, expected a string'],
    [
      { group_by: { aggregate: { $sum: {} } } },
      422,
      '.group_by.aggregate: unknown variant `$sum`, expected `$min_k` or `$max_k`',
    ],
    [{ group_by: { aggregate: { $max_k: { keys: [] } } } }, 422, '.group_by.aggregate.$max_k: missing field `k`'],
  ])('is refused with its place: %j', async (search, status, words) => {
    expect(await refusal(search)).toEqual([
      status,
      { error: 'ChromaError', message: expect.stringContaining(FAILED + words) as unknown },
    ]);
  });

  it.each([
    [{ rank: {} }, 'rank'],
    [{ rank: [] }, 'rank'],
    [{ rank: 5 }, 'rank'],
    [{ rank: { $val: 1, $abs: 1 } }, 'rank'],
    [{ rank: { $sum: [null] } }, 'rank.$sum[0]'],
    [{ rank: { $abs: [] } }, 'rank.$abs'],
  ])('is no JSON to Chroma: %j (cases 5, 6)', async (search, path) => {
    const message = expect.stringContaining(
      `Failed to parse the request body as JSON: searches[0].${path}: expected value`,
    ) as unknown;
    expect(await refusal(search)).toEqual([400, { error: 'InvalidArgumentError', message }]);
  });

  const sparse = (query: object): object => ({ rank: { $knn: { query, key: 'sp' } } });
  const least = (keys: readonly string[], k = 1): object => ({ $min_k: { keys, k } });

  // cases 11, 12, 48
  it.each<[object, string]>([
    [
      sparse({ indices: [2, 1], values: [1, 1] }),
      'Validation error: searches[0].rank: Invalid sparse vector in KNN query: Sparse vector indices must be sorted',
    ],
    [sparse({ indices: [1], values: [] }), 'Sparse vector indices, values, and tokens (when present) must have the same length'],
    [
      sparse({ indices: [1], values: [1] }),
      "Cannot filter using metadata key 'sp' with type 'SparseVector' because indexing is disabled",
    ],
    [
      { group_by: { keys: ['k'] } },
      'searches[0].group_by: group_by keys and aggregate must both be specified or both be omitted',
    ],
    [{ group_by: { keys: ['#score'], aggregate: least(['k']) } }, 'group_by keys must be metadata fields (cannot use #score'],
    [{ group_by: { keys: ['k'], aggregate: least([]) } }, 'aggregate keys must not be empty'],
    [{ group_by: { keys: ['k'], aggregate: least(['k'], 0) } }, 'aggregate k must be greater than 0'],
    [{ group_by: { keys: ['k'], aggregate: least(['#document']) } }, 'aggregate keys must be metadata fields or #score'],
    [
      { group_by: { keys: ['k'], aggregate: least(['k']) } },
      'searches[0].__all__: group_by requires rank expression to be specified',
    ],
    [{ rank: { $knn: { query: [1] } } }, 'Collection expecting embedding with dimension of 2, got 1'],
  ])('is 400 for its values: %j', async (search, words) => {
    expect(await refusal(search)).toEqual([
      400,
      { error: 'InvalidArgumentError', message: expect.stringContaining(words) as unknown },
    ]);
  });

  it('is found before the collection when its types are wrong, after when its values are (case 13)', async () => {
    const unknown = '7b1e3c04-7d8b-4b0e-9c55-0c8a3a5f3b11';
    const path = `${collection.path.replace(collection.id, unknown)}/search`;
    expect((await chroma.outcome(path, { searches: [{ group_by: { keys: ['k'] } }] }))[0]).toBe(404);
    expect((await chroma.outcome(path, { searches: [{ rank: { $foo: 1 } }] }))[0]).toBe(422);
  });

  it('fails the ones before it, too (cases 12, 14)', async () => {
    const message = expect.stringContaining('searches[1].group_by') as unknown;
    const searches = [sparse({ indices: [1], values: [1] }), { group_by: { keys: ['k'] } }];
    expect(await collection.outcome('search', { searches })).toEqual([400, { error: 'InvalidArgumentError', message }]);
  });

  it('takes no more reads and steps than one request may have: D104', async () => {
    const invalid = (words: string): Outcome => [
      400,
      { error: 'InvalidArgumentError', message: expect.stringContaining(words) as unknown },
    ];
    const searches = (count: number): object => ({ searches: Array<object>(count).fill({ limit: { limit: 1 } }) });
    expect(await collection.outcome('search', searches(1_001))).toEqual(invalid('may take 1000 reads, and these take 1001'));
    expect((await collection.outcome('search', searches(50)))[0]).toBe(200);
    const long = { $sum: Array<object>(1_100).fill(near()) };
    expect(await refusal({ rank: long })).toEqual(invalid('may take 5000000 steps'));
  });
});
