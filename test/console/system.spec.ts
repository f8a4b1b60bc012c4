import type { CollectionDetail, FieldList } from '../../src/console/api/contract/collections.js';
import type { SearchResult } from '../../src/console/api/contract/records.js';
import type { BackupRow, CreatedKey, KeyList, SystemState } from '../../src/console/api/contract/system.js';
import { type ConsoleAnswer, ConsoleApi } from '../support/clients/console-api.js';
import { startGateway } from '../support/gateway/gateway.js';
import { type LogLine, type ObservedGateway, startObserved } from '../support/gateway/observed-gateway.js';

/** The console's API: the system, keys, backups and samples, with keys on. */

const ROOT = 'the-root-key-of-a-test-which-is-long-enough';
const EMBEDDING_KEY = 'the-secret-of-an-embedding-server';
const ACME = { tenant: 'acme', database: 'default_database' } as const;
const ALL = ['read', 'write', 'admin'] as const;
const NOBODY = '00000000-0000-4000-8000-000000000000';

let gateway: ObservedGateway;
let root: ConsoleApi;
let acme: ConsoleApi;
let other: ConsoleApi;
let reader: ConsoleApi;
let bees: ConsoleApi;

beforeAll(async () => {
  gateway = await startObserved({
    POLYVEC_AUTH: 'keys',
    POLYVEC_ROOT_KEY: ROOT,
    POLYVEC_EMBEDDING_KEY: EMBEDDING_KEY,
    POLYVEC_LOG_LEVEL: 'info',
    POLYVEC_SLOW_REQUEST_MS: '7000',
  });
  root = new ConsoleApi(gateway.consoleUrl, ROOT);
  acme = await keyed('acme', { ...ACME, permissions: ALL });
  other = await keyed('other', { tenant: 'other', permissions: ALL });
  reader = await keyed('reader', { ...ACME, permissions: ['read'] });
  bees = await keyed('bees', { ...ACME, permissions: ALL, collections: ['bee*'] });
});

afterAll(async () => {
  await gateway.stop();
});

function makeKey(name: string, rest: object, by = root): Promise<CreatedKey> {
  const body = { name, permissions: ['read'], tenant: null, database: null, collections: null, ...rest };
  return by.get<CreatedKey>('/keys', { body });
}

async function keyed(name: string, rest: object): Promise<ConsoleApi> {
  return root.as((await makeKey(name, rest)).secret);
}

async function statusOf(answer: Promise<ConsoleAnswer>): Promise<number> {
  return (await answer).status;
}

/** With two records. */
async function makeCollection(name: string): Promise<CollectionDetail> {
  const body = { ...ACME, name, protocol: 'pinecone', dimension: 2, metric: 'l2' };
  const made = await acme.get<CollectionDetail>('/collections', { body });
  for (const id of ['a', 'b']) {
    const record = { namespace: '', id, embedding: [1, 0.5], metadata: '{"kind":"bee"}' };
    await acme.get(`/collections/${made.uuid}/record`, { method: 'PUT', body: record });
  }
  return made;
}

function backUp(uuid: string, name: string): Promise<BackupRow> {
  return acme.get<BackupRow>(`/collections/${uuid}/backups`, { body: { name } });
}

async function backupsOf(caller: ConsoleApi, query = '?tenant=acme&database=default_database'): Promise<readonly string[]> {
  return (await caller.get<readonly BackupRow[]>(`/backups${query}`)).map(({ name }) => name);
}

function auditOf(action: string, isIt: (line: LogLine) => boolean): Promise<readonly LogLine[]> {
  return gateway.lines((line) => line['context'] === 'audit' && line['action'] === action && isIt(line));
}

