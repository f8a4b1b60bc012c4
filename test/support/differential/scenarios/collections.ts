import { isJsonObject, type Json, stringifyJson } from '../../../../src/http/json.js';
import { get, post, type WireRequest, withBody } from '../exchange.js';
import { type Answers, COLLECTIONS, type Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

const DATABASE = '/api/v2/tenants/default_tenant/databases/default_database';
const UNKNOWN = '8b1e549b-4cf8-4210-bdb8-6e98deb2786f';

const create = (body: string): WireRequest => post(COLLECTIONS, body);
const update = (path: string, body: string): WireRequest => withBody('PUT', path, body);
const remove = (name: string): WireRequest => ({ method: 'DELETE', path: `${COLLECTIONS}/${name}` });

/** Compares two lists of collections without their order: it follows ids, which are random. */
async function sameList(pair: Pair, path: string): Promise<void> {
  const request = get(path);
  const { reference, candidate } = await pair.both(request);
  const sorted = (answer: Answers['reference']): Answers['reference'] => ({ ...answer, body: byName(answer.body) });
  pair.compare(request, { reference: sorted(reference), candidate: sorted(candidate) });
}

function byName(body: Json): Json {
  if (!Array.isArray(body)) return body;
  const name = (item: Json): string => stringifyJson((isJsonObject(item) ? item.get('name') : item) ?? null);
  return [...(body as readonly Json[])].sort((left, right) => (name(left) < name(right) ? -1 : 1));
}

/** Compares how many collections a page holds. */
async function sameLength(pair: Pair, path: string): Promise<void> {
  const request = get(path);
  const { reference, candidate } = await pair.both(request);
  const counted = (answer: Answers['reference']): Answers['reference'] => ({
    ...answer,
    body: Array.isArray(answer.body) ? String(answer.body.length) : answer.body,
  });
  pair.compare(request, { reference: counted(reference), candidate: counted(candidate) });
}

/** Section 5: the collection object, create, list, get, update, delete. */
export const COLLECTION_CALLS: readonly Scenario[] = [
  scenario('collections: the exact object, before and after the first embedding', async (pair) => {
    const path = await pair.collection('coll');
    await pair.all(
      get(`${COLLECTIONS}/coll`),
      post(`${path}/add`, '{"ids":["a"],"embeddings":[[1,2,3]]}'),
      get(`${COLLECTIONS}/coll`),
      get(`${COLLECTIONS}/by-id/{{coll}}`),
    );
  }),
  scenario('collections: create again, get_or_create, which leaves the existing one as it is', async (pair) => {
    await pair.named('first', create('{"name":"first","metadata":{"a":1}}'));
    await pair.all(
      create('{"name":"first"}'),
      create('{"name":"first","get_or_create":true,"metadata":{"b":2},"configuration":{"hnsw":{"space":"ip"}}}'),
      create('{"name":"first","get_or_create":false}'),
      create('{"name":"second","get_or_create":true,"metadata":{"b":2},"configuration":{"hnsw":{"space":"ip"}}}'),
      create('{"name":"first","get_or_create":true,"metadata":{}}'),
      create('{"name":"first","get_or_create":true,"configuration":{"hnsw":{},"spann":{}}}'),
      create('{"name":"third","metadata":null,"configuration":null,"schema":null}'),
    );
  }),
  scenario('collections: a missing database or tenant is 400 on create', async (pair) => {
    await pair.all(
      post('/api/v2/tenants/default_tenant/databases/nope/collections', '{"name":"abc"}'),
      post('/api/v2/tenants/nope/databases/default_database/collections', '{"name":"abc"}'),
      post('/api/v2/tenants/nope/databases/nope/collections', '{"name":"abc","get_or_create":true}'),
      post('/api/v2/tenants/default_tenant/databases/ab/collections', '{"name":"abc"}'),
      get('/api/v2/tenants/default_tenant/databases/ab/collections'),
      get('/api/v2/tenants/default_tenant/databases/ab/collections/abc'),
      get('/api/v2/tenants/default_tenant/databases/ab/collections_count'),
      post(`/api/v2/tenants/default_tenant/databases/ab/collections/${UNKNOWN}/get`, '{}'),
    );
  }),
  scenario('collections: the name rules and their messages', async (pair) => {
    const valid = ['abc', 'A-b_c.d', 'x'.repeat(512), '1.2.3', 'abc+def', '0_0', 'by-id'];
    const invalid = [
      '',
      'ab',
      'a..b',
      '1.2.3.4',
      '::1',
      '-abc',
      'abc-',
      '_abc',
      'a b c',
      'ünïcode',
      'a+b',
      'ab+cdef',
      'a+b+c',
      'abc+def+ghi',
    ];
    const more = ['x'.repeat(513), '.abc', 'a/b/c', 'abc\n', '255.255.255.255', '2001:db8::1', 'abc+', '+abc', '..', 'a..'];
    for (const name of [...valid, ...invalid, ...more]) await pair.same(create(JSON.stringify({ name })));
    await pair.all(get(`${COLLECTIONS}/by-id`), get(`${COLLECTIONS}/abc+def`), get(`${COLLECTIONS}/ab`));
  }),
  scenario('collections: metadata of every type is kept, and wrong metadata refused', async (pair) => {
    const good = [
      '{"s":"x","i":1,"f":1.0,"b":true,"big":9007199254740993}',
      '{"max":9223372036854775807,"min":-9223372036854775808}',
    ];
    const floats = [
      '{"over":9223372036854775808,"e":1e300,"t":0.1,"small":1e-7}',
      '{"chroma:x":"y","a b":1,"ключ":"я","q\\"":"\\\\"}',
    ];
    for (const [index, metadata] of [...good, ...floats].entries()) {
      await pair.all(
        create(`{"name":"good-${String(index)}","metadata":${metadata}}`),
        get(`${COLLECTIONS}/good-${String(index)}`),
      );
    }
    const bad = ['{}', '{"s":null}', '{"o":{"a":1}}', '{"":1}', '{"#x":1}', '{"$x":1}', '{"#":1}', '5', '"x"', '[]'];
    for (const metadata of bad) await pair.same(create(`{"name":"bad","metadata":${metadata}}`));
  }),
  scenario('collections: list and count', async (pair) => {
    for (const name of ['charlie', 'alpha', 'bravo', 'delta']) await pair.collection(name, '"metadata":{"k":1.0}');
    await sameList(pair, COLLECTIONS);
    for (const query of ['limit=2', 'limit=2&offset=1', 'limit=0', 'offset=3', 'offset=99', 'limit=100&offset=0']) {
      await sameLength(pair, `${COLLECTIONS}?${query}`);
    }
    await pair.all(
      get(`${DATABASE}/collections_count`),
      get('/api/v2/tenants/default_tenant/databases/nope/collections'),
      get('/api/v2/tenants/nope/databases/default_database/collections'),
      get('/api/v2/tenants/default_tenant/databases/nope/collections_count'),
      get('/api/v2/tenants/nope/databases/default_database/collections_count'),
    );
  }),
  scenario('collections: get by name and by id', async (pair) => {
    await pair.collection('here', '"metadata":{"a":1}');
    await pair.all(
      get(`${COLLECTIONS}/here`),
      get(`${COLLECTIONS}/Here`),
      get(`${COLLECTIONS}/nope`),
      get(`${COLLECTIONS}/{{here}}`),
      get(`${COLLECTIONS}/by-id/{{here}}`),
      get(`${COLLECTIONS}/by-id/here`),
      get(`${COLLECTIONS}/by-id/${UNKNOWN}`),
      get(`${COLLECTIONS}/by-id/${UNKNOWN.toUpperCase()}`),
      get('/api/v2/tenants/default_tenant/databases/nope/collections/here'),
      get('/api/v2/tenants/nope/databases/default_database/collections/here'),
      get('/api/v2/tenants/default_tenant/databases/nope/collections/by-id/{{here}}'),
      get('/api/v2/collections/no-crn'),
      get('/api/v2/collections/a:b'),
      get('/api/v2/collections/a:b:'),
      get('/api/v2/collections/a:b:c:d'),
    );
  }),
  scenario('collections: PUT renames, replaces metadata, and does nothing for nothing', async (pair) => {
    const path = await pair.collection('old', '"metadata":{"a":1,"b":"x"}');
    const bodies = [
      '{}',
      '{"new_name":null,"new_metadata":null,"new_configuration":null}',
      '{"new_name":"old"}',
      '{"new_name":"new"}',
    ];
    const names = ['{"new_name":"ab"}', '{"new_name":""}', '{"new_name":"a..b"}', '{"new_name":"1.2.3.4"}', '{"new_name":5}'];
    const metadata = [
      '{"c":2.0}',
      '{"d":null,"e":true}',
      '{}',
      '{"#x":1}',
      '{"$x":1}',
      '{"":1}',
      '{"hnsw:space":"ip"}',
      '{"hnsw:foo":1}',
    ];
    const more = ['{"only":null}', '5', '{"o":{"p":1}}', '{"big":9007199254740993,"f":1e300}'];
    const current = get(`${COLLECTIONS}/by-id/{{old}}`);
    for (const body of [...bodies, ...names]) await pair.all(update(path, body), current);
    for (const text of [...metadata, ...more]) await pair.all(update(path, `{"new_metadata":${text}}`), current);
    await pair.all(get(`${COLLECTIONS}/old`), get(`${COLLECTIONS}/new`), update(path, '[]'), update(path, '5'));
  }),
  scenario('collections: PUT updates the configuration, and only what may change', async (pair) => {
    const path = await pair.collection('tuned');
    const current = get(`${COLLECTIONS}/tuned`);
    const hnsw = [
      '{"ef_search":33}',
      '{"max_neighbors":8,"num_threads":1003}',
      '{"resize_factor":1.5,"sync_threshold":500,"batch_size":50}',
      '{}',
    ];
    const wrong = [
      '{"space":"ip"}',
      '{"ef_construction":5}',
      '{"ef_search":-1}',
      '{"ef_search":1.5}',
      '{"ef_search":"x"}',
      '{"foo":1}',
      '{"ef_search":null}',
    ];
    for (const text of [...hnsw, ...wrong]) await pair.all(update(path, `{"new_configuration":{"hnsw":${text}}}`), current);
    const rest = [
      '{"spann":{"search_nprobe":5}}',
      '{"hnsw":{"ef_search":9},"spann":{}}',
      '{"spann":{"foo":1}}',
      '{"foo":1}',
      '{}',
    ];
    const functions = ['{"type":"known","name":"mine","config":{"a":1.0}}', '{"type":"legacy"}', 'null', '{"type":"bad"}'];
    for (const text of rest) await pair.all(update(path, `{"new_configuration":${text}}`), current);
    for (const text of functions) await pair.all(update(path, `{"new_configuration":{"embedding_function":${text}}}`), current);
  }),
  scenario('collections: PUT of an unknown or wrong id', async (pair) => {
    await pair.all(update(`${COLLECTIONS}/${UNKNOWN}`, '{"new_name":"abc"}'), update(`${COLLECTIONS}/x`, '{"new_name":"abc"}'));
  }),
  scenario('collections: delete is by name; the name is free again and the old id gone', async (pair) => {
    const path = await pair.collection('gone');
    await pair.all(
      post(`${path}/add`, '{"ids":["a"],"embeddings":[[1,2]]}'),
      remove('{{gone}}'),
      remove('gone'),
      remove('gone'),
      get(`${path}/count`),
      post(`${path}/get`, '{}'),
      post(`${path}/query`, '{"query_embeddings":[[1,2]]}'),
      post(`${path}/delete`, '{"ids":["a"]}'),
      update(path, '{"new_name":"abc"}'),
      get(`${COLLECTIONS}/by-id/{{gone}}`),
      { method: 'DELETE', path: '/api/v2/tenants/default_tenant/databases/nope/collections/gone' },
    );
    const again = await pair.collection('again');
    await pair.all(create('{"name":"gone"}'), post(`${again}/add`, '{"ids":["a"],"embeddings":[[1]]}'), get(`${again}/count`));
  }),
];
