import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import {
  type ChromaFixture,
  chromaFixture,
  expectedOf,
  type ReadCollection,
  readFolder,
  type ReadRecord,
} from '../support/copy/chroma-fixture.js';
import { copied, onGateway, readOver } from '../support/copy/copy-run.js';
import { type ChromaServer, startChroma, startChromaOf } from '../support/differential/chroma-server.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

/** The one collection of the folder whose vectors have their length taken from them. */
const COSINE = 'flushed-cosine';

let fixture: ChromaFixture;
let folder: string;
let chroma: ChromaServer;
let one: TestStorage;
let other: TestStorage;
let third: TestStorage;

beforeAll(async () => {
  [fixture, folder] = [await chromaFixture('1.5.9'), await mkdtemp(join(tmpdir(), 'copy-'))];
  [chroma, one, other, third] = [await startChroma(), await createStorage(), await createStorage(), await createStorage()];
});

afterAll(async () => {
  await Promise.all([chroma.stop(), one.remove(), other.remove(), third.remove(), fixture.remove()]);
  await rm(folder, { recursive: true, force: true });
});

async function readAll(api: ChromaApi, names: readonly ReadCollection[]): Promise<readonly (ReadCollection | undefined)[]> {
  const found: (ReadCollection | undefined)[] = [];
  for (const { tenant, database, name } of names) found.push(await readOver(api, tenant, database, name));
  return found;
}

/** The checksums that a copy has come to, by collection. */
async function checksumsOf(
  storage: Pick<TestStorage, 'environment' | 'remove'>,
  from: string,
  options: Partial<CopyArguments>,
): Promise<Readonly<Record<string, string>>> {
  const { code, lines } = await copied(storage, from, { ...options, json: true });
  expect(code).toBe(0);
  const events = lines.map((line) => JSON.parse(line) as { event: string; label: string; checksum: string });
  return Object.fromEntries(events.filter(({ event }) => event === 'report').map(({ label, checksum }) => [label, checksum]));
}

