import { randomUUID } from 'node:crypto';
import { ChromaApi, invalid, mistyped, notFound, refused, uniqueName } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const TENANTS = '/api/v2/tenants';

let gateway: TestGateway;
let chroma: ChromaApi;

beforeAll(async () => {
  gateway = await startGateway();
  chroma = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

/** A tenant of the test's own, and the path of its databases. */
async function ownTenant(): Promise<{ readonly tenant: string; readonly databases: string }> {
  const tenant = uniqueName();
  expect(await chroma.outcome(TENANTS, { name: tenant })).toEqual([200, {}]);
  return { tenant, databases: `${TENANTS}/${tenant}/databases` };
}

describe('tenants', () => {
  it('are created once', async () => {
    const { tenant } = await ownTenant();
    expect(await chroma.outcome(TENANTS, { name: tenant })).toEqual(refused(409, `Tenant [${tenant}] already exists`));
    expect(await chroma.outcome(`${TENANTS}/${tenant}`)).toEqual([200, { name: tenant, resource_name: null }]);
  });

  it('that do not exist are 404', async () => {
    expect(await chroma.outcome(`${TENANTS}/nobody`)).toEqual(notFound('Tenant [nobody] not found'));
  });

  it('have names of three characters or more', async () => {
    const message = 'Validation error: name: Validation error: length [{"value": String("ab"), "min": Number(3)}]';
    expect(await chroma.outcome(TENANTS, { name: 'ab' })).toEqual(invalid(message));
    expect((await chroma.outcome(TENANTS, { name: '' }))[0]).toBe(400);
    expect(await chroma.outcome(TENANTS, { name: '漢字漢' })).toEqual([200, {}]);
  });

  it('are created once however many ask at a time', async () => {
    const name = uniqueName();
    const answers = await Promise.all(Array.from({ length: 20 }, async () => chroma.outcome(TENANTS, { name })));
    expect(answers.map(([status]) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
  });

  it('take a resource name by PATCH, and show it', async () => {
    const { tenant } = await ownTenant();
    const resource = uniqueName();
    expect(await chroma.outcome(`${TENANTS}/${tenant}`, { resource_name: resource }, 'PATCH')).toEqual([200, {}]);
    expect(await chroma.outcome(`${TENANTS}/${tenant}`)).toEqual([200, { name: tenant, resource_name: resource }]);
    expect(await chroma.outcome(`${TENANTS}/${tenant}`, { resource_name: resource }, 'PATCH')).toEqual([200, {}]);
    expect((await chroma.outcome(`${TENANTS}/${tenant}`, { resource_name: 'another' }, 'PATCH'))[0]).toBe(409);
    expect(await chroma.outcome(`${TENANTS}/nobody`, { resource_name: 'x' }, 'PATCH')).toEqual(
      notFound('Tenant [nobody] not found'),
    );
    expect(await chroma.outcome(`${TENANTS}/${tenant}`, {}, 'PATCH')).toEqual(mistyped('missing field `resource_name`'));
  });

  it('cannot be listed or deleted', async () => {
    expect((await chroma.call(TENANTS)).status).toBe(405);
    expect((await chroma.call(`${TENANTS}/default_tenant`, { method: 'DELETE' })).status).toBe(405);
  });
});

describe('odd characters in paths', () => {
  const ODD = [
    'a/b t',
    'a+b',
    'a%2Fb',
    '100%',
    '%zz',
    '..//',
    'Ünïcode ПРИВЕТ',
    '漢字漢字',
    '👩‍👩‍👧‍👦',
    'a?b#c&d',
    '"quo\'te"',
    'a\\b',
    ' abc ',
    'a\tb',
    '__proto__',
  ];

  it.each(ODD)('name the tenant %p when percent-encoded, through all its calls', async (odd) => {
    const path = `${TENANTS}/${encodeURIComponent(odd)}`;
    expect(await chroma.outcome(TENANTS, { name: odd })).toEqual([200, {}]);
    expect(await chroma.outcome(path)).toEqual([200, { name: odd, resource_name: null }]);
    expect(await chroma.outcome(`${path}/databases`, { name: 'base' })).toEqual([200, {}]);
    expect((await chroma.outcome(`${path}/databases/base`))[1]).toMatchObject({ name: 'base', tenant: odd });
    const collection = await chroma.createCollection({}, `${path}/databases/base/collections`);
    await collection.fill({ ids: ['a'], embeddings: [[1]] });
    expect(await collection.ids()).toEqual(['a']);
    expect(await collection.shown()).toMatchObject({ tenant: odd, database: 'base' });
  });

  it('may stand as they are where a URL lets them: a plus is a plus', async () => {
    await chroma.outcome(TENANTS, { name: 'plus+plus' });
    expect(await chroma.outcome(`${TENANTS}/plus+plus`)).toEqual([200, { name: 'plus+plus', resource_name: null }]);
    expect(await chroma.outcome(`${TENANTS}/plus%2Bplus`)).toEqual([200, { name: 'plus+plus', resource_name: null }]);
    expect(await chroma.outcome(`${TENANTS}/plus%20plus`)).toEqual(notFound('Tenant [plus plus] not found'));
  });

  it('are decoded once', async () => {
    await chroma.outcome(TENANTS, { name: 'once%20only' });
    expect(await chroma.outcome(`${TENANTS}/once%2520only`)).toEqual([200, { name: 'once%20only', resource_name: null }]);
    expect(await chroma.outcome(`${TENANTS}/once%20only`)).toEqual(notFound('Tenant [once only] not found'));
  });

  it.each(['%ff%fe%fd', '%c3%28', '%e2%82'])('that are not UTF-8 are 400: %s', async (part) => {
    const [status, body] = await chroma.outcome(`${TENANTS}/${part}`);
    expect([status, (body as { error: string }).error]).toEqual([400, 'InvalidArgumentError']);
  });

  it.each(['%00abc', 'abc%00'])('with a NUL find nothing, and break nothing: %s', async (part) => {
    expect([400, 404]).toContain((await chroma.call(`${TENANTS}/${part}`)).status);
    expect([400, 404]).toContain((await chroma.call(`${TENANTS}/default_tenant/databases/${part}`)).status);
    expect([400, 404]).toContain(
      (await chroma.call(`${TENANTS}/default_tenant/databases/default_database/collections/${part}`)).status,
    );
  });
});

describe('databases', () => {
  it('are created once in a tenant, and found', async () => {
    const { tenant, databases } = await ownTenant();
    expect(await chroma.outcome(databases, { name: 'base' })).toEqual([200, {}]);
    expect(await chroma.outcome(databases, { name: 'base' })).toEqual(refused(409, 'Database [base] already exists'));
    const [status, body] = await chroma.outcome(`${databases}/base`);
    expect([status, body]).toEqual([200, { id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown, name: 'base', tenant }]);
  });

  it('of one name in two tenants are two', async () => {
    const [left, right] = [await ownTenant(), await ownTenant()];
    const ids: unknown[] = [];
    for (const { databases } of [left, right]) {
      await chroma.outcome(databases, { name: 'same' });
      ids.push(((await chroma.call(`${databases}/same`)).body as { id: string }).id);
    }
    expect(new Set(ids).size).toBe(2);
  });

  it('that do not exist are 404, in other words for GET than for DELETE', async () => {
    const { databases } = await ownTenant();
    expect(await chroma.outcome(`${databases}/nope`)).toEqual(notFound('Database [nope] not found. Are you sure it exists?'));
    expect(await chroma.outcome(`${databases}/nope`, undefined, 'DELETE')).toEqual(notFound('Database [nope] not found'));
  });

  it.each([
    [
      'a',
      'Expected a name containing 3-512 characters from [a-zA-Z0-9._-], starting and ending with a character in [a-zA-Z0-9]. Got: a',
    ],
    [
      '-abc',
      'Expected a name containing 3-512 characters from [a-zA-Z0-9._-], starting and ending with a character in [a-zA-Z0-9]. Got: -abc',
    ],
    [
      'a b c',
      'Expected a name containing 3-512 characters from [a-zA-Z0-9._-], starting and ending with a character in [a-zA-Z0-9]. Got: a b c',
    ],
    ['a..b', 'Expected a name that does not contains two consecutive periods (..). Got a..b'],
    ['1.2.3.4', 'Expected a name that is not a valid ip address. Got 1.2.3.4'],
  ])('cannot be called %s', async (name, message) => {
    const { databases } = await ownTenant();
    expect(await chroma.outcome(databases, { name })).toEqual(invalid(message));
  });

  it('can have names of up to 512 characters', async () => {
    const { databases } = await ownTenant();
    expect(await chroma.outcome(databases, { name: 'x'.repeat(512) })).toEqual([200, {}]);
    expect((await chroma.outcome(databases, { name: 'x'.repeat(513) }))[0]).toBe(400);
  });

  it('whose name in the path is shorter than three characters are 400 to GET, and simply not there to DELETE', async () => {
    const { databases } = await ownTenant();
    expect(await chroma.outcome(`${databases}/ab`)).toEqual(invalid('database name must be at least 3 characters'));
    expect(await chroma.outcome(`${databases}/ab`, undefined, 'DELETE')).toEqual(notFound('Database [ab] not found'));
  });

  it('are listed by name, page by page', async () => {
    const { databases } = await ownTenant();
    for (const name of ['ccc', 'aaa', 'Bbb', 'bbb', 'ddd']) await chroma.outcome(databases, { name });
    const names = async (query: string): Promise<unknown> =>
      ((await chroma.call(`${databases}${query}`)).body as { name: string }[]).map(({ name }) => name);
    expect(await names('')).toEqual(['Bbb', 'aaa', 'bbb', 'ccc', 'ddd']);
    expect(await names('?limit=2&offset=1')).toEqual(['aaa', 'bbb']);
    expect(await names('?offset=4')).toEqual(['ddd']);
    expect(await names('?limit=0')).toEqual([]);
    expect(await names('?offset=9')).toEqual([]);
  });

  it('of an unknown tenant are an empty list', async () => {
    expect(await chroma.outcome(`${TENANTS}/nobody/databases`)).toEqual([200, []]);
  });

  it('are created under an unknown tenant', async () => {
    expect(await chroma.outcome(`${TENANTS}/unborn/databases`, { name: 'base' })).toEqual([200, {}]);
    expect(await chroma.outcome(`${TENANTS}/unborn/databases/base`)).toMatchObject([200, { name: 'base', tenant: 'unborn' }]);
  });

  it('take their collections and records with them', async () => {
    const { databases } = await ownTenant();
    await chroma.outcome(databases, { name: 'base' });
    const collection = await chroma.createCollection({}, `${databases}/base/collections`);
    await collection.fill({ ids: ['a'], embeddings: [[1]] });
    expect(await chroma.outcome(`${databases}/base`, undefined, 'DELETE')).toEqual([200, {}]);
    expect(await collection.outcome('get', {})).toEqual(notFound(`Collection [${collection.id}] does not exist.`));
    expect(await chroma.outcome(databases, { name: 'base' })).toEqual([200, {}]);
    expect(await chroma.outcome(`${databases}/base/collections`)).toEqual([200, []]);
    expect(await collection.outcome('get', {})).toEqual(notFound(`Collection [${collection.id}] does not exist.`));
  });

  it('keep their collections to themselves, also when called by uuid', async () => {
    const { databases } = await ownTenant();
    await chroma.outcome(databases, { name: 'base' });
    const collection = await chroma.filled({ ids: ['a'], embeddings: [[1]] });
    for (const [action, body] of [
      ['get', {}],
      ['add', { ids: ['b'], embeddings: [[1]] }],
      ['delete', { ids: ['a'] }],
    ] as const) {
      expect(await chroma.outcome(`${databases}/base/collections/${collection.id}/${action}`, body)).toEqual(
        notFound(`Collection [${collection.id}] does not exist.`),
      );
    }
    expect(await collection.ids()).toEqual(['a']);
  });

  it('and tenants may be called like a uuid', async () => {
    const name = randomUUID();
    await chroma.outcome(TENANTS, { name });
    expect(await chroma.outcome(`${TENANTS}/${name}/databases`, { name })).toEqual([200, {}]);
    expect((await chroma.call(`${TENANTS}/${name}/databases/${name}`)).body).toMatchObject({ name, tenant: name });
  });
});
