import fc from 'fast-check';
import { and, exists, type Filter, has, is, not, oneCondition, or, type Scalar } from '../../../filters/filter.js';
import { isJsonObject, type JsonObject, parseJson } from '../../../http/json.js';
import { PineconeError } from '../pinecone-error.js';
import { parseFilter } from './parse-filter.js';

type Value = string | number | boolean;
type Metadata = ReadonlyMap<string, Value | readonly string[]>;
type Sent = Readonly<Record<string, unknown>>;

const OPTIONS = { neMatchesMissing: true };

function object(text: string): JsonObject {
  const value = parseJson(text);
  if (isJsonObject(value)) return value;
  throw new Error('no object');
}

function parse(sent: Sent | string, options = OPTIONS): Filter | undefined {
  return parseFilter(object(typeof sent === 'string' ? sent : JSON.stringify(sent)), options);
}

function either(...values: readonly Scalar[]): Filter {
  return oneCondition(or(is('f', ...values), has('f', ...values)));
}

function errorOf(sent: Sent | string): PineconeError {
  try {
    parse(sent);
  } catch (error) {
    if (error instanceof PineconeError) return error;
  }
  throw new Error('the filter is accepted');
}

describe('parseFilter', () => {
  it('has no filter for an empty object', () => {
    expect(parse({})).toBeUndefined();
  });

  it.each<[Sent, Filter]>([
    [{ f: 'x' }, either('x')],
    [{ f: { $eq: 'x' } }, either('x')],
    [{ f: { $in: ['x', true] } }, either('x', true)],
    [{ f: { $in: [] } }, either()],
    [{ f: { $ne: 'x' } }, not(either('x'))],
    [{ f: { $nin: ['x', 'y'] } }, not(either('x', 'y'))],
    [{ f: { $gt: 1 } }, { kind: 'compare', field: 'f', op: '>', value: { number: '1' } }],
    [{ f: { $gte: 1 } }, { kind: 'compare', field: 'f', op: '>=', value: { number: '1' } }],
    [{ f: { $lt: 1 } }, { kind: 'compare', field: 'f', op: '<', value: { number: '1' } }],
    [{ f: { $lte: 1 } }, { kind: 'compare', field: 'f', op: '<=', value: { number: '1' } }],
    [{ f: { $exists: true } }, exists('f')],
    [{ f: { $exists: false } }, not(exists('f'))],
    [{ f: { $not: { $eq: 'x' } } }, not(either('x'))],
    [{ $not: { f: 'x' } }, not(either('x'))],
  ])('reads %j', (sent, filter) => {
    expect(parse(sent)).toEqual(filter);
  });

  it.each<[Sent, Filter]>([
    [{ $and: [{ f: 'x' }, { f: 'y' }] }, and(either('x'), either('y'))],
    [{ $or: [{ f: 'x' }] }, or(either('x'))],
    [{ f: { $eq: 'x', $exists: true } }, and(either('x'), exists('f'))],
    [{ f: 'x', g: { $exists: true } }, and(either('x'), exists('g'))],
  ])('joins the conditions of %j', (sent, filter) => {
    expect(parse(sent)).toEqual(filter);
  });

  it.each([
    ['1.0', '1'],
    ['1e2', '100'],
    ['-0.0', '0'],
    ['0.1', '0.1'],
  ])('reads the number %s as float64', (text, number) => {
    expect(parse(`{"f":${text}}`)).toEqual(either({ number }));
  });

  it('reads a number that several integers round to as the interval that does', () => {
    const bound = (op: '>=' | '<=', number: string): Filter => ({ kind: 'compare', field: 'f', op, value: { number } });
    const interval = and(bound('>=', '9007199254740991'), bound('<=', '9007199254740993'));
    expect(parse('{"f":9007199254740993}')).toEqual(oneCondition(or(interval, has('f', { number: '9007199254740992' }))));
  });

  it('matches no record without the field by $ne and $nin when it is set up so', () => {
    const options = { neMatchesMissing: false };
    expect(parse({ f: { $ne: 'x' } }, options)).toEqual(oneCondition(and(exists('f'), not(either('x')))));
    expect(parse({ f: { $nin: ['x'] } }, options)).toEqual(oneCondition(and(exists('f'), not(either('x')))));
  });

  it.each([
    ['chroma:document', 'document'],
    ['chroma:uri', 'uri'],
  ] as const)('looks for %s among the contents of a record', (field, part) => {
    expect(parse({ [field]: 'x' })).toEqual({ kind: 'content', part, values: ['x'] });
    expect(parse({ [field]: { $exists: true } })).toEqual({ kind: 'content', part, values: null });
  });

  it.each<[Sent, string]>([
    [{ f: ['x'] }, 'filter.f: '],
    [{ f: { $gt: 'x' } }, 'filter.f.$gt: '],
    [{ $and: [{ f: 'x' }, { g: { $in: ['x', null] } }] }, 'filter.$and[1].g.$in[1]: '],
    [{ $or: [{ $and: [] }] }, 'filter.$or[0].$and: '],
    [{ $or: ['x'] }, 'filter.$or[0]: '],
    [{ f: { $not: { $lt: true } } }, 'filter.f.$not.$lt: '],
    [{ $not: { f: null } }, 'filter.$not.f: '],
    [{ $gt: 1 }, 'filter.$gt: '],
  ])('tells where %j is wrong', (sent, place) => {
    const { code, message } = errorOf(sent);
    expect([code, message.startsWith(place)]).toEqual(['INVALID_ARGUMENT', true]);
  });
});

