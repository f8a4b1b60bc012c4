import { ChromaApi, type CollectionApi, invalid, type Outcome } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { FIVE_POINTS } from '../../support/scenes/five-points.js';

type Index = Readonly<Record<string, unknown>>;

const SCORES = { select: { keys: ['#score'] } };
const DISORDER = 'Validation error: metadatas: Invalid metadata at index 0';

let gateway: TestGateway;
let chroma: ChromaApi;
/** The worked examples' records: `sp` without BM25, `ws` with the same vectors and with it. */
let examples: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
  examples = await chroma.filled(
    {
      ...FIVE_POINTS,
      metadatas: [both({ 1: 1 }), { k: 1 }, { ...both({ 1: 3, 2: 1 }), k: 1 }, { k: 2 }, both({ 2: 2 })],
    },
    schemaOf({ sp: {}, ws: { bm25: true } }),
  );
});

afterAll(async () => {
  await gateway.stop();
});

/** A sparse vector of values by their indices, which are ascending. */
function vector(values: Readonly<Record<number, number>>): {
  readonly indices: readonly number[];
  readonly values: readonly number[];
} {
  return { indices: Object.keys(values).map(Number), values: Object.values(values) };
}

function both(values: Readonly<Record<number, number>>): Record<string, unknown> {
  return { sp: vector(values), ws: vector(values) };
}

/** What a create sends for sparse indexes on these keys, with these configurations. */
function schemaOf(keys: Readonly<Record<string, Index>>, enabled = true): Readonly<Record<string, unknown>> {
  const entries = Object.entries(keys).map(([key, config]) => [
    key,
    { sparse_vector: { sparse_vector_index: { enabled, config } } },
  ]);
  return { schema: { defaults: {}, keys: Object.fromEntries(entries) as object } };
}

function sparse(key: string, values: Readonly<Record<number, number>>, inside: object = {}): object {
  return { $knn: { query: vector(values), key, ...inside } };
}

function dense(inside: object = {}): object {
  return { $knn: { query: [0, 0], ...inside } };
}

/** Reciprocal rank fusion, as Python's client writes it out. */
function fusion(...ranks: readonly object[]): object {
  const terms = ranks.map((rank) => ({ $div: { left: { $val: 1 }, right: { $sum: [{ $val: 60 }, rank] } } }));
  return { $mul: [{ $val: -1 }, { $sum: terms }] };
}

type Scored = readonly (readonly [id: string, score: number | null])[];

async function ranked(collection: CollectionApi, rank: object, inside: object = {}): Promise<Scored> {
  const [status, body] = await collection.outcome('search', { searches: [{ rank, ...SCORES, ...inside }] });
  expect([status, body]).toMatchObject([200, {}]);
  const { ids, scores } = body as { ids: string[][]; scores: (number | null)[][] };
  return (ids[0] ?? []).map((id, place) => [id, scores[0]?.[place] ?? null]);
}

async function idsOf(collection: CollectionApi, rank: object, inside: object = {}): Promise<readonly string[]> {
  return (await ranked(collection, rank, inside)).map(([id]) => id);
}

/** Records without meaning but for their sparse vectors. */
function records(vectors: Readonly<Record<string, object | null>>): object {
  const ids = Object.keys(vectors);
  return { ids, embeddings: ids.map(() => [1]), metadatas: Object.values(vectors) };
}

async function metadataOf(collection: CollectionApi, id: string): Promise<unknown> {
  const [, body] = await collection.outcome('get', { ids: [id], include: ['metadatas'] });
  return (body as { metadatas: unknown[] }).metadatas[0];
}

async function indexesOf(collection: CollectionApi): Promise<unknown> {
  const { schema } = (await collection.shown()) as { schema: { keys: Record<string, { sparse_vector?: object }> } };
  return Object.fromEntries(
    Object.entries(schema.keys).flatMap(([key, types]) => ('sparse_vector' in types ? [[key, types.sparse_vector]] : [])),
  );
}

