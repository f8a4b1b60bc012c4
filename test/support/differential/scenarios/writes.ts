import { get, post } from '../exchange.js';
import { COLLECTIONS } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';
import { ALL, EVERYTHING, written } from './written.js';

/** Section 7: add, update, upsert. */
export const WRITES: readonly Scenario[] = [
  scenario('writes: validation of ids and array lengths', async (pair) => {
    const path = await pair.collection('lengths');
    await written(pair, path, ALL, [
      '{"ids":["a"],"embeddings":[[1,2]],"documents":[]}',
      '{"ids":["a"],"embeddings":[[1,2]],"metadatas":[]}',
      '{"ids":["a"],"embeddings":[[1,2]],"uris":[]}',
      '{"ids":["a"],"embeddings":[]}',
      '{"ids":["a","b"],"embeddings":[[1,2]]}',
      '{"ids":["a"],"embeddings":[[1,2],[3,4]]}',
      '{"ids":["a"],"embeddings":[[1,2]],"documents":["x","y"]}',
      '{"ids":["a"],"embeddings":[[1,2]],"uris":["x","y"]}',
      '{"ids":["a"],"embeddings":[[1,2]],"metadatas":[null,null]}',
      '{"ids":[],"embeddings":[[1,2]]}',
      '{"ids":[""],"embeddings":[[1,2]]}',
      '{"ids":["a",""],"embeddings":[[1,2],[3,4]]}',
      '{"ids":[],"embeddings":[]}',
      '{"ids":[]}',
      '{"ids":["a"],"embeddings":[[1,2]],"documents":null,"metadatas":null,"uris":null}',
    ]);
  }),
  scenario('writes: wrong types are 422', async (pair) => {
    const path = await pair.collection('types');
    await written(pair, path, ALL, [
      '{}',
      '[]',
      '{"ids":"a","embeddings":[[1,2]]}',
      '{"ids":[1],"embeddings":[[1,2]]}',
      '{"ids":[null],"embeddings":[[1,2]]}',
      '{"ids":null,"embeddings":[[1,2]]}',
      '{"ids":["a"],"embeddings":null}',
      '{"ids":["a"]}',
      '{"ids":["a"],"embeddings":[null]}',
      '{"ids":["a"],"embeddings":[1,2]}',
      '{"ids":["a"],"embeddings":[["1"]]}',
      '{"ids":["a"],"embeddings":[[null]]}',
      '{"ids":["a"],"embeddings":"x"}',
      '{"ids":["a"],"embeddings":[[1,2]],"documents":["x",5]}',
      '{"ids":["a"],"embeddings":[[1,2]],"documents":[5]}',
      '{"ids":["a"],"embeddings":[[1,2]],"documents":"x"}',
      '{"ids":["a"],"embeddings":[[1,2]],"uris":[5]}',
      '{"ids":["a"],"embeddings":[[1,2]],"metadatas":[5]}',
      '{"ids":["a"],"embeddings":[[1,2]],"metadatas":["x"]}',
      '{"ids":["a"],"embeddings":[[1,2]],"metadatas":{"k":1}}',
      '{"ids":["a"],"embeddings":[[1,2]],"metadatas":[[]]}',
    ]);
  }),
  scenario('writes: add leaves existing ids alone, and the first of two equal ids wins', async (pair) => {
    const path = await pair.collection('adds');
    await written(
      pair,
      path,
      ['add'],
      [
        '{"ids":["a"],"embeddings":[[1,2]],"documents":["first"],"metadatas":[{"k":1}],"uris":["u1"]}',
        '{"ids":["a","b"],"embeddings":[[9,9],[3,4]],"documents":["second",null],"metadatas":[{"k":2},{"k":3}]}',
        '{"ids":["c","c"],"embeddings":[[5,6],[7,8]],"documents":["one","two"],"metadatas":[{"x":1},{"y":2}]}',
        '{"ids":["d"],"embeddings":[[1,1]],"metadatas":[{}],"documents":[""]}',
        '{"ids":["e"],"embeddings":[[1,1]],"metadatas":[{"n":null}]}',
      ],
    );
  }),
  scenario('writes: update changes only what it is given, and merges metadata', async (pair) => {
    const path = await pair.collection('updates');
    await pair.same(
      post(
        `${path}/add`,
        '{"ids":["a","b"],"embeddings":[[1,2],[3,4]],"documents":["doc",null],"metadatas":[{"k1":"v1","k2":2,"k3":3.0,"k4":true},null],"uris":["u1",null]}',
      ),
    );
    await written(
      pair,
      path,
      ['update'],
      [
        '{"ids":["a"],"metadatas":[{"k2":null,"k1":"new","k5":"add"}]}',
        '{"ids":["a"],"metadatas":[null],"documents":[null],"uris":[null],"embeddings":[null]}',
        '{"ids":["a"],"metadatas":[{}]}',
        '{"ids":["a","zzz"],"documents":["A","Z"]}',
        '{"ids":["a"],"documents":[""]}',
        '{"ids":["a"],"uris":["u2"]}',
        '{"ids":["a"],"embeddings":[[9,8]]}',
        '{"ids":["a","b"],"embeddings":[null,[5,6]],"documents":[null,"now"]}',
        '{"ids":["a"],"metadatas":[{"k3":"string now","k1":[1,2]}]}',
        '{"ids":["a"],"metadatas":[{"k1":[3]}]}',
        '{"ids":["a"],"metadatas":[{"k1":[]}]}',
        '{"ids":["b","b"],"metadatas":[{"x":1},{"x":2,"y":3}],"documents":["one","two"]}',
        '{"ids":["b"],"metadatas":[{"x":null,"y":null}]}',
        '{"ids":["a"],"metadatas":[{"k1":null,"k3":null,"k4":null,"k5":null}]}',
        '{"ids":["a"]}',
      ],
    );
  }),
  scenario('writes: upsert inserts or updates, one record after the other', async (pair) => {
    const path = await pair.collection('upserts');
    await pair.same(
      post(
        `${path}/add`,
        '{"ids":["a"],"embeddings":[[1,2]],"documents":["doc"],"metadatas":[{"k":1,"old":true}],"uris":["u1"]}',
      ),
    );
    await written(
      pair,
      path,
      ['upsert'],
      [
        '{"ids":["a","n"],"embeddings":[[3,4],[5,6]],"metadatas":[{"m":1},{"m":2}]}',
        '{"ids":["a"],"embeddings":[[7,8]],"documents":["new"],"metadatas":[{"old":null}],"uris":["u2"]}',
        '{"ids":["p"],"embeddings":[[1,1]],"metadatas":[{"gone":null,"kept":1}]}',
        '{"ids":["q"],"embeddings":[[1,1]],"metadatas":[{"gone":null}]}',
        '{"ids":["r","r"],"embeddings":[[1,1],[2,2]],"metadatas":[{"a":1},{"b":2}],"documents":["one",null]}',
        '{"ids":["r","r"],"embeddings":[[3,3],[4,4]],"metadatas":[{"a":null},{"a":5}],"documents":[null,"two"]}',
        '{"ids":["a"],"embeddings":[[7,8]],"metadatas":[null],"documents":[null]}',
      ],
    );
  }),
  scenario('writes: upsert keeps the place of a record, delete and add gives a new one', async (pair) => {
    const path = await pair.collection('places');
    await pair.all(
      post(`${path}/add`, '{"ids":["c","a","b"],"embeddings":[[1],[2],[3]]}'),
      post(`${path}/upsert`, '{"ids":["b","a","z"],"embeddings":[[4],[5],[6]]}'),
      post(`${path}/update`, '{"ids":["c"],"documents":["x"]}'),
      post(`${path}/get`, EVERYTHING),
      post(`${path}/delete`, '{"ids":["c"]}'),
      post(`${path}/add`, '{"ids":["y","c"],"embeddings":[[7],[8]]}'),
      post(`${path}/get`, EVERYTHING),
    );
  }),
  scenario('writes: ids may be any string', async (pair) => {
    const path = await pair.collection('ids');
    const ids = [
      'a b',
      'a/b',
      'a%20b',
      '🙂',
      'é',
      'é',
      "it's",
      '"',
      '\\',
      '\n\t',
      'x'.repeat(5000),
      'NULL',
      '😀'.repeat(300),
      '#id',
      '$x',
      ' ',
    ];
    const body = JSON.stringify({ ids, embeddings: ids.map((_, index) => [index]) });
    await pair.all(post(`${path}/add`, body), post(`${path}/get`, '{}'), get(`${path}/count`));
    for (const id of ids) await pair.same(post(`${path}/get`, JSON.stringify({ ids: [id] })));
    await pair.same(post(`${path}/delete`, JSON.stringify({ ids })));
  }),
  scenario('writes: more records in one request than are announced', async (pair) => {
    const path = await pair.collection('many');
    const ids = Array.from({ length: 6000 }, (_, index) => `id-${String(index)}`);
    const body = JSON.stringify({
      ids,
      embeddings: ids.map((_, index) => [index, 1]),
      metadatas: ids.map((_, index) => ({ n: index })),
    });
    await pair.all(
      post(`${path}/add`, body),
      get(`${path}/count`),
      post(`${path}/get`, '{"limit":3,"offset":5990}'),
      post(`${path}/get`, '{"where":{"n":{"$gte":5998}}}'),
      post(`${path}/upsert`, body),
      post(`${path}/update`, body),
      get(`${path}/count`),
      post(`${path}/delete`, JSON.stringify({ ids })),
      get(`${path}/count`),
    );
  }),
  scenario('writes: an unknown collection or a wrong id', async (pair) => {
    for (const id of ['8b1e549b-4cf8-4210-bdb8-6e98deb2786f', 'nope', 'ids']) {
      for (const call of ALL) await pair.same(post(`${COLLECTIONS}/${id}/${call}`, '{"ids":["a"],"embeddings":[[1,2]]}'));
    }
  }),
];
