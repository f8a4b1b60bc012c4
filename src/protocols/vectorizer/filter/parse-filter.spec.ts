import { and, exists, type FieldPath, type Filter, has, id, is, not, or, type Scalar } from '../../../filters/filter.js';
import { parseJson } from '../../../http/json.js';
import { VectorizerError } from '../vectorizer-error.js';
import { parseFilter } from './parse-filter.js';

function parse(text: string): Filter | undefined {
  const filter = parseFilter(parseJson(text));
  return filter && unmarked(filter);
}

/** The same filter, whatever of it counts as one condition. */
function unmarked(filter: Filter): Filter {
  if (filter.kind === 'not') return not(unmarked(filter.operand));
  if (filter.kind !== 'and' && filter.kind !== 'or') return filter;
  return { kind: filter.kind, operands: filter.operands.map(unmarked) };
}

/** One condition, as a clause. */
function condition(text: string): Filter | undefined {
  return parse(`{"must":[${text}]}`);
}

function errorOf(text: string): VectorizerError {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof VectorizerError) return error;
  }
  throw new Error(`accepted: ${text}`);
}

const number = (text: string): Scalar => ({ number: text });
const either = (field: FieldPath, ...values: readonly Scalar[]): Filter => or(is(field, ...values), has(field, ...values));
const compare = (field: FieldPath, op: '<' | '<=' | '>' | '>=', value: string | { readonly number: string }): Filter => ({
  kind: 'compare',
  field,
  op,
  value,
});
const size = (op: '<' | '<=' | '>' | '>=', value: string): Filter => ({ kind: 'size', field: 'k', op, value: { number: value } });
const text = (op: 'contains' | 'prefix' | 'suffix', value: string): Filter => ({ kind: 'text', field: 'k', op, text: value });
const equals = (field: FieldPath, json: string): Filter => ({ kind: 'equals', field, json });
const dotted = (literal: string, build: (field: FieldPath) => Filter): Filter =>
  or(and(exists(literal), build(literal)), and(not(exists(literal)), build(literal.split('.'))));

const NEW = either('k', 'new');
const NEW_CONDITION = '{"key":"k","match":{"value":"new"}}';