const disabled = (key: string): Outcome =>
  invalid(`Cannot filter using metadata key '${key}' with type 'SparseVector' because indexing is disabled`);

describe('a sparse rank', () => {
  // case 24: the worked examples that need sparse vectors, and 49, 51, 52
  it.each<[string, object, Scored]>([
    [
      'a knn',
      sparse('sp', { 1: 1 }),
      [
        ['c', -2],
        ['a', 0],
      ],
    ],
    [
      'a knn weighted by BM25',
      sparse('ws', { 1: 1 }),
      [
        ['c', -1.6264062],
        ['a', 0.12453127],
      ],
    ],
    [
      'a sum of two',
      { $sum: [dense(), sparse('sp', { 1: 1 })] },
      [
        ['a', 0],
        ['c', 2],
      ],
    ],
    ['a sum with few near ones', { $sum: [dense({ limit: 2 }), sparse('sp', { 1: 1 })] }, [['a', 0]]],
    [
      'a sum with a default on one side',
      { $sum: [dense({ limit: 2, default: 10 }), sparse('sp', { 1: 1 })] },
      [
        ['a', 0],
        ['c', 8],
      ],
    ],
    [
      'a sum with defaults on both sides',
      { $sum: [dense({ limit: 2, default: 10 }), sparse('sp', { 1: 1 }, { default: 5 })] },
      [
        ['a', 0],
        ['b', 6],
        ['c', 8],
      ],
    ],
    [
      'a sum with a default on the sparse side',
      { $sum: [dense({ limit: 2 }), sparse('sp', { 1: 1 }, { default: 5 })] },
      [
        ['a', 0],
        ['b', 6],
      ],
    ],
    [
      'a weighted sum',
      {
        $sum: [
          { $mul: [{ $val: 0.7 }, dense({ default: 20 })] },
          { $mul: [{ $val: 0.3 }, sparse('sp', { 1: 1 }, { default: 1 })] },
        ],
      },
      [
        ['a', 0],
        ['b', 1],
        ['c', 2.1999998],
        ['d', 6.6],
        ['e', 11.5],
      ],
    ],
    [
      'a reciprocal rank fusion',
      fusion(dense({ return_rank: true }), sparse('sp', { 1: 1 }, { return_rank: true })),
      [
        ['a', -0.03306011],
        ['c', -0.032795697],
      ],
    ],
    [
      'a reciprocal rank fusion with defaults',
      fusion(dense({ limit: 3, default: 1000, return_rank: true }), sparse('sp', { 1: 1 }, { default: 1000, return_rank: true })),
      [
        ['a', -0.03306011],
        ['c', -0.032795697],
        ['b', -0.017336838],
      ],
    ],
    ['a query without values', sparse('sp', {}), []],
    ['no result', sparse('sp', { 1: 1 }, { limit: 0 }), []],
    ['the nearest one', sparse('sp', { 1: 1 }, { limit: 1 }), [['c', -2]]],
  ])('evaluates %s (cases 24, 35, 50, 56)', async (_, rank, expected) => {
    expect(await ranked(examples, rank)).toEqual(expected);
  });

  it('selects with a filter before it ranks, which does not change the frequencies (cases 50, 51)', async () => {
    expect(await ranked(examples, sparse('ws', { 1: 1 }), { filter: { k: 1 } })).toEqual([['c', -1.6264062]]);
    expect(await ranked(examples, sparse('sp', { 1: 1 }, { limit: 1 }), { filter: { '#id': 'a' } })).toEqual([['a', 0]]);
  });

  it('is one of several searches, each with its own key (cases 47, 72)', async () => {
    const collection = await chroma.filled(
      records({ 'doc-1': { x: vector({ 1: 2 }), y: vector({ 1: 1 }) }, 'doc-2': { x: vector({ 1: 1 }), y: vector({ 1: 2 }) } }),
      schemaOf({ x: {}, y: {} }),
    );
    const searches = ['x', 'y'].map((key) => ({ rank: sparse(key, { 1: 1 }) }));
    expect(await collection.outcome('search', { searches })).toMatchObject([
      200,
      {
        ids: [
          ['doc-1', 'doc-2'],
          ['doc-2', 'doc-1'],
        ],
      },
    ]);
  });

  it('finds what shares an index, with products of zero and below; equals come as they were inserted (cases 49, 50)', async () => {
    const collection = await chroma.filled(
      records({
        other: { s: vector({ 2: 1 }) },
        negative: { s: vector({ 1: -1 }) },
        zero: { s: vector({ 1: 0 }) },
        first: { s: vector({ 1: 1, 7: 5 }) },
        second: { s: vector({ 1: 1 }) },
        none: { s: vector({}) },
        text: { s: 'a text' },
        missing: null,
      }),
      schemaOf({ s: {} }),
    );
    expect(await ranked(collection, sparse('s', { 1: 1 }))).toEqual([
      ['first', 0],
      ['second', 0],
      ['zero', 1],
      ['negative', 2],
    ]);
    expect(await ranked(collection, sparse('s', { 1: 1 }, { limit: 1 }))).toEqual([['first', 0]]);
  });

  it('groups by metadata (case 64)', async () => {
    const collection = await chroma.filled(
      records({
        a: { g: 'x', s: vector({ 1: 1 }) },
        b: { g: 'x', s: vector({ 1: 2 }) },
        c: { g: 'y', s: vector({ 1: 3 }) },
      }),
      schemaOf({ s: {} }),
    );
    const group_by = { keys: ['g'], aggregate: { $min_k: { keys: ['#score'], k: 1 } } };
    expect(await ranked(collection, sparse('s', { 1: 1 }), { group_by })).toEqual([
      ['c', -2],
      ['b', -1],
    ]);
  });

  it('follows adds, updates, upserts and deletes at once (cases 46, 51, 74)', async () => {
    const collection = await chroma.filled(
      records({ a: { k: 1, s: vector({ 1: 1 }) }, b: null, c: null }),
      schemaOf({ s: {}, t: { bm25: true } }),
    );
    const found = async (): Promise<Scored> => ranked(collection, sparse('s', { 1: 1 }));
    expect(await found()).toEqual([['a', 0]]);
    await collection.post('update', { ids: ['a'], metadatas: [{ s: vector({ 1: 3 }) }] });
    expect([await found(), await metadataOf(collection, 'a')]).toMatchObject([[['a', -2]], { k: 1 }]);
    await collection.post('upsert', { ids: ['a'], embeddings: [[1]], metadatas: [{ n: 2 }] });
    expect(await found()).toEqual([['a', -2]]);
    await collection.post('update', { ids: ['a', 'b'], metadatas: [{ s: null }, { s: vector({ 1: 2 }) }] });
    expect(await found()).toEqual([['b', -1]]);
    await collection.post('delete', { where: { '#id': 'none' } });
    await collection.post('delete', { ids: ['b'] });
    expect(await found()).toEqual([]);
  });

  // case 51: the table of inverse frequencies that one collection can have
  it('is weighted by how many of all records have an index: records without the key count', async () => {
    const collection = await chroma.filled(records({ a: { s: vector({ 1: 1 }) } }), schemaOf({ s: { bm25: true } }));
    const score = async (): Promise<number | null> =>
      (await ranked(collection, sparse('s', { 1: 1 }), { filter: { '#id': 'a' } }))[0]?.[1] ?? null;
    const weight = (inverse: number): number => Math.fround(1 - Math.fround(inverse));
    expect(await score()).toBeCloseTo(weight(0.28768212), 6);
    await collection.fill(records({ b: null, c: null }));
    expect(await score()).toBeCloseTo(weight(0.98082924), 6);
    await collection.fill(records({ d: { s: vector({ 1: 1 }) }, e: { s: vector({ 2: 1 }) } }));
    expect(await score()).toBeCloseTo(weight(0.87546873), 6);
    await collection.post('delete', { ids: ['b', 'c', 'e'] });
    await collection.fill(records({ f: { s: vector({ 1: 4 }) } }));
    expect(await score()).toBeCloseTo(weight(0.13353139), 6);
  });
});