/** Whether the tree is true for a record: what `filters/filter.ts` promises, for the kinds that Pinecone's filters need. */
function evaluate(filter: Filter | undefined, metadata: Metadata): boolean {
  if (filter === undefined) return true;
  switch (filter.kind) {
    case 'and':
      return filter.operands.every((operand) => evaluate(operand, metadata));
    case 'or':
      return filter.operands.some((operand) => evaluate(operand, metadata));
    case 'not':
      return !evaluate(filter.operand, metadata);
    case 'exists':
      return metadata.has(String(filter.field));
    case 'is':
      return filter.values.some((value) => plain(value) === metadata.get(String(filter.field)));
    case 'has':
      return filter.values.some((value) => holds(metadata.get(String(filter.field)), value));
    case 'compare':
      return compares(metadata.get(String(filter.field)), filter.op, filter.value);
    default:
      throw new Error(filter.kind);
  }
}

function plain(value: Scalar | null): Value | null {
  return typeof value === 'object' && value !== null ? Number(value.number) : value;
}

function holds(list: unknown, value: Scalar): boolean {
  return Array.isArray(list) && list.includes(plain(value));
}

function compares(value: unknown, op: string, operand: string | { readonly number: string }): boolean {
  if (typeof value !== 'number' || typeof operand === 'string') return false;
  return ranges[op]?.(value, Number(operand.number)) === true;
}

const ranges: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
};

/** What Pinecone's documents say of a filter, without a tree in between. */
function matches(sent: Sent, metadata: Metadata): boolean {
  return Object.entries(sent).every(([key, operand]) => {
    if (key === '$and') return (operand as readonly Sent[]).every((item) => matches(item, metadata));
    if (key === '$or') return (operand as readonly Sent[]).some((item) => matches(item, metadata));
    const operators = typeof operand === 'object' ? (operand as Sent) : { $eq: operand };
    return Object.entries(operators).every(([operator, value]) => meets(metadata.get(key), operator, value));
  });
}

function meets(value: Value | readonly string[] | undefined, operator: string, operand: unknown): boolean {
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const anyOf = (operands: readonly unknown[]): boolean => elements.some((element) => operands.includes(element));
  if (operator === '$exists') return (value !== undefined) === operand;
  if (value === undefined) return operator === '$ne' || operator === '$nin';
  switch (operator) {
    case '$eq':
      return anyOf([operand]);
    case '$ne':
      return !anyOf([operand]);
    case '$in':
      return anyOf(operand as readonly unknown[]);
    case '$nin':
      return !anyOf(operand as readonly unknown[]);
    default:
      return typeof value === 'number' && ranges[RANGES[operator] ?? '']?.(value, operand as number) === true;
  }
}

const RANGES: Readonly<Record<string, string>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

describe('a parsed filter', () => {
  const text = fc.constantFrom('', 'x', 'y', '1', 'true');
  const number = fc.constantFrom(-1, 0, 0.5, 1, 1e300);
  const scalar = fc.oneof(text, number, fc.boolean());
  const field = fc.constantFrom('f', 'g', 'a.b');
  const metadata = fc.dictionary(field, fc.oneof(scalar, fc.array(text, { maxLength: 2 })));
  const operator = fc.oneof(
    fc.tuple(fc.constantFrom('$eq', '$ne'), scalar),
    fc.tuple(fc.constantFrom('$gt', '$gte', '$lt', '$lte'), number),
    fc.tuple(fc.constantFrom('$in', '$nin'), fc.array(scalar, { maxLength: 3 })),
    fc.tuple(fc.constant('$exists'), fc.boolean()),
  );
  const condition = fc.oneof(
    scalar,
    fc.array(operator, { minLength: 1, maxLength: 3 }).map((entries) => Object.fromEntries(entries) as Sent),
  );
  const { filter } = fc.letrec<{ filter: Sent }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.dictionary(field, condition, { minKeys: 1, maxKeys: 2 }),
      fc.record({ $and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    ),
  }));

  it('is true for the records that the language says', () => {
    fc.assert(
      fc.property(filter, metadata, (sent, record) => {
        const fields = new Map(Object.entries(record));
        expect(evaluate(parse(sent), fields)).toBe(matches(sent, fields));
      }),
      { numRuns: 1_000 },
    );
  });
});
