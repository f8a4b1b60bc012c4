import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { compressionAlgorithms, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { createIndex, type IndexApi, PineconeApi } from '../../support/clients/pinecone-api.js';
import {
  decode,
  encode,
  type GrpcOutcome,
  type Message,
  METHODS,
  PineconeGrpc,
  typesOf,
} from '../../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const OK = 0;
const INVALID = 3;
const NOT_FOUND = 5;
const USAGE = { readUnits: 1 };
const MISSING: GrpcOutcome = [NOT_FOUND, 'Namespace not found'];
const COMMITTED = ['x-pinecone-request-lsn', 'x-pinecone-lsn-committed'];
const SEEN = ['x-pinecone-max-indexed-lsn', 'x-pinecone-lsn-reconciled'];

let gateway: TestGateway;
let index: IndexApi;
let grpc: PineconeGrpc;
let namespace: string;

const VECTORS = [
  { id: 'a', values: [1, 2], metadata: { genre: 'drama', year: 2020, seen: true, tags: ['x', 'y'], none: [] } },
  { id: 'b', values: [3, 4], sparseValues: { indices: [1, 4_294_967_295], values: [0.5, -2] } },
  { id: 'c', values: [0.5, 0], metadata: { genre: 'comedy' } },
];

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 2, metric: 'dotproduct' });
  grpc = new PineconeGrpc(index.port);
});

afterAll(async () => {
  grpc.close();
  await gateway.stop();
});

beforeEach(async () => {
  namespace = index.namespace().name;
  await grpc.call('Upsert', { namespace, vectors: VECTORS });
});

async function outcome(method: string, request: Message = {}): Promise<GrpcOutcome> {
  return grpc.outcome(method, { namespace, ...request });
}

async function ids(inside = namespace): Promise<readonly string[]> {
  const { message } = await grpc.call('List', { namespace: inside });
  return ((message['vectors'] ?? []) as readonly { readonly id: string }[]).map(({ id }) => id);
}

async function failure(call: Promise<unknown>): Promise<ServiceError> {
  return call.then(
    () => {
      throw new Error('the call succeeds');
    },
    (error: unknown) => error as ServiceError,
  );
}

function values(metadata: Metadata, names: readonly string[]): readonly unknown[] {
  return names.map((name) => metadata.get(name)[0]);
}

