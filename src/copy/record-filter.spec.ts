import { recordFilter } from './record-filter.js';

const METADATA = '{"year":1990,"score":2.0,"big":9007199254740993,"name":"a","yes":true,"list":["x"]}';

it.each([
  ['{"year": 1990}', true],
  ['{"year": 1990.0}', true],
  ['{"score": 2}', true],
  ['{"year": "1990"}', false],
  ['{"big": 9007199254740992}', false],
  ['{"big": {"$gt": 9007199254740992}}', true],
  ['{"year": {"$gte": 1990, "$lt": 1991}}', true],
  ['{"year": {"$lte": 1989.5}}', false],
  ['{"name": {"$gt": 0}}', false],
  ['{"name": {"$in": ["b", "a"]}, "yes": true}', true],
  ['{"name": {"$nin": ["a"]}}', false],
  ['{"none": {"$ne": "a"}}', true],
  ['{"none": {"$nin": ["a"]}}', true],
  ['{"none": {"$lt": 1}}', false],
  ['{"list": "x"}', false],
  ['{"$or": [{"name": "b"}, {"$and": [{"name": "a"}, {"yes": {"$ne": false}}]}]}', true],
])('%s: %s', (filter, is) => {
  expect(recordFilter(filter)({ metadata: METADATA })).toBe(is);
});

it('a record without metadata has no value of any key', () => {
  expect([recordFilter('{"n": 1}')({ metadata: null }), recordFilter('{"n": {"$ne": 1}}')({ metadata: null })]).toEqual([
    false,
    true,
  ]);
});

it.each([
  ['{', /it is no JSON/],
  ['{}', /has at least one key/],
  ['[1]', /is an object/],
  ['{"n": {"$near": 1}}', /\$near is none of/],
  ['{"$not": {"n": 1}}', /\$not does not join conditions/],
  ['{"n": {"$gt": "1"}}', /\$gt needs a number/],
  ['{"n": {"$in": []}}', /\$in needs a list/],
  ['{"n": null}', /a value is a text/],
])('%s is refused', (filter, words) => {
  expect(() => recordFilter(filter)).toThrow(words);
});