describe('a sparse vector in the metadata', () => {
  it.each<[string, object, object]>([
    ['without tokens', vector({ 1: 0.1, 2: 1 }), { indices: [1, 2], values: [0.1, 1], tokens: null }],
    ['with tokens', { ...vector({ 5: 0.5 }), tokens: ['five'] }, { indices: [5], values: [0.5], tokens: ['five'] }],
    ['with its type', { '#type': 'sparse_vector', ...vector({ 3: 2 }) }, { indices: [3], values: [2], tokens: null }],
    ['without values', vector({}), { indices: [], values: [], tokens: null }],
    ['with the last index', vector({ 4294967295: 1.5 }), { indices: [4294967295], values: [1.5], tokens: null }],
    ['of a widened float32', vector({ 1: 0.10000000149011612 }), { indices: [1], values: [0.1], tokens: null }],
  ])('comes back from get, query and search: %s (cases 44, 45)', async (_, sent, stored) => {
    const collection = await chroma.filled(records({ a: { s: sent, n: 1 } }), schemaOf({ s: {} }));
    const expected = { s: { '#type': 'sparse_vector', ...stored }, n: 1 };
    expect(await metadataOf(collection, 'a')).toEqual(expected);
    const query = await collection.outcome('query', { query_embeddings: [[1]] });
    expect(query).toMatchObject([200, { metadatas: [[expected]] }]);
    const search = await collection.outcome('search', { searches: [{ select: { keys: ['#metadata'] } }] });
    expect(search).toMatchObject([200, { metadatas: [[expected]] }]);
  });

  it('may be long, and is found by each of its indices (case 44)', async () => {
    const values = Object.fromEntries(Array.from({ length: 10_000 }, (_, place) => [place * 7, 0.5]));
    const collection = await chroma.filled(records({ a: { s: vector(values) } }), schemaOf({ s: {} }));
    expect((await metadataOf(collection, 'a')) as object).toMatchObject({ s: vector(values) });
    expect(await ranked(collection, sparse('s', { 69_993: 4 }))).toEqual([['a', -1]]);
  });

  it.each([
    [{ indices: [2, 1], values: [1, 1] }],
    [{ indices: [1, 1], values: [1, 1] }],
    [{ indices: [1], values: [1, 2] }],
    [{ indices: [1], values: [1], tokens: [] }],
  ])('is 400 when it is none: %j (case 45)', async (sent) => {
    const collection = await chroma.createCollection();
    expect(await collection.outcome('add', records({ a: { s: sent } }))).toEqual(invalid(DISORDER));
  });

  it.each([
    [{ '#type': 'other', indices: [1], values: [1] }],
    [{ indices: [-1], values: [1] }],
    [{ indices: [4294967296], values: [1] }],
    [{ indices: [1] }],
  ])('is 422 when its types are wrong: %j (case 45)', async (sent) => {
    const collection = await chroma.createCollection();
    expect((await collection.outcome('add', records({ a: { s: sent } })))[0]).toBe(422);
  });

  it('is stored under a key without an index, which is discovered, and not searched (cases 48, 55)', async () => {
    const collection = await chroma.filled(records({ a: { s: vector({ 1: 1 }), free: vector({ 1: 1 }) } }), schemaOf({ s: {} }));
    expect(await metadataOf(collection, 'a')).toMatchObject({ free: vector({ 1: 1 }) });
    expect(await indexesOf(collection)).toMatchObject({ free: { sparse_vector_index: { enabled: false } } });
    const refused = await collection.outcome('search', {
      searches: [{ rank: { $sum: [sparse('s', { 1: 1 }), sparse('free', { 1: 1 })] } }],
    });
    expect(refused).toEqual(disabled('free'));
  });

  it('is never matched by a scalar’s filter, and always by its opposite', async () => {
    const collection = await chroma.filled(records({ a: { s: vector({ 1: 1 }) } }), schemaOf({ s: {} }));
    const ids = async (where: object): Promise<readonly string[]> => collection.ids({ where });
    expect(await ids({ s: 1 })).toEqual([]);
    expect(await ids({ s: { $contains: 1 } })).toEqual([]);
    expect(await ids({ s: { $ne: 1 } })).toEqual(['a']);
    expect(await ids({ s: { $not_contains: 1 } })).toEqual(['a']);
  });
});

