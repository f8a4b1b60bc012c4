import { get, post, type WireRequest, withBody } from '../exchange.js';
import { COLLECTIONS } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

const TENANTS = '/api/v2/tenants';
const JSON_TYPE = 'application/json';

const typed = (contentType: string, body = '{"name":"typed"}'): WireRequest => ({
  method: 'POST',
  path: COLLECTIONS,
  headers: { 'content-type': contentType },
  body,
});

/** Section 1: routes, methods, content types, bodies, query strings. */
export const HTTP: readonly Scenario[] = [
  scenario('HTTP: routes that do not exist are 404', async (pair) => {
    await pair.all(
      get('/api/v2/nothing'),
      get('/api/v2/heartbeat/'),
      get('/api/v2/Heartbeat'),
      get('/api/v3/heartbeat'),
      get(`${COLLECTIONS}/`),
      post('/api/v2/nothing', '{}'),
      post(`${COLLECTIONS}/`, '{"name":"slash"}'),
    );
  }),
  scenario('HTTP: a known route with a wrong method is 405 and names the right ones', async (pair) => {
    await pair.all(
      post('/api/v2/heartbeat', '{}'),
      { method: 'DELETE', path: '/api/v2/version' },
      get('/api/v2/reset'),
      get(TENANTS),
      { method: 'DELETE', path: `${TENANTS}/default_tenant` },
      { method: 'PATCH', path: COLLECTIONS },
      { method: 'OPTIONS', path: '/api/v2/heartbeat' },
      { method: 'OPTIONS', path: COLLECTIONS },
      get(`${COLLECTIONS}/8b1e549b-4cf8-4210-bdb8-6e98deb2786f/add`),
    );
  }),
  scenario('HTTP: a body without a content type, or of any JSON type, is JSON', async (pair) => {
    await pair.all(
      { method: 'POST', path: COLLECTIONS, body: '{"name":"untyped"}' },
      typed('application/json; charset=utf-8', '{"name":"charset"}'),
      typed('application/vnd.api+json', '{"name":"suffix"}'),
      typed('APPLICATION/JSON', '{"name":"upper"}'),
    );
  }),
  scenario('HTTP: a body of another content type is 415', async (pair) => {
    await pair.all(
      typed('text/plain'),
      typed('application/x-www-form-urlencoded', 'name=x'),
      typed('application/octet-stream'),
      typed('multipart/form-data; boundary=x'),
      typed('text/json'),
      typed(''),
      typed('nonsense'),
    );
  }),
  scenario('HTTP: a body that is not JSON is 400', async (pair) => {
    const bodies = [
      '',
      ' ',
      '{bad',
      '{"name":',
      '{"name":"x"',
      '{"name":NaN}',
      '{"name":1e400}',
      '{"name":"\\ud800"}',
      '{"name":"x"}x',
    ];
    const more = [
      '{"a":[1,',
      '{"name":"x",}',
      "{'name':'x'}",
      '{"name":"a\nb"}',
      '{"name":tru}',
      '{"name":01}',
      'nul',
      '{"a" 1}',
      '"\\x"',
    ];
    for (const body of [...bodies, ...more]) await pair.same(typed(JSON_TYPE, body));
    await pair.same({ ...typed(JSON_TYPE), body: Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00]) });
    await pair.same({ method: 'POST', path: COLLECTIONS });
  }),
  scenario('HTTP: a body of the wrong shape is 422', async (pair) => {
    const bodies = [
      '{}',
      '[]',
      '"x"',
      '5',
      'null',
      'true',
      '{"name":5}',
      '{"name":null}',
      '{"name":["a"]}',
      '{"name":{}}',
      '{"name":1.5}',
    ];
    const more = ['{"name":"abc","get_or_create":null}', '{"name":"abc","get_or_create":1}', '{"name":"abc","metadata":5}'];
    for (const body of [...bodies, ...more]) await pair.same(typed(JSON_TYPE, body));
    await pair.all(post(TENANTS, '{}'), post(TENANTS, '{"name":5}'), post(TENANTS, '[]'));
  }),
  scenario('HTTP: unknown body fields and query parameters are ignored', async (pair) => {
    await pair.all(
      typed(JSON_TYPE, '{"name":"extra","colour":"red","nested":{"a":[1]}}'),
      get(`${COLLECTIONS}?colour=red`),
      get('/api/v2/version?x=1'),
    );
  }),
  scenario('HTTP: wrong query strings are 400', async (pair) => {
    const strings = [
      'limit=-1',
      'limit=abc',
      'offset=-1',
      'limit=1.5',
      'limit=',
      'offset=x',
      'limit=4294967296',
      'limit=1&limit=2',
    ];
    for (const query of strings) await pair.same(get(`${COLLECTIONS}?${query}`));
    await pair.same(get(`${TENANTS}/default_tenant/databases?limit=abc`));
  }),
  scenario('HTTP: path parts are percent-decoded once, and a plus is a plus', async (pair) => {
    for (const name of ['a/b t', 'a%2Fb', 'a+b', 'ünï', 'q?x#y']) {
      await pair.all(post(TENANTS, { name }), get(`${TENANTS}/${encodeURIComponent(name)}`));
    }
    await pair.all(
      get(`${TENANTS}/a+b`),
      get(`${TENANTS}/a%2Bb`),
      get(`${TENANTS}/a%20b`),
      get(`${TENANTS}/%ff%fe`),
      get(`${TENANTS}/%zz`),
    );
  }),
  scenario('HTTP: HEAD answers where GET does', async (pair) => {
    await pair.all({ method: 'HEAD', path: '/api/v2/version' }, { method: 'HEAD', path: '/api/v2/nothing' });
  }),
  scenario(
    'HTTP: what is no JSON or of a wrong type is told first, then an unknown collection, then what is wrong with the values',
    async (pair) => {
      const unknown = `${COLLECTIONS}/8b1e549b-4cf8-4210-bdb8-6e98deb2786f`;
      const calls: readonly (readonly [call: string, body: string])[] = [
        ['get', '{bad'],
        ['get', '{"limit":-1}'],
        ['get', '{"where":{}}'],
        ['get', '{"where_document":{}}'],
        ['get', '{"where_document":{"$regex":"["}}'],
        ['get', '{}'],
        ['query', '{}'],
        ['query', '{"query_embeddings":[[]]}'],
        ['query', '{"query_embeddings":[[1],[1,2]]}'],
        ['delete', '{"ids":[]}'],
        ['delete', '{"limit":1}'],
        ['delete', '{"ids":["a"],"where":{}}'],
        ['add', '{"ids":["a"]}'],
        ['add', '{"ids":[],"embeddings":[]}'],
        ['add', '{"ids":["a"],"embeddings":[[]]}'],
        ['add', '{"ids":["a"],"embeddings":[[1],[2]]}'],
        ['add', '{"ids":[""],"embeddings":[[1]]}'],
        ['add', '{"ids":["a"],"embeddings":["!!!"]}'],
        ['add', '{"ids":["a"],"embeddings":[[1]],"metadatas":[{"#x":1}]}'],
        ['add', '{"ids":["a"],"embeddings":[[1]],"metadatas":[{"x":{"indices":[1],"values":[1]}}]}'],
        ['update', '{"ids":["a"],"documents":[]}'],
        ['fork', '{"new_name":"x"}'],
        ['search', '{}'],
        ['functions/attach', '{}'],
      ];
      for (const [call, body] of calls) {
        await pair.all(post(`${unknown}/${call}`, body), post(`${COLLECTIONS}/no-uuid/${call}`, body));
      }
      for (const path of [unknown, `${COLLECTIONS}/no-uuid`]) {
        await pair.all(
          withBody('PUT', path, '{"new_name":"x"}'),
          withBody('PUT', path, '{"new_metadata":{}}'),
          get(`${path}/count?read_level=bad`),
          get(`${path}/fork_count`),
        );
      }
    },
  ),
  scenario('HTTP: a body above 40 MiB is 413, plain text on record calls', async (pair) => {
    const path = await pair.collection('large');
    const filler = 'x'.repeat(40 * 1024 * 1024);
    await pair.all(
      post(`${path}/add`, `{"ids":["a"],"embeddings":[[1]],"documents":["${filler}"]}`),
      post(COLLECTIONS, `{"name":"abc","metadata":{"k":"${filler}"}}`),
      post(`${path}/get`, `{"ids":["${filler}"]}`),
    );
  }),
  scenario('HTTP: no cross-origin headers and no redirect by default', async (pair) => {
    await pair.all({ method: 'GET', path: '/api/v2/version', headers: { origin: 'https://example.org' } });
  }),
];
