import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listKeys, revokeKey, rotateKey } from '../../src/cli/keys.js';
import { readConfig } from '../../src/config/config.js';
import { startGateway } from '../../src/gateway.js';
import { parseKey } from '../../src/keys/api-key.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { createStorage, makeKeys, startGatewayOn, type TestStorage } from '../support/gateway/gateway.js';
import { type KeyedGateway, ROOT_KEY, startKeyedGateway } from '../support/gateway/keyed-gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

/** Who may call at all: how each protocol's clients send a key, and what they read without a good one. */

const TENANTS = '/api/v2/tenants';

let keyed: KeyedGateway<'reader' | 'writer' | 'other' | 'docs' | 'docsAdmin' | 'everywhere' | 'expired'>;

beforeAll(async () => {
  keyed = await startKeyedGateway({
    reader: { tenant: 'acme', scope: 'read' },
    writer: { tenant: 'acme', database: 'default_database', scope: 'read,write,admin' },
    other: { tenant: 'other', scope: 'read,write' },
    docs: { tenant: 'acme', scope: 'read,write', collections: 'docs-*,faq' },
    docsAdmin: { tenant: 'acme', scope: 'read,write,admin', collections: 'docs-*' },
    everywhere: { scope: 'read,write,admin', collections: 'docs-*' },
    expired: { tenant: 'acme', expires: '0s' },
  });
});