describe('a sparse index', () => {
  it.each<[string, Readonly<Record<string, Index>>, object]>([
    ['one', { a: {} }, { a: {} }],
    ['two', { a: {}, b: { bm25: true } }, { a: {}, b: { bm25: true } }],
    [
      'an unknown function',
      { a: { embedding_function: { type: 'unknown' } } },
      { a: { embedding_function: { type: 'unknown' } } },
    ],
    ['a legacy function', { a: { embedding_function: { type: 'legacy' } } }, { a: { embedding_function: { type: 'legacy' } } }],
    [
      'a known function',
      {
        a: {
          embedding_function: { type: 'known', name: 'chroma_bm25', config: { k: 1.2 } },
          source_key: '#document',
          bm25: true,
        },
      },
      {
        a: {
          embedding_function: { type: 'known', name: 'chroma_bm25', config: { k: 1.2 } },
          source_key: '#document',
          bm25: true,
        },
      },
    ],
    ['algorithms', { a: { algorithm: 'max_score' }, b: { algorithm: 'wand' } }, { a: { algorithm: 'max_score' }, b: {} }],
  ])('is shown as it was sent: %s (case 42)', async (_, sent, shown) => {
    const collection = await chroma.createCollection(schemaOf(sent));
    const expected = Object.entries(shown).map(([key, config]) => [
      key,
      { sparse_vector_index: { enabled: true, config: config as object } },
    ]);
    expect(await indexesOf(collection)).toEqual(Object.fromEntries(expected));
  });

  it('is refused where its configuration breaks a rule (case 43)', async () => {
    const create = async (schema: object): Promise<Outcome> =>
      chroma.outcome(examples.collections, { name: 'refused', ...schema });
    expect(await create(schemaOf({ a: { source_key: 'text' } }))).toEqual(
      invalid(
        'Validation error: schema: If source_key is provided then embedding_function must also be provided since there is no ' +
          'default embedding function.',
      ),
    );
    expect(await create(schemaOf({ a: { source_key: '#id', embedding_function: { type: 'unknown' } } }))).toMatchObject([
      400,
      { message: expect.stringContaining("source_key cannot begin with '#'") as unknown },
    ]);
    expect((await create(schemaOf({ a: { foo: 1 } })))[0]).toBe(422);
    const stored = await chroma.createCollection(schemaOf({ a: { source_key: 'text' } }, false));
    expect(await indexesOf(stored)).toMatchObject({ a: { sparse_vector_index: { enabled: false } } });
  });

  it('is needed for a search, which names the key, before there are records (case 48)', async () => {
    const collection = await chroma.createCollection(schemaOf({ s: {} }));
    expect(await idsOf(collection, sparse('s', { 1: 1 }))).toEqual([]);
    const search = async (rank: object): Promise<Outcome> => collection.outcome('search', { searches: [{ rank }] });
    expect(await search(sparse('t', { 1: 1 }))).toEqual(disabled('t'));
    expect(await search({ $knn: { query: vector({ 1: 1 }) } })).toEqual(disabled('#embedding'));
  });
});
