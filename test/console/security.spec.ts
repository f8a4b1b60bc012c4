import { request as httpRequest } from 'node:http';
import type { CollectionDetail, CollectionPage } from '../../src/console/api/contract/collections.js';
import type { Session } from '../../src/console/api/contract/session.js';
import type { RequestLine } from '../../src/console/api/contract/streams.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { type ConsoleAnswer, ConsoleApi } from '../support/clients/console-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { type KeyedGateway, ROOT_KEY, startKeyedGateway } from '../support/gateway/keyed-gateway.js';
import { allRoutes, type Route } from '../support/routes/routes.js';

/** Who may call the console's API, with what, and how far that reaches. */

const KEYS = {
  own: { tenant: 'acme', scope: 'read,write,admin' },
  reader: { tenant: 'acme', scope: 'read' },
  patterned: { tenant: 'acme', scope: 'read,write', collections: 'bees-*' },
  other: { tenant: 'other', scope: 'read,write,admin' },
} as const;

let keyed: KeyedGateway<keyof typeof KEYS>;
let open: TestGateway;
let readOnly: TestGateway;
let own: CollectionDetail;
let second: CollectionDetail;
let foreign: CollectionDetail;

const NONE = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => {
  keyed = await startKeyedGateway(KEYS);
  open = await startGateway({ env: { POLYVEC_CORS_ORIGINS: 'https://allowed.example' } });
  readOnly = await startGateway({ env: { POLYVEC_CONSOLE: 'read-only' } });
  own = await makeCollection('own', 'bees-1');
  second = await makeCollection('own', 'wasps');
  foreign = await makeCollection('other', 'ants');
});

afterAll(async () => {
  await Promise.all([keyed.gateway.stop(), open.stop(), readOnly.stop()]);
});

async function makeCollection(key: 'own' | 'other', name: string): Promise<CollectionDetail> {
  const { tenant } = KEYS[key];
  const place = { tenant, database: 'default_database' };
  const made = await as(key).get<CollectionDetail>('/collections', {
    body: { ...place, name, protocol: 'chroma', dimension: null, metric: 'l2' },
  });
  await new ChromaApi(keyed.gateway.chromaUrl).call(
    `/api/v2/tenants/${tenant}/databases/default_database/collections/${made.uuid}/add`,
    { body: { ids: ['a'], embeddings: [[1, 0]], metadatas: [{ of: tenant }] }, headers: { 'x-chroma-token': keyed.keys[key] } },
  );
  return made;
}

function as(key: keyof typeof KEYS): ConsoleApi {
  return new ConsoleApi(keyed.gateway.consoleUrl, keyed.keys[key]);
}

const ROUTES = allRoutes().filter(({ path }) => path.startsWith('/console/api/'));
/** A good body for each route that takes one. */
const BODIES: readonly (readonly [end: string, body: object])[] = [
  ['/records', { namespace: '', limit: 1 }],
  ['/record', { namespace: '', id: 'x', embedding: [1, 0] }],
  ['/filter-syntaxes', { match: 'all', conditions: [] }],
  ['/matching', { namespace: '', ids: ['a'], filter: { match: 'all', conditions: [] } }],
  ['/search', { namespace: '', embedding: [1, 0], limit: 1 }],
  ['/delete-preview', { namespace: '', ids: ['a'] }],
  ['/delete', { token: 'x.all.y', selection: { namespace: '', ids: ['a'] }, expected: 1 }],
  ['/quality', { queries: 10 }],
  ['/map', { namespace: '', count: 10, seed: 1 }],
  ['/backups', { name: 'backup' }],
  ['/imports', { path: 'films', isStrict: false }],
  ['/restore', { name: 'restored' }],
  ['/samples', { tenant: 'acme', database: 'default_database' }],
  ['/keys', { name: 'key', permissions: ['admin'] }],
  [
    'POST /console/api/v1/collections',
    { tenant: 'acme', database: 'default_database', name: 'new-one', protocol: 'chroma', metric: 'l2' },
  ],
  ['/collections/:uuid', { name: 'bees-1' }],
];

