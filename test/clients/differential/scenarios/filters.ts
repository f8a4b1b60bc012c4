import { post } from '../exchange.js';
import type { Pair } from '../pair.js';
import { scenario, type Scenario } from '../scenario.js';

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

/** The same filter in get and query. Neither has anything of its own to say about filters. */
async function filtered(pair: Pair, path: string, field: string, filters: readonly string[]): Promise<void> {
  for (const filter of filters) {
    await pair.all(
      post(`${path}/get`, `{"${field}":${filter}}`),
      post(`${path}/query`, `{"query_embeddings":[[0]],"n_results":50,"${field}":${filter}}`),
    );
  }
}

const DOCUMENTS = ['Hello World', 'hello there', '100% e_t x\\%', 'it\'s a "quote" \\ back', null, '', 'Ünïcode ПРИВЕТ 漢字', 'line one\nline two'];

async function documents(pair: Pair): Promise<string> {
  const path = await pair.collection('documents');
  await pair.same(
    post(`${path}/add`, {
      ids: DOCUMENTS.map((_, index) => `d${String(index + 1)}`),
      embeddings: DOCUMENTS.map((_, index) => [index]),
      documents: DOCUMENTS,
      metadatas: DOCUMENTS.map((_, index) => ([1, 2, null, null, 1][index] === undefined ? null : { a: [1, 2, 3, 4, 1][index] })),
    }),
  );
  return path;
}

const text = (operator: string, operands: readonly string[]): readonly string[] =>
  operands.map((operand) => JSON.stringify({ [operator]: operand }));

