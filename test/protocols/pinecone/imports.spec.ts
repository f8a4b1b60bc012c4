import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CopyRecord } from '../../../src/copy/copy.js';
import { writeParquet } from '../../../src/copy/parquet/write-file.js';
import { type Answer, type Outcome, PineconeApi } from '../../support/clients/pinecone-api.js';
import { type KeyedGateway, startKeyedGateway } from '../../support/gateway/keyed-gateway.js';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const ANYWHERE = expect.any(String) as unknown;
const NOTHING = (uri: string): Outcome => [400, { code: 3, message: `There is nothing to import at ${uri}`, details: [] }];

interface Import {
  readonly id: string;
  readonly status: string;
  readonly error?: string;
  readonly recordsImported: number;
}

let root: string;
let keyed: KeyedGateway<'acme' | 'other'>;
let index: string;

/** Each tenant has an index of this name, and a folder below the root. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'imports-'));
  keyed = await startKeyedGateway(
    {
      acme: { tenant: 'acme', database: 'default_database', scope: 'read,write,admin' },
      other: { tenant: 'other', database: 'default_database', scope: 'read,write,admin' },
    },
    { POLYVEC_IMPORT_ROOT: root },
  );
  index = 'films';
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  for (const who of ['acme', 'other'] as const) {
    const body = { name: index, dimension: 2, metric: 'dotproduct', spec };
    const made = await control(who, '/indexes', { body });
    expect(made.status).toBe(201);
  }
  await file('acme/films/__default__/0.parquet', [record('a', [1, 2], '{"n":1,"t":["x"]}'), record('b', [3, 4])]);
  await file('acme/films/odd %2F/0.parquet', [
    { ...record('c', [5, 6]), sparse: { indices: [7], values: Float32Array.of(0.5) } },
  ]);
  await file('acme/mixed/0.parquet', [record('good', [1, 1]), record('long', [1, 1, 1]), record('zero', [0, 0])]);
  await mkdir(join(root, 'other'));
});

afterAll(async () => {
  await keyed.gateway.stop();
  await rm(root, { recursive: true, force: true });
});

async function control(who: 'acme' | 'other', path: string, call: Parameters<PineconeApi['call']>[1] = {}): Promise<Answer> {
  return new PineconeApi(keyed.gateway.pineconeUrl).call(path, { ...call, headers: { 'api-key': keyed.keys[who] } });
}

async function data(who: 'acme' | 'other', path: string, call: Parameters<PineconeApi['call']>[1] = {}): Promise<Outcome> {
  const { status, body } = await control(who, `/_index/${index}${path}`, call);
  return [status, body];
}

function record(id: string, values: readonly number[], metadata: string | null = null): CopyRecord {
  return { id, embedding: Float32Array.from(values), document: 'what Pinecone ignores', uri: null, metadata };
}

async function file(path: string, records: readonly CopyRecord[]): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeParquet(join(root, path), records);
}

async function start(who: 'acme' | 'other', uri: string, more: object = {}): Promise<Outcome> {
  return data(who, '/bulk/imports', { body: { uri, ...more } });
}

/** What has become of an import that was started. */
async function ended(who: 'acme' | 'other', [status, body]: Outcome): Promise<Import> {
  expect(status).toBe(200);
  const { id } = body as Import;
  for (;;) {
    const [, found] = await data(who, `/bulk/imports/${id}`);
    const entry = found as Import;
    if (!['Pending', 'InProgress'].includes(entry.status)) return entry;
    await sleep(50);
  }
}

it('Parquet files are imported with their namespaces, sparse vectors and metadata, and nothing else of them', async () => {
  const done = await ended('acme', await start('acme', 'file:///films'));
  expect(done).toEqual({
    ...{ id: ANYWHERE, uri: 'file:///films', status: 'Completed', createdAt: TIME, finishedAt: TIME },
    ...{ percentComplete: 100, recordsImported: 3 },
  });
  expect(await data('acme', '/vectors/fetch', { query: { ids: ['a', 'b'] } })).toMatchObject([
    200,
    { vectors: { a: { id: 'a', values: [1, 2], metadata: { n: 1, t: ['x'] } }, b: { id: 'b', values: [3, 4] } } },
  ]);
  const [, fetched] = await data('acme', '/vectors/fetch', { query: { ids: 'c', namespace: 'odd /' } });
  expect(fetched).toMatchObject({ vectors: { c: { values: [5, 6], sparseValues: { indices: [7], values: [0.5] } } } });
  expect(JSON.stringify(fetched)).not.toContain('ignores');
});

it('a record that breaks a rule of upserts is left out and named, or ends the import', async () => {
  const mixed = await ended('acme', await start('acme', 'file:///mixed/', { errorMode: { onError: 'continue' } }));
  expect(mixed).toMatchObject({
    status: 'Completed',
    recordsImported: 1,
    error: expect.stringMatching(/^"long": .*dimension 3/) as unknown,
  });
  const strict = await ended('acme', await start('acme', 'file:///mixed', { errorMode: { onError: 'abort' } }));
  expect(strict).toMatchObject({ status: 'Failed', error: expect.stringMatching(/^"long": /) as unknown });
});

it('a file that is no Parquet file fails, and its place on the gateway is not named', async () => {
  await writeFile(join(root, 'acme', 'broken.parquet'), 'no parquet');
  const { status, error = '' } = await ended('acme', await start('acme', 'file:///broken.parquet'));
  expect([status, error]).toEqual(['Failed', expect.stringMatching(/^broken\.parquet: /)]);
  expect(error).not.toContain(root);
});