afterAll(async () => {
  await keyed.gateway.stop();
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function send(url: string, headers: Readonly<Record<string, string>>, body?: object, method = 'POST'): Promise<Answer> {
  const json = { 'content-type': 'application/json', ...headers };
  const init = body === undefined ? { headers } : { method, headers: json, body: JSON.stringify(body) };
  const answer = await fetch(url, init);
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? text : (JSON.parse(text) as unknown) };
}

/** The storage of gateways that come after each other: it stays when one of them stops. */
const kept = (storage: TestStorage): TestStorage => ({ ...storage, remove: async () => Promise.resolve() });

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('a Chroma client', () => {
  const identity = async (headers: Readonly<Record<string, string>>): Promise<Answer> =>
    send(`${keyed.gateway.chromaUrl}/api/v2/auth/identity`, headers);

  it.each([
    ['X-Chroma-Token', (key: string) => ({ 'X-Chroma-Token': key })],
    ['Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['Bearer in X-Chroma-Token', (key: string) => ({ 'x-chroma-token': `Bearer ${key}` })],
    ['Basic, as the password', (key: string) => ({ authorization: basic(`someone:${key}`) })],
    ['Basic, as the user', (key: string) => ({ authorization: basic(`${key}:`) })],
    ['bare', (key: string) => ({ authorization: key })],
  ])('sends its key: %s', async (_way, headersOf) => {
    const { status, body } = await identity(headersOf(keyed.keys.writer));
    expect([status, body]).toEqual([
      200,
      { user_id: parseKey(keyed.keys.writer)?.id, tenant: 'acme', databases: ['default_database'] },
    ]);
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { 'x-chroma-token': 'nobody' }],
    ['an empty key', { 'x-chroma-token': '' }],
    ['a key of the right form that nobody has', { 'x-chroma-token': 'pv_000000000000_x_00000000' }],
  ])('is refused with %s', async (_case, headers) => {
    expect(await identity(headers)).toEqual({ status: 401, body: { error: 'ChromaError', message: 'Permission denied.' } });
  });

  it('is refused with a key that has expired', async () => {
    expect((await identity({ 'x-chroma-token': keyed.keys.expired })).status).toBe(401);
  });

  it('is refused with a key of which a character was changed', async () => {
    const key = keyed.keys.writer;
    const changed = key.slice(0, 30) + (key[30] === 'x' ? 'y' : 'x') + key.slice(31);
    expect((await identity({ 'x-chroma-token': changed })).status).toBe(401);
  });

  it('reads what is open to all without a key', async () => {
    const paths = ['', '/heartbeat', '/version', '/healthcheck', '/pre-flight-checks'];
    const answers = await Promise.all(paths.map((path) => send(`${keyed.gateway.chromaUrl}/api/v2${path}`, {})));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('is told at API v1 what servers of that time told', async () => {
    expect(await send(`${keyed.gateway.chromaUrl}/api/v1/collections`, {})).toEqual({
      status: 403,
      body: { error: 'AuthError', message: 'Forbidden' },
    });
  });

  it('may not do with its key what that is not for', async () => {
    const url = `${keyed.gateway.chromaUrl}${TENANTS}/acme/databases/default_database/collections`;
    const refused = { status: 403, body: { error: 'ChromaError', message: 'Permission denied.' } };
    expect(await send(url, { 'x-chroma-token': keyed.keys.reader }, { name: 'reader-makes-one' })).toEqual(refused);
    expect(await send(`${keyed.gateway.chromaUrl}/api/v2/reset`, { 'x-chroma-token': keyed.keys.docs }, {})).toEqual(refused);
    expect(
      await send(`${keyed.gateway.chromaUrl}${TENANTS}`, { 'x-chroma-token': keyed.keys.writer }, { name: 'new-one' }),
    ).toEqual(refused);
    expect((await send(`${keyed.gateway.chromaUrl}${TENANTS}`, { 'x-chroma-token': ROOT_KEY }, { name: 'new-one' })).status).toBe(
      200,
    );
  });
});

describe('a Pinecone client', () => {
  const list = async (headers: Readonly<Record<string, string>>): Promise<Answer> =>
    send(`${keyed.gateway.pineconeUrl}/indexes`, headers);

  it.each([
    ['Api-Key', (key: string) => ({ 'Api-Key': key })],
    ['Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
  ])('sends its key: %s', async (_way, headersOf) => {
    expect((await list(headersOf(keyed.keys.reader))).status).toBe(200);
  });

  it('is refused with the literal text of a variable that the shell did not fill in', async () => {
    const { status, body } = await list({ 'Api-Key': '$PINECONE_API_KEY' });
    expect([status, body]).toEqual([401, { error: { code: 'UNAUTHENTICATED', message: 'Invalid API key.' }, status: 401 }]);
  });

  it('is refused in the data plane in its shape, and by gRPC with its code', async () => {
    const [port = 0] = keyed.gateway.indexPorts;
    const { status, body } = await send(`http://127.0.0.1:${String(port)}/query`, {}, { topK: 1, vector: [1] });
    expect([status, body]).toEqual([401, { code: 16, message: 'Wrong API key', details: [] }]);
    const grpc = new PineconeGrpc(port);
    try {
      expect(await grpc.outcome('DescribeIndexStats')).toEqual([16, 'Wrong API key']);
      expect(await grpc.outcome('Upsert', {}, { 'api-key': keyed.keys.reader })).toEqual([7, 'The API key does not allow this.']);
      // a good key gets as far as the index, which is none
      expect((await grpc.outcome('DescribeIndexStats', {}, { 'api-key': keyed.keys.reader }))[0]).toBe(5);
      expect((await grpc.outcome('DescribeIndexStats', {}, { authorization: `Bearer ${keyed.keys.reader}` }))[0]).toBe(5);
    } finally {
      grpc.close();
    }
  });
});

describe('a Vectorizer client', () => {
  const list = async (headers: Readonly<Record<string, string>>, query = ''): Promise<Answer> =>
    send(`${keyed.gateway.vectorizerUrl}/collections${query}`, headers);

  it.each([
    ['X-API-Key', (key: string) => [{ 'X-API-Key': key }, ''] as const],
    ['bare', (key: string) => [{ authorization: key }, ''] as const],
    ['Bearer', (key: string) => [{ authorization: `Bearer ${key}` }, ''] as const],
    ['in the URL', (key: string) => [{}, `?limit=1&api_key=${key}`] as const],
  ])('sends its key: %s', async (_way, partsOf) => {
    const [headers, query] = partsOf(keyed.keys.reader);
    expect((await list(headers, query)).status).toBe(200);
  });

  it('is refused in both shapes at once', async () => {
    const message = 'Authentication required. Provide a valid JWT token or API key.';
    const body = { error: 'unauthorized', error_type: 'unauthorized', message, status_code: 401 };
    expect(await list({})).toEqual({ status: 401, body });
    const forbidden = await send(
      `${keyed.gateway.vectorizerUrl}/collections`,
      { 'x-api-key': keyed.keys.reader },
      { name: 'reader-makes-one', dimension: 2 },
    );
    expect(forbidden).toMatchObject({ status: 403, body: { error: 'forbidden', error_type: 'forbidden', status_code: 403 } });
  });

  it('asks after its health without a key, and by a key in the URL on this port only', async () => {
    expect((await send(`${keyed.gateway.vectorizerUrl}/health`, {})).status).toBe(200);
    expect((await send(`${keyed.gateway.chromaUrl}/api/v2/auth/identity?api_key=${keyed.keys.reader}`, {})).status).toBe(401);
  });
});

describe('the console port', () => {
  it('tells its figures to those who may see everything', async () => {
    const metrics = `${keyed.gateway.consoleUrl}/metrics`;
    const statuses = await Promise.all(
      [
        {},
        { 'x-api-key': keyed.keys.writer },
        { 'x-api-key': keyed.keys.everywhere },
        { authorization: `Bearer ${ROOT_KEY}` },
      ].map(async (headers) => {
        const answer = await fetch(metrics, { headers });
        await answer.text();
        return answer.status;
      }),
    );
    expect(statuses).toEqual([401, 403, 403, 200]);
    expect((await send(`${keyed.gateway.consoleUrl}/livez`, {})).status).toBe(200);
  });
});

describe('a key for some collections', () => {
  const collections = (): string => `${keyed.gateway.chromaUrl}${TENANTS}/acme/databases/default_database/collections`;

  it('makes, sees and finds those that it names, and no others', async () => {
    const docs = { 'x-chroma-token': keyed.keys.docs };
    const all = { 'x-chroma-token': keyed.keys.writer };
    expect((await send(collections(), docs, { name: 'docs-eu' })).status).toBe(200);
    expect((await send(collections(), all, { name: 'secret' })).status).toBe(200);
    expect((await send(collections(), docs, { name: 'secret-2' })).status).toBe(403);
    const names = ({ body }: Answer): readonly string[] => (body as { name: string }[]).map(({ name }) => name).sort();
    expect(names(await send(collections(), docs))).toEqual(['docs-eu']);
    expect(names(await send(collections(), all))).toEqual(['docs-eu', 'secret']);
    const count = collections().replace(/collections$/, 'collections_count');
    expect([(await send(count, docs)).body, (await send(count, all)).body]).toEqual([1, 2]);
    expect(await send(`${collections()}/secret`, docs)).toEqual(await unknown('secret', docs));
  });

  /** What is told of a collection that is not there, said of the name. */
  async function unknown(name: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const { status, body } = await send(`${collections()}/nobody`, headers);
    return { status, body: JSON.parse(JSON.stringify(body).replaceAll('nobody', name)) as unknown };
  }

  it('does not rename one out of its own sight', async () => {
    const docs = { 'x-chroma-token': keyed.keys.docs };
    const { body } = await send(collections(), docs, { name: 'docs-renamed' });
    const { id } = body as { id: string };
    expect((await send(`${collections()}/${id}`, docs, { new_name: 'elsewhere' }, 'PUT')).status).toBe(403);
    expect((await send(`${collections()}/${id}`, docs, { new_name: 'docs-moved' }, 'PUT')).status).toBe(200);
  });

  it('is told the same of a name that it is not for, whether there is a collection or not', async () => {
    const docs = { 'x-chroma-token': keyed.keys.docs };
    expect((await send(collections(), { 'x-chroma-token': keyed.keys.writer }, { name: 'hidden' })).status).toBe(200);
    const told = async (name: string): Promise<readonly Answer[]> =>
      Promise.all([
        send(collections(), docs, { name, get_or_create: true }),
        send(`${keyed.gateway.chromaUrl}/api/v1/collections?tenant=acme&database=default_database`, docs, {
          name,
          get_or_create: true,
        }),
        send(
          `${keyed.gateway.vectorizerUrl}/insert`,
          { 'x-api-key': keyed.keys.docs },
          { collection: name, id: '1', text: 'text' },
        ),
      ]);
    const answers = await told('hidden');
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(answers).toEqual(await told('nobody'));
  });

  it('deletes no database, and resets nothing', async () => {
    const docs = { 'x-chroma-token': keyed.keys.docsAdmin };
    const database = collections().replace(/\/collections$/, '');
    expect((await send(database, docs, {}, 'DELETE')).status).toBe(403);
    expect((await send(`${keyed.gateway.chromaUrl}/api/v2/reset`, docs, {})).status).toBe(403);
    expect((await send(database, { 'x-chroma-token': keyed.keys.writer })).status).toBe(200);
  });
});

describe('tenants by key', () => {
  it('get their resource names from those who may see all of them', async () => {
    const name = (tenant: string, key: string, resource: string): Promise<Answer> =>
      send(`${keyed.gateway.chromaUrl}${TENANTS}/${tenant}`, { 'x-chroma-token': key }, { resource_name: resource }, 'PATCH');
    expect((await name('acme', keyed.keys.writer, 'resource')).status).toBe(403);
    expect((await name('other', ROOT_KEY, 'acme')).status).toBe(409);
    expect((await name('acme', ROOT_KEY, 'resource')).status).toBe(200);
  });

  it('Pinecone and Vectorizer see those of the key, and Chroma is told which they are', async () => {
    const made = await send(
      `${keyed.gateway.vectorizerUrl}/collections`,
      { 'x-api-key': keyed.keys.other },
      { name: 'mine', dimension: 2, metric: 'cosine' },
    );
    expect(made.status).toBeLessThan(300);
    const indexes = async (key: string): Promise<unknown> =>
      (
        (await send(`${keyed.gateway.pineconeUrl}/indexes`, { 'api-key': key })).body as { indexes: { name: string }[] }
      ).indexes.map(({ name }) => name);
    expect(await indexes(keyed.keys.other)).toEqual(['mine']);
    expect(await indexes(keyed.keys.reader)).toEqual([]);
    const { body } = await send(`${keyed.gateway.chromaUrl}/api/v2/auth/identity`, { 'x-chroma-token': keyed.keys.other });
    expect(body).toMatchObject({ tenant: 'other', databases: ['default_database'] });
  });
});

describe('a gateway', () => {
  it('that lets others in without keys does not start unless that is asked for by name', async () => {
    const storage = await createStorage();
    const open = { ...storage.environment, POLYVEC_HOST: '0.0.0.0', POLYVEC_LOG_LEVEL: 'error' };
    try {
      await expect(startGateway(readConfig(open))).rejects.toThrow('POLYVEC_ALLOW_OPEN_ACCESS');
      const told = await startGatewayOn(kept(storage), { POLYVEC_HOST: '0.0.0.0', POLYVEC_ALLOW_OPEN_ACCESS: 'true' });
      await told.stop();
    } finally {
      await storage.remove();
    }
  });

  it('takes its root key from a file, and says when the file has none', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'polyvec-root-'));
    const file = join(directory, 'key');
    const storage = await createStorage();
    try {
      await writeFile(file, 'short\n');
      const env = { POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY_FILE: file };
      await expect(startGatewayOn(kept(storage), env)).rejects.toThrow('at least 32 characters');
      await writeFile(file, `${ROOT_KEY}-of-the-file\n`);
      const gateway = await startGatewayOn(kept(storage), env);
      const { body } = await send(`${gateway.chromaUrl}/api/v2/auth/identity`, { 'x-chroma-token': `${ROOT_KEY}-of-the-file` });
      await gateway.stop();
      expect(body).toEqual({ user_id: 'root', tenant: '*', databases: ['*'] });
    } finally {
      await storage.remove();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('the life of a key', () => {
  let storage: TestStorage;

  beforeEach(async () => {
    storage = await createStorage();
  });

  afterEach(async () => {
    await storage.remove();
  });

  /** Whether each of the keys is good, asked of a gateway that has just been started. */
  async function goodness(...keys: readonly string[]): Promise<readonly boolean[]> {
    const gateway = await startGatewayOn(kept(storage), { POLYVEC_AUTH: 'keys' });
    try {
      const answers = await Promise.all(
        keys.map((key) => send(`${gateway.chromaUrl}/api/v2/auth/identity`, { 'x-chroma-token': key })),
      );
      return answers.map(({ status }) => status === 200);
    } finally {
      await gateway.stop();
    }
  }

  const config = (): ReturnType<typeof readConfig> => readConfig({ ...storage.environment, POLYVEC_LOG_LEVEL: 'error' });

  it('is rotated with a grace period, and revoked', async () => {
    const { first } = await makeKeys(storage.environment, { first: {} });
    const id = parseKey(first)?.id ?? '';
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    await rotateKey(config(), id, '1h', print);
    const second = lines[0] ?? '';
    expect(await goodness(first, second)).toEqual([true, true]);
    await rotateKey(config(), id, '0s', print);
    const third = lines[1] ?? '';
    expect(await goodness(first, second, third)).toEqual([false, false, true]);
    await revokeKey(config(), id, print);
    expect(await goodness(third)).toEqual([false]);
    await expect(rotateKey(config(), id, '0s', print)).rejects.toThrow('there is no key');
    lines.length = 0;
    await listKeys(config(), print);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[a-z0-9]{12} {2}first {2}read,write {2}default_tenant\/\* {2}revoked .*Z {2}last used \d{4}-/);
    expect(lines.join()).not.toContain(third.split('_')[2]);
  });

  it('is found by all of it, too, and messages do not repeat it', async () => {
    const { first } = await makeKeys(storage.environment, { first: { database: '*' } });
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    await revokeKey(config(), first, print);
    await listKeys(config(), print);
    expect(lines[1]).toContain('default_tenant/*  revoked');
    await expect(rotateKey(config(), first, '0s', print)).rejects.toThrow(/^there is no key [a-z0-9]{12} that is good$/);
    await expect(revokeKey(config(), `${first}x`, print)).rejects.toThrow(/^there is no key pv_[a-z0-9]{12}_\[redacted\]x?$/);
  });

  it('ends not with a reset', async () => {
    const { admin } = await makeKeys(storage.environment, { admin: { tenant: 'acme', scope: 'read,write,admin' } });
    const env = { POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY: ROOT_KEY, POLYVEC_CHROMA_ALLOW_RESET: 'true' };
    const gateway = await startGatewayOn(kept(storage), env);
    try {
      const place = (tenant: string): string => `${gateway.chromaUrl}${TENANTS}/${tenant}/databases/default_database/collections`;
      const make = async (tenant: string): Promise<number> =>
        (await send(place(tenant), { 'x-chroma-token': ROOT_KEY }, { name: 'a-collection' })).status;
      const listed = async (tenant: string): Promise<unknown> => (await send(place(tenant), { 'x-chroma-token': ROOT_KEY })).body;
      const reset = async (key: string): Promise<Answer> =>
        send(`${gateway.chromaUrl}/api/v2/reset`, { 'x-chroma-token': key }, {});
      expect([await make('acme'), await make('default_tenant')]).toEqual([200, 200]);
      // a tenant's key empties the tenant alone
      expect(await reset(admin)).toEqual({ status: 200, body: true });
      expect(await listed('acme')).toEqual([]);
      expect(await listed('default_tenant')).toHaveLength(1);
      expect([await make('acme'), await reset(ROOT_KEY), await listed('default_tenant'), await listed('acme')]).toEqual([
        200,
        { status: 200, body: true },
        [],
        [],
      ]);
      expect(await make('acme')).toBe(200);
      expect((await send(`${gateway.chromaUrl}/api/v2/auth/identity`, { 'x-chroma-token': admin })).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});
