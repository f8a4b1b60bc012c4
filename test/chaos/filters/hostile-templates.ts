import fc from 'fast-check';
import { COUNTS, place } from './hostile-texts.js';

/** Requests and records as JSON text with places for keys, values and ids: `{"where":{⟦k1⟧:{"$gt":⟦n0⟧}}}`. */
export interface Templates {
  /** A record's metadata. */
  readonly metadata: fc.Arbitrary<string>;
  /** What a request selects records by: the body's members, without braces. */
  readonly selection: fc.Arbitrary<string>;
}

type Text = fc.Arbitrary<string>;
type Member = fc.Arbitrary<readonly [key: string, value: string]>;

const boolean: Text = fc.constantFrom('true', 'false');
/** Two keys of one object are two places. */
const object = (member: Member, minLength: number, maxLength: number): Text =>
  fc
    .uniqueArray(member, { minLength, maxLength, size: 'max', selector: ([key]) => key })
    .map((members) => `{${members.map(([key, value]) => `${key}:${value}`).join(',')}}`);
const list = (item: Text, minLength = 1, maxLength = 3): Text =>
  fc.array(item, { minLength, maxLength, size: 'max' }).map((items) => `[${items.join(',')}]`);
/** Longer lists are compiled in another way than short ones. */
const longList = (item: Text, filler: (index: number) => string): Text =>
  fc
    .tuple(fc.array(item, { minLength: 1, maxLength: 3, size: 'max' }), fc.constantFrom(0, 0, 0, 0, 0, 120))
    .map(([items, count]) => `[${[...items, ...Array.from({ length: count }, (_, index) => filler(index))].join(',')}]`);
/** Alternatives that no record meets, and conditions that each does: more than the planner is to look into. */
const branch = (index: number): string => `{"$and":[{"filler":{"$gt":${String(index)}}},{"filler":{"$eq":"filler"}}]}`;
const opposite = (index: number): string => `{"filler":{"$ne":"filler ${String(index)}"}}`;
const op = (...names: readonly string[]): Text => fc.constantFrom(...names.map((name) => JSON.stringify(name)));
const one = (...members: readonly (readonly [Text, Text])[]): Text =>
  fc.oneof(...members.map(([key, value]) => fc.tuple(key, value).map((pair) => `{${pair.join(':')}}`)));

/** Values of one type, which the lists of Chroma have. */
const KINDS: readonly Text[] = [place('s'), place('n'), place('f'), boolean];
const chromaFilters = fc.letrec<{ where: string; text: string }>((tie) => ({
  where: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: one([place('k', 'd'), fc.oneof(...KINDS)], ...chromaConditions()) },
    { weight: 1, arbitrary: one([op('#id'), one([op('$in', '$nin'), list(place('i', 'x'))])]) },
    { weight: 3, arbitrary: one([op('$and', '$or'), list(tie('where'), 1)]) },
    { weight: 1, arbitrary: one([op('$or'), longList(tie('where'), branch)], [op('$and'), longList(tie('where'), opposite)]) },
  ),
  text: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 4, arbitrary: one([op('$contains', '$not_contains'), place('t')]) },
    { weight: 2, arbitrary: one([op('$regex', '$not_regex'), place('r')]) },
    { weight: 2, arbitrary: one([op('$and', '$or'), list(tie('text'), 1)]) },
  ),
}));

function chromaConditions(): readonly (readonly [Text, Text])[] {
  const key = place('k', 'd');
  const many = KINDS.map((kind): readonly [Text, Text] => [key, one([op('$in', '$nin'), list(kind)])]);
  const fillers = longList(place('s'), (index) => `"filler ${String(index)}"`);
  return [
    [key, one([op('$eq', '$ne', '$contains', '$not_contains'), fc.oneof(...KINDS)])],
    [key, one([op('$gt', '$gte', '$lt', '$lte'), place('n', 'f')])],
    ...many,
    [key, one([op('$in', '$nin'), fillers])],
  ];
}

const chromaValue = fc.oneof(...KINDS, ...KINDS.map((kind) => list(kind)));

export const CHROMA: Templates = {
  metadata: object(fc.tuple(place('k', 'd'), chromaValue), 2, 6),
  selection: fc
    .tuple(
      fc.option(chromaFilters.where, { freq: 6 }),
      fc.option(chromaFilters.text, { freq: 1 }),
      fc.option(list(place('i', 'x'), 1, 8), { freq: 1 }),
    )
    .filter((parts) => parts.some((part) => part !== null))
    .map(([where, text, ids]) =>
      [
        ...(where === null ? [] : [`"where":${where}`]),
        ...(text === null ? [] : [`"where_document":${text}`]),
        ...(ids === null ? [] : [`"ids":${ids}`]),
      ].join(','),
    ),
};

const pineconeNumber = place('n', 'f', 'l', 'o');
const pineconeScalar = fc.oneof(place('s'), pineconeNumber, boolean);
const pineconeCondition: Member = fc.oneof(
  fc.tuple(op('$eq', '$ne'), pineconeScalar),
  fc.tuple(op('$gt', '$gte', '$lt', '$lte'), pineconeNumber),
  fc.tuple(
    op('$in', '$nin'),
    longList(pineconeScalar, (index) => `"filler ${String(index)}"`),
  ),
  fc.tuple(op('$exists'), boolean),
);
const pineconeOperators = object(
  fc.oneof(
    { weight: 8, arbitrary: pineconeCondition },
    { weight: 1, arbitrary: fc.tuple(op('$not'), object(pineconeCondition, 1, 2)) },
  ),
  1,
  2,
);
const pineconeFilter = fc.letrec<{ filter: string; member: readonly [string, string] }>((tie) => ({
  filter: object(tie('member'), 1, 2),
  member: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 1, arbitrary: fc.tuple(place('k', 'd'), pineconeScalar) },
    { weight: 5, arbitrary: fc.tuple(place('k', 'd'), pineconeOperators) },
    { weight: 2, arbitrary: fc.tuple(op('$and', '$or'), list(tie('filter'))) },
    { weight: 1, arbitrary: fc.tuple(op('$or'), longList(tie('filter'), branch)) },
    { weight: 1, arbitrary: fc.tuple(op('$and'), longList(tie('filter'), opposite)) },
    { weight: 1, arbitrary: fc.tuple(op('$not'), tie('filter')) },
  ),
})).filter;