it('a folder goes to Polyvec, to Parquet, to Polyvec again and to the real Chroma server, with equal checksums at each step', async () => {
  const expected = await readFolder(fixture.folder);
  const server = `chroma://${new URL(chroma.chromaUrl).host}`;
  const options = { checkpointDir: join(folder, 'checkpoints') };
  const first = await checksumsOf(one, `chroma-dir:${fixture.folder}`, {});
  expect(Object.keys(first)).toHaveLength(7);
  expect(await checksumsOf(one, 'polyvec:', { to: `parquet:${folder}/files` })).toEqual(first);
  expect(await checksumsOf(other, `parquet:${folder}/files`, {})).toEqual(first);
  expect(await checksumsOf(other, 'polyvec:', { to: server, ...options })).toEqual(first);
  const onServer = await readAll(new ChromaApi(chroma.chromaUrl), expected);
  expect(onServer.map(withoutCosine)).toEqual(expected.map(withoutCosine));
  const [cosine, wanted] = [onServer, expected].map((all) => all.find((one) => one?.name === COSINE)?.records ?? []);
  expect(deviation(cosine ?? [], wanted ?? [])).toBeLessThan(1e-6);
  const back: Record<string, string> = {};
  const tenants = new Set(expected.map(({ tenant }) => tenant));
  for (const tenant of tenants) {
    Object.assign(back, await checksumsOf(third, `${server}/${tenant}`, {}));
  }
  expect(entriesWithout(back, COSINE)).toEqual(entriesWithout(first, COSINE));
  expect(await onGateway(third, (api) => readAll(api, expected))).toEqual(onServer);
  const again = await copied(other, 'polyvec:', { to: server, ...options });
  expect(again.lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
});

describe('cases 1 to 7 and 11: a folder that the installed client writes', () => {
  it.each(['0.4.24', '1.5.9'])('%s, is read as it reads it, zero vectors in an index of cosine included', async (release) => {
    const [own, file] = [join(folder, `made-${release}`), join(folder, `expected-${release}.json`)];
    const python = resolve(`.clients/python-${release}/bin/python`);
    await promisify(execFile)(python, ['test/clients/copy/make_folder.py', own, file, 'more']);
    const expected = expectedOf(await readFile(file, 'utf8'));
    const found = await readFolder(own);
    const bits = (all: readonly ReadCollection[]): readonly unknown[] => all.map((one) => (isCosine(one) ? one.name : one));
    expect(bits(found)).toEqual(bits(expected));
    const zeros = found.find(({ name }) => name === 'zero-cosine')?.records ?? [];
    expect(zeros.filter(({ id }) => id === 'zero').map(({ embedding }) => embedding)).toEqual([[0, 0, 0, 0]]);
    for (const [at, collection] of expected.entries()) {
      const records = found[at]?.records ?? [];
      const parts = (all: readonly ReadRecord[]): readonly unknown[] => all.map((record) => ({ ...record, embedding: [] }));
      expect(parts(records)).toEqual(parts(collection.records));
      expect(deviation(records, collection.records)).toBeLessThan(1e-6);
    }
  });
});

describe('case 20: the server of an older Chroma, with its own folder, is read', () => {
  it.each([
    ['0.4.24', 'v1'],
    ['1.5.9', 'v2'],
  ] as const)('%s, by API %s', async (release, version) => {
    const own = await chromaFixture(release);
    const server = await startChromaOf(release, own.folder, version);
    const storage = await createStorage();
    try {
      const host = new URL(server.chromaUrl).host;
      expect(await copied(storage, `chroma://${host}`)).toMatchObject({ code: 0 });
      expect(await copied(storage, `chroma://${host}/other_tenant/other_database`)).toMatchObject({ code: 0 });
      const found = await onGateway(storage, (api) => readAll(api, own.expected));
      expect(found.map(withoutCosine)).toEqual(own.expected.map(withoutCosine));
    } finally {
      await server.stop();
      await Promise.all([own.remove(), storage.remove()]);
    }
  });
});

describe('records that the real server has already', () => {
  const theirs = {
    ...{ ids: ['r0', 'own'], metadatas: [{ theirs: 1 }, { theirs: 2 }] },
    embeddings: [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
  };

  async function afterCopy(onConflict: string): Promise<Readonly<Record<string, string | null>>> {
    const api = new ChromaApi(chroma.chromaUrl);
    await (await api.createCollection({ name: onConflict })).fill(theirs);
    const to = `chroma://${new URL(chroma.chromaUrl).host}/default_tenant/default_database/${onConflict}`;
    const options = { to, checkpointDir: join(folder, 'checkpoints'), onConflict };
    expect(await copied(one, `chroma-dir:${fixture.folder}/waiting`, options)).toMatchObject({ code: 0 });
    const found = await readOver(api, 'default_tenant', 'default_database', onConflict);
    return Object.fromEntries((found?.records ?? []).map(({ id, metadata }) => [id, metadata]));
  }

  it('are kept', async () => {
    const metadata = await afterCopy('skip');
    expect([metadata['r0'], metadata['own'], Object.keys(metadata).length]).toEqual(['{"theirs":1}', '{"theirs":2}', 21]);
  });

  it('or replaced, all of their metadata', async () => {
    const metadata = await afterCopy('overwrite');
    expect([metadata['own'], Object.keys(metadata).length]).toEqual(['{"theirs":2}', 21]);
    expect(metadata['r0']).not.toContain('theirs');
  });
});

function isCosine(collection: ReadCollection | undefined): collection is ReadCollection {
  return collection?.name.endsWith('-cosine') === true;
}

/** The server brings vectors of a cosine collection to the length one and back: not to the bit. */
function withoutCosine(collection: ReadCollection | undefined): unknown {
  return isCosine(collection) ? collection.records.map(({ id, document, metadata }) => ({ id, document, metadata })) : collection;
}

function entriesWithout(sums: Readonly<Record<string, string>>, name: string): readonly (readonly [string, string])[] {
  return Object.entries(sums)
    .filter(([label]) => !label.endsWith(`/${name}`))
    .sort();
}

/** How far any component is from the wanted one, as a share of its vector's length. */
function deviation(records: readonly ReadRecord[], wanted: readonly ReadRecord[]): number {
  const shares = wanted.flatMap(({ embedding }, at) => {
    const length = Math.hypot(...embedding) || 1;
    return embedding.map((component, index) => Math.abs(component - (records[at]?.embedding[index] ?? NaN)) / length);
  });
  return Math.max(0, ...shares);
}