describe('the system', () => {
  it('shows the engine, the process, the pool, indexes and requests by protocol', async () => {
    await fetch(`${gateway.chromaUrl}/api/v2/heartbeat`);
    const state = await root.get<SystemState>('/system');
    expect(state.engine).toMatch(/Postgres.*pgvector/);
    expect(Date.parse(state.startedAt)).toBeLessThan(Date.now());
    expect(state.process.rssBytes).toBeGreaterThan(state.process.heapBytes);
    expect(state.process.heapBytes).toBeGreaterThan(0);
    expect(state.database.connections).toBeGreaterThanOrEqual(state.database.idle);
    expect(state.indexes).toMatchObject({ ready: 0, building: 0, vectors: 0, progress: 1 });
    const chroma = state.requests.find(({ protocol }) => protocol === 'chroma');
    expect(chroma).toMatchObject({ failures: 0, count: expect.any(Number) as unknown, seconds: expect.any(Number) as unknown });
    expect(chroma?.count).toBeGreaterThan(0);
  });

  it('counts searches by their plans', async () => {
    const countOf = async (): Promise<number> =>
      (await root.get<SystemState>('/system')).plans.reduce((sum, { count }) => sum + count, 0);
    const { uuid } = await makeCollection('planned');
    const before = await countOf();
    await acme.get<SearchResult>(`/collections/${uuid}/search`, { body: { namespace: '', embedding: [1, 0], limit: 1 } });
    expect(await countOf()).toBe(before + 1);
  });

  it('counts the requests of a client', async () => {
    const count = async (): Promise<number | undefined> =>
      (await root.get<SystemState>('/system')).requests.find(({ protocol }) => protocol === 'vectorizer')?.count;
    const before = (await count()) ?? 0;
    for (let sent = 0; sent < 3; sent += 1) await (await fetch(`${gateway.vectorizerUrl}/health`)).text();
    expect(await count()).toBe(before + 3);
  });

  it('shows every setting, and which are not as they come', async () => {
    const { settings } = await root.get<SystemState>('/system');
    const of = (name: string): object | undefined => settings.find((setting) => setting.name === name);
    const about = expect.stringMatching(/\w/) as unknown;
    expect(of('POLYVEC_SLOW_REQUEST_MS')).toEqual({ name: 'POLYVEC_SLOW_REQUEST_MS', value: '7000', isDefault: false, about });
    expect(of('POLYVEC_HOST')).toMatchObject({ value: '127.0.0.1', isDefault: true });
    expect(of('POLYVEC_CORS_ORIGINS')).toMatchObject({ value: '', isDefault: true });
  });

  it('says of a secret only whether it is set', async () => {
    const { text, body } = await root.call('/system');
    const { settings } = body as SystemState;
    const valueOf = (name: string): string | undefined => settings.find((setting) => setting.name === name)?.value;
    expect(valueOf('POLYVEC_ROOT_KEY')).toBe('set');
    expect(valueOf('POLYVEC_EMBEDDING_KEY')).toBe('set');
    expect(valueOf('POLYVEC_RERANK_KEY')).toBe('not set');
    expect(valueOf('DATABASE_URL')).toMatch(/^(not )?set$/);
    expect(text).not.toContain(ROOT);
    expect(text).not.toContain(EMBEDDING_KEY);
    expect(text).not.toContain('postgres://polyvec');
  });

  it('is for operators whose key is for everything', async () => {
    const some = await keyed('some', { permissions: ALL, collections: ['bee*'] });
    const callers = [acme, other, reader, bees, some];
    for (const path of ['/system', '/keys']) {
      expect(await Promise.all(callers.map((caller) => statusOf(caller.call(path))))).toEqual([403, 403, 403, 403, 403]);
      expect(await statusOf(root.as('wrong').call(path))).toBe(401);
    }
  });
});