describe('the map form', () => {
  it.each<[string, Filter]>([
    ['{"k":"new"}', NEW],
    ['{"k":true}', either('k', true)],
    ['{"k":1.0}', either('k', number('1.0'))],
    ['{"k":9007199254740993}', either('k', number('9007199254740993'))],
    ['{"k":null}', is('k', null)],
    ['{"k":["a",1,null]}', or(is('k', 'a', number('1'), null), has('k', 'a', number('1')))],
    ['{"k":[null]}', is('k', null)],
    ['{"k":[]}', or()],
    ['{"a":"x","b":"y"}', and(either('a', 'x'), either('b', 'y'))],
    ['{"must":"x"}', either('must', 'x')],
    ['{"type":"x"}', either('type', 'x')],
    ['{"":"x"}', either('', 'x')],
    ['{"__proto__":"x"}', either('__proto__', 'x')],
  ])('reads %s', (sent, filter) => {
    expect(parse(sent)).toEqual(filter);
  });

  it.each<[string, Filter]>([
    ['{"$eq":"new"}', NEW],
    ['{"$eq":null}', is('k', null)],
    ['{"$eq":{"a":1.0}}', equals('k', '{"a":1.0}')],
    ['{"$ne":"new"}', not(NEW)],
    ['{"$ne":null}', not(is('k', null))],
    ['{"$ne":{"a":1}}', not(equals('k', '{"a":1}'))],
    ['{"$gt":1}', compare('k', '>', { number: '1' })],
    ['{"$gte":1.50}', compare('k', '>=', { number: '1.50' })],
    ['{"$lt":"2025-01-01"}', compare('k', '<', '2025-01-01')],
    ['{"$lte":""}', compare('k', '<=', '')],
    ['{"$in":["a","b"]}', either('k', 'a', 'b')],
    ['{"$in":[]}', or()],
    ['{"$nin":["a"]}', not(either('k', 'a'))],
    ['{"$exists":true}', exists('k')],
    ['{"$exists":false}', not(exists('k'))],
    ['{"$contains":"a"}', or(has('k', 'a'), text('contains', 'a'))],
    ['{"$contains":1}', has('k', number('1'))],
    ['{"$contains":true}', has('k', true)],
    ['{"$not":{"$gt":1}}', not(compare('k', '>', { number: '1' }))],
    ['{"$not":{"$gt":1,"$lt":2}}', not(and(compare('k', '>', { number: '1' }), compare('k', '<', { number: '2' })))],
    ['{"$not":{"a":1}}', not(equals('k', '{"a":1}'))],
    ['{"$gt":1,"$nin":[]}', compare('k', '>', { number: '1' })],
    ['{"$gt":1,"$in":[]}', or()],
    ['{"a":{"b":[1,{}]},"c":null}', equals('k', '{"a":{"b":[1,{}]},"c":null}')],
  ])('reads an operand %s', (operand, filter) => {
    expect(parse(`{"k":${operand}}`)).toEqual(filter);
  });

  it.each<[string, Filter]>([
    ['{"$and":[{"k":"new"},{"a":"x"}]}', and(NEW, either('a', 'x'))],
    ['{"$or":[{"k":"new"},{"a":"x"}]}', or(NEW, either('a', 'x'))],
    ['{"$nor":[{"k":"new"},{"a":"x"}]}', not(or(NEW, either('a', 'x')))],
    ['{"$not":{"k":"new"}}', not(NEW)],
    ['{"$or":[{"k":"new"}]}', NEW],
    ['{"$or":[{"k":"new"},{"a":[]}]}', NEW],
    ['{"$and":[{"k":"new"},{"a":[]}]}', or()],
    ['{"$nor":[{"k":"new"},{"a":[]}]}', not(NEW)],
    [`{"$and":[{"must":[${NEW_CONDITION}]},{"a":"x"}]}`, and(NEW, either('a', 'x'))],
    ['{"a":"x","$not":{"k":"new"}}', and(either('a', 'x'), not(NEW))],
  ])('reads %s', (sent, filter) => {
    expect(parse(sent)).toEqual(filter);
  });

  it('looks a key with dots up literally first, then as a path', () => {
    expect(parse('{"a.b":"x"}')).toEqual(dotted('a.b', (field) => either(field, 'x')));
    expect(parse('{"a..b":{"$exists":true}}')).toEqual(dotted('a..b', (field) => exists(field)));
    expect(parse('{"a.b":{"$ne":null}}')).toEqual(not(dotted('a.b', (field) => is(field, null))));
    expect(parse('{"a.b":{"c":1}}')).toEqual(dotted('a.b', (field) => equals(field, '{"c":1}')));
  });

  it.each<[string, string]>([
    ['{"k":{}}', 'filter.k: expected operators, or an object with keys'],
    ['{"k":{"$eq":{}}}', 'filter.k.$eq: expected operators, or an object with keys'],
    ['{"k":{"$not":{}}}', 'filter.k.$not: expected operators, or an object with keys'],
    ['{"k":{"$gt":1,"a":1}}', 'filter.k: mixes operators and keys'],
    ['{"k":{"$before":"x"}}', 'filter.k.$before: unknown operator'],
    ['{"k":{"__proto__":1,"$gt":1}}', 'filter.k: mixes operators and keys'],
    ['{"k":{"a":{"$gt":1}}}', 'filter.k.a.$gt: an operator cannot stand inside a value'],
    ['{"k":{"a":[{"$x":1}]}}', 'filter.k.a[0].$x: an operator cannot stand inside a value'],
    ['{"k":{"$eq":{"$gt":1}}}', 'filter.k.$eq.$gt: an operator cannot stand inside a value'],
    ['{"k":{"$eq":["a"]}}', 'filter.k.$eq: expected a string, a number, a boolean or null'],
    ['{"k":{"$ne":[]}}', 'filter.k.$ne: expected a string, a number, a boolean or null'],
    ['{"k":{"$lt":true}}', 'filter.k.$lt: expected a number or a string'],
    ['{"k":{"$gt":null}}', 'filter.k.$gt: expected a number or a string'],
    ['{"k":{"$gte":[1]}}', 'filter.k.$gte: expected a number or a string'],
    ['{"k":{"$lte":{}}}', 'filter.k.$lte: expected a number or a string'],
    ['{"k":{"$in":"x"}}', 'filter.k.$in: expected a list'],
    ['{"k":{"$nin":null}}', 'filter.k.$nin: expected a list'],
    ['{"k":{"$in":["a",{}]}}', 'filter.k.$in[1]: expected a string, a number, a boolean or null'],
    ['{"k":[["a"]]}', 'filter.k[0]: expected a string, a number, a boolean or null'],
    ['{"k":{"$exists":1}}', 'filter.k.$exists: expected a boolean'],
    ['{"k":{"$contains":null}}', 'filter.k.$contains: expected a string, a number or a boolean'],
    ['{"k":{"$contains":["a"]}}', 'filter.k.$contains: expected a string, a number or a boolean'],
    ['{"k":{"$not":"x"}}', 'filter.k.$not: expected an object'],
    ['{"k":{"$not":["x"]}}', 'filter.k.$not: expected an object'],
    ['{"$and":{}}', 'filter.$and: expected a list'],
    ['{"$or":null}', 'filter.$or: expected a list'],
    ['{"$or":[]}', 'filter.$or: expected a non-empty list of filters'],
    ['{"$nor":"x"}', 'filter.$nor: expected a list'],
    ['{"$and":["x"]}', 'filter.$and[0]: expected an object'],
    ['{"$or":[{"k":1},{"$or":[{"k":{"$x":1}}]}]}', 'filter.$or[1].$or[0].k.$x: unknown operator'],
    ['{"$not":[{"k":1}]}', 'filter.$not: expected an object'],
    ['{"$gt":1}', 'filter.$gt: unknown operator, or one that needs a key in front of it'],
    ['{"$AND":[{"k":1}]}', 'filter.$AND: unknown operator, or one that needs a key in front of it'],
    ['{"$":1}', 'filter.$: unknown operator, or one that needs a key in front of it'],
  ])('refuses %s', (sent, reason) => {
    expect(errorOf(sent).details).toEqual({ field: 'filter', reason });
  });
});