export const PINECONE: Templates = {
  metadata: object(
    fc.tuple(place('k', 'd'), fc.oneof(place('s'), pineconeNumber, pineconeNumber, boolean, list(place('s'), 0))),
    2,
    6,
  ),
  selection: pineconeFilter.map((filter) => `"filter":${filter}`),
};

const number = place('n', 'f', 'l', 'o');
const scalar = fc.oneof(place('s'), number, boolean);
const scalarOrNull = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: fc.constant('null') });
const key = place('k', 'd');
const plain = object(fc.tuple(place('k'), scalarOrNull), 1, 2);
const operator: Member = fc.oneof(
  fc.tuple(op('$eq', '$ne'), fc.oneof({ weight: 5, arbitrary: scalarOrNull }, { weight: 1, arbitrary: plain })),
  fc.tuple(op('$gt', '$gte', '$lt', '$lte'), fc.oneof(number, place('s'))),
  fc.tuple(
    op('$in', '$nin'),
    longList(scalarOrNull, (index) => `"filler ${String(index)}"`),
  ),
  fc.tuple(op('$contains'), scalar),
  fc.tuple(op('$exists'), boolean),
);
const operators = object(
  fc.oneof({ weight: 8, arbitrary: operator }, { weight: 1, arbitrary: fc.tuple(op('$not'), object(operator, 1, 2)) }),
  1,
  2,
);
const bounds = (bound: Text): Text => object(fc.tuple(op('gt', 'gte', 'lt', 'lte'), bound), 1, 2);
const fields = (...members: readonly (readonly [string, Text])[]): Text =>
  fc
    .tuple(...members.map(([, value]) => value))
    .map((values) => `{${members.map(([name], index) => `"${name}":${values[index] ?? ''}`).join(',')}}`);
const word = (text: string): Text => fc.constant(JSON.stringify(text));
const needle = fields(['text', place('s', 't')], ['type', op('exact', 'prefix', 'suffix', 'contains')]);
const range = fc.oneof(bounds(number), bounds(place('s')));
const condition: Text = fc.oneof(
  fields(['type', word('match')], ['key', key], ['match_value', fc.oneof(scalarOrNull, needle)]),
  fields(['type', word('range')], ['key', key], ['range', range]),
  fields(['key', key], ['match', fields(['value', scalar])]),
  fields(['key', key], ['match', fields(['any', list(scalar)])]),
  fields(['key', key], ['match', fields(['except', list(scalar)])]),
  fields(['key', key], ['match', fields(['text', place('s', 't')])]),
  fields(['key', key], ['range', range]),
  fields(['key', key], ['values_count', bounds(fc.constantFrom('0', '1', '2', '3', '7'))]),
  fields(['is_null', fields(['key', key])]),
  fields(['is_empty', fields(['key', key])]),
  fields(['has_id', list(place('i', 'x'))]),
);
const vectorizerFilter = fc.letrec<{
  filter: string;
  map: string;
  member: readonly [string, string];
  clauses: string;
  condition: string;
}>((tie) => ({
  filter: fc.oneof({ depthSize: 'small', maxDepth: 3 }, tie('map'), tie('clauses')),
  map: object(tie('member'), 1, 2),
  member: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 2, arbitrary: fc.tuple(key, fc.oneof(scalarOrNull, list(scalarOrNull), plain)) },
    { weight: 4, arbitrary: fc.tuple(key, operators) },
    { weight: 2, arbitrary: fc.tuple(op('$and', '$or', '$nor'), list(tie('filter'))) },
    { weight: 1, arbitrary: fc.tuple(op('$or', '$nor'), longList(tie('filter'), branch)) },
    { weight: 1, arbitrary: fc.tuple(op('$and'), longList(tie('filter'), opposite)) },
    { weight: 1, arbitrary: fc.tuple(op('$not'), tie('filter')) },
  ),
  clauses: object(fc.tuple(op('must', 'should', 'must_not'), list(tie('condition'))), 1, 2),
  condition: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 8, arbitrary: condition },
    { weight: 1, arbitrary: tie('clauses') },
    { weight: 1, arbitrary: fields(['filter', tie('filter')]) },
  ),
})).filter;

const inner = object(fc.tuple(place('k'), scalarOrNull), 0, 3);
/** Where a key with a dot leads to. */
const nested: Member = fc
  .tuple(fc.nat(COUNTS.d - 1), scalarOrNull)
  .map(([index, value]) => [`⟦p${String(index)}⟧`, `{⟦q${String(index)}⟧:${value}}`]);

export const VECTORIZER: Templates = {
  metadata: object(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(key, scalarOrNull) },
      { weight: 2, arbitrary: fc.tuple(key, list(scalarOrNull, 0)) },
      { weight: 1, arbitrary: fc.tuple(key, inner) },
      { weight: 2, arbitrary: nested },
    ),
    3,
    7,
  ),
  selection: vectorizerFilter.map((filter) => `"filter":${filter}`),
};
