import { fieldsFor } from './field-map.js';
import { BadLine, recordOfForeign } from './record-line.js';

const FIELDS = fieldsFor(
  new Map([
    ['embedding', null],
    ['metadata', null],
  ]),
  new Map(),
);
const ALL = fieldsFor(new Map([['embedding', null]]), new Map([['metadata', '*']]));

function read(line: string, fields = FIELDS): unknown {
  const { id, embedding, document, metadata } = recordOfForeign(line, fields);
  return [id, embedding === null ? null : Array.from(embedding), document, metadata];
}

it.each([
  ['{"id":"a","embedding":[1,-0.5,1e2],"document":"x","metadata":{"n":1.0}}', ['a', [1, -0.5, 100], 'x', '{"n":1.0}']],
  ['{ "embedding" : [ 1 , 2 ] , "id" : "a" }', ['a', [1, 2], null, null]],
  // in a text it is none
  ['{"id":"a","document":"{\\"embedding\\":[9]}","embedding":[1]}', ['a', [1], '{"embedding":[9]}', null]],
  ['{"id":"a","document":",","embedding":[1]}', ['a', [1], ',', null]],
  // in the metadata it is theirs
  ['{"id":"a","embedding":[1],"metadata":{"embedding":[2,3]}}', ['a', [1], null, '{"embedding":[2,3]}']],
  ['{"id":"a","metadata":{"embedding":[2,3]},"embedding":[1]}', ['a', [1], null, '{"embedding":[2,3]}']],
  // the last one of a name counts, as it does in JSON
  ['{"id":"a","embedding":[1],"embedding":[2]}', ['a', [2], null, null]],
])('%s', (line, record) => {
  expect(read(line)).toEqual(record);
});

it('with all other fields as metadata the embedding is none of them', () => {
  expect(read('{"id":"a","embedding":[1],"genre":"drama"}', ALL)).toEqual(['a', [1], null, '{"genre":"drama"}']);
});

it.each([
  ['{"id":"a","embedding":[1,]}', /no JSON/],
  ['{"id":"a","embedding":[01]}', /no JSON/],
  ['{"id":"a","embedding":[]}', /no list of numbers/],
  ['{"id":"a","embedding":["1"]}', /no list of numbers/],
  ['{"id":"a","metadata":{"embedding":[1]}}', /it has no vector/],
  ['{"id":"a","embedding":[1]', /no JSON/],
])('%s is no record', (line, words) => {
  expect(() => recordOfForeign(line, FIELDS)).toThrow(BadLine);
  expect(() => recordOfForeign(line, FIELDS)).toThrow(words);
});