describe('the clause form', () => {
  it.each<[string, Filter]>([
    [`{"must":[${NEW_CONDITION}]}`, NEW],
    [`{"must":${NEW_CONDITION}}`, NEW],
    [`{"must":[${NEW_CONDITION}],"should":null,"must_not":null}`, NEW],
    [`{"should":[${NEW_CONDITION},{"is_null":{"key":"a"}}],"must":[]}`, or(NEW, is('a', null))],
    [`{"must_not":[${NEW_CONDITION},{"is_null":{"key":"a"}}]}`, not(or(NEW, is('a', null)))],
    [`{"must":[{"has_id":["x"]}],"should":{"has_id":["y"]},"must_not":[${NEW_CONDITION}]}`, and(id('x'), id('y'), not(NEW))],
    [`{"must":[{"should":[${NEW_CONDITION},{"has_id":["x"]}]}]}`, or(NEW, id('x'))],
    [`{"must":[{"filter":{"must":[${NEW_CONDITION}]}}]}`, NEW],
    [`{"must":[{"key":"__nested__","filter":{"must_not":[${NEW_CONDITION}]}}]}`, not(NEW)],
    [`{"must":[{"filter":{"k":"new"}}]}`, NEW],
    [`{"must":[{"type":"nested","filter":{"should":[${NEW_CONDITION}]}}]}`, NEW],
    ['{"must":[{"key":"k","match":{"any":[]}}]}', or()],
    [`{"should":[{"key":"k","match":{"any":[]}},${NEW_CONDITION}]}`, NEW],
  ])('reads %s', (sent, filter) => {
    expect(parse(sent)).toEqual(filter);
  });

  it.each<[string, string]>([
    [`{"must":[${NEW_CONDITION}],"category":"new"}`, 'filter.category: unknown field beside must, should and must_not'],
    ['{"must":null,"$and":[]}', 'filter.$and: unknown field beside must, should and must_not'],
    ['{"must":null,"min_should":{}}', 'filter.min_should: unknown field beside must, should and must_not'],
    ['{"must":[],"should":"x"}', 'filter.should: expected a list of conditions'],
    ['{"must":["x"]}', 'filter.must[0]: expected a condition'],
    ['{"must_not":[null]}', 'filter.must_not[0]: expected a condition'],
    ['{"should":[[]]}', 'filter.should[0]: expected a condition'],
    ['{"must":[{"filter":[]}]}', 'filter.must[0].filter: expected an object'],
    ['{"must":[{"must":[{"key":1,"match":{"value":1}}]}]}', 'filter.must[0].must[0].key: expected a string'],
  ])('refuses %s', (sent, reason) => {
    expect(errorOf(sent).details).toEqual({ field: 'filter', reason });
  });
});