describe('Upsert', () => {
  it('tells how many vectors it has taken', async () => {
    expect(await outcome('Upsert', { vectors: VECTORS })).toEqual([OK, { upsertedCount: 3 }]);
  });

  it('stores what REST reads', async () => {
    expect(await index.namespace(namespace).fetch('a', 'b')).toEqual({ a: VECTORS[0], b: VECTORS[1] });
  });

  it('stores every bit of a float32, which REST reads', async () => {
    const odd = [0.1, 1 / 3, 3.4028234663852886e38, 1.401298464324817e-45, -16_777_217].map(Math.fround);
    const vectors = odd.map((value, at) => ({ id: String(at), values: [value, 1] }));
    await grpc.call('Upsert', { namespace, vectors });
    const read = await index.namespace(namespace).fetch(...vectors.map(({ id }) => id));
    expect(vectors.map(({ id }) => read[id]?.values?.map(Math.fround))).toEqual(vectors.map(({ values: sent }) => sent));
  });

  it('takes an empty Struct for no metadata, and empty sparse values for none', async () => {
    const vectors = [{ id: 'a', values: [1, 2], metadata: {}, sparseValues: {} }];
    await grpc.call('Upsert', { namespace, vectors });
    expect(await index.namespace(namespace).fetch('a')).toEqual({ a: { id: 'a', values: [1, 2] } });
  });

  it.each([
    [{}, 'Invalid request'],
    [{ vectors: [{ id: '', values: [1, 2] }] }, 'Vector ID'],
    [{ vectors: [{ id: 'ä', values: [1, 2] }] }, "Vector ID must be ASCII, but got 'ä'"],
    [{ vectors: [{ id: 'a', values: [1] }] }, 'Vector dimension 1 does not match the dimension of the index 2'],
    [{ vectors: [{ id: 'a' }] }, 'Vector dimension 0 does not match the dimension of the index 2'],
    [{ vectors: [{ id: 'a', values: [0, 0] }] }, 'Dense vectors must contain at least one non-zero value'],
    [{ vectors: [{ id: 'a', values: [1, Number.NaN] }] }, 'finite'],
    [{ vectors: [{ id: 'a', values: [1, Number.POSITIVE_INFINITY] }] }, 'finite'],
    [{ vectors: [{ id: 'a', values: [1, 2], sparseValues: { indices: [1], values: [Number.NaN] } }] }, 'finite'],
    [{ vectors: [{ id: 'a', values: [1, 2], sparseValues: { indices: [1, 2], values: [1] } }] }, 'length'],
    [{ vectors: [{ id: 'a\u0000', values: [1, 2] }] }, 'NUL'],
  ])('refuses what REST refuses: %j', async (request, message) => {
    expect(await outcome('Upsert', request)).toEqual([INVALID, expect.stringContaining(message) as unknown]);
  });

  it.each([
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
    [[1], '[1]'],
    [['a', null], '["a",null]'],
  ])('refuses metadata that it cannot hold: %j', async (value, shown) => {
    expect(await outcome('Upsert', { vectors: [{ id: 'a', values: [1, 2], metadata: { wrong: value } }] })).toEqual([
      INVALID,
      `Metadata value must be a string, number, boolean or list of strings, got '${shown}' for field 'wrong'`,
    ]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d in metadata', async (value) => {
    expect(await outcome('Upsert', { vectors: [{ id: 'a', values: [1, 2], metadata: { wrong: value } }] })).toEqual([
      INVALID,
      expect.stringContaining("for field 'wrong'"),
    ]);
  });

  it('refuses more than a thousand vectors', async () => {
    const vectors = Array.from({ length: 1_001 }, (_item, at) => ({ id: String(at), values: [1, 2] }));
    expect(await outcome('Upsert', { vectors })).toEqual([INVALID, expect.stringContaining('1000')]);
  });
});

describe('Fetch', () => {
  it('answers with the vectors, the namespace and the usage', async () => {
    expect(await outcome('Fetch', { ids: ['a', 'b', 'nobody'] })).toEqual([
      OK,
      { vectors: { a: VECTORS[0], b: VECTORS[1] }, namespace, usage: USAGE },
    ]);
  });

  it('reads what REST has written, bit by bit', async () => {
    const space = index.namespace();
    await space.fill([{ id: 'x', values: [0.1, 1.401298464324817e-45], metadata: { n: 0.1 } }]);
    const [, message] = await grpc.outcome('Fetch', { namespace: space.name, ids: ['x'] });
    expect(message).toMatchObject({
      vectors: { x: { values: [Math.fround(0.1), 1.401298464324817e-45], metadata: { n: 0.1 } } },
    });
  });

  it('answers with nothing in a namespace that does not exist', async () => {
    expect(await grpc.outcome('Fetch', { namespace: 'nowhere', ids: ['a'] })).toEqual([
      OK,
      { namespace: 'nowhere', usage: USAGE },
    ]);
  });

  it('refuses a request without ids', async () => {
    expect(await outcome('Fetch')).toEqual([INVALID, expect.stringContaining('ids')]);
  });

  it('refuses more than a thousand ids', async () => {
    const many = Array.from({ length: 1_001 }, (_item, at) => String(at));
    expect(await outcome('Fetch', { ids: many })).toEqual([INVALID, expect.stringContaining('1000')]);
  });
});

describe('FetchByMetadata', () => {
  it('answers with what matches', async () => {
    expect(await outcome('FetchByMetadata', { filter: { genre: { $eq: 'drama' } } })).toEqual([
      OK,
      { vectors: { a: VECTORS[0] }, namespace, usage: USAGE },
    ]);
  });

  it('goes on with the token', async () => {
    const { message } = await grpc.call('FetchByMetadata', { namespace, limit: 2 });
    const { next } = message['pagination'] as { next: string };
    expect(await outcome('FetchByMetadata', { limit: 2, paginationToken: next })).toEqual([
      OK,
      { vectors: { c: VECTORS[2] }, namespace, usage: USAGE },
    ]);
  });

  it.each([{}, { filter: {} }])('answers with everything when nothing is filtered: %j', async (request) => {
    const { message } = await grpc.call('FetchByMetadata', { namespace, ...request });
    expect(Object.keys(message['vectors'] as object)).toEqual(['a', 'b', 'c']);
  });

  it.each([0, 10_001])('refuses a limit of %i', async (limit) => {
    expect(await outcome('FetchByMetadata', { limit })).toEqual([INVALID, expect.stringContaining('limit')]);
  });
});

describe('List', () => {
  it('answers with ids, the namespace and the usage', async () => {
    expect(await outcome('List', { prefix: 'b' })).toEqual([OK, { vectors: [{ id: 'b' }], namespace, usage: USAGE }]);
  });

  it('goes on with the token, which REST gives, too', async () => {
    const answer = await index.namespace(namespace).get('/vectors/list', { limit: 2 });
    const { next } = (answer.body as { pagination: { next: string } }).pagination;
    expect(await outcome('List', { limit: 2, paginationToken: next })).toEqual([
      OK,
      { vectors: [{ id: 'c' }], namespace, usage: USAGE },
    ]);
  });

  it('tells the token of the next page', async () => {
    const { message } = await grpc.call('List', { namespace, limit: 1 });
    expect(message).toMatchObject({ vectors: [{ id: 'a' }], pagination: { next: expect.stringMatching(/./) as unknown } });
  });

  it.each([0, 101])('refuses a limit of %i', async (limit) => {
    expect(await outcome('List', { limit })).toEqual([INVALID, expect.stringContaining('limit')]);
  });
});

describe('Query', () => {
  it('names top_k where it is missing', async () => {
    expect(await outcome('Query', { vector: [1, 0] })).toEqual([INVALID, expect.stringContaining('top_k') as unknown]);
  });

  it('answers with matches, the namespace and the usage', async () => {
    expect(await outcome('Query', { topK: 2, vector: [1, 0] })).toEqual([
      OK,
      {
        matches: [
          { id: 'b', score: 3 },
          { id: 'a', score: 1 },
        ],
        namespace,
        usage: USAGE,
      },
    ]);
  });

  it('includes values and metadata when they are asked for', async () => {
    const request = { topK: 2, vector: [1, 0], includeValues: true, includeMetadata: true };
    const { message } = await grpc.call('Query', { namespace, ...request });
    expect(message['matches']).toEqual([
      { score: 3, ...VECTORS[1] },
      { score: 1, ...VECTORS[0] },
    ]);
  });

  it('adds sparse scores', async () => {
    const { message } = await grpc.call('Query', {
      namespace,
      topK: 1,
      vector: [1, 0],
      sparseVector: { indices: [4_294_967_295], values: [-1] },
    });
    expect(message['matches']).toEqual([{ id: 'b', score: 5 }]);
  });

  it.each([{ filter: {} }, { sparseVector: {} }, { id: '' }])('takes empty parts for none: %j', async (request) => {
    const { message } = await grpc.call('Query', { namespace, topK: 3, vector: [1, 0], ...request });
    expect(message['matches']).toHaveLength(3);
  });

  it('keeps to a filter', async () => {
    const { message } = await grpc.call('Query', { namespace, topK: 3, vector: [1, 0], filter: { year: { $gte: 2020 } } });
    expect(message['matches']).toEqual([{ id: 'a', score: 1 }]);
  });

  it('takes the vectors of a stored record', async () => {
    const { message } = await grpc.call('Query', { namespace, topK: 1, id: 'a' });
    expect(message['matches']).toEqual([{ id: 'b', score: 11 }]);
  });

  it('finds nothing in a namespace that does not exist', async () => {
    expect(await grpc.outcome('Query', { namespace: 'nowhere', topK: 1, vector: [1, 0] })).toEqual([
      OK,
      { namespace: 'nowhere', usage: USAGE },
    ]);
  });

  it.each([
    [{ vector: [1, 0] }, 'topK'],
    [{ topK: 10_001, vector: [1, 0] }, 'topK'],
    [{ topK: 1 }, 'vector'],
    [{ topK: 1, vector: [1] }, 'Vector dimension 1 does not match the dimension of the index 2'],
    [{ topK: 1, id: 'a', vector: [1, 0] }, "Cannot provide both 'ID' and 'vector' at the same time"],
    [{ topK: 1, vector: [1, 0], scanFactor: 5 }, 'scanFactor'],
    [{ topK: 1, vector: [1, 0], maxCandidates: 0 }, 'maxCandidates'],
    [{ topK: 1, vector: [1, 0], filter: { genre: null } }, 'filter.genre'],
    [{ topK: 1, queries: [{ values: [1, 0] }] }, 'queries'],
  ])('refuses what REST refuses: %j', async (request, message) => {
    expect(await outcome('Query', request)).toEqual([INVALID, expect.stringContaining(message) as unknown]);
  });
});

describe('Update', () => {
  it('changes one record', async () => {
    expect(await outcome('Update', { id: 'a', values: [7, 8], setMetadata: { year: 2021 } })).toEqual([OK, {}]);
    expect(await index.namespace(namespace).fetch('a')).toEqual({
      a: { ...VECTORS[0], values: [7, 8], metadata: { ...VECTORS[0]?.metadata, year: 2021 } },
    });
  });

  it.each([{ filter: {} }, { setMetadata: {} }, { sparseValues: {} }])(
    'takes empty parts beside an id for none: %j',
    async (parts) => {
      expect(await outcome('Update', { id: 'b', ...parts })).toEqual([OK, {}]);
      expect(await index.namespace(namespace).fetch('b')).toEqual({ b: VECTORS[1] });
    },
  );

  it('counts the records that match a filter', async () => {
    const request = { filter: { genre: { $exists: true } }, setMetadata: { seen: false } };
    expect(await outcome('Update', request)).toEqual([OK, { matchedRecords: 2 }]);
    expect(await outcome('FetchByMetadata', { filter: { seen: false } })).toMatchObject([OK, { vectors: { a: {}, c: {} } }]);
  });

  it('tells that nothing matches, which is not the same as nothing', async () => {
    expect(await outcome('Update', { filter: { genre: 'western' }, setMetadata: { seen: false } })).toEqual([
      OK,
      { matchedRecords: 0 },
    ]);
  });

  it('only counts in a dry run', async () => {
    const request = { filter: { genre: 'drama' }, setMetadata: { genre: 'comedy' }, dryRun: true };
    expect(await outcome('Update', request)).toEqual([OK, { matchedRecords: 1 }]);
    expect(await outcome('Update', request)).toEqual([OK, { matchedRecords: 1 }]);
  });

  it('refuses null in metadata', async () => {
    expect(await outcome('Update', { id: 'a', setMetadata: { genre: null } })).toEqual([
      INVALID,
      expect.stringContaining("got 'null'"),
    ]);
  });

  it.each([
    { id: 'a', values: [1, 2] },
    { filter: { genre: 'drama' }, setMetadata: { seen: true } },
  ])('is NOT_FOUND in a namespace that does not exist: %j', async (request) => {
    expect(await grpc.outcome('Update', { namespace: 'nowhere', ...request })).toEqual(MISSING);
  });

  it.each([{}, { filter: {} }, { filter: {}, setMetadata: { seen: true } }])('needs an id or a filter: %j', async (request) => {
    expect((await outcome('Update', request))[0]).toBe(INVALID);
  });
});

describe('Delete', () => {
  it('removes ids', async () => {
    expect(await outcome('Delete', { ids: ['a', 'nobody'] })).toEqual([OK, {}]);
    expect(await ids()).toEqual(['b', 'c']);
  });

  it('removes what matches a filter', async () => {
    expect(await outcome('Delete', { filter: { genre: { $eq: 'drama' } } })).toEqual([OK, {}]);
    expect(await ids()).toEqual(['b', 'c']);
  });

  it('empties a namespace', async () => {
    expect(await outcome('Delete', { deleteAll: true })).toEqual([OK, {}]);
    expect(await ids()).toEqual([]);
  });

  it('takes an empty filter beside ids or delete_all for none', async () => {
    expect(await outcome('Delete', { ids: ['a'], filter: {} })).toEqual([OK, {}]);
    expect(await outcome('Delete', { deleteAll: true, filter: {} })).toEqual([OK, {}]);
  });

  it('refuses an empty filter alone', async () => {
    expect(await outcome('Delete', { filter: {} })).toEqual([INVALID, 'Delete with empty metadata filter is not allowed']);
    expect(await ids()).toHaveLength(3);
  });

  it.each([
    [{}, 'Must specify one of ids, delete_all or filter'],
    [{ ids: ['a'], deleteAll: true }, 'Cannot specify both ids and delete_all'],
    [{ ids: ['a'], filter: { genre: 'drama' } }, 'Cannot specify both ids and filter'],
    [{ deleteAll: true, filter: { genre: 'drama' } }, 'Cannot specify both delete_all and filter'],
  ])('refuses what REST refuses: %j', async (request, message) => {
    expect(await outcome('Delete', request)).toEqual([INVALID, message]);
  });

  it.each([{ ids: ['a'] }, { filter: { genre: 'drama' } }, { deleteAll: true }])(
    'is NOT_FOUND in a namespace that does not exist: %j',
    async (request) => {
      expect(await grpc.outcome('Delete', { namespace: 'nowhere', ...request })).toEqual(MISSING);
    },
  );

  it('removes what REST no longer finds', async () => {
    await grpc.call('Delete', { namespace, ids: ['a'] });
    expect(await index.namespace(namespace).fetch('a')).toEqual({});
  });
});

describe('DescribeIndexStats', () => {
  let other: IndexApi;
  let client: PineconeGrpc;

  beforeAll(async () => {
    other = await createIndex(gateway, { dimension: 2, metric: 'euclidean' });
    client = new PineconeGrpc(other.port);
    await other.namespace('one').fill([
      { id: 'a', values: [1, 2], metadata: { genre: 'drama' } },
      { id: 'b', values: [1, 2] },
    ]);
    await other.namespace('').fill([{ id: 'a', values: [1, 2] }]);
  });

  afterAll(() => {
    client.close();
  });

  it('counts the records of each namespace and of all', async () => {
    expect(await client.outcome('DescribeIndexStats')).toEqual([
      OK,
      {
        namespaces: { '': { vectorCount: 1 }, one: { vectorCount: 2 } },
        dimension: 2,
        totalVectorCount: 3,
        metric: 'euclidean',
        vectorType: 'dense',
      },
    ]);
  });

  it('calls the default namespace __default__ from 2025-10 on', async () => {
    const { message } = await client.call('DescribeIndexStats', {}, { 'x-pinecone-api-version': '2025-10' });
    expect(Object.keys(message['namespaces'] as object).sort()).toEqual(['__default__', 'one']);
  });

  it('counts what matches a filter, and everything with an empty one', async () => {
    const filtered = await client.call('DescribeIndexStats', { filter: { genre: 'drama' } });
    const all = await client.call('DescribeIndexStats', { filter: {} });
    expect([filtered, all].map(({ message }) => message['totalVectorCount'])).toEqual([1, 3]);
  });

  it('has no dimension for a sparse index', async () => {
    const sparse = await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct' });
    const asked = new PineconeGrpc(sparse.port);
    expect(await asked.outcome('DescribeIndexStats')).toEqual([OK, { metric: 'dotproduct', vectorType: 'sparse' }]);
    asked.close();
  });
});

describe('namespaces over gRPC', () => {
  const schema = { fields: { genre: { filterable: true } } };

  it('are created with a schema, described and deleted', async () => {
    const { name } = index.namespace();
    const described = { name, schema, indexedFields: { fields: ['genre'] } };
    expect(await grpc.outcome('CreateNamespace', { name, schema })).toMatchObject([OK, described]);
    expect(await grpc.outcome('DescribeNamespace', { namespace: name })).toMatchObject([OK, described]);
    expect(await grpc.outcome('DeleteNamespace', { namespace: name })).toEqual([OK, {}]);
    expect(await grpc.outcome('DescribeNamespace', { namespace: name })).toEqual(MISSING);
  });

  it('cannot be created twice', async () => {
    expect((await grpc.outcome('CreateNamespace', { name: namespace }))[0]).toBe(6);
  });

  it.each(['', '__default__'])('cannot be created as the default one: %j', async (name) => {
    expect((await grpc.outcome('CreateNamespace', { name }))[0]).toBe(INVALID);
  });

  it('cannot be deleted when they do not exist', async () => {
    expect(await grpc.outcome('DeleteNamespace', { namespace: 'nowhere' })).toEqual(MISSING);
  });

  it('are counted', async () => {
    expect(await grpc.outcome('DescribeNamespace', { namespace })).toMatchObject([OK, { name: namespace, recordCount: 3 }]);
  });

  it('have a size from 2026-07 on', async () => {
    const { message } = await grpc.call('DescribeNamespace', { namespace }, { 'x-pinecone-api-version': '2026-07' });
    expect(message['sizeBytes']).toBeGreaterThan(0);
  });

  it('are listed with a prefix in pages', async () => {
    const prefix = `list-${namespace}-`;
    for (const name of ['a', 'b', 'c']) await grpc.call('CreateNamespace', { name: prefix + name });
    const { message: first } = await grpc.call('ListNamespaces', { prefix, limit: 2 });
    const { next } = first['pagination'] as { next: string };
    const { message: second } = await grpc.call('ListNamespaces', { prefix, limit: 2, paginationToken: next });
    expect(first).toMatchObject({ namespaces: [{ name: `${prefix}a` }, { name: `${prefix}b` }], totalCount: 3 });
    expect(second).toMatchObject({ namespaces: [{ name: `${prefix}c` }], totalCount: 3 });
    expect(second).not.toHaveProperty('pagination');
  });

  it.each([
    ['', ''],
    ['__default__', '__default__'],
  ])('answer with the spelling of the request: %j', async (sent, echoed) => {
    const { message } = await grpc.call('Query', { namespace: sent, topK: 1, vector: [1, 0] });
    expect(message['namespace'] ?? '').toBe(echoed);
  });
});

describe('the metadata of an answer', () => {
  const write = async (request: Message, method = 'Upsert'): Promise<number> => {
    const { initial } = await grpc.call(method, request);
    return Number(initial.get('x-pinecone-request-lsn')[0]);
  };

  it('has the write counter of a write before the message', async () => {
    const space = index.namespace().name;
    const { initial } = await grpc.call('Upsert', { namespace: space, vectors: VECTORS });
    expect(values(initial, COMMITTED)).toEqual(['1', '1']);
  });

  it('has a growing counter for every kind of write', async () => {
    const counters = [
      await write({ namespace, vectors: VECTORS }),
      await write({ namespace, id: 'a', setMetadata: { x: 1 } }, 'Update'),
      await write({ namespace, filter: { x: 1 }, setMetadata: { x: 2 } }, 'Update'),
      await write({ namespace, ids: ['a'] }, 'Delete'),
      await write({ namespace, deleteAll: true }, 'Delete'),
    ];
    expect(counters.every((counter, at) => counter > (counters[at - 1] ?? 1))).toBe(true);
  });

  it.each([
    ['Query', { topK: 1, vector: [1, 0] }],
    ['Fetch', { ids: ['a'] }],
    ['FetchByMetadata', {}],
    ['List', {}],
  ])('has the counter that a read has seen before the message: %s', async (method, request) => {
    const committed = await write({ namespace, vectors: VECTORS });
    const { initial } = await grpc.call(method, { namespace, ...request });
    expect(values(initial, SEEN)).toEqual([String(committed), String(committed)]);
  });

  it('has the counter that statistics have seen', async () => {
    const committed = await write({ namespace, vectors: VECTORS });
    const { initial } = await grpc.call('DescribeIndexStats');
    expect(values(initial, SEEN).map((lsn) => Number(lsn) >= committed)).toEqual([true, true]);
  });

  it('has an id of the request before and after the message', async () => {
    const { initial, trailing } = await grpc.call('List', { namespace });
    const [before, after] = [initial, trailing].map((metadata) => metadata.get('x-pinecone-request-id')[0]);
    expect(before).toMatch(/./);
    expect(after).toBe(before);
  });

  it('has an id of the request after an error, too', async () => {
    const { metadata } = await failure(grpc.call('Delete', { namespace: 'nowhere', deleteAll: true }));
    expect(metadata.get('x-pinecone-request-id')[0]).toMatch(/./);
  });
});

describe('the metadata of a request', () => {
  it.each<Readonly<Record<string, string>>>([
    {},
    { 'api-key': 'anything' },
    { authorization: 'Bearer anything' },
    { 'api-key': 'k', 'X-Pinecone-api-version': '2025-04', 'service-name': 'x', 'client-version': 'y', request_id: 'z' },
    { 'x-pinecone-api-version': 'nonsense' },
    { 'x-pinecone-api-version': '2026-07', 'x-request-id': 'r', 'x-project-id': 'p' },
  ])('may be anything: %j', async (metadata) => {
    expect((await grpc.outcome('List', { namespace }, metadata))[0]).toBe(OK);
  });
});

describe('an error over gRPC', () => {
  it.each<[string, string, Message]>([
    ['Upsert', '/vectors/upsert', { vectors: [{ id: 'a', values: [1] }] }],
    ['Upsert', '/vectors/upsert', { vectors: [{ id: 'ä', values: [1, 2] }] }],
    ['Upsert', '/vectors/upsert', { vectors: [{ id: 'a', values: [1, 2], metadata: { $a: 1 } }] }],
    ['Query', '/query', { topK: 1 }],
    ['Query', '/query', { topK: 10_001, vector: [1, 0] }],
    ['Query', '/query', { topK: 1, vector: [1, 0], filter: { $or: [{ a: { $gt: 'x' } }] } }],
    ['Update', '/vectors/update', { setMetadata: { a: 1 } }],
    ['Delete', '/vectors/delete', { filter: {} }],
    ['Delete', '/vectors/delete', { namespace: 'nowhere', deleteAll: true }],
    ['FetchByMetadata', '/vectors/fetch_by_metadata', { paginationToken: 'nonsense' }],
  ])('has the text that REST has: %s %s %j', async (method, path, request) => {
    const { body } = await index.namespace(namespace).post(path, request);
    const { code, message } = body as { code: number; message: string };
    expect(await outcome(method, request)).toEqual([code, message]);
  });

  it('of an index that was deleted is NOT_FOUND', async () => {
    const gone = await createIndex(gateway, { dimension: 2 });
    const client = new PineconeGrpc(gone.port);
    await client.call('Upsert', { vectors: [{ id: 'a', values: [1, 2] }] });
    await new PineconeApi(gateway.pineconeUrl).call(`/indexes/${gone.name}`, { method: 'DELETE' });
    expect((await client.outcome('List'))[0]).toBe(NOT_FOUND);
    client.close();
  });

  it('of a port that stands for no index is NOT_FOUND', async () => {
    const client = new PineconeGrpc(gateway.indexPorts.at(-1) ?? 0);
    expect((await client.outcome('DescribeIndexStats'))[0]).toBe(NOT_FOUND);
    client.close();
  });

  it('of an unknown method is UNIMPLEMENTED', async () => {
    expect((await failure(grpc.send('Truncate', new Uint8Array()))).code).toBe(12);
  });

  it.each([
    ['is cut off', Uint8Array.of(10, 5, 97)],
    ['has a length beyond its end', Uint8Array.of(10, 255, 255, 255, 255, 15)],
    ['has a field of no type', Uint8Array.of(15)],
    ['has an unknown field of no type', Uint8Array.of(127, 1)],
    ['has an unknown field that is cut off', Uint8Array.of(122, 5, 97)],
    ['ends within a number', Uint8Array.of(255, 255)],
  ])('of a message that %s is INVALID_ARGUMENT', async (_what, bytes) => {
    expect((await failure(grpc.send('Upsert', bytes))).code).toBe(INVALID);
  });

  it.each(METHODS)('of a garbled message leaves the connection usable: %s', async (method) => {
    await failure(grpc.send(method, Uint8Array.of(10, 5, 97)));
    expect((await outcome('List'))[0]).toBe(OK);
  });
});

describe('the connection', () => {
  it('takes requests that are compressed with gzip', async () => {
    const client = new PineconeGrpc(index.port, { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip });
    const vectors = Array.from({ length: 500 }, (_item, at) => ({ id: `id-${String(at)}`, values: [1, 1] }));
    expect(await client.outcome('Upsert', { namespace, vectors })).toEqual([OK, { upsertedCount: 500 }]);
    client.close();
  });

  it('takes and sends messages of forty megabytes', async () => {
    const wide = await createIndex(gateway, { dimension: 10_000, metric: 'cosine' });
    const client = new PineconeGrpc(wide.port);
    const components = Array.from({ length: 10_000 }, (_item, at) => at + 0.5);
    const names = Array.from({ length: 1_000 }, (_item, at) => `id-${String(at)}`);
    const sent = encode(typesOf('Upsert').type, { vectors: names.map((id) => ({ id, values: components })) });
    const { bytes: answer } = await client.send('Upsert', sent);
    const { bytes: received } = await client.send('Fetch', encode(typesOf('Fetch').type, { ids: names }));
    expect(decode(typesOf('Upsert').reply, answer)).toEqual({ upsertedCount: 1_000 });
    expect([sent, received].map((bytes) => bytes.length > 40_000_000)).toEqual([true, true]);
    client.close();
  });

  it('refuses a message beyond the limit and stays usable', async () => {
    const client = new PineconeGrpc(index.port, { 'grpc.max_send_message_length': -1 });
    const bytes = Buffer.concat([Buffer.from([0x0a, 0x80, 0x80, 0x80, 0x44]), Buffer.alloc(136 * 1024 * 1024 + 4_096)]);
    expect((await failure(client.send('Upsert', bytes))).code).toBe(8);
    expect((await client.outcome('List', { namespace }))[0]).toBe(OK);
    client.close();
  });

  it('may be pinged often when there are no calls', async () => {
    const session = connect(`http://127.0.0.1:${String(index.port)}`);
    await once(session, 'connect');
    const goneAway: number[] = [];
    session.on('goaway', (code: number) => goneAway.push(code));
    for (let count = 0; count < 20; count++) await ping(session);
    expect([goneAway, session.closed]).toEqual([[], false]);
    session.close();
  });

  it('may carry many calls at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 100 }, async () => outcome('Fetch', { ids: ['a'] })));
    expect(outcomes.filter(([code]) => code === OK)).toHaveLength(100);
  });

  it('shares its port with REST', async () => {
    const [rest, [code]] = await Promise.all([index.call('/describe_index_stats'), outcome('List')]);
    expect([rest.status, code]).toEqual([200, OK]);
  });
});

async function ping(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
