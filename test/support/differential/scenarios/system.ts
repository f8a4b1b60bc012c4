import { isJsonObject } from '../../../../src/http/json.js';
import { get, post, type WireRequest, withBody } from '../exchange.js';
import { type Answers, COLLECTIONS, type Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

const TENANTS = '/api/v2/tenants';
const HEARTBEAT = 'nanosecond heartbeat';

/** Compares everything of a heartbeat but the time, of which only the number of digits is told. */
async function sameHeartbeat(pair: Pair, request: WireRequest): Promise<void> {
  const answers = await pair.both(request);
  const digits = (answer: Answers['reference']): Answers['reference'] => {
    const time = isJsonObject(answer.body) ? answer.body.get(HEARTBEAT) : undefined;
    const text = time === undefined ? '' : JSON.stringify(time).replace(/\d/g, '9');
    return { ...answer, body: isJsonObject(answer.body) ? new Map([...answer.body, [HEARTBEAT, text]]) : answer.body };
  };
  pair.compare(request, { reference: digits(answers.reference), candidate: digits(answers.candidate) });
}

/** Sections 3 and 4: system endpoints, tenants, databases. */
export const SYSTEM: readonly Scenario[] = [
  scenario('system: heartbeat in nanoseconds, at both its paths', async (pair) => {
    await sameHeartbeat(pair, get('/api/v2'));
    await sameHeartbeat(pair, get('/api/v2/heartbeat'));
  }),
  scenario('system: health, version, pre-flight checks, identity', async (pair) => {
    await pair.all(
      get('/api/v2/healthcheck'),
      get('/api/v2/version'),
      get('/api/v2/pre-flight-checks'),
      get('/api/v2/auth/identity'),
    );
  }),
  scenario('system: reset leaves only the default tenant and database', async (pair) => {
    const path = await pair.collection('gone');
    await pair.all(
      post(TENANTS, '{"name":"gone-tenant"}'),
      post(`${TENANTS}/default_tenant/databases`, '{"name":"gone-database"}'),
      { method: 'POST', path: '/api/v2/reset' },
      get(COLLECTIONS),
      get(`${TENANTS}/gone-tenant`),
      get(`${TENANTS}/default_tenant`),
      get(`${TENANTS}/default_tenant/databases`),
      get(`${path}/count`),
      post(`${path}/get`, '{}'),
      post(`${path}/add`, '{"ids":["a"],"embeddings":[[1]]}'),
    );
  }),
  scenario('tenants: create, create again, get, get a missing one', async (pair) => {
    await pair.all(
      post(TENANTS, '{"name":"t1x"}'),
      post(TENANTS, '{"name":"t1x"}'),
      get(`${TENANTS}/t1x`),
      get(`${TENANTS}/nope`),
      get(`${TENANTS}/T1x`),
      get(`${TENANTS}/default_tenant`),
      post(TENANTS, '{"name":"default_tenant"}'),
    );
  }),
  scenario('tenants: a name has three characters or more, of any kind', async (pair) => {
    for (const name of ['', 'a', 'ab', 'éé', '漢字', 'abc', '   ', '...', '-_-', 'tén änt', 'x'.repeat(600)]) {
      await pair.same(post(TENANTS, { name }));
    }
    await pair.same(get(`${TENANTS}/ab`));
  }),
  scenario('tenants: PATCH demands a resource name', async (pair) => {
    await pair.all(
      withBody('PATCH', `${TENANTS}/default_tenant`, '{}'),
      withBody('PATCH', `${TENANTS}/default_tenant`, '{"resource_name":5}'),
      withBody('PATCH', `${TENANTS}/default_tenant`, '{"resource_name":null}'),
      withBody('PATCH', `${TENANTS}/default_tenant`, '{"resource_name":"my-resource"}'),
    );
  }),
  scenario('databases: create, create again, get, list by name, delete', async (pair) => {
    const databases = `${TENANTS}/default_tenant/databases`;
    for (const name of ['zebra', 'alpha', 'Middle', 'alpha']) await pair.same(post(databases, { name }));
    await pair.all(
      get(databases),
      get(`${databases}?limit=2`),
      get(`${databases}?limit=2&offset=1`),
      get(`${databases}?offset=3`),
      get(`${databases}?limit=0`),
      get(`${databases}?offset=99`),
      get(`${databases}/zebra`),
      get(`${databases}/default_database`),
      get(`${databases}/nope`),
      get(`${databases}/ab`),
      get(`${TENANTS}/nope/databases`),
      get(`${TENANTS}/nope/databases/zebra`),
      { method: 'DELETE', path: `${databases}/zebra` },
      { method: 'DELETE', path: `${databases}/zebra` },
      { method: 'DELETE', path: `${databases}/ab` },
      get(`${databases}/zebra`),
      get(databases),
    );
  }),
  scenario('databases: the name rules and their messages', async (pair) => {
    const valid = ['abc', 'A-b_c.d', '1.2.3', 'x'.repeat(512), 'abc+def', '1.2.3.4.5'];
    const invalid = [
      '',
      'ab',
      'a..b',
      '1.2.3.4',
      '-abc',
      'abc-',
      'a b c',
      'ünï',
      '::1',
      'a+b',
      'abc+def+ghi',
      'x'.repeat(513),
      '+abc',
      'abc+',
    ];
    for (const name of [...valid, ...invalid]) await pair.same(post(`${TENANTS}/default_tenant/databases`, { name }));
  }),
  scenario('databases: one name in two tenants is two databases', async (pair) => {
    const inside = (tenant: string): string => `${TENANTS}/${tenant}/databases/shared/collections`;
    await pair.all(
      post(TENANTS, '{"name":"t1x"}'),
      post(`${TENANTS}/t1x/databases`, '{"name":"shared"}'),
      post(`${TENANTS}/default_tenant/databases`, '{"name":"shared"}'),
      post(inside('t1x'), '{"name":"only-here"}'),
      get(`${inside('t1x')}/only-here`),
      get(`${inside('default_tenant')}/only-here`),
      get(`${TENANTS}/t1x/databases`),
      get(`${TENANTS}/t1x/databases/shared`),
    );
  }),
  scenario('databases: deleting one deletes its collections', async (pair) => {
    const database = `${TENANTS}/default_tenant/databases/doomed`;
    await pair.same(post(`${TENANTS}/default_tenant/databases`, '{"name":"doomed"}'));
    await pair.named('inside', post(`${database}/collections`, '{"name":"inside"}'));
    await pair.all(
      post(`${database}/collections/{{inside}}/add`, '{"ids":["a"],"embeddings":[[1]]}'),
      { method: 'DELETE', path: database },
      post(`${TENANTS}/default_tenant/databases`, '{"name":"doomed"}'),
      get(`${database}/collections`),
      get(`${database}/collections/inside`),
      get(`${database}/collections/{{inside}}/count`),
    );
  }),
];