describe('a key', () => {
  it('shows its secret once, and opens what it is for', async () => {
    const made = await makeKey('once', { ...ACME, permissions: ['read', 'write'], collections: ['bee*'] });
    const { secret, ...row } = made;
    expect(row).toMatchObject({ name: 'once', permissions: ['read', 'write'], ...ACME, collections: ['bee*'], revokedAt: null });
    const { text, body } = await root.call('/keys');
    expect((body as KeyList).keys).toContainEqual(row);
    expect(text).not.toContain(secret);
    const session = await root.as(secret).get('/session');
    expect(session).toMatchObject({ tenant: 'acme', permissions: ['read', 'write'], isOperator: false });
  });

  it('is good for nothing once it is revoked', async () => {
    const { id, secret } = await makeKey('revoked', {});
    expect(await statusOf(root.call(`/keys/${id}`, { method: 'DELETE' }))).toBe(204);
    const { keys } = await root.get<KeyList>('/keys');
    expect(keys.find((key) => key.id === id)?.revokedAt).toMatch(/^\d{4}-/);
    expect(await statusOf(root.as(secret).call('/session'))).toBe(401);
    expect(await statusOf(root.call('/keys/nobodys', { method: 'DELETE' }))).toBe(404);
  });

  it('has no permission that its maker lacks', async () => {
    const admin = await keyed('admin', { permissions: ['admin'] });
    const body = { name: 'more', permissions: ['read'], tenant: null, database: null, collections: null };
    expect(await statusOf(admin.call('/keys', { body }))).toBe(403);
    expect((await makeKey('as much', { permissions: ['admin'] }, admin)).permissions).toEqual(['admin']);
  });

  it('of a key for some collections makes no others', async () => {
    const some = await keyed('some', { permissions: ALL, collections: ['bee*'] });
    const { id } = await makeKey('victim', {});
    const body = { name: 'all', permissions: ['read'], tenant: null, database: null, collections: null };
    expect(await statusOf(some.call('/keys', { body }))).toBe(403);
    expect(await statusOf(some.call(`/keys/${id}`, { method: 'DELETE' }))).toBe(403);
  });

  it.each([
    ['without permissions', { permissions: [] }],
    ['with a permission that there is not', { permissions: ['drop'] }],
    ['for a database of every tenant', { database: 'yonder' }],
    ['for a tenant with too short a name', { tenant: 'x' }],
    ['for no collections', { collections: [] }],
    ['without a name', { name: '' }],
  ])('is not made %s', async (_what, wrong) => {
    const body = { name: 'wrong', permissions: ['read'], tenant: null, database: null, collections: null, ...wrong };
    expect(await statusOf(root.call('/keys', { body }))).toBe(400);
  });

  it('leaves a line in the log when it is made and revoked, without its secret', async () => {
    const { id, secret } = await makeKey('audited', { ...ACME });
    await root.call(`/keys/${id}`, { method: 'DELETE' });
    const [made] = await auditOf('key.create', (line) => line['id'] === id);
    expect(made).toMatchObject({ keyId: 'root', permissions: ['read'], ...ACME, collections: null });
    expect(await auditOf('key.revoke', (line) => line['id'] === id)).toHaveLength(1);
    expect(gateway.log()).not.toContain(secret);
  });
});

describe('a backup', () => {
  it('is made, listed, restored and deleted', async () => {
    const { uuid } = await makeCollection('bee-hive');
    const backup = await backUp(uuid, 'before');
    expect(backup).toMatchObject({ name: 'before', collection: 'bee-hive', records: 2 });
    expect(await acme.get<readonly BackupRow[]>('/backups?tenant=acme&database=default_database')).toContainEqual(backup);
    expect(await backupsOf(acme, '')).toContain('before');
    const restored = await acme.get<CollectionDetail>(`/backups/${backup.id}/restore`, { body: { name: 'bee-again' } });
    expect(restored).toMatchObject({ name: 'bee-again', records: 2, dimension: 2, metric: 'l2', protocol: 'pinecone', ...ACME });
    expect(await statusOf(acme.call(`/backups/${backup.id}/restore`, { body: { name: 'bee-again' } }))).toBe(409);
    expect(await statusOf(acme.call(`/backups/${backup.id}/restore`, { body: { name: 'Not Pinecone' } }))).toBe(400);
    expect(await statusOf(acme.call(`/backups/${backup.id}`, { method: 'DELETE' }))).toBe(204);
    expect(await backupsOf(acme)).not.toContain('before');
    expect(await statusOf(acme.call(`/backups/${backup.id}`, { method: 'DELETE' }))).toBe(404);
    const lines = await Promise.all(
      ['backup.create', 'backup.restore', 'backup.delete'].map((action) =>
        auditOf(action, (line) => line['backup'] === backup.id),
      ),
    );
    expect(lines.flat().map((line) => line['collection'])).toEqual(['bee-hive', 'bee-again', 'bee-hive']);
  });

  it("is not there for another tenant's key, nor for one of other collections", async () => {
    const { uuid } = await makeCollection('wasp-nest');
    const { id } = await backUp(uuid, 'of-wasps');
    for (const stranger of [other, bees]) {
      expect(await backupsOf(stranger)).not.toContain('of-wasps');
      const refused = [
        stranger.call(`/collections/${uuid}/backups`, { body: { name: 'mine' } }),
        stranger.call(`/backups/${id}/restore`, { body: { name: 'bee-mine' } }),
        stranger.call(`/backups/${id}`, { method: 'DELETE' }),
      ];
      expect(await Promise.all(refused.map((answer) => statusOf(answer)))).toEqual([404, 404, 404]);
    }
    expect(await backupsOf(root)).toContain('of-wasps');
  });

  it('becomes no collection that its key could not reach', async () => {
    const { uuid } = await makeCollection('bee-box');
    const { id } = await backUp(uuid, 'of-a-box');
    expect(await backupsOf(bees)).toContain('of-a-box');
    expect(await statusOf(bees.call(`/backups/${id}/restore`, { body: { name: 'wasp-box' } }))).toBe(403);
  });

  it('is listed for a key that only reads, and nothing else', async () => {
    const { uuid } = await makeCollection('bee-read');
    const { id } = await backUp(uuid, 'to-read');
    expect(await backupsOf(reader)).toContain('to-read');
    const refused = [
      reader.call(`/collections/${uuid}/backups`, { body: { name: 'mine' } }),
      reader.call(`/backups/${id}/restore`, { body: { name: 'bee-mine' } }),
      reader.call(`/backups/${id}`, { method: 'DELETE' }),
      reader.call('/samples', { body: ACME }),
    ];
    expect(await Promise.all(refused.map((answer) => statusOf(answer)))).toEqual([403, 403, 403, 403]);
  });

  it.each(['nobody', NOBODY])('%s is not found', async (id) => {
    expect(await statusOf(acme.call(`/backups/${id}/restore`, { body: { name: 'bee-none' } }))).toBe(404);
    expect(await statusOf(acme.call(`/collections/${id}/backups`, { body: { name: 'none' } }))).toBe(404);
  });
});

