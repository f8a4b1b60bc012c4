import { post, withBody } from '../exchange.js';
import type { Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

/** The parts of a write, each with what is wrong with it: the collection has two dimensions. */
const WRITE_MISTAKES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'an empty id': { ids: '["","b"]' },
  'an overflow': { embeddings: '[[1e39,1],[1,2]]' },
  'no components': { embeddings: '[[],[1,2]]' },
  'two dimensions': { embeddings: '[[1,2],[1,2,3]]' },
  'another dimension': { embeddings: '[[1,2,3],[1,2,3]]' },
  'too few embeddings': { embeddings: '[[1,2]]' },
  'too few embeddings of another dimension': { embeddings: '[[1,2,3]]' },
  'no base64': { embeddings: '["!!!","!!!"]' },
  'base64 of another dimension': { embeddings: '["AACAPw==","AACAPw=="]' },
  'too few documents': { documents: '["x"]' },
  'a reserved key': { metadatas: '[{"#x":1},null]' },
  'a sparse vector': { metadatas: '[{"s":{"indices":[1],"values":[0.5]}},null]' },
  'a wrong sparse vector': { metadatas: '[{"s":{"indices":[2,1],"values":[0.5,1]}},null]' },
};

/** Without those that are none while the collection has no dimension. */
const REFUSED_AT_FIRST = Object.entries(WRITE_MISTAKES)
  .filter(([name]) => !name.includes('another dimension'))
  .map(([, mistake]) => mistake);

const GOOD = { ids: '["a","b"]', embeddings: '[[1,2],[3,4]]' };

function bodyOf(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;
}

/** Every body with two mistakes in different fields. */
function pairsOf(
  mistakes: Readonly<Record<string, Readonly<Record<string, string>>>>,
  good: Readonly<Record<string, string>>,
): readonly string[] {
  const all = Object.values(mistakes);
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter((other) => !Object.keys(other).some((name) => name in one))
      .map((other) => bodyOf({ ...good, ...one, ...other })),
  );
}

async function prepared(pair: Pair): Promise<string> {
  const path = await pair.collection('mistakes');
  await pair.same(post(`${path}/add`, '{"ids":["z"],"embeddings":[[0,0]]}'));
  return path;
}

const READ_MISTAKES = {
  'a bad where': { where: '{}' },
  'an index that is off': { where: '{"#document":"x"}' },
  'a bad document filter': { where_document: '{}' },
  'a bad pattern': { where_document: '{"$regex":"["}' },
  'another dimension': { query_embeddings: '[[1,2,3]]' },
  'two dimensions': { query_embeddings: '[[1,2],[1]]' },
  'nothing to look for': { ids: '[]' },
};

/** Which of several mistakes is told. */
export const PRECEDENCE: readonly Scenario[] = [
  scenario('precedence: two mistakes in an add', async (pair) => {
    const path = await prepared(pair);
    for (const body of pairsOf(WRITE_MISTAKES, GOOD)) await pair.same(post(`${path}/add`, body));
  }),
  scenario('precedence: two mistakes in an upsert', async (pair) => {
    const path = await prepared(pair);
    for (const body of pairsOf(WRITE_MISTAKES, GOOD)) await pair.same(post(`${path}/upsert`, body));
  }),
  scenario('precedence: two mistakes in an update', async (pair) => {
    const path = await prepared(pair);
    for (const body of pairsOf(WRITE_MISTAKES, GOOD)) await pair.same(post(`${path}/update`, body));
  }),
  scenario('precedence: one mistake in a first write', async (pair) => {
    for (const call of ['add', 'upsert', 'update']) {
      for (const [index, mistake] of REFUSED_AT_FIRST.entries()) {
        // one collection each: a refused write fixes the dimension in Chroma (D28)
        const path = await pair.collection(`first_${call}_${String(index)}`);
        await pair.same(post(`${path}/${call}`, bodyOf({ ...GOOD, ...mistake })));
      }
    }
  }),
  scenario('precedence: two mistakes in a get, a query, a delete', async (pair) => {
    const path = await prepared(pair);
    for (const body of pairsOf(READ_MISTAKES, { query_embeddings: '[[1,2]]' })) {
      await pair.all(post(`${path}/query`, body), post(`${path}/get`, body), post(`${path}/delete`, body));
    }
    await pair.all(
      post(`${path}/delete`, '{"where":{},"limit":1}'),
      post(`${path}/delete`, '{"where_document":{"$regex":"["},"limit":1}'),
      post(`${path}/delete`, '{"ids":[],"limit":1}'),
      post(`${path}/query`, '{"query_embeddings":[[1,2,3]],"n_results":0}'),
      post(`${path}/query`, '{"query_embeddings":[[1,2,3]],"ids":[]}'),
    );
  }),
  scenario('precedence: two mistakes in a PUT', async (pair) => {
    const path = await prepared(pair);
    const configurations = ['{"hnsw":{},"spann":{}}', '{"hnsw":{"ef_search":5}}'];
    for (const configuration of configurations) {
      await pair.all(
        withBody('PUT', path, `{"new_name":"a","new_configuration":${configuration}}`),
        withBody('PUT', path, `{"new_metadata":{},"new_configuration":${configuration}}`),
        withBody('PUT', path, `{"new_name":"a","new_metadata":{}}`),
        withBody('PUT', path, `{"new_name":"a","new_metadata":{"#x":1},"new_configuration":${configuration}}`),
      );
    }
    await pair.same(post(`${path}/get`, '{}'));
  }),
];