function callOf(api: ConsoleApi, { key, method, path }: Route, uuid: string): Promise<ConsoleAnswer> {
  const body = method === 'GET' ? undefined : BODIES.find(([end]) => key.endsWith(end))?.[1];
  const sent = path
    .replace('/console/api/v1', '')
    .replace(':uuid', uuid)
    .replace(':alias', 'bees-alias')
    .replace(':id', NONE)
    .replace(':number', '1');
  return api.call(`${sent}${path.endsWith('/record') ? '?id=a' : ''}`, { method, body });
}

const ENDLESS = 'GET /console/api/v1/requests';
const routesWhere = (isWanted: (route: Route) => boolean): readonly (readonly [string, Route])[] =>
  ROUTES.filter((route) => route.key !== ENDLESS && isWanted(route)).map((route) => [route.key, route] as const);
const changes = ({ rule, method }: Route): boolean => rule === 'write' || (rule === 'operator' && method !== 'GET');

describe('every route', () => {
  it.each(routesWhere(() => true))('%s needs a key', async (_key, route) => {
    const answer = await callOf(new ConsoleApi(keyed.gateway.consoleUrl), route, own.uuid);
    expect([answer.status, answer.body]).toEqual([401, expect.objectContaining({ code: 'unauthenticated' })]);
  });

  it.each(routesWhere(({ path }) => path.includes(':uuid')))(
    '%s knows nothing of what another tenant has',
    async (_key, route) => {
      const [hidden, missing] = [await callOf(as('own'), route, foreign.uuid), await callOf(as('own'), route, NONE)];
      const textOf = ({ text }: ConsoleAnswer, uuid: string): string =>
        text.replaceAll(uuid, '<uuid>').replace(/"requestId":"[^"]*"/, '');
      expect([hidden.status, textOf(hidden, foreign.uuid)]).toEqual([404, textOf(missing, NONE)]);
      expect((await callOf(as('patterned'), route, second.uuid)).status).toBeGreaterThanOrEqual(403);
    },
  );

  it.each(routesWhere(({ rule }) => rule === 'operator'))(
    '%s is refused to who does not reach every tenant',
    async (_key, route) => {
      expect((await callOf(as('own'), route, own.uuid)).status).toBe(403);
    },
  );

  it.each(routesWhere(changes))('%s is refused to who may only read, and where the console only reads', async (_key, route) => {
    expect((await callOf(as('reader'), route, own.uuid)).status).toBe(403);
    const answer = await callOf(new ConsoleApi(readOnly.consoleUrl), route, NONE);
    expect([answer.status, (answer.body as { readonly code: string }).code]).toEqual([403, 'read_only']);
  });

  it.each(routesWhere((route) => !changes(route)))('%s is answered where the console only reads', async (_key, route) => {
    expect((await callOf(new ConsoleApi(readOnly.consoleUrl), route, NONE)).status).not.toBe(403);
  });
});

