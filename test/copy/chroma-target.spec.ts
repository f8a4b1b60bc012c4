import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { ChromaApi, uniqueName } from '../support/clients/chroma-api.js';
import {
  changeFolder,
  type ChromaFixture,
  chromaFixture,
  type ReadCollection,
  readFolder,
} from '../support/copy/chroma-fixture.js';
import { copied, type CopyRun, enlarge, readOver } from '../support/copy/copy-run.js';
import { createStorage, makeKeys, startGatewayOn, type TestGateway } from '../support/gateway/gateway.js';

const PLACE = ['default_tenant', 'default_database'] as const;

let server: TestGateway;
let key: string;
let api: ChromaApi;
let fixture: ChromaFixture;
let folder: string;
let name: string;

/** The target is a gateway that asks for keys. */
beforeAll(async () => {
  const storage = await createStorage();
  ({ key } = await makeKeys(storage.environment, { key: { tenant: '*', scope: 'read,write,admin' } }));
  server = await startGatewayOn(storage, { POLYVEC_AUTH: 'keys' });
  api = new ChromaApi(server.chromaUrl);
  const call = api.call.bind(api);
  api.call = (path, inside) => call(path, { ...inside, headers: { 'x-chroma-token': key } });
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  [fixture, folder, name] = [await chromaFixture('1.5.9'), await mkdtemp(join(tmpdir(), 'checkpoints-')), uniqueName()];
  await writeFile(join(folder, 'key'), `${key}\n`);
});

afterEach(async () => {
  await Promise.all([fixture.remove(), rm(folder, { recursive: true, force: true })]);
});

function url(path = ''): string {
  return `chroma://${new URL(server.chromaUrl).host}${path}`;
}

async function toServer(from: string, to: string, options: Partial<CopyArguments> = {}): Promise<CopyRun> {
  const nowhere = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
  const checkpointDir = join(folder, 'checkpoints');
  return copied(nowhere, from, { to, toKeyFile: join(folder, 'key'), checkpointDir, ...options });
}

/** Copies `waiting`, of 20 records, to the name of this test. */
async function waiting(options: Partial<CopyArguments> = {}): Promise<CopyRun> {
  return toServer(`chroma-dir:${fixture.folder}/waiting`, url(`/${PLACE.join('/')}/${name}`), options);
}

async function documents(): Promise<Readonly<Record<string, string | null>>> {
  const found = await readOver(api, ...PLACE, name);
  return Object.fromEntries((found?.records ?? []).map(({ id, document }) => [id, document]));
}

function spoil(): void {
  changeFolder(fixture.folder, `UPDATE embeddings_queue SET vector = x'0000' WHERE id = 'more1100'`);
}

function mend(): void {
  changeFolder(
    fixture.folder,
    `UPDATE embeddings_queue SET vector = (SELECT vector FROM embeddings_queue WHERE id = 'more1') WHERE id = 'more1100'`,
  );
}