describe('case 46: an import reads nothing but the folder of its tenant', () => {
  it.each([
    'file:///../acme/films',
    'file:///..%2Facme%2Ffilms',
    'file:///%2e%2e/acme/films',
    'file:///films',
    'file:///acme/films',
    'file:///etc/passwd',
    'file:///%00',
  ])('%s, by the key of another tenant, is nothing', async (uri) => {
    expect(await start('other', uri)).toEqual(NOTHING(uri));
  });

  it('neither by its whole path', async () => {
    const uri = `file://${join(root, 'acme', 'films')}`;
    expect(await start('other', uri)).toEqual(NOTHING(uri));
  });

  it('neither through a symbolic link to a folder or to a file, nor past one within a folder', async () => {
    const [own, foreign] = [join(root, 'other'), join(root, 'acme', 'films')];
    await symlink(foreign, join(own, 'linked'));
    await symlink(join(foreign, '__default__', '0.parquet'), join(own, 'linked.parquet'));
    await file('other/own/0.parquet', [record('a', [1, 2])]);
    await symlink(join(foreign, '__default__', '0.parquet'), join(own, 'own', '1.parquet'));
    expect(await start('other', 'file:///linked')).toEqual(NOTHING('file:///linked'));
    expect(await start('other', 'file:///linked.parquet')).toEqual(NOTHING('file:///linked.parquet'));
    expect(await start('other', 'file:///own')).toMatchObject([
      400,
      { message: expect.stringMatching(/symbolic link/) as unknown },
    ]);
    expect(await data('other', '/describe_index_stats', { body: {} })).toMatchObject([200, { totalVectorCount: 0 }]);
  });

  it.each(['s3://bucket/dir', 'https://example.org/dir', '/etc', 'file://host/films', 'films'])('%s is refused', async (uri) => {
    expect(await start('acme', uri)).toMatchObject([
      400,
      { code: 3, message: expect.stringMatching(/file:\/\/\/path alone/) as unknown },
    ]);
  });

  it("another tenant's imports are not seen", async () => {
    const { id } = await ended('acme', await start('acme', 'file:///films'));
    expect(await data('other', '/bulk/imports')).toEqual([200, { data: [] }]);
    expect(await data('other', `/bulk/imports/${id}`)).toMatchObject([404, { code: 5 }]);
    expect(await data('other', `/bulk/imports/${id}`, { method: 'DELETE' })).toMatchObject([404, { code: 5 }]);
  });
});

describe('the list', () => {
  it('comes in pages', async () => {
    const first = await ended('acme', await start('acme', 'file:///films'));
    const second = await ended('acme', await start('acme', 'file:///films'));
    const ids: string[] = [];
    let token = '';
    do {
      const [status, body] = await data('acme', '/bulk/imports', { query: { limit: 1, paginationToken: token } });
      expect(status).toBe(200);
      const page = body as { data: readonly Import[]; pagination?: { next: string } };
      ids.push(...page.data.map(({ id }) => id));
      token = page.pagination?.next ?? '';
    } while (token !== '');
    expect(ids.slice(-2)).toEqual([first.id, second.id]);
    expect(ids).toEqual([...ids].sort((a, b) => Number(a) - Number(b)));
  });

  it('an import that has ended stays as it is when it is cancelled', async () => {
    const { id } = await ended('acme', await start('acme', 'file:///films'));
    expect(await data('acme', `/bulk/imports/${id}`, { method: 'DELETE' })).toEqual([200, {}]);
    expect(await data('acme', `/bulk/imports/${id}`)).toMatchObject([200, { status: 'Completed' }]);
  });

  it('one that is cancelled before its end stops', async () => {
    const records = Array.from({ length: 20_000 }, (_, n) => record(`r${String(n)}`, [n + 1, 1]));
    await file('acme/large/0.parquet', records);
    const [, body] = await start('acme', 'file:///large');
    const { id } = body as Import;
    expect(await data('acme', `/bulk/imports/${id}`, { method: 'DELETE' })).toEqual([200, {}]);
    const [, found] = await data('acme', `/bulk/imports/${id}`);
    expect(found).toMatchObject({ status: 'Cancelled', finishedAt: TIME });
    expect((found as Import).recordsImported).toBeLessThan(20_000);
  });
});

it('an import that was cut off goes on from where it was, when a gateway starts again', async () => {
  const records = Array.from({ length: 20_000 }, (_, n) => record(`r${String(n)}`, [n + 1, 1]));
  await file('acme/again/resumed/0.parquet', records);
  const [, body] = await start('acme', 'file:///again');
  keyed = { ...keyed, gateway: await keyed.gateway.restart() };
  const done = await ended('acme', [200, body]);
  expect(done).toMatchObject({ status: 'Completed', recordsImported: 20_000 });
  expect(await data('acme', '/describe_index_stats', { body: {} })).toMatchObject([
    200,
    { namespaces: { resumed: { vectorCount: 20_000 } } },
  ]);
});

it.each([
  [{ uri: '' }, 3],
  [{ uri: `file:///${'x'.repeat(1_500)}` }, 3],
  [{}, 3],
  [{ uri: 'file:///films', integrationId: 'x' }, 3],
  [{ uri: 'file:///films', errorMode: { onError: 'later' } }, 3],
])('%j is refused', async (body, code) => {
  expect(await data('acme', '/bulk/imports', { body })).toMatchObject([400, { code }]);
});

it('indexes that embed text are not imported into', async () => {
  const embed = { model: 'polyvec-local', field_map: { text: 'text' } };
  const body = { name: 'texts', cloud: 'aws', region: 'us-east-1', embed };
  expect((await control('acme', '/indexes/create-for-model', { body })).status).toBe(201);
  const { status, body: answer } = await control('acme', '/_index/texts/bulk/imports', { body: { uri: 'file:///films' } });
  expect([status, answer]).toMatchObject([400, { message: expect.stringMatching(/integrated inference/) as unknown }]);
});
