import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { type ChromaFixture, chromaFixture, type ReadCollection, readFolder } from '../support/copy/chroma-fixture.js';
import { copied, onGateway, readOver } from '../support/copy/copy-run.js';
import { type ChromaServer, startChroma } from '../support/differential/chroma-server.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

let fixture: ChromaFixture;
let folder: string;
let chroma: ChromaServer;
let one: TestStorage;
let other: TestStorage;

beforeAll(async () => {
  [fixture, folder] = [await chromaFixture('1.5.9'), await mkdtemp(join(tmpdir(), 'copy-'))];
  [chroma, one, other] = [await startChroma(), await createStorage(), await createStorage()];
});

afterAll(async () => {
  await Promise.all([chroma.stop(), one.remove(), other.remove(), fixture.remove()]);
  await rm(folder, { recursive: true, force: true });
});

async function readAll(api: ChromaApi, names: readonly ReadCollection[]): Promise<readonly (ReadCollection | undefined)[]> {
  const found: (ReadCollection | undefined)[] = [];
  for (const { tenant, database, name } of names) found.push(await readOver(api, tenant, database, name));
  return found;
}

it('a folder goes to Polyvec, to files, to the real Chroma server and back, equal at each step', async () => {
  const expected = await readFolder(fixture.folder);
  const server = `chroma://${new URL(chroma.chromaUrl).host}`;
  const checkpointDir = join(folder, 'checkpoints');
  expect(await copied(one, `chroma-dir:${fixture.folder}`)).toMatchObject({ code: 0 });
  expect(await copied(one, 'polyvec:', { to: `jsonl:${folder}/files` })).toMatchObject({ code: 0 });
  expect(await copied(one, `jsonl:${folder}/files`, { to: server, checkpointDir })).toMatchObject({ code: 0 });
  const onServer = await readAll(new ChromaApi(chroma.chromaUrl), expected);
  expect(onServer.map(withoutCosine)).toEqual(expected.map(withoutCosine));
  const tenants = new Set(expected.map(({ tenant }) => tenant));
  for (const tenant of tenants) expect(await copied(other, `${server}/${tenant}`)).toMatchObject({ code: 0 });
  expect(await onGateway(other, (api) => readAll(api, expected))).toEqual(onServer);
  const again = await copied(one, `jsonl:${folder}/files`, { to: server, checkpointDir });
  expect(again.lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
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

/** The server brings vectors of a cosine collection to the length one and back: not to the bit. */
function withoutCosine(collection: ReadCollection | undefined): unknown {
  const isCosine = collection?.name.includes('cosine') === true;
  return isCosine ? collection.records.map(({ id, document, metadata }) => ({ id, document, metadata })) : collection;
}
