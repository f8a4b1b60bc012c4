import { post } from '../exchange.js';
import type { Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';
import { filtered } from './filtered.js';

const RECORDS: readonly (readonly [id: string, metadata: string])[] = [
  ['i1', '{"v":1}'],
  ['f1', '{"v":1.0}'],
  ['f15', '{"v":1.5}'],
  ['s1', '{"v":"1"}'],
  ['bt', '{"v":true}'],
  ['bf', '{"v":false}'],
  ['none', 'null'],
  ['i2', '{"v":2}'],
  ['arr_s', '{"v":["a","b"]}'],
  ['arr_i', '{"v":[1,2]}'],
  ['arr_f', '{"v":[1.0,2.5]}'],
  ['arr_b', '{"v":[true]}'],
  ['neg', '{"v":-1}'],
];

async function table(pair: Pair): Promise<string> {
  const path = await pair.collection('truth');
  const ids = RECORDS.map(([id]) => `"${id}"`).join(',');
  const metadatas = RECORDS.map(([, metadata]) => metadata).join(',');
  const embeddings = RECORDS.map((_, index) => `[${String(index)}]`).join(',');
  await pair.same(post(`${path}/add`, `{"ids":[${ids}],"embeddings":[${embeddings}],"metadatas":[${metadatas}]}`));
  return path;
}

/** Section 10: where. */
export const FILTERS: readonly Scenario[] = [
  scenario('where: the truth table, equality', async (pair) => {
    const operands = ['1', '1.0', '"1"', 'true', 'false', '2', '-1', '1.0e0', '"a"', '"true"', '0', '10e-1'];
    const filters = operands.flatMap((operand) => [`{"v":${operand}}`, `{"v":{"$eq":${operand}}}`, `{"v":{"$ne":${operand}}}`]);
    await filtered(pair, await table(pair), 'where', filters);
  }),
  scenario('where: the truth table, order', async (pair) => {
    const operands = ['1', '1.0', '0', '-1', '2', '2.0', '9223372036854775807', '-9223372036854775808', '1e300'];
    const operators = ['$gt', '$gte', '$lt', '$lte'];
    const filters = operands.flatMap((operand) => operators.map((operator) => `{"v":{"${operator}":${operand}}}`));
    await filtered(pair, await table(pair), 'where', filters);
  }),
  scenario('where: the truth table, lists', async (pair) => {
    const lists = [
      '[1,2]',
      '[1]',
      '["1"]',
      '["1","a"]',
      '[true]',
      '[true,false]',
      '[1.0]',
      '[1.0,2]',
      '[-1,99]',
      '[1,1]',
      '["zz"]',
    ];
    await filtered(
      pair,
      await table(pair),
      'where',
      lists.flatMap((list) => [`{"v":{"$in":${list}}}`, `{"v":{"$nin":${list}}}`]),
    );
  }),
  scenario('where: the truth table, elements of arrays', async (pair) => {
    const operands = ['1', '1.0', '"a"', '"A"', '"b"', 'true', 'false', '2', '2.5', '"1"', '99', '""'];
    const filters = operands.flatMap((operand) => [`{"v":{"$contains":${operand}}}`, `{"v":{"$not_contains":${operand}}}`]);
    await filtered(pair, await table(pair), 'where', filters);
  }),
  scenario('where: a key that no record has', async (pair) => {
    const operators = [
      '"$eq":1',
      '"$ne":1',
      '"$gt":1',
      '"$lt":1',
      '"$in":[1]',
      '"$nin":[1]',
      '"$contains":1',
      '"$not_contains":1',
    ];
    await filtered(
      pair,
      await table(pair),
      'where',
      operators.map((operator) => `{"nobody":{${operator}}}`),
    );
  }),
  scenario('where: and, or, nested, of one, of none', async (pair) => {
    await filtered(pair, await table(pair), 'where', [
      '{"$and":[{"v":{"$gt":0}},{"v":{"$lt":2}}]}',
      '{"$or":[{"v":"1"},{"v":true}]}',
      '{"$and":[{"v":1}]}',
      '{"$or":[{"v":1}]}',
      '{"$and":[]}',
      '{"$or":[]}',
      '{"$and":[{"$or":[{"v":1},{"v":2}]},{"v":{"$ne":2}}]}',
      '{"$or":[{"$and":[{"v":{"$gte":1}},{"v":{"$lte":1}}]},{"v":{"$contains":"a"}}]}',
      '{"$and":[{"$or":[]},{"v":1}]}',
      '{"$or":[{"$and":[]},{"v":1}]}',
      '{"$and":[{"v":{"$ne":1}},{"v":{"$ne":"1"}},{"v":{"$nin":[true,false]}},{"v":{"$not_contains":1}}]}',
    ]);
  }),
  scenario('where: every invalid form', async (pair) => {
    await filtered(pair, await table(pair), 'where', [
      '{}',
      '{"v":1,"w":2}',
      '{"v":{"$gt":1,"$lt":2}}',
      '{"v":{}}',
      '{"v":{"$exists":true}}',
      '{"v":{"$not":1}}',
      '{"v":{"$regex":"a"}}',
      '{"v":null}',
      '{"v":{"$eq":null}}',
      '{"v":[1]}',
      '{"v":{"$eq":[1]}}',
      '{"v":{"$eq":{}}}',
      '{"$and":{"v":1}}',
      '{"$and":"x"}',
      '{"$and":[1]}',
      '{"$and":[{}]}',
      '{"$or":null}',
      '{"$not":[{"v":1}]}',
      '"v"',
      '[]',
      '5',
      'true',
      '{"v":{"$gt":"1"}}',
      '{"v":{"$gt":true}}',
      '{"v":{"$gt":null}}',
      '{"v":{"$gt":[1]}}',
      '{"v":{"$in":[]}}',
      '{"v":{"$in":[null]}}',
      '{"v":{"$in":1}}',
      '{"v":{"$in":"x"}}',
      '{"v":{"$in":[1,"1"]}}',
      '{"v":{"$in":[1,1.5]}}',
      '{"v":{"$in":["a",1]}}',
      '{"v":{"$in":[true,1]}}',
      '{"v":{"$in":[[1]]}}',
      '{"v":{"$nin":[]}}',
      '{"v":{"$contains":null}}',
      '{"v":{"$contains":[1]}}',
      '{"v":{"eq":1}}',
      '{"v":{"v":1}}',
      '{"v":9223372036854775808}',
      '{"v":18446744073709551615}',
      '{"v":18446744073709551616}',
      '{"v":-9223372036854775809}',
      '{"v":1e400}',
      '{"v":-0}',
      '{"v":{"$gt":9223372036854775808}}',
      '{"v":{"$in":[9223372036854775808]}}',
      '{"$eq":1}',
      '{"$foo":1}',
      '{"$foo":{"$ne":1}}',
      '{"$contains":"x"}',
      '{"$":1}',
      '{"$gt":{"v":1}}',
      '{"v":{"$and":[{"v":1}]}}',
    ]);
  }),
  scenario('where: nested a hundred deep', async (pair) => {
    const deep = (levels: number): string => `${'{"$and":['.repeat(levels)}{"v":1}${']}'.repeat(levels)}`;
    await filtered(pair, await table(pair), 'where', [deep(20), deep(40), deep(60), deep(63), deep(70)]);
  }),
];