describe('a tagged condition', () => {
  const tagged = (type: string, fields: string): string => `{"type":"${type}","key":"k",${fields}}`;

  it.each<[string, Filter]>([
    [tagged('match', '"match_value":"new"'), NEW],
    [tagged('match', '"match_value":1'), either('k', number('1'))],
    [tagged('match', '"match_value":1.5'), either('k', number('1.5'))],
    [tagged('match', '"match_value":false'), either('k', false)],
    [tagged('match', '"match_value":null'), and(exists('k'), not(is('k', null)))],
    [tagged('match', '"match_value":{"text":"a","type":"exact"}'), is('k', 'a')],
    [tagged('match', '"match_value":{"text":"a","type":"prefix"}'), text('prefix', 'a')],
    [tagged('match', '"match_value":{"text":"a","type":"suffix"}'), text('suffix', 'a')],
    [tagged('match', '"match_value":{"type":"contains","text":"%"}'), text('contains', '%')],
    [tagged('range', '"range":{"gt":1}'), and(compare('k', '>', { number: '1' }))],
    [tagged('range', '"range":{"lt":"b","gte":"a","gt":null,"lte":null}'), and(compare('k', '>=', 'a'), compare('k', '<', 'b'))],
    [tagged('values_count', '"values_count":{"gte":1,"lt":3}'), and(size('>=', '1'), size('<', '3'))],
    [tagged('values_count', '"values_count":{"gt":0,"lte":2.0}'), and(size('>', '0'), size('<=', '2.0'))],
    [
      tagged('geo_bounding_box', '"geo_bounding_box":{"top_right":{"lat":2,"lon":3.5},"bottom_left":{"lat":-2,"lon":-3}}'),
      { kind: 'geo_box', field: 'k', southWest: { lat: -2, lon: -3 }, northEast: { lat: 2, lon: 3.5 } },
    ],
    [
      tagged('geo_radius', '"geo_radius":{"center":{"lat":1,"lon":-180},"radius":1e3}'),
      { kind: 'geo_radius', field: 'k', center: { lat: 1, lon: -180 }, metres: 1000 },
    ],
  ])('reads %s', (sent, filter) => {
    expect(condition(sent)).toEqual(filter);
  });

  it('takes a box across the 180th meridian for two', () => {
    const corners = '{"top_right":{"lat":2,"lon":-170},"bottom_left":{"lat":-2,"lon":170}}';
    expect(condition(`{"key":"k","geo_bounding_box":${corners}}`)).toEqual(
      or(
        { kind: 'geo_box', field: 'k', southWest: { lat: -2, lon: 170 }, northEast: { lat: 2, lon: 180 } },
        { kind: 'geo_box', field: 'k', southWest: { lat: -2, lon: -180 }, northEast: { lat: 2, lon: -170 } },
      ),
    );
  });

  it('has keys with dots like any other', () => {
    expect(condition('{"type":"match","key":"a.b","match_value":null}')).toEqual(
      dotted('a.b', (field) => and(exists(field), not(is(field, null)))),
    );
    expect(condition('{"type":"range","key":"a.b","range":{"gt":1,"lt":2}}')).toEqual(
      dotted('a.b', (field) => and(compare(field, '>', { number: '1' }), compare(field, '<', { number: '2' }))),
    );
  });

  it.each<[string, string]>([
    ['{"type":1,"key":"k","match_value":1}', '.type: expected a string'],
    [
      '{"type":"matches","key":"k","match_value":1}',
      '.type: expected match, nested, range, values_count, geo_bounding_box, geo_radius',
    ],
    ['{"type":"constructor","key":"k"}', '.type: expected match, nested, range, values_count, geo_bounding_box, geo_radius'],
    ['{"type":"match","match_value":1}', ': missing field key'],
    ['{"type":"match","key":"k"}', ': missing field match_value'],
    ['{"type":"match","key":1,"match_value":1}', '.key: expected a string'],
    ['{"type":"match","key":"k","match_value":[1]}', '.match_value: expected a string, a number or a boolean'],
    ['{"type":"match","key":"k","match_value":{"text":"a"}}', '.match_value: missing field type'],
    ['{"type":"match","key":"k","match_value":{"type":"exact"}}', '.match_value: missing field text'],
    ['{"type":"match","key":"k","match_value":{"text":1,"type":"exact"}}', '.match_value.text: expected a string'],
    [
      '{"type":"match","key":"k","match_value":{"text":"a","type":"fuzzy"}}',
      '.match_value.type: expected exact, prefix, suffix or contains',
    ],
    ['{"type":"match","key":"k","match_value":{"a":1}}', '.match_value.a: unknown field; expected text, type'],
    ['{"type":"match","key":"k","match":{"value":1}}', '.match: unknown field; expected type, key, match_value'],
    ['{"type":"range","key":"k"}', ': missing field range'],
    ['{"type":"range","range":{"gt":1}}', ': missing field key'],
    ['{"type":"range","key":"k","range":{"gt":1},"x":1}', '.x: unknown field; expected type, key, range'],
    ['{"type":"range","key":"k","range":1}', '.range: expected an object'],
    ['{"type":"range","key":"k","range":{}}', '.range: expected a bound'],
    ['{"type":"range","key":"k","range":{"gt":null}}', '.range: expected a bound'],
    ['{"type":"range","key":"k","range":{"gt":true}}', '.range.gt: expected a number or a string'],
    ['{"type":"range","key":"k","range":{"from":1}}', '.range.from: unknown field; expected gt, gte, lt, lte'],
    ['{"type":"range","key":"k","range":{"gt":1,"lt":"b"}}', '.range: expected bounds of one type'],
    ['{"type":"values_count","key":"k","values_count":{"gt":"1"}}', '.values_count.gt: expected a number'],
    ['{"type":"values_count","key":"k","values_count":{"gt":1.5}}', '.values_count.gt: expected a whole number from 0'],
    ['{"type":"values_count","key":"k","values_count":{"lt":-1}}', '.values_count.lt: expected a whole number from 0'],
    ['{"type":"nested"}', ': missing field filter'],
    ['{"type":"nested","key":"k","filter":{}}', '.key: unknown field; expected type, filter'],
  ])('is refused: %s', (sent, reason) => {
    expect(errorOf(`{"must":[${sent}]}`).details?.['reason']).toBe(`filter.must[0]${reason}`);
  });
});

