import type { CollectionDetail, CollectionPage } from '../../src/console/api/contract/collections.js';
import type { Session, TenantList } from '../../src/console/api/contract/session.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { type TestGateway } from '../support/gateway/gateway.js';
import { startGatewayInProcess } from '../support/gateway/gateway-in-process.js';
import { watchStatements } from '../support/servers/statements.js';

/** The console's API: who is there, and the catalog. */

let gateway: TestGateway;
let console: ConsoleApi;

beforeAll(async () => {
  gateway = await startGatewayInProcess();
  console = new ConsoleApi(gateway.consoleUrl);
});

afterAll(async () => {
  await gateway.stop();
});

const PLACE = { tenant: 'default_tenant', database: 'default_database' } as const;

function create(name: string, rest: object = {}): Promise<CollectionDetail> {
  const body = { ...PLACE, name, protocol: 'chroma', dimension: null, metric: 'cosine', ...rest };
  return console.get<CollectionDetail>('/collections', { body });
}

function isOfCollections(statement: string): boolean {
  return statement.includes('polyvec.collections');
}

describe('the session', () => {
  it('says what the page may do, and where clients reach this gateway', async () => {
    const session = await console.get<Session>('/session');
    expect(session).toMatchObject({ mode: 'on', keys: false, isOperator: true, tenant: null, database: null });
    expect(session.permissions).toEqual(['read', 'write', 'admin']);
    const portOf = (url: string): string => new URL(url).port;
    expect(Object.values(session.addresses).map(portOf)).toEqual(
      [gateway.chromaUrl, gateway.pineconeUrl, gateway.vectorizerUrl, gateway.consoleUrl].map(portOf),
    );
  });

  it('notices the first call of a client, and none of its own', async () => {
    await console.get('/collections');
    const before = await console.get<Session>('/session');
    await fetch(`${gateway.chromaUrl}/api/v2/heartbeat`);
    const after = await console.get<Session>('/session');
    expect([before.firstCallAt, after.firstCallAt]).toEqual([null, expect.stringMatching(/^\d{4}-/)]);
  });

  it('lists tenants with their databases', async () => {
    const { tenants } = await console.get<TenantList>('/tenants');
    expect(tenants).toEqual([{ name: 'default_tenant', databases: ['default_database'] }]);
  });
});

