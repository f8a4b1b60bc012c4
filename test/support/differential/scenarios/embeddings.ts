import { get, post, type WireRequest } from '../exchange.js';
import { COLLECTIONS } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';
import { ALL, written } from './written.js';

const base64 = (...items: readonly string[]): string => `{"ids":["a"],"embeddings":[${items.join(',')}]}`;
/** Section 7: dimensions, precision and base64. */
export const EMBEDDINGS: readonly Scenario[] = [
  scenario('embeddings: the first embedding fixes the dimension for good', async (pair) => {
    for (const call of ['add', 'upsert', 'update']) {
      const path = await pair.collection(`dimension_${call}`);
      const wrong = ALL.map((other): WireRequest => post(`${path}/${other}`, '{"ids":["b"],"embeddings":[[1,2]]}'));
      await pair.all(
        post(`${path}/${call}`, '{"ids":["a"],"embeddings":[[1,2,3]]}'),
        ...wrong,
        get(`${COLLECTIONS}/dimension_${call}`),
        post(`${path}/query`, '{"query_embeddings":[[1,2]]}'),
        post(`${path}/delete`, '{"where":{"$and":[]}}'),
        ...wrong,
        post(`${path}/query`, '{"query_embeddings":[[1,2]]}'),
        post(`${path}/query`, '{"query_embeddings":[[1,2,3]]}'),
      );
    }
  }),
  scenario('embeddings: bad embeddings write nothing', async (pair) => {
    const path = await pair.collection('bad');
    await written(pair, path, ALL, [
      '{"ids":["a","b"],"embeddings":[[1,2],[1]]}',
      '{"ids":["a"],"embeddings":[[]]}',
      '{"ids":["a"],"embeddings":[[1e39,1]]}',
      '{"ids":["a"],"embeddings":[[-1e39,1]]}',
      '{"ids":["a","b"],"embeddings":[[],[1]]}',
    ]);
    await pair.same(get(`${COLLECTIONS}/bad`));
  }),
  scenario('embeddings: embeddings come back as the shortest float32', async (pair) => {
    const path = await pair.collection('precise');
    const values = [
      '0.1',
      '1',
      '-0.0',
      '1e-45',
      '3.4028235e38',
      '16777217',
      '0.30000001192092896',
      '1e10',
      '123456789',
      '1e-7',
      '5e-324',
    ];
    await written(pair, path, ['add'], [`{"ids":["a"],"embeddings":[[${values.join(',')}]]}`]);
  }),
  scenario('embeddings: base64 embeddings', async (pair) => {
    const path = await pair.collection('base64');
    await written(pair, path, ALL, [
      base64('"AADAPwAAIEAAAGBA"'),
      base64('"!!!"'),
      base64('"AAAA"'),
      base64('"AADAfwAAIEAAAGBA"'),
      base64('"AACAfwAAIEAAAGBA"'),
      base64('""'),
      base64('"AADAPwAAIEAAAGB"'),
      base64('"AADAPwAAIEAAAGBA=="'),
      base64('"AADAPwAAIEA_AGBA"'),
      base64('"AADAPw=="'),
      base64('"AADAPw"'),
      '{"ids":["a","b"],"embeddings":["AADAPwAAIEAAAGBA",[1,2,3]]}',
      '{"ids":["a","b"],"embeddings":[[1,2,3],"AADAPwAAIEAAAGBA"]}',
      '{"ids":["a","b"],"embeddings":[null,"AADAPwAAIEAAAGBA"]}',
      '{"ids":["c","d"],"embeddings":["AADAPwAAIEAAAGBA","AACAPwAAAEAAAEBA"]}',
    ]);
  }),
];