describe('a condition of a place', () => {
  const box = (topRight: string, bottomLeft: string): string =>
    `{"must":{"key":"k","geo_bounding_box":{"top_right":${topRight},"bottom_left":${bottomLeft}}}}`;
  const circle = (body: string): string => `{"must":{"key":"k","geo_radius":${body}}}`;
  const origin = '{"lat":0,"lon":0}';

  it.each<[string, string]>([
    [box('{"lat":90.1,"lon":0}', origin), 'geo_bounding_box.top_right.lat: expected a number from -90 to 90'],
    [box('{"lat":0,"lon":-181}', origin), 'geo_bounding_box.top_right.lon: expected a number from -180 to 180'],
    [box('{"lat":0}', origin), 'geo_bounding_box.top_right: missing field lon'],
    [box(origin, '{"lat":"0","lon":0}'), 'geo_bounding_box.bottom_left.lat: expected a number'],
    [box(origin, '{"lat":1,"lon":0}'), 'geo_bounding_box: top_right is south of bottom_left'],
    [box(origin, '[0,0]'), 'geo_bounding_box.bottom_left: expected an object'],
    [box(origin, '{"lat":0,"lon":0,"alt":0}'), 'geo_bounding_box.bottom_left.alt: unknown field; expected lat, lon'],
    [circle('{"radius":1}'), 'geo_radius: missing field center'],
    [circle(`{"center":${origin}}`), 'geo_radius: missing field radius'],
    [circle(`{"center":${origin},"radius":-1}`), 'geo_radius.radius: expected a number from 0'],
    [circle(`{"center":${origin},"radius":"1"}`), 'geo_radius.radius: expected a number'],
    [circle('[]'), 'geo_radius: expected an object'],
  ])('is refused: %s', (sent, reason) => {
    expect(errorOf(sent).details?.['reason']).toBe(`filter.must.${reason}`);
  });
});

