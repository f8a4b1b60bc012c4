import { post } from '../exchange.js';
import type { Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';
import { filtered } from './filtered.js';

const DOCUMENTS = [
  'Hello World',
  'hello there',
  '100% e_t x\\%',
  'it\'s a "quote" \\ back',
  null,
  '',
  'Ünïcode ПРИВЕТ 漢字',
  'line one\nline two',
];

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

/** Section 10: filters on documents. */
export const DOCUMENT_FILTERS: readonly Scenario[] = [
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
    const needles = [
      'Hello',
      'hello',
      'HELLO',
      '%',
      '_',
      '\\',
      '\\%',
      '"',
      "'",
      'привет',
      'ПРИВЕТ',
      '漢',
      '漢字',
      'e',
      'e_',
      '',
      ' ',
      'o W',
      'zzz',
      '\n',
      'ï',
      'nï',
      '.*',
      '100% e_t',
    ];
    await filtered(pair, await documents(pair), 'where_document', [
      ...text('$contains', needles),
      ...text('$not_contains', needles),
    ]);
  }),
  scenario('where_document: regex', async (pair) => {
    const patterns = [
      '(?i)hello',
      '^$',
      '^Hello',
      'there$',
      'one$',
      '(?m)one$',
      '\\d+',
      '\\bWorld\\b',
      '[Hh]ello',
      'l{2}',
      'e.t',
      'one.line',
      '(?s)one.line',
      '\\p{Cyrillic}+',
      'ПРИВЕТ|there',
      '(?i)привет',
      '',
      '.*',
      'x\\\\%',
      '[^\\x00-\\x7f]',
      'lo+ (World|there)',
      '\\w+\\s\\w+',
      '(?:a|b)c?',
      '(?P<n>l+)o',
      '\\S{3,5}',
      '(?x) hello # comment',
      '[[:digit:]]',
      'a{0}',
      '\\u{6F22}',
    ];
    await filtered(pair, await documents(pair), 'where_document', [...text('$regex', patterns), ...text('$not_regex', patterns)]);
  }),
  scenario('where_document: a bad regex', async (pair) => {
    const patterns = [
      '[',
      '(',
      'a{2,1}',
      '(?=x)',
      '(?!x)',
      '(?<=x)y',
      '(a)\\1',
      '*a',
      'a**',
      '\\',
      '(?z)',
      '[b-a]',
      '\\p{Nope}',
      '\\8',
      'a{99999}',
      ')',
    ];
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
];