/** Section 10: where and where_document. */
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
    const lists = ['[1,2]', '[1]', '["1"]', '["1","a"]', '[true]', '[true,false]', '[1.0]', '[1.0,2]', '[-1,99]', '[1,1]', '["zz"]'];
    await filtered(pair, await table(pair), 'where', lists.flatMap((list) => [`{"v":{"$in":${list}}}`, `{"v":{"$nin":${list}}}`]));
  }),
  scenario('where: the truth table, elements of arrays', async (pair) => {
    const operands = ['1', '1.0', '"a"', '"A"', '"b"', 'true', 'false', '2', '2.5', '"1"', '99', '""'];
    const filters = operands.flatMap((operand) => [`{"v":{"$contains":${operand}}}`, `{"v":{"$not_contains":${operand}}}`]);
    await filtered(pair, await table(pair), 'where', filters);
  }),
  scenario('where: a key that no record has', async (pair) => {
    const operators = ['"$eq":1', '"$ne":1', '"$gt":1', '"$lt":1', '"$in":[1]', '"$nin":[1]', '"$contains":1', '"$not_contains":1'];
    await filtered(pair, await table(pair), 'where', operators.map((operator) => `{"nobody":{${operator}}}`));
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
  scenario('where: special keys', async (pair) => {
    await filtered(pair, await documents(pair), 'where', [
      '{"#document":{"$contains":"Hello"}}',
      '{"#document":{"$not_contains":"Hello"}}',
      '{"#document":{"$regex":"(?i)hello"}}',
      '{"#document":{"$not_regex":"(?i)hello"}}',
      '{"#document":"Hello World"}',
      '{"#document":{"$eq":"Hello World"}}',
      '{"#document":{"$ne":"Hello World"}}',
      '{"#document":{"$in":["Hello World"]}}',
      '{"#document":{"$nin":["Hello World"]}}',
      '{"#document":{"$contains":5}}',
      '{"#document":{"$regex":5}}',
      '{"#document":{"$gt":5}}',
      '{"#document":{"$eq":5}}',
      '{"#document":5}',
      '{"#document":true}',
      '{"#document":{"$in":[5]}}',
      '{"#document":{"$contains":true}}',
      '{"#document":{"$foo":"x"}}',
      '{"#embedding":{"$ne":1}}',
      '{"#document":{"$regex":"["}}',
      '{"$or":[{"a":2},{"#document":{"$contains":"World"}}]}',
      '{"$and":[{"a":1},{"#document":{"$not_contains":"World"}}]}',
      '{"#other":"x"}',
      '{"#other":{"$ne":"x"}}',
      '{"":1}',
      '{"#embedding":1}',
      '{"a b":{"$ne":1}}',
    ]);
  }),
  scenario('where_document: contains and not_contains are literal and case-sensitive', async (pair) => {
    const needles = ['Hello', 'hello', 'HELLO', '%', '_', '\\', '\\%', '"', "'", 'привет', 'ПРИВЕТ', '漢', '漢字', 'e', 'e_', '', ' ', 'o W', 'zzz', '\n', 'ï', 'nï', '.*', '100% e_t'];
    await filtered(pair, await documents(pair), 'where_document', [...text('$contains', needles), ...text('$not_contains', needles)]);
  }),
  scenario('where_document: regex', async (pair) => {
    const patterns = ['(?i)hello', '^$', '^Hello', 'there$', 'one$', '(?m)one$', '\\d+', '\\bWorld\\b', '[Hh]ello', 'l{2}', 'e.t', 'one.line', '(?s)one.line', '\\p{Cyrillic}+', 'ПРИВЕТ|there', '(?i)привет', '', '.*', 'x\\\\%', '[^\\x00-\\x7f]', 'lo+ (World|there)', '\\w+\\s\\w+', '(?:a|b)c?', '(?P<n>l+)o', '\\S{3,5}', '(?x) hello # comment', '[[:digit:]]', 'a{0}', '\\u{6F22}'];
    await filtered(pair, await documents(pair), 'where_document', [...text('$regex', patterns), ...text('$not_regex', patterns)]);
  }),
  scenario('where_document: a bad regex', async (pair) => {
    const patterns = ['[', '(', 'a{2,1}', '(?=x)', '(?!x)', '(?<=x)y', '(a)\\1', '*a', 'a**', '\\', '(?z)', '[b-a]', '\\p{Nope}', '\\8', 'a{99999}', ')'];
    await filtered(pair, await documents(pair), 'where_document', [...text('$regex', patterns), ...text('$not_regex', patterns)]);
  }),
  scenario('where_document: and, or, and what is wrong', async (pair) => {
    await filtered(pair, await documents(pair), 'where_document', [
      '{"$and":[{"$contains":"Hello"},{"$contains":"World"}]}',
      '{"$or":[{"$contains":"World"},{"$contains":"there"}]}',
      '{"$and":[{"$or":[{"$contains":"ello"},{"$regex":"^$"}]},{"$not_contains":"W"}]}',
      '{"$and":[]}',
      '{"$or":[]}',
      '{"$and":[{"$contains":"Hello"}]}',
      '{}',
      '{"$contains":"a","$not_contains":"b"}',
      '{"$contains":5}',
      '{"$contains":null}',
      '{"$contains":["a"]}',
      '{"$regex":5}',
      '{"$eq":"Hello World"}',
      '{"a":1}',
      '{"$and":{}}',
      '{"$and":[5]}',
      '{"$and":[{}]}',
      '"x"',
      '[]',
      '5',
    ]);
  }),
  scenario('where and where_document together, in get, query and delete', async (pair) => {
    const path = await documents(pair);
    const both = '"where":{"a":1},"where_document":{"$contains":"Hello"}';
    await pair.all(
      post(`${path}/get`, `{${both}}`),
      post(`${path}/get`, '{"where":{"a":1},"ids":["d5","d2"]}'),
      post(`${path}/query`, `{"query_embeddings":[[3]],${both}}`),
      post(`${path}/delete`, `{${both}}`),
      post(`${path}/get`, '{}'),
      post(`${path}/delete`, '{"where":{"#document":{"$contains":"there"}}}'),
      post(`${path}/get`, '{}'),
    );
  }),
  scenario('where: nested a hundred deep', async (pair) => {
    const deep = (levels: number): string => `${'{"$and":['.repeat(levels)}{"v":1}${']}'.repeat(levels)}`;
    await filtered(pair, await table(pair), 'where', [deep(20), deep(40), deep(60), deep(63), deep(70)]);
  }),
];