describe('a condition as in Qdrant', () => {
  it.each<[string, Filter]>([
    [NEW_CONDITION, NEW],
    ['{"key":"k","match":{"value":1.0}}', either('k', number('1.0'))],
    ['{"type":null,"key":"k","match":{"value":true,"any":null,"text":null},"range":null}', either('k', true)],
    ['{"key":"k","match":{"any":["a",1]}}', either('k', 'a', number('1'))],
    ['{"key":"k","match":{"except":["a"]}}', and(exists('k'), not(either('k', 'a')))],
    ['{"key":"k","match":{"text":"a"}}', text('contains', 'a')],
    ['{"key":"k","range":{"gte":1,"lte":2}}', and(compare('k', '>=', { number: '1' }), compare('k', '<=', { number: '2' }))],
    ['{"key":"k","values_count":{"gt":2}}', and(size('>', '2'))],
    ['{"is_null":{"key":"k"}}', is('k', null)],
    ['{"is_null":{"key":"a.b"}}', dotted('a.b', (field) => is(field, null))],
    ['{"is_empty":{"key":"k"}}', or(not(exists('k')), is('k', null), equals('k', '[]'))],
    ['{"has_id":["a",7,-1,9007199254740993]}', id('a', '7', '-1', '9007199254740993')],
    ['{"has_id":[]}', or()],
  ])('is read: %s', (sent, filter) => {
    expect(condition(sent)).toEqual(filter);
  });

  it.each<[string, string]>([
    ['{}', ': expected one of match, range, values_count, geo_bounding_box, geo_radius, is_empty, is_null, has_id, filter'],
    [
      '{"key":"k"}',
      ': expected one of match, range, values_count, geo_bounding_box, geo_radius, is_empty, is_null, has_id, filter',
    ],
    [
      '{"category":"new"}',
      '.category: unknown field; expected type, key, match, range, values_count, geo_bounding_box, geo_radius, is_empty, is_null, has_id, filter',
    ],
    ['{"match":{"value":1}}', ': missing field key'],
    ['{"key":1,"match":{"value":1}}', '.key: expected a string'],
    ['{"key":"k","match":{"value":1},"range":{"gt":1}}', ': expected either match or range'],
    ['{"key":"k","match":"x"}', '.match: expected an object'],
    ['{"key":"k","match":{}}', '.match: expected one of value, any, except, text'],
    ['{"key":"k","match":{"value":null}}', '.match: expected one of value, any, except, text'],
    ['{"key":"k","match":{"value":["a"]}}', '.match.value: expected a string, a number or a boolean'],
    ['{"key":"k","match":{"value":{"a":1}}}', '.match.value: expected a string, a number or a boolean'],
    ['{"key":"k","match":{"value":1,"any":[1]}}', '.match: expected either value or any'],
    ['{"key":"k","match":{"keyword":"a"}}', '.match.keyword: unknown field; expected value, any, except, text'],
    ['{"key":"k","match":{"any":"a"}}', '.match.any: expected a list'],
    ['{"key":"k","match":{"any":[null]}}', '.match.any[0]: expected a string, a number or a boolean'],
    ['{"key":"k","match":{"except":[]}}', '.match.except: expected a non-empty list'],
    ['{"key":"k","match":{"except":1}}', '.match.except: expected a list'],
    ['{"key":"k","match":{"text":1}}', '.match.text: expected a string'],
    ['{"key":"k","range":{}}', '.range: expected a bound'],
    ['{"key":"k","is_null":{"key":"k"}}', '.key: unknown field beside is_null'],
    ['{"is_null":"k"}', '.is_null: expected an object'],
    ['{"is_null":{}}', '.is_null: missing field key'],
    ['{"is_empty":{"key":1}}', '.is_empty.key: expected a string'],
    ['{"is_empty":{"key":"k","x":1}}', '.is_empty.x: unknown field; expected key'],
    ['{"has_id":"a"}', '.has_id: expected a list'],
    ['{"has_id":[1.5]}', '.has_id[0]: expected a string or a whole number'],
    ['{"has_id":["a",null]}', '.has_id[1]: expected a string or a whole number'],
    ['{"key":"profile","filter":{"k":"new"}}', '.key: unknown field beside filter'],
    ['{"filter":"x"}', '.filter: expected an object'],
  ])('is refused: %s', (sent, reason) => {
    expect(errorOf(`{"must":[${sent}]}`).details?.['reason']).toBe(`filter.must[0]${reason}`);
  });
});

