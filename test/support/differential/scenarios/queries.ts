import { post } from '../exchange.js';
import type { Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

const POINTS = [
  [1, 2],
  [0, 0],
  [2, 4.5],
  [-1, -2],
  [3, -1],
  [10, 20],
];

async function points(pair: Pair, space: string, embeddings: readonly (readonly number[])[] = POINTS): Promise<string> {
  const path = await pair.collection(`points_${space}`, `"configuration":{"hnsw":{"space":"${space}"}}`);
  const ids = embeddings.map((_, index) => `p${String(index)}`);
  await pair.same(
    post(`${path}/add`, {
      ids,
      embeddings,
      documents: ids.map((id, index) => (index === 1 ? null : `doc ${id}`)),
      metadatas: ids.map((_, index) => (index === 2 ? null : { n: index })),
      uris: ids.map((id, index) => (index === 0 ? `uri ${id}` : null)),
    }),
  );
  return path;
}

const withoutZero = POINTS.filter((point) => point.some((number) => number !== 0));

/** Section 11: query and distances. */
export const QUERIES: readonly Scenario[] = [
  scenario('query: the three spaces', async (pair) => {
    const [l2, ip] = [await points(pair, 'l2'), await points(pair, 'ip')];
    const cosine = await points(pair, 'cosine', withoutZero);
    for (const path of [l2, ip, cosine]) {
      for (const query of ['[1,2]', '[0.5,-3]', '[100,1]', '[1e-3,2e-3]']) {
        await pair.same(post(`${path}/query`, `{"query_embeddings":[${query}]}`));
      }
    }
  }),
  scenario('query: each include, echoed as given', async (pair) => {
    const path = await points(pair, 'l2');
    const includes = [
      '[]',
      '["distances"]',
      '["documents"]',
      '["metadatas"]',
      '["embeddings"]',
      '["uris"]',
      '["uris","embeddings","distances","documents","metadatas"]',
    ];
    for (const include of [...includes, 'null', '["data"]', '["distances","distances"]', '"distances"']) {
      await pair.same(post(`${path}/query`, `{"query_embeddings":[[1,2]],"include":${include}}`));
    }
  }),
  scenario('query: no, one, several embeddings', async (pair) => {
    const path = await points(pair, 'l2');
    const embeddings = ['[]', '[[1,2]]', '[[1,2],[3,4],[0,0]]', '[[1,2],[1,2]]'];
    const wrong = [
      'null',
      '[1,2]',
      '[[]]',
      '[[1]]',
      '[[1,2,3]]',
      '[[1,2],[1]]',
      '["AADAPwAAIEA="]',
      '[["1",2]]',
      '"x"',
      '[null]',
      '[[null,1]]',
    ];
    for (const list of [...embeddings, ...wrong]) await pair.same(post(`${path}/query`, `{"query_embeddings":${list}}`));
    await pair.all(post(`${path}/query`, '{}'), post(`${path}/query`, '[]'), post(`${path}/query`, '{"query_texts":["x"]}'));
  }),
  scenario('query: n_results', async (pair) => {
    const path = await points(pair, 'l2');
    for (const limit of ['0', '1', '3', '100', '1000000', 'null', '-1', '1.5', '"1"', '4294967296', 'true', '1.0']) {
      await pair.same(post(`${path}/query`, `{"query_embeddings":[[1,2]],"n_results":${limit}}`));
    }
    await pair.same(post(`${path}/query`, '{"query_embeddings":[[1,2]],"n_results":2}'));
  }),
  scenario('query: query parameters change nothing', async (pair) => {
    const path = await points(pair, 'l2');
    await pair.all(
      post(`${path}/query?limit=1`, '{"query_embeddings":[[1,2]],"n_results":3}'),
      post(`${path}/query?limit=1&offset=2`, '{"query_embeddings":[[1,2]],"n_results":3}'),
    );
  }),
  scenario('query: ids and filters choose before the search', async (pair) => {
    const path = await points(pair, 'l2');
    const choices = [
      '"ids":["p5","p3"]',
      '"ids":["p3","p3"]',
      '"ids":[]',
      '"ids":null',
      '"where":{"n":{"$gte":4}}',
      '"where":{"n":99}',
      '"where":{"n":{"$ne":0}},"n_results":2',
    ];
    const more = [
      '"ids":["p5","p3"],"where":{"n":5}',
      '"where_document":{"$contains":"p4"}',
      '"where":{"n":{"$lt":4}},"where_document":{"$regex":"p[03]"}',
      '"where":{}',
      '"ids":"p1"',
      '"ids":[1]',
    ];
    for (const choice of [...choices, ...more])
      await pair.same(post(`${path}/query`, `{"query_embeddings":[[1,2],[9,9]],${choice}}`));
  }),
  scenario('query: an empty collection takes any dimension, an emptied one only its own', async (pair) => {
    const empty = await pair.collection('empty');
    for (const include of ['', ',"include":["embeddings","uris"]', ',"where":{"n":1}', ',"ids":[]']) {
      await pair.same(post(`${empty}/query`, `{"query_embeddings":[[1,2,3],[1]]${include}}`));
      await pair.same(post(`${empty}/query`, `{"query_embeddings":[[1,2,3]]${include}}`));
    }
    const path = await points(pair, 'l2');
    await pair.all(
      post(`${path}/delete`, '{"where":{"$and":[]}}'),
      post(`${path}/query`, '{"query_embeddings":[[1,2]]}'),
      post(`${path}/query`, '{"query_embeddings":[[1,2,3]]}'),
    );
  }),
  scenario('query: equal distances', async (pair) => {
    const path = await points(pair, 'l2', [
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
      [2, 0],
      [0, 2],
    ]);
    for (const limit of [1, 2, 4, 5, 6])
      await pair.same(post(`${path}/query`, `{"query_embeddings":[[0,0]],"n_results":${String(limit)}}`));
  }),
  scenario('query: the nearest after updates and deletes', async (pair) => {
    const path = await points(pair, 'l2');
    const query = post(`${path}/query`, '{"query_embeddings":[[1,2]],"n_results":10}');
    await pair.all(
      post(`${path}/update`, '{"ids":["p5"],"embeddings":[[1,2.1]]}'),
      query,
      post(`${path}/delete`, '{"ids":["p0"]}'),
      query,
      post(`${path}/upsert`, '{"ids":["p0","p9"],"embeddings":[[50,50],[1.1,2]]}'),
      query,
    );
  }),
  scenario('query: many dimensions', async (pair) => {
    const random = (seed: number): readonly number[] =>
      Array.from({ length: 300 }, (_, index) => Math.fround(Math.sin(seed * 12.9898 + index * 78.233)));
    for (const space of ['l2', 'ip', 'cosine']) {
      const path = await points(pair, space, [1, 2, 3, 4, 5, 6, 7, 8].map(random));
      await pair.same(
        post(`${path}/query`, { query_embeddings: [random(3), random(99)], n_results: 5, include: ['distances', 'embeddings'] }),
      );
    }
  }),
];