it('a folder is on the server what its own client reads, tenants and databases included, and a second copy finds nothing to do', async () => {
  const { code, lines } = await toServer(`chroma-dir:${fixture.folder}`, url());
  expect(lines.at(-1)).toBe('143 records in 7 collections, and all of it is equal');
  expect(code).toBe(0);
  const expected = await readFolder(fixture.folder);
  const found: (ReadCollection | undefined)[] = [];
  for (const each of expected) found.push(await readOver(api, each.tenant, each.database, each.name));
  expect(found).toEqual(expected);
  const again = await toServer(`chroma-dir:${fixture.folder}`, url());
  expect(again.lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
});

it('until it is whole it has another name, and a copy that was cut off goes on', async () => {
  enlarge(fixture.folder, 1_200);
  spoil();
  expect(await waiting()).toMatchObject({ code: 3 });
  expect(await readOver(api, ...PLACE, name)).toBeUndefined();
  expect((await readOver(api, ...PLACE, `${name}.copying`))?.records).toHaveLength(1_000);
  mend();
  const { code, lines } = await waiting();
  expect([code, lines]).toEqual([0, expect.arrayContaining(['1,220 records, 1,000 of them there from before'])]);
  expect((await readOver(api, ...PLACE, name))?.records).toHaveLength(1_220);
  expect(await readOver(api, ...PLACE, `${name}.copying`)).toBeUndefined();
});

it('a batch that the server has, but the checkpoint has not, is sent again and is there once', async () => {
  enlarge(fixture.folder, 1_200);
  spoil();
  await waiting();
  const [file = ''] = await readdir(join(folder, 'checkpoints'));
  const path = join(folder, 'checkpoints', file);
  const copy = JSON.parse(await readFile(path, 'utf8')) as object;
  const checkpoint = { cursor: null, records: 0, rejects: 0, checksum: '0' };
  await writeFile(path, JSON.stringify({ ...copy, checkpoint }));
  mend();
  expect(await waiting()).toMatchObject({ code: 0 });
  expect((await readOver(api, ...PLACE, name))?.records).toHaveLength(1_220);
});

it('without its checkpoint, what a copy has begun is not taken for another: --restart removes it', async () => {
  enlarge(fixture.folder, 1_200);
  spoil();
  await waiting();
  mend();
  const elsewhere = { checkpointDir: join(folder, 'elsewhere') };
  const { code, lines } = await waiting(elsewhere);
  expect([code, lines.at(-1)]).toEqual([
    2,
    expect.stringMatching(/a copy from elsewhere, .* has begun there.*--restart removes it/),
  ]);
  expect(await waiting({ ...elsewhere, restart: true })).toMatchObject({ code: 0 });
  expect((await readOver(api, ...PLACE, name))?.records).toHaveLength(1_220);
});

describe('case 34: records that the server has from elsewhere', () => {
  beforeEach(async () => {
    const embeddings = [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ];
    const own = { ids: ['r0', 'own'], embeddings, documents: ['theirs', 'own'], metadatas: [{ theirs: 1 }, null] };
    await (await api.createCollection({ name })).fill(own);
  });

  it('fail: nothing is written', async () => {
    const { code, lines } = await waiting();
    expect([code, lines.at(-1)]).toEqual([2, expect.stringContaining('it has 2 records there that are not from this copy')]);
    expect(await documents()).toEqual({ r0: 'theirs', own: 'own' });
  });

  it('skip: what is there stays', async () => {
    expect(await waiting({ onConflict: 'skip' })).toMatchObject({ code: 0 });
    expect(await documents()).toMatchObject({ r0: 'theirs', own: 'own', r2: 't2🦜' });
  });

  it('overwrite: the source has the last word, and other records stay', async () => {
    expect(await waiting({ onConflict: 'overwrite' })).toMatchObject({ code: 0 });
    expect(await documents()).toMatchObject({ r0: 't0🦜', own: 'own', r2: 't2🦜' });
  });
});

it('case 38: a dry run makes nothing, neither there nor here', async () => {
  expect(await waiting({ dryRun: true })).toMatchObject({ code: 0 });
  expect(await readOver(api, ...PLACE, `${name}.copying`)).toBeUndefined();
  expect(await readdir(folder)).toEqual(['key']);
});

it('case 36: what Chroma cannot hold is rejected with its reason', async () => {
  const file = join(folder, 'films.jsonl');
  const records = [
    { id: 'a', embedding: [1, 2] },
    { id: 'b', embedding: [1, 2], namespace: 'n' },
    { id: 'c', embedding: [1, 2], sparse: { indices: [1], values: [1] } },
    { id: 'd', sparse: { indices: [1], values: [1] } },
  ];
  await writeFile(file, records.map((record) => JSON.stringify(record)).join('\n'));
  const { code, lines } = await toServer(`jsonl:${file}`, url(`/${PLACE.join('/')}/${name}`), { onError: 'skip' });
  expect([code, lines.at(-1)]).toEqual([1, '1 records are equal, and 3 were skipped']);
  expect(lines.filter((line) => line.startsWith('not copied')).map((line) => line.replace(/^.*?"/, '"'))).toEqual([
    '"b": it is in the namespace "n", and Chroma has none',
    '"c": it has a sparse vector, which Chroma cannot hold',
    '"d": it has no vector, or a sparse one alone, which Chroma cannot hold',
  ]);
});

it('case 39: what has been changed on the server is found', async () => {
  await waiting();
  const { body } = await api.call(`/api/v2/tenants/${PLACE[0]}/databases/${PLACE[1]}/collections/${name}`);
  const { id } = body as { id: string };
  const change = { ids: ['r3'], documents: ['changed'] };
  await api.call(`/api/v2/tenants/${PLACE[0]}/databases/${PLACE[1]}/collections/${id}/update`, { body: change });
  const { code, lines } = await waiting();
  expect(code).toBe(1);
  expect(lines).toContain(`WRONG: ${PLACE.join('/')}/${name}: "r3" differs in document`);
});

it('case 41: the key of the environment is for the source, when that is a server; no key is in a checkpoint or in what is printed', async () => {
  const { lines } = await waiting();
  const [file = ''] = await readdir(join(folder, 'checkpoints'));
  expect(`${lines.join('\n')} ${await readFile(join(folder, 'checkpoints', file), 'utf8')}`).not.toContain(key);
  const environment = { CHROMA_API_KEY: key };
  const source = url(`/${PLACE.join('/')}/${name}`);
  const refused = await copied({ environment, remove: () => Promise.resolve() }, source, {
    to: url(`/${PLACE.join('/')}/${name}2`),
  });
  expect([refused.code, refused.lines.at(-1)]).toEqual([2, expect.stringMatching(/answers 401/)]);
});
