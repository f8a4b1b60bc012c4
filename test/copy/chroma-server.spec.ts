import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HttpClient } from '../../src/copy/sources/http-client.js';
import { sql } from '../../src/postgres/sql.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { type ChromaFixture, chromaFixture, readFolder } from '../support/copy/chroma-fixture.js';
import { copied, onDatabase, onGateway, readOver } from '../support/copy/copy-run.js';
import { createStorage, makeKeys, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';

let fixture: ChromaFixture;
let source: TestGateway;
let target: TestStorage;
let host: string;
let keys: Readonly<Record<'all' | 'narrow' | 'first' | 'other' | 'third', string>>;

/** The source is a gateway that has what a Chroma folder had, and asks for keys. */
beforeAll(async () => {
  fixture = await chromaFixture('1.5.9');
  const storage = await createStorage();
  await copied(storage, `chroma-dir:${fixture.folder}`);
  const third = 'polyvec:third_tenant/third_database/third';
  expect(await copied(storage, `chroma-dir:${fixture.folder}/waiting`, { to: third })).toMatchObject({ code: 0 });
  keys = await makeKeys(storage.environment, {
    all: { tenant: '*', scope: 'read,write,admin' },
    first: { tenant: 'default_tenant', scope: 'read' },
    other: { tenant: 'other_tenant', scope: 'read' },
    third: { tenant: 'third_tenant', scope: 'read' },
    narrow: { tenant: 'default_tenant', scope: 'read', collections: 'flushed-*' },
  });
  source = await startGatewayOn(storage, { POLYVEC_AUTH: 'keys' });
  host = new URL(source.chromaUrl).host;
});

afterAll(async () => {
  await source.stop();
  await fixture.remove();
});

beforeEach(async () => {
  target = await createStorage();
});

afterEach(async () => {
  await target.remove();
});

function withKey(key: string): TestStorage {
  return { ...target, environment: { ...target.environment, CHROMA_API_KEY: key } };
}

it('case 20: collections of a Chroma server are copied, of each tenant that is named, with a key', async () => {
  expect(await copied(withKey(keys.all), `chroma://${host}`)).toMatchObject({ code: 0 });
  expect(await copied(withKey(keys.all), `chroma://${host}/other_tenant`)).toMatchObject({ code: 0 });
  const folder = await readFolder(fixture.folder);
  const found = await onGateway(target, (api) =>
    Promise.all(folder.map(({ tenant, database, name }) => readOver(api, tenant, database, name))),
  );
  expect(found).toEqual(folder);
});

it('case 20: of three tenants, each with its own key, none copies what is of another', async () => {
  const NOTHING = '0 records in 0 collections, and all of it is equal';
  const tenants = { default_tenant: keys.first, other_tenant: keys.other, third_tenant: keys.third };
  for (const [tenant, key] of Object.entries(tenants)) {
    for (const wanted of Object.keys(tenants)) {
      const { lines } = await copied(withKey(key), `chroma://${host}/${wanted}`);
      expect(lines.at(-1) === NOTHING).toBe(wanted !== tenant);
    }
  }
  const folder = await readFolder(fixture.folder);
  const found = await onGateway(target, async (api) => ({
    two: await Promise.all(folder.map(({ tenant, database, name }) => readOver(api, tenant, database, name))),
    third: await readOver(api, 'third_tenant', 'third_database', 'third'),
  }));
  expect(found.two).toEqual(folder);
  expect(found.third?.records).toEqual(folder.find(({ name }) => name === 'waiting')?.records);
});

it('case 45: with a key for collections of some names, nothing else is copied', async () => {
  const { code, lines } = await copied(withKey(keys.narrow), `chroma://${host}/default_tenant/default_database`);
  expect(code).toBe(0);
  expect(lines.at(-1)).toBe('117 records in 3 collections, and all of it is equal');
});

it('case 41: a key comes from a file, and is not printed', async () => {
  const file = join(fixture.folder, 'key');
  await writeFile(file, `${keys.all}\n`);
  const from = `chroma://${host}/default_tenant/default_database/plain`;
  const { code, lines } = await copied(target, from, { fromKeyFile: file });
  expect(code).toBe(0);
  expect(lines.join()).not.toContain(keys.all);
  const entries = await onDatabase(target, (database) => database.query(sql`SELECT k::text AS entry FROM polyvec.copies k`));
  expect(entries).toHaveLength(1);
  expect(JSON.stringify(entries)).not.toContain(keys.all);
  const refused = await copied(target, from, { fromKeyFile: fixture.folder });
  expect(refused.code).toBe(2);
});

it('without a key the server is named, and nothing is done', async () => {
  const { code, lines } = await copied(target, `chroma://${host}`);
  expect(code).toBe(2);
  expect(lines.at(-1)).toMatch(/answers 401/);
});

it('records that are written meanwhile are noticed', async () => {
  const api = new ChromaApi(source.chromaUrl);
  const headers = { authorization: `Bearer ${keys.all}` };
  const from = `chroma://${host}/default_tenant/default_database/plain`;
  await copied(withKey(keys.all), from);
  const collections = '/api/v2/tenants/default_tenant/databases/default_database/collections';
  const { id } = (await api.call(`${collections}/plain`, { headers })).body as { id: string };
  await api.call(`${collections}/${id}/add`, { body: { ids: ['late'], embeddings: [[1, 2, 3]] }, headers });
  const { code, lines } = await copied(withKey(keys.all), from);
  await api.call(`${collections}/${id}/delete`, { body: { ids: ['late'] }, headers });
  expect(code).toBe(2);
  expect(lines.at(-1)).toMatch(/^plain: the source has changed since it was copied there/);
});

describe('a server that is busy', () => {
  let server: Server;
  let asked: number;
  /** In milliseconds. */
  let waits: number[];

  async function answering(statuses: readonly number[], retryAfter = '0'): Promise<HttpClient> {
    asked = 0;
    waits = [];
    server = createServer((_, response) => {
      const status = statuses[Math.min(asked, statuses.length - 1)] ?? 200;
      asked += 1;
      response.writeHead(status, { 'retry-after': retryAfter, location: '/elsewhere' }).end('busy');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    return new HttpClient(origin, { authorization: 'Bearer geheim' }, (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    });
  }

  afterEach(async () => {
    await new Promise((closed) => server.close(closed));
  });

  it('case 23: what is answered 429 or 503 is asked again, after the time that it says', async () => {
    const client = await answering([429, 503, 200]);
    expect(await client.text('/')).toBe('busy');
    expect([asked, waits]).toEqual([3, [0, 0]]);
  });

  it.each([
    ['seconds', '7', [7_000, 7_000]],
    ['a date that is over', 'Wed, 21 Oct 2015 07:28:00 GMT', [0, 0]],
    ['far too many seconds', '86400', [30_000, 30_000]],
    ['nothing that can be understood', 'later', [200, 400]],
  ])('case 23: waits as long as Retry-After says: %s', async (_name, retryAfter, expected) => {
    const client = await answering([429, 503, 200], retryAfter);
    expect(await client.text('/')).toBe('busy');
    expect(waits).toEqual(expected);
  });

  it('case 41: that names another server is not followed: the key is not for that one', async () => {
    const client = await answering([302, 200]);
    await expect(client.text('/')).rejects.toThrow(/answers 302: busy$/);
    expect(asked).toBe(1);
  });

  it('case 23: but not for ever, and what is refused is not asked again', async () => {
    const busy = await answering([503]);
    await expect(busy.text('/')).rejects.toThrow(/answers 503: busy$/);
    expect(asked).toBe(8);
    await new Promise((closed) => server.close(closed));
    const refusing = await answering([403]);
    await expect(refusing.text('/')).rejects.toThrow(/answers 403: busy$/);
    expect(asked).toBe(1);
  });
});