describe('what is no filter', () => {
  it.each(['null', '"x"', '[]', '[{"k":1}]', '1', 'true'])('is refused: %s', (sent) => {
    expect(errorOf(sent)).toMatchObject({
      status: 400,
      errorType: 'parse_error',
      details: { field: 'filter', reason: 'filter: expected an object' },
    });
  });
});

describe('a filter without conditions', () => {
  const VOID = '{"filter":{}}';

  it.each([
    '{}',
    '{"must":[]}',
    '{"must":null,"should":null,"must_not":null}',
    '{"must":[],"should":[],"must_not":[]}',
    '{"$and":[]}',
    '{"$nor":[]}',
    '{"$and":[{}]}',
    '{"$or":[{},{"$and":[]}]}',
    '{"$nor":[{}]}',
    '{"$not":{}}',
    '{"$not":{"$not":{}}}',
    '{"k":{"$nin":[]}}',
    '{"k":{"$nin":[]},"a":{"$nin":[]}}',
    '{"k":{"$not":{"$nin":[]}}}',
    '{"k":{"$not":{"$in":[]}}}',
    '{"$not":{"k":[]}}',
    '{"$nor":[{"k":[]},{"a":{"$in":[]}}]}',
    '{"$not":{"k":[],"a":"x"}}',
    '{"must":[{"filter":{}}]}',
    '{"must":[{"must":[]}]}',
    '{"must":[{"type":"nested","filter":{"must":[]}}]}',
    `{"should":[${VOID},${VOID}]}`,
    `{"must_not":[${VOID}]}`,
    '{"must_not":[{"has_id":[]}]}',
    '{"must_not":[{"key":"k","match":{"any":[]}}]}',
    `{"must":{"filter":{"must":${VOID}}}}`,
  ])('is undefined: %s', (sent) => {
    expect(parse(sent)).toBeUndefined();
  });

  it.each([
    '{"k":"new","$and":[{}]}',
    '{"k":"new","a":{"$nin":[]}}',
    '{"$and":[{},{"k":"new"}]}',
    '{"k":"new","$nor":[]}',
    '{"k":"new","$nor":[{"a":[]}]}',
    `{"must":[${VOID},${NEW_CONDITION}],"should":[]}`,
    `{"must":[${NEW_CONDITION}],"should":[${VOID}]}`,
    `{"must":[${NEW_CONDITION}],"must_not":[{"has_id":[]}]}`,
  ])('is left out beside others that are all demanded: %s', (sent) => {
    expect(parse(sent)).toEqual(NEW);
  });

  it.each<[string, string]>([
    ['{"$or":[{"k":"new"},{}]}', 'filter.$or'],
    ['{"$or":[{"k":"new"},{"k":{"$nin":[]}}]}', 'filter.$or'],
    ['{"$or":[{"k":"new"},{"$not":{"k":[]}}]}', 'filter.$or'],
    ['{"$nor":[{},{"k":"new"}]}', 'filter.$nor'],
    [`{"should":[${NEW_CONDITION},${VOID}]}`, 'filter.should'],
    [`{"must_not":[${VOID},${NEW_CONDITION}]}`, 'filter.must_not'],
    [`{"must":[{"filter":{"should":[${NEW_CONDITION},{"must":[]}]}}]}`, 'filter.must[0].filter.should'],
    ['{"k":"new","$not":{}}', 'filter.$not'],
    ['{"k":"new","$nor":[{}]}', 'filter.$nor'],
    ['{"k":"new","a":{"$not":{"$nin":[]}}}', 'filter.a.$not'],
    ['{"$and":[{"k":"new"},{"$and":[{"$not":{}}]}]}', 'filter.$and[1].$and[0].$not'],
    [`{"must":[${NEW_CONDITION}],"must_not":[${VOID}]}`, 'filter.must_not'],
  ])('is refused where it would let in what nobody asked for: %s', (sent, place) => {
    expect(errorOf(sent).details?.['reason']).toBe(`${place}: has an empty condition`);
  });
});
