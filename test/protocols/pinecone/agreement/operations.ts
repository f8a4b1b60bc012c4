import fc from 'fast-check';
import type { Fields, Method, Operation } from './operation.js';
import {
  dense,
  fields,
  filter,
  goodId,
  id,
  metadata,
  mostly,
  namedNamespace,
  namespace,
  richMetadata,
  sparse,
} from './values.js';

/** The kinds of index: what their vectors are. */
export type Kind = 'cosine' | 'euclidean' | 'dotproduct' | 'sparse';

export const DEFINITIONS: Readonly<Record<Kind, Fields>> = {
  cosine: { dimension: 3, metric: 'cosine' },
  euclidean: { dimension: 3, metric: 'euclidean' },
  dotproduct: { dimension: 3, metric: 'dotproduct' },
  sparse: { vector_type: 'sparse', metric: 'dotproduct' },
};

/** Operations on an index of a kind, each with its share. */
export function operationsOn(kind: Kind): fc.Arbitrary<Operation> {
  const { whole, sought } = VECTORS[kind];
  const upsert = fields({ vectors: vectors(whole) }, { namespace });
  return fc.oneof(
    of(4, 'Upsert', upsert, 'snake_case'),
    of(3, 'Upsert', fields({ vectors: someGood(whole), namespace: fc.constantFrom(...FILLED) })),
    of(17, 'Query', queries(sought), 'snake_case'),
    of(2, 'Fetch', fields({ ids: ids() }, { namespace })),
    of(18, 'FetchByMetadata', fields({ filter }, { namespace, limit: pageLimit(10_000) }), 'snake_case'),
    of(1, 'FetchByMetadata', fields({}, { namespace, limit: pageLimit(10_000) }), 'snake_case'),
    of(2, 'Update', updates(whole), 'snake_case'),
    of(
      6,
      'Update',
      fields({ filter, setMetadata: metadata }, { namespace, dryRun: fc.boolean(), values: seldom(dense) }),
      'snake_case',
    ),
    of(1, 'Delete', fields({ ids: ids() }, { namespace, deleteAll: seldom(fc.boolean()) }), 'older'),
    of(2, 'Delete', fields({ filter }, { namespace, ids: seldom(ids()), deleteAll: seldom(fc.boolean()) }), 'snake_case'),
    of(1, 'Delete', fields({}, { namespace, deleteAll: fc.boolean(), filter: fc.constant({}) }), 'snake_case'),
    of(2, 'List', fields({}, { namespace, prefix: prefix(), limit: pageLimit(100) })),
    of(20, 'DescribeIndexStats', fields({ filter })),
    of(1, 'DescribeIndexStats', fields({}), 'older'),
    of(1, 'ListNamespaces', fields({}, { prefix: prefix(), limit: pageLimit(100) })),
    of(1, 'DescribeNamespace', fields({ namespace: namedNamespace })),
    of(1, 'CreateNamespace', fields({ name: fc.oneof(namedNamespace, namespace) }, { schema })),
    of(1, 'DeleteNamespace', fields({ namespace: namedNamespace })),
    paged('FetchByMetadata', fields({}, { namespace, filter: fc.constant({ seen: true }), limit: fc.constant(2) })),
    paged('List', fields({}, { namespace, limit: fc.constant(2), prefix: fc.constant('a') })),
    paged('ListNamespaces', fields({ limit: fc.constant(1) })),
  );
}

const FILLED = ['n', '', 'other'];

/** What every sequence begins with, so that there is something to find. */
export function contentOf(kind: Kind): fc.Arbitrary<readonly Operation[]> {
  const records = someGood(VECTORS[kind].whole);
  return fc
    .tuple(...FILLED.map(() => records))
    .map((sets) =>
      sets.map((some, place): Operation => ({ method: 'Upsert', request: { vectors: some, namespace: FILLED[place] } })),
    );
}

const schema = mostly<unknown>(
  fc.constantFrom(
    { fields: { genre: { filterable: true } } },
    { fields: { genre: { filterable: true }, year: { filterable: true } } },
  ),
  fc.constant({ fields: { genre: { filterable: false } } }),
  8,
);

/** A method's requests, in one of REST's ways. */
function of(
  weight: number,
  method: Method,
  request: fc.Arbitrary<Fields>,
  other?: 'snake_case' | 'older',
): fc.WeightedArbitrary<Operation> {
  const ways = other === undefined ? [undefined] : [undefined, undefined, other];
  const arbitrary = fc
    .tuple(request, fc.constantFrom(...ways))
    .map(([sent, rest]): Operation => ({ method, request: sent, ...(rest && { rest }) }));
  return { weight, arbitrary };
}