describe('a key', () => {
  it('bounds what is listed', async () => {
    const names = async (key: keyof typeof KEYS): Promise<readonly string[]> =>
      (await as(key).get<CollectionPage>('/collections')).collections.map(({ name }) => name).sort();
    expect([await names('own'), await names('patterned'), await names('other')]).toEqual([
      ['bees-1', 'wasps'],
      ['bees-1'],
      ['ants'],
    ]);
    expect(await as('own').get('/tenants')).toEqual({ tenants: [{ name: 'acme', databases: ['default_database'] }] });
    expect((await as('own').get<Session>('/session')).isOperator).toBe(false);
    expect(
      (await new ConsoleApi(keyed.gateway.consoleUrl, ROOT_KEY).get<CollectionPage>('/collections')).collections,
    ).toHaveLength(3);
  });

  it('bounds the aliases that are seen, and that are removed', async () => {
    const path = `/collections/${own.uuid}/aliases`;
    for (const alias of ['bees-too', 'hornets']) await as('own').get(`${path}/${alias}`, { method: 'PUT' });
    const aliasesFor = async (key: keyof typeof KEYS): Promise<readonly string[]> =>
      (await as(key).get<CollectionDetail>(`/collections/${own.uuid}`)).aliases;
    expect([await aliasesFor('own'), await aliasesFor('patterned')]).toEqual([['bees-too', 'hornets'], ['bees-too']]);
    expect((await as('patterned').call(`${path}/hornets`, { method: 'DELETE' })).status).toBe(403);
    for (const alias of ['bees-too', 'hornets']) await as('own').get(`${path}/${alias}`, { method: 'DELETE' });
  });

  it('bounds the requests that are seen', async () => {
    const stop = new AbortController();
    const answer = await fetch(`${keyed.gateway.consoleUrl}/console/api/v1/requests`, {
      headers: { 'x-polyvec-console': '1', authorization: `Bearer ${keyed.keys.patterned}` },
      signal: stop.signal,
    });
    await new ChromaApi(keyed.gateway.chromaUrl).call(
      `/api/v2/tenants/acme/databases/default_database/collections/${own.uuid}/count`,
      { headers: { 'x-chroma-token': keyed.keys.patterned, 'x-request-id': 'the-last' } },
    );
    let seen = '';
    for await (const bytes of answer.body as ReadableStream<Uint8Array>) {
      seen += Buffer.from(bytes).toString();
      if (seen.includes('the-last')) break;
    }
    stop.abort();
    const lines = seen
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RequestLine);
    expect(new Set(lines.map(({ collection }) => collection))).toEqual(new Set(['bees-1']));
    expect(lines.map(({ operation }) => operation.split('/').at(-1))).toEqual(['add', 'count']);
  });

  it('of another tenant cannot make an alias to what it does not reach, nor restore its backup', async () => {
    const backup = await as('own').get<{ readonly id: string }>(`/collections/${own.uuid}/backups`, { body: { name: 'mine' } });
    expect((await as('other').call(`/backups/${backup.id}/restore`, { body: { name: 'stolen' } })).status).toBe(404);
    expect((await as('other').call(`/backups/${backup.id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await as('patterned').call(`/collections/${own.uuid}/aliases/wasps-2`, { method: 'PUT' })).status).toBe(403);
  });

  it('signs nothing for another one', async () => {
    const selection = { namespace: '', ids: ['a'] };
    const { token } = await as('reader').get<{ readonly token: string }>(`/collections/${own.uuid}/delete-preview`, {
      body: selection,
    });
    const answer = await as('own').call(`/collections/${own.uuid}/delete`, { body: { token, selection, expected: 1 } });
    expect(answer.status).toBe(400);
  });
});

describe('a request', () => {
  const refused = async (headers: Readonly<Record<string, string | undefined>>, body?: unknown): Promise<readonly unknown[]> => {
    const answer = await new ConsoleApi(open.consoleUrl).call(body === undefined ? '/session' : '/samples', { headers, body });
    return [answer.status, (answer.body as { readonly code: string } | undefined)?.code];
  };

  it('needs the header that no other page can send', async () => {
    expect(await refused({ 'x-polyvec-console': undefined })).toEqual([403, 'header_missing']);
    expect(await refused({ 'x-polyvec-console': '0' })).toEqual([403, 'header_missing']);
  });

  it('comes from the console itself, whatever origins are open to the protocols', async () => {
    expect(await refused({ origin: 'https://evil.example' })).toEqual([403, 'forbidden']);
    expect(await refused({ origin: 'https://allowed.example' })).toEqual([403, 'origin']);
    expect(await refused({ origin: open.consoleUrl })).toEqual([200, undefined]);
  });

  it('has a body of JSON, or none', async () => {
    expect(await refused({ 'content-type': 'text/plain' }, '{}')).toEqual([415, 'media_type']);
    expect(await refused({ 'content-type': 'application/x-www-form-urlencoded' }, 'a=b')).toEqual([415, 'media_type']);
  });

  it('gets no preflight granted', async () => {
    const answer = await fetch(`${open.consoleUrl}/console/api/v1/session`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://allowed.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'x-polyvec-console',
      },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('access-control-allow-headers')).toBeNull();
  });

  it('for another host is misdirected, and answered in the form of the others', async () => {
    const { port } = new URL(open.consoleUrl);
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest({
        port,
        path: '/console/api/v1/session',
        headers: { host: 'evil.example', 'x-polyvec-console': '1' },
      });
      sent.once('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once('error', reject);
      sent.end();
    });
    expect(status).toBe(421);
  });

  it('may not have more of a body than there may be, nor other JSON', async () => {
    const api = new ConsoleApi(open.consoleUrl);
    expect((await api.call('/samples', { body: '{"tenant":' })).body).toMatchObject({ code: 'invalid' });
    expect((await api.call('/samples', { body: '[]' })).body).toMatchObject({ code: 'invalid' });
    expect((await api.call('/nowhere')).status).toBe(404);
  });
});

describe('names of any kind', () => {
  it.each(['<img src=x onerror=alert(1)>', '"; DROP TABLE polyvec.collections; --', '..\\..\\etc', '名前 \u202e', '%00%2f'])(
    'such as %p are aliases like others',
    async (name) => {
      const api = new ConsoleApi(open.consoleUrl);
      const body = {
        tenant: 'default_tenant',
        database: 'default_database',
        name: `c-${String(Math.random()).slice(2)}`,
        protocol: 'vectorizer',
        dimension: 2,
        metric: 'l2',
      };
      const { uuid } = await api.get<CollectionDetail>('/collections', { body });
      const path = `/collections/${uuid}/aliases/${encodeURIComponent(name)}`;
      expect((await api.get<CollectionDetail>(path, { method: 'PUT' })).aliases).toEqual([name]);
      expect((await api.get<CollectionDetail>(path, { method: 'DELETE' })).aliases).toEqual([]);
    },
  );
});

describe('the page', () => {
  it.each(['/', '/c/1/records', '/console', '/requests', '/system', '/backups', '/imports'])(
    'has strict headers at %s',
    async (path) => {
      const { headers } = await fetch(`${open.consoleUrl}${path}`);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
      const names = ['x-frame-options', 'x-content-type-options', 'referrer-policy', 'cross-origin-opener-policy'];
      expect(names.map((name) => headers.get(name))).toEqual(['DENY', 'nosniff', 'no-referrer', 'same-origin']);
      expect(headers.get('set-cookie')).toBeNull();
    },
  );

  it.each([
    ['/docs', 200, /text\/html/],
    ['/metrics', 200, /text\/plain/],
    ['/livez', 200, /json/],
    ['/chroma/api/v2/heartbeat', 200, /json/],
    ['/pinecone/indexes', 200, /json/],
    ['/vectorizer/health', 200, /json/],
    ['/console/api/v1/nothing', 403, /json/],
    ['/nothing', 404, /json/],
    ['/assets/none.js', 404, /json/],
    ['/assets/..%2findex.html', 404, /json/],
  ])('does not stand in the place of %s', async (path, status, type) => {
    const answer = await fetch(`${open.consoleUrl}${path}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, expect.stringMatching(type)]);
  });
});

describe('a console that is off', () => {
  it('has neither a page nor an API', async () => {
    const gateway = await startGateway({ env: { POLYVEC_CONSOLE: 'off' } });
    try {
      const page = await fetch(`${gateway.consoleUrl}/`);
      const answer = await new ConsoleApi(gateway.consoleUrl).call('/session');
      expect([page.status, answer.status, (answer.body as { readonly code: string }).code]).toEqual([404, 404, 'off']);
      expect((await fetch(`${gateway.consoleUrl}/docs`)).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});