describe('a collection', () => {
  it.each([
    ['chroma', null],
    ['pinecone', 3],
    ['vectorizer', 3],
  ])('is made as clients of %s make it', async (protocol, dimension) => {
    const name = `made-for-${protocol}`;
    const made = await create(name, { protocol, dimension, metric: 'l2' });
    expect(made).toMatchObject({ name, protocol, dimension, metric: 'l2', records: 0, tier: 'pool', aliases: [], ...PLACE });
    expect(made.hasModel).toBe(protocol === 'vectorizer');
    expect(await console.get(`/collections/${made.uuid}`)).toEqual(made);
  });

  it.each([
    ['a name that its protocol refuses', { name: 'No Index', protocol: 'pinecone', dimension: 2 }],
    ['a missing dimension', { protocol: 'vectorizer' }],
    ['an unknown protocol', { protocol: 'soap' }],
    ['a metric that there is not', { metric: 'manhattan' }],
  ])('is not made with %s', async (_what, wrong) => {
    const body = { ...PLACE, name: 'wrong', protocol: 'chroma', dimension: null, metric: 'cosine', ...wrong };
    const answer = await console.call('/collections', { body });
    expect([answer.status, (answer.body as { readonly code: string }).code]).toEqual([expect.any(Number), 'invalid']);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it('is renamed, protected and deleted by its name', async () => {
    const { uuid } = await create('before');
    const path = `/collections/${uuid}`;
    const renamed = await console.get(path, { method: 'PATCH', body: { name: 'after', deletionProtection: true } });
    expect(renamed).toMatchObject({ name: 'after', deletionProtection: true });
    expect((await console.call(path, { method: 'DELETE', body: { name: 'after' } })).status).toBe(403);
    await console.get(path, { method: 'PATCH', body: { deletionProtection: false } });
    expect((await console.call(path, { method: 'DELETE', body: { name: 'before' } })).status).toBe(400);
    expect((await console.call(path, { method: 'DELETE', body: { name: 'after' } })).status).toBe(204);
    expect((await console.call(path)).status).toBe(404);
  });

  it('is asked to keep another recall than the settings say', async () => {
    const { uuid, recallTarget } = await create('precise');
    expect(recallTarget).toEqual({ value: 0.98, own: null });
    const path = `/collections/${uuid}`;
    const asked = async (recall: unknown): Promise<unknown> =>
      (await console.get<CollectionDetail>(path, { method: 'PATCH', body: { recall } })).recallTarget;
    expect(await asked(0.9)).toEqual({ value: 0.9, own: 0.9 });
    for (const wrong of [0.4, 1.1, 'all']) {
      expect((await console.call(path, { method: 'PATCH', body: { recall: wrong } })).status).toBe(400);
    }
    expect((await console.get<CollectionDetail>(path)).recallTarget).toEqual({ value: 0.9, own: 0.9 });
    expect(await asked(null)).toEqual({ value: 0.98, own: null });
  });

  it('gets aliases, by which clients find it, and loses them', async () => {
    const { uuid } = await create('aliased');
    const other = await create('not-aliased');
    const path = `/collections/${uuid}/aliases`;
    const named = await console.get<CollectionDetail>(`${path}/by-alias`, { method: 'PUT' });
    expect(named.aliases).toEqual(['by-alias']);
    const collections = '/api/v2/tenants/default_tenant/databases/default_database/collections';
    const found = await fetch(`${gateway.chromaUrl}${collections}/by-alias`);
    expect(((await found.json()) as { readonly id: string }).id).toBe(uuid);
    expect((await console.call(`${path}/not-aliased`, { method: 'PUT' })).status).toBe(409);
    expect((await console.call(`/collections/${other.uuid}/aliases/by-alias`, { method: 'PUT' })).status).toBe(409);
    const bare = await console.get<CollectionDetail>(`${path}/by-alias`, { method: 'DELETE' });
    expect(bare.aliases).toEqual([]);
    expect((await fetch(`${gateway.chromaUrl}${collections}/by-alias`)).status).toBe(404);
    expect((await console.call(`${path}/by-alias`, { method: 'DELETE' })).status).toBe(404);
  });

  it.each([
    ['chroma', 'ab', null],
    ['chroma', 'has space', null],
    ['pinecone', 'Upper_case', 3],
    ['vectorizer', 'a/b', 3],
  ])('of %s gets neither a name nor an alias that its protocol refuses: %s', async (protocol, refused, dimension) => {
    const { uuid, name } = await create(`refuses-${protocol}-${String(refused.length)}`, { protocol, dimension });
    const renaming = await console.call(`/collections/${uuid}`, { method: 'PATCH', body: { name: refused } });
    const alias = await console.call(`/collections/${uuid}/aliases/${encodeURIComponent(refused)}`, { method: 'PUT' });
    expect([renaming.status, alias.status]).toEqual([400, 400]);
    expect(await console.get(`/collections/${uuid}`)).toMatchObject({ name, aliases: [] });
  });

  it('counts its records and namespaces without a look at them', async () => {
    const { uuid } = await create('counted');
    const chroma = new ChromaApi(gateway.chromaUrl);
    const body = {
      ids: ['a', 'b'],
      embeddings: [
        [1, 0],
        [0, 1],
      ],
    };
    await chroma.call(`/api/v2/tenants/default_tenant/databases/default_database/collections/${uuid}/add`, { body });
    const counted = await console.get<CollectionDetail>(`/collections/${uuid}`);
    expect(counted).toMatchObject({ records: 2, namespaces: 1, dimension: 2, namespaceList: [{ name: '', records: 2 }] });
  });
});

describe('the list of collections', () => {
  it('comes in pages, each in one statement, however many there are', async () => {
    const names = Array.from({ length: 30 }, (_item, index) => `many-${String(index)}`);
    for (const name of names) await create(name);
    const seen: string[] = [];
    const statements = watchStatements();
    let pages = 0;
    for (let after: string | null = ''; after !== null; pages += 1) {
      const page: CollectionPage = await console.get(`/collections?limit=10${after === '' ? '' : `&after=${after}`}`);
      seen.push(...page.collections.map(({ name }) => name));
      after = page.next;
    }
    statements.stop();
    expect(seen).toEqual(expect.arrayContaining(names));
    expect(new Set(seen).size).toBe(seen.length);
    expect(statements.take().filter(isOfCollections)).toHaveLength(pages);
  });

  it('is shown in two statements: a first page, and all the others', async () => {
    const all = await console.get<CollectionPage>('/collections?limit=10000');
    const statements = watchStatements();
    const first = await console.get<CollectionPage>('/collections?limit=10');
    const others = await console.get<CollectionPage>(`/collections?limit=9990&after=${String(first.next)}`);
    statements.stop();
    expect(statements.take().filter(isOfCollections)).toHaveLength(2);
    expect([...first.collections, ...others.collections]).toEqual(all.collections);
    expect([others.collections.length > 10, others.next]).toEqual([true, null]);
  });

  it('has only those that are asked for again, and refuses what is no list of them', async () => {
    const made = [(await create('again-1')).uuid, (await create('again-2')).uuid].sort();
    const { collections, next } = await console.get<CollectionPage>(`/collections?only=${made.join(',')}`);
    expect([collections.map(({ uuid }) => uuid), next]).toEqual([made, null]);
    expect((await console.get<CollectionPage>(`/collections?only=${String(made[0])}&tenant=nobody`)).collections).toEqual([]);
    for (const only of ['', 'x', `${String(made[0])},`, Array.from({ length: 101 }, () => made[0]).join(',')])
      expect((await console.call(`/collections?only=${only}`)).status).toBe(400);
  });

  it('is of the tenant and the database that are asked for', async () => {
    const { collections } = await console.get<CollectionPage>('/collections?tenant=nobody');
    expect(collections).toEqual([]);
    expect((await console.call('/collections?after=x')).status).toBe(400);
    expect((await console.call('/collections?limit=10001')).status).toBe(400);
  });

  it.each([
    '/collections?tenant=a&tenant=b',
    '/collections?tenant=%00',
    '/collections?after=a&after=b',
    '/backups?tenant=a&tenant=b',
    '/backups?database=%00',
  ])('has each parameter once, as a text that can be stored: %s', async (path) => {
    expect((await console.call(path)).status).toBe(400);
  });
});
