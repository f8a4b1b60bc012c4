import fc from 'fast-check';
import { filterFields } from './filters.js';
import { document, embedding, id, type JsonText, metadata, uri } from './values.js';

/** One generated step on one of the collections. */
export interface Operation {
  readonly collection: number;
  /** The end of the path; `count` is a GET, the others are POSTs. */
  readonly call: 'add' | 'upsert' | 'update' | 'get' | 'query' | 'delete' | 'count';
  readonly body: JsonText;
  /** The filter's fields, where the body has one: what it matches is looked at by itself. */
  readonly filter: readonly string[];
}

/** The collections of every sequence. */
export const SLOTS = [
  { space: 'l2', dimension: 3 },
  { space: 'ip', dimension: 2 },
  { space: 'cosine', dimension: 4 },
] as const;

type Fields = readonly string[];
const bodyOf = (...fields: readonly Fields[]): JsonText => `{${fields.flat().join(',')}}`;
const optional = (field: fc.Arbitrary<Fields>, freq: number): fc.Arbitrary<Fields> => fc.option(field, { nil: [], freq });

/** `name: [item, …]`, with one item for every id. */
function column(name: string, item: fc.Arbitrary<JsonText>, count: number): fc.Arbitrary<Fields> {
  return fc.array(item, { minLength: count, maxLength: count }).map((items) => [`"${name}":[${items.join(',')}]`]);
}

function base64(vector: readonly number[]): JsonText {
  return `"${Buffer.from(Float32Array.from(vector).buffer).toString('base64')}"`;
}

function embeddings(dimension: number, count: number, nulls: boolean): fc.Arbitrary<Fields> {
  const vector = embedding(dimension);
  const plain = vector.map((numbers) => JSON.stringify(numbers));
  const encoded = vector.map(base64);
  const items = (one: fc.Arbitrary<JsonText>): fc.Arbitrary<JsonText> => (nulls ? fc.oneof(one, fc.constant('null')) : one);
  return fc.oneof(column('embeddings', items(plain), count), column('embeddings', items(encoded), count));
}

function records(
  call: 'add' | 'upsert' | 'update',
  collection: number,
  dimension: number,
  minLength: number,
): fc.Arbitrary<Operation> {
  return fc.array(id, { minLength, maxLength: minLength + 4 }).chain((ids) => {
    const count = ids.length;
    const vectors = embeddings(dimension, count, call === 'update');
    return fc
      .tuple(
        call === 'update' ? optional(vectors, 1) : vectors,
        optional(column('documents', document, count), 3),
        optional(column('metadatas', metadata(call !== 'add'), count), 6),
        optional(column('uris', uri, count), 1),
      )
      .map((columns) => ({ collection, call, body: bodyOf([`"ids":[${ids.join(',')}]`], ...columns), filter: [] }));
  });
}

const idField = fc.array(id, { maxLength: 6 }).map((ids): Fields => [`"ids":[${ids.join(',')}]`]);
const number = (name: string, max: number): fc.Arbitrary<Fields> =>
  fc.nat({ max }).map((value) => [`"${name}":${String(value)}`]);

const include = fc
  .subarray(['"documents"', '"metadatas"', '"embeddings"', '"uris"'])
  .map((names): Fields => [`"include":[${names.join(',')}]`]);

function reading(collection: number): fc.Arbitrary<Operation> {
  return fc
    .tuple(
      optional(filterFields, 3),
      optional(idField, 1),
      optional(number('limit', 12), 1),
      optional(number('offset', 12), 1),
      optional(include, 1),
    )
    .map(([filter, ...rest]) => ({ collection, call: 'get', body: bodyOf(filter, ...rest), filter }));
}

function search(collection: number, dimension: number): fc.Arbitrary<Operation> {
  const vectors = fc
    .array(embedding(dimension), { minLength: 1, maxLength: 3 })
    .map((list): Fields => [`"query_embeddings":${JSON.stringify(list)}`]);
  // distances always: without them nobody can tell which matches are tied
  const columns = fc
    .subarray(['"documents"', '"metadatas"', '"embeddings"', '"uris"'])
    .map((names): Fields => [`"include":[${['"distances"', ...names].join(',')}]`]);
  return fc
    .tuple(
      vectors,
      optional(filterFields, 2),
      optional(number('n_results', 14), 3),
      fc.option(idField, { nil: [], freq: 8 }),
      optional(columns, 1),
    )
    .map(([queries, filter, limit, ids, included]) => ({
      collection,
      call: 'query' as const,
      body: bodyOf(queries, filter, limit, ids, included),
      filter,
    }));
}

function deletion(collection: number): fc.Arbitrary<Operation> {
  const few = number('limit', 3);
  return fc
    .oneof(
      fc.tuple(idField, fc.constant<Fields>([]), fc.constant<Fields>([])),
      fc.tuple(idField, filterFields, fc.constant<Fields>([])),
      fc.tuple(fc.constant<Fields>([]), filterFields, few),
    )
    .map(([ids, filter, limit]) => ({ collection, call: 'delete', body: bodyOf(ids, filter, limit), filter }));
}

/** Requests that are wrong in one way each. */
function mistakes(collection: number): fc.Arbitrary<Operation> {
  const step = (call: Operation['call'], body: string): Operation => ({ collection, call, body, filter: [] });
  return fc.constantFrom(
    step('add', '{"ids":["r1","r2"],"embeddings":[[1,2]]}'),
    step('upsert', '{"ids":["r1"],"embeddings":[[1,2,3,4,5,6,7]]}'),
    step('add', '{"ids":[""],"embeddings":[[1]]}'),
    step('update', '{"ids":["r1"],"metadatas":[{"#x":1}]}'),
    step('upsert', '{"ids":["r1"],"embeddings":[[]]}'),
    step('get', '{"where":{"mixed":{"$in":[]}}}'),
    step('get', '{"where":{"$not":[]}}'),
    step('query', '{"query_embeddings":[[1,2,3,4,5,6,7]]}'),
    step('delete', '{"limit":3}'),
    step('delete', '{"ids":[]}'),
    step('get', '{"where_document":{"$regex":"["}}'),
  );
}

/** Any step on any collection; mostly ones that must succeed. */
const operation: fc.Arbitrary<Operation> = fc.nat({ max: SLOTS.length - 1 }).chain((collection) => {
  const dimension = SLOTS[collection]?.dimension ?? 1;
  return fc.oneof(
    { weight: 4, arbitrary: records('add', collection, dimension, 1) },
    { weight: 4, arbitrary: records('upsert', collection, dimension, 1) },
    { weight: 4, arbitrary: records('update', collection, dimension, 1) },
    { weight: 12, arbitrary: reading(collection) },
    { weight: 10, arbitrary: search(collection, dimension) },
    { weight: 2, arbitrary: deletion(collection) },
    { weight: 1, arbitrary: fc.constant<Operation>({ collection, call: 'count', body: '', filter: [] }) },
    { weight: 1, arbitrary: mistakes(collection) },
  );
});

/** The first records of every collection. */
const beginnings: fc.Arbitrary<readonly Operation[]> = fc.tuple(
  ...SLOTS.map(({ dimension }, collection) => records('add', collection, dimension, 14)),
);

/** The first records of every collection, and then that many operations or more, sixty at most. */
export function sequence(atLeast: number): fc.Arbitrary<readonly Operation[]> {
  const rest = fc.array(operation, { minLength: atLeast, maxLength: 60, size: 'max' });
  return fc.tuple(beginnings, rest).map(([first, others]) => [...first, ...others]);
}