function paged(method: Method, request: fc.Arbitrary<Fields>): fc.WeightedArbitrary<Operation> {
  const token = fc.constantFrom(undefined, 'last' as const, 'last' as const, 'garbled' as const);
  const arbitrary = fc
    .tuple(request, token)
    .map(([sent, which]): Operation => ({ method, request: sent, ...(which && { token: which }) }));
  return { weight: 1, arbitrary };
}

/** Absent most of the time. */
function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return mostly<T | undefined>(fc.constant(undefined), arbitrary, 8);
}

function ids(): fc.Arbitrary<readonly string[]> {
  const tooMany = Array.from({ length: 1001 }, (_value, place) => `id-${String(place)}`);
  return mostly<readonly string[]>(fc.array(id, { minLength: 1, maxLength: 5 }), fc.constantFrom(tooMany, []), 20);
}

function prefix(): fc.Arbitrary<string> {
  return mostly(fc.constantFrom('a', 'a/', 'n', 'zz', '', '%'), fc.constantFrom('ä', 'p\u0000', 'q'.repeat(600)), 12);
}

function pageLimit(max: number): fc.Arbitrary<number> {
  return mostly(fc.constantFrom(1, 2, 3, 100), fc.constantFrom(0, max + 1, 4_294_967_295), 12);
}

type Parts = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** The parts of a record and of a query, for each kind of index. */
const VECTORS: Readonly<Record<Kind, { readonly whole: readonly [Parts, Parts]; readonly sought: readonly [Parts, Parts] }>> = {
  cosine: {
    whole: [{ values: dense }, { sparseValues: seldom(sparse) }],
    sought: [{ vector: dense }, { sparseVector: seldom(sparse) }],
  },
  euclidean: { whole: [{ values: dense }, {}], sought: [{ vector: dense }, {}] },
  dotproduct: { whole: [{ values: dense }, { sparseValues: sparse }], sought: [{ vector: dense }, { sparseVector: sparse }] },
  sparse: {
    whole: [{ sparseValues: sparse }, { values: seldom(dense) }],
    sought: [{ sparseVector: sparse }, { vector: seldom(dense) }],
  },
};

function someGood([always]: readonly [Parts, Parts]): fc.Arbitrary<readonly Fields[]> {
  const vector = fields({ id: goodId, ...always, metadata: richMetadata });
  return fc.uniqueArray(vector, { minLength: 7, maxLength: 10, selector: ({ id: unique }) => unique });
}

function vectors([always, sometimes]: readonly [Parts, Parts]): fc.Arbitrary<readonly Fields[]> {
  const vector = fields({ id, ...always }, { ...sometimes, metadata });
  const tooMany = Array.from({ length: 1001 }, (_value, place) => ({ id: `id-${String(place)}`, values: [1, 1, 1] }));
  const without = fields({ id }, { metadata }).map((only) => [only]);
  return mostly<readonly Fields[]>(
    fc.array(vector, { minLength: 1, maxLength: 5, size: 'max' }),
    fc.oneof(without, fc.constantFrom([], tooMany)),
    16,
  );
}

function updates([always, sometimes]: readonly [Parts, Parts]): fc.Arbitrary<Fields> {
  const parts = { ...always, ...sometimes, setMetadata: metadata, namespace };
  return fc.oneof(
    { weight: 12, arbitrary: fields({ id }, parts) },
    {
      weight: 1,
      arbitrary: fields({}, { id, filter: fc.constantFrom<Fields>({}, { seen: true }), dryRun: fc.boolean(), ...parts }),
    },
  );
}

function queries([always, sometimes]: readonly [Parts, Parts]): fc.Arbitrary<Fields> {
  const topK = mostly(fc.constantFrom(1, 2, 3, 10, 10_000), fc.constantFrom(0, 10_001, 4_294_967_295), 24);
  const others = {
    namespace,
    includeValues: fc.boolean(),
    includeMetadata: fc.boolean(),
    scanFactor: seldom(fc.constantFrom(0.25, 0.5, 4, 4.5)),
    maxCandidates: seldom(fc.constantFrom(0, 1, 100_000, 100_001)),
    queries: seldom(fc.constant([{ values: [1, 2, 3], topK: 1 }])),
  };
  const filtered = mostly<unknown>(filter, fc.constantFrom(undefined, {}), 8);
  return fc.oneof(
    { weight: 10, arbitrary: fields({ topK, filter: filtered, ...always }, { ...others, ...sometimes }) },
    { weight: 2, arbitrary: fields({ topK, filter: filtered, id }, others) },
    { weight: 1, arbitrary: fields({ id, filter: filtered }, { topK, ...always, ...sometimes, ...others }) },
    { weight: 1, arbitrary: fields({ topK }, { ...always, ...sometimes, namespace }) },
  );
}
