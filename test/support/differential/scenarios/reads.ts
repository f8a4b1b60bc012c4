import { get, post } from '../exchange.js';
import { COLLECTIONS, type Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

const UNKNOWN = '8b1e549b-4cf8-4210-bdb8-6e98deb2786f';

async function filled(pair: Pair): Promise<string> {
  const path = await pair.collection('reads');
  await pair.same(
    post(`${path}/add`, {
      ids: ['d', 'a', 'c', 'b', 'e'],
      embeddings: [
        [1, 2],
        [3, 4.5],
        [5, 6],
        [7, 8],
        [9, 10],
      ],
      documents: ['Doc D', null, 'Doc C', '', 'Doc E'],
      metadatas: [{ n: 1, s: 'x', f: 1.5, b: true }, null, { n: 2 }, {}, { n: 3, s: 'y' }],
      uris: ['u1', null, null, 'u4', ''],
    }),
  );
  return path;
}

/** Section 9 (get) and section 12 (delete, count and what a single server lacks). */
export const READS: readonly Scenario[] = [
  scenario('get: each include, echoed as given', async (pair) => {
    const path = await filled(pair);
    const includes = [
      '[]',
      '["documents"]',
      '["metadatas"]',
      '["embeddings"]',
      '["uris"]',
      '["distances"]',
      '["uris","documents","uris"]',
    ];
    const more = [
      '["embeddings","metadatas","documents","uris","distances"]',
      'null',
      '["data"]',
      '["bad"]',
      '[5]',
      '"documents"',
      '[null]',
      '["Documents"]',
    ];
    for (const include of [...includes, ...more]) {
      await pair.all(post(`${path}/get`, `{"include":${include}}`), post(`${path}/get`, `{"ids":[],"include":${include}}`));
    }
    await pair.all(post(`${path}/get`, '{}'), post(`${path}/get`, '[]'), post(`${path}/get`, '5'));
  }),
  scenario('get: insertion order whatever the ids, which collapse and may be missing', async (pair) => {
    const path = await filled(pair);
    const ids = [
      '["b","a"]',
      '["b","b","a"]',
      '["nope","a"]',
      '["nope"]',
      '[]',
      'null',
      '[""]',
      '["A"]',
      '"a"',
      '[1]',
      '[null]',
      '5',
    ];
    for (const list of ids) await pair.same(post(`${path}/get`, `{"ids":${list}}`));
  }),
  scenario('get: limit and offset', async (pair) => {
    const path = await filled(pair);
    const pages = [
      '"limit":2',
      '"limit":2,"offset":2',
      '"limit":2,"offset":4',
      '"limit":0',
      '"offset":1',
      '"offset":5',
      '"offset":99',
    ];
    const odd = [
      '"limit":null,"offset":null',
      '"limit":4294967295,"offset":4294967295',
      '"limit":1,"ids":["c","a"]',
      '"limit":1,"offset":1,"where":{"n":{"$gt":0}}',
    ];
    const wrong = [
      '"limit":-1',
      '"limit":1.5',
      '"limit":"1"',
      '"limit":4294967296',
      '"offset":-1',
      '"offset":1.5',
      '"offset":"1"',
      '"limit":true',
      '"limit":1e2',
      '"limit":1.0',
      '"limit":[]',
    ];
    for (const page of [...pages, ...odd, ...wrong]) await pair.same(post(`${path}/get`, `{${page}}`));
  }),
  scenario('get: ids, where and where_document together', async (pair) => {
    const path = await filled(pair);
    await pair.all(
      post(`${path}/get`, '{"ids":["d","a"],"where":{"n":1}}'),
      post(`${path}/get`, '{"ids":["a"],"where":{"n":1}}'),
      post(`${path}/get`, '{"ids":["d","c","e"],"where":{"n":{"$gte":2}},"where_document":{"$contains":"Doc"}}'),
      post(
        `${path}/get`,
        '{"ids":["d","c","e"],"where":{"n":{"$gte":2}},"where_document":{"$contains":"E"},"limit":1,"offset":0}',
      ),
      post(`${path}/get`, '{"where":null,"where_document":null,"ids":null}'),
    );
  }),
  scenario('get: an empty collection, an unknown one, a wrong id', async (pair) => {
    const path = await pair.collection('empty');
    for (const target of [path, `${COLLECTIONS}/${UNKNOWN}`, `${COLLECTIONS}/nope`, `${COLLECTIONS}/${UNKNOWN.toUpperCase()}`]) {
      await pair.all(
        post(`${target}/get`, '{}'),
        post(`${target}/get`, '{"ids":["a"],"where":{"k":1},"include":["embeddings"]}'),
        get(`${target}/count`),
        post(`${target}/delete`, '{"ids":["a"]}'),
        post(`${target}/delete`, '{}'),
        post(`${target}/query`, '{"query_embeddings":[[1]]}'),
      );
    }
  }),
  scenario('delete: by ids', async (pair) => {
    const path = await filled(pair);
    for (const body of ['{"ids":["a"]}', '{"ids":["c","nope"]}', '{"ids":["b","b"]}', '{"ids":["nope"]}', '{"ids":[""]}']) {
      await pair.all(post(`${path}/delete`, body), post(`${path}/get`, '{}'), get(`${path}/count`));
    }
  }),
  scenario('delete: by filter, with and without ids', async (pair) => {
    const path = await filled(pair);
    const bodies = [
      '{"ids":["d"],"where":{"n":2}}',
      '{"ids":["d","c"],"where":{"n":2}}',
      '{"ids":[],"where":{"n":1}}',
      '{"where":{"n":99}}',
    ];
    const more = [
      '{"where_document":{"$contains":"Doc E"}}',
      '{"where":{"n":{"$ne":1}},"where_document":{"$not_contains":"x"}}',
      '{"where":{"$and":[]}}',
    ];
    for (const body of [...bodies, ...more]) await pair.all(post(`${path}/delete`, body), post(`${path}/get`, '{}'));
  }),
  scenario('delete: nothing asked, or wrongly asked', async (pair) => {
    const path = await filled(pair);
    const bodies = [
      '{}',
      '{"ids":null,"where":null,"where_document":null,"limit":null}',
      '{"ids":[]}',
      '{"ids":[],"where":null}',
      '{"where":{}}',
    ];
    const limits = [
      '{"limit":1}',
      '{"ids":["a"],"limit":1}',
      '{"ids":[],"limit":1}',
      '{"where":{"n":1},"limit":-1}',
      '{"where":{"n":1},"limit":1.5}',
    ];
    const wrong = ['[]', '{"ids":"a"}', '{"ids":[1]}', '{"where_document":{}}', '{"where":"x"}', '{"where":{"n":1},"limit":"x"}'];
    for (const body of [...bodies, ...limits, ...wrong]) await pair.all(post(`${path}/delete`, body), get(`${path}/count`));
  }),
  scenario('delete: a limit takes the first in insertion order', async (pair) => {
    const path = await filled(pair);
    for (const limit of ['0', '1', '2', '99']) {
      await pair.all(post(`${path}/delete`, `{"where":{"$and":[]},"limit":${limit}}`), post(`${path}/get`, '{}'));
    }
  }),
  scenario('count: every read level', async (pair) => {
    const path = await filled(pair);
    for (const query of [
      '',
      '?read_level=index_and_wal',
      '?read_level=index_only',
      '?read_level=index_and_bounded_wal',
      '?read_level=bad',
      '?read_level=',
      '?x=1',
    ]) {
      await pair.same(get(`${path}/count${query}`));
    }
  }),
  scenario('single server: fork and functions are told to be missing', async (pair) => {
    const path = await filled(pair);
    await pair.all(
      post(`${path}/fork`, '{"new_name":"forked"}'),
      post(`${path}/fork`, '{}'),
      post(`${path}/fork`, '{"new_name":"a"}'),
      get(`${path}/fork_count`),
      post(`${path}/functions/attach`, '{"name":"f","function_id":"record_counter","output_collection":"out"}'),
      post(`${path}/functions/attach`, '{"name":"f"}'),
      get(`${path}/functions/f`),
      post(`${path}/attached_functions/f/detach`, '{}'),
      post(`${path}/search`, '{}'),
      post(`${path}/search`, '{bad'),
      post(`${path}/conditional/get`, '{}'),
    );
  }),
];