describe('the samples', () => {
  it("are 1,000 records with fields to filter by, and are searched by text; another key's tenant gets none", async () => {
    const out = await Promise.all([other, bees].map((caller) => statusOf(caller.call('/samples', { body: ACME }))));
    expect(out).toEqual([404, 403]);
    const made = await acme.get<CollectionDetail>('/samples', { body: ACME });
    expect(made).toMatchObject({ name: 'polyvec-samples', records: 1_000, hasModel: true, dimension: 256, ...ACME });
    const of = <T>(path: string, body?: object): Promise<T> => acme.get<T>(`/collections/${made.uuid}/${path}`, { body });
    const { fields } = await of<FieldList>('fields');
    expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['topic', 'year']));
    const filter = { match: 'all', conditions: [{ field: 'topic', op: 'eq', value: 'garden' }] };
    const search = { namespace: '', text: 'The captain fears the storm', limit: 5 };
    const topics = ({ hits }: SearchResult): readonly unknown[] =>
      hits.map(({ metadata }) => (JSON.parse(metadata ?? '{}') as { readonly topic?: string }).topic);
    expect(topics(await of<SearchResult>('search', search))).toEqual(Array.from({ length: 5 }, () => 'sea'));
    expect(topics(await of<SearchResult>('search', { ...search, filter }))).toEqual(Array.from({ length: 5 }, () => 'garden'));
    expect(await statusOf(acme.call('/samples', { body: ACME }))).toBe(409);
    const [line] = await auditOf('samples.create', () => true);
    expect(line).toMatchObject({ collection: 'polyvec-samples', tenant: 'acme' });
  });

  it('need a tenant and a database', async () => {
    expect(await statusOf(acme.call('/samples', { body: {} }))).toBe(400);
    expect(await statusOf(root.call('/samples', { body: { tenant: 'nobodys', database: 'nothing' } }))).toBe(404);
  });
});

describe('a console that only reads', () => {
  it('shows the system, keys and backups, and changes none of them', async () => {
    const readOnly = await startGateway({ env: { POLYVEC_CONSOLE: 'read-only' } });
    const console = new ConsoleApi(readOnly.consoleUrl);
    const shown = ['/system', '/keys', '/backups'].map((path) => statusOf(console.call(path)));
    const refused = [
      console.call('/keys', { body: { name: 'mine', permissions: ['read'] } }),
      console.call('/keys/any', { method: 'DELETE' }),
      console.call(`/collections/${NOBODY}/backups`, { body: { name: 'mine' } }),
      console.call(`/backups/${NOBODY}/restore`, { body: { name: 'mine' } }),
      console.call(`/backups/${NOBODY}`, { method: 'DELETE' }),
      console.call('/samples', { body: ACME }),
    ];
    const answers = await Promise.all(refused);
    expect(await Promise.all(shown)).toEqual([200, 200, 200]);
    expect(answers.map(({ body }) => (body as { readonly code: string }).code)).toEqual(Array(6).fill('read_only'));
    await readOnly.stop();
  });
});
