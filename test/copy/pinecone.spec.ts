import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CopyRecord } from '../../src/copy/copy.js';
import { PineconeServer } from '../../src/copy/sources/pinecone.js';
import { createIndex, IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { BusyProxy } from '../support/copy/busy-proxy.js';
import { copied } from '../support/copy/copy-run.js';
import { createStorage, startGatewayOn, type TestGateway } from '../support/gateway/gateway.js';

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
const ODD = 'a/b %c d+&?';
const VECTORS = {
  a: [
    { id: ODD, values: [1, 2], sparseValues: { indices: [7, 4294967295], values: [0.25, -3] }, metadata: { n: 1.5, t: ['x'] } },
  ],
  'b /%': [{ id: ODD, values: [3, 4], metadata: { yes: true } }],
  '': Array.from({ length: 250 }, (_, n) => ({ id: `id ${String(n)}`, values: [n, 1] })),
};

let source: TestGateway;
let index: IndexApi;
let host: string;
let folder: string;

/** Our own port, with three namespaces in one index. */
beforeAll(async () => {
  source = await startGatewayOn(await createStorage(), {});
  index = await createIndex(source, { dimension: 2, metric: 'dotproduct' });
  for (const [name, list] of Object.entries(VECTORS)) await index.namespace(name).fill(list);
  host = new URL(source.pineconeUrl).host;
});

afterAll(async () => {
  await source.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinecone-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('case 21: an index of a Pinecone server is copied with its namespaces, sparse vectors and odd ids', async () => {
  const storage = await createStorage();
  const { code, lines } = await copied(storage, `pinecone+http://${host}/${index.name}`);
  expect([code, lines.at(-1)]).toEqual([0, '252 records in 1 collection, and all of it is equal']);
  const target = await startGatewayOn(storage, {});
  const described = await new PineconeApi(target.pineconeUrl).call(`/indexes/${index.name}`);
  const { host: address, metric } = described.body as { host: string; metric: string };
  const found = new IndexApi(index.name, Number(address.slice(address.lastIndexOf(':') + 1)));
  expect([metric, await found.counts()]).toEqual(['dotproduct', { a: 1, 'b /%': 1, '': 250 }]);
  expect(await found.namespace('a').fetch(ODD)).toEqual({ [ODD]: VECTORS.a[0] });
  expect(await found.namespace('b /%').fetch(ODD)).toEqual({ [ODD]: VECTORS['b /%'][0] });
  await target.stop();
});

it('case 21: of one namespace nothing else is copied', async () => {
  const out = join(folder, 'out.jsonl');
  const { code } = await copied(NOWHERE, `pinecone+http://${host}/${index.name}/${encodeURIComponent('b /%')}`, {
    to: `jsonl:${out}`,
  });
  expect(code).toBe(0);
  expect((await readFile(out, 'utf8')).split('\n').slice(0, -1)).toEqual([
    JSON.stringify({ id: ODD, namespace: 'b /%', embedding: [3, 4], metadata: { yes: true } }),
  ]);
});

describe('case 22: when the token of a list has expired', () => {
  async function idsFrom(change: (cursor: string) => string): Promise<readonly string[]> {
    const opened = await PineconeServer.open('http', `//${host}/${index.name}/__default__`, undefined);
    const [collection] = await opened.collections();
    if (collection === undefined) throw new Error('there is no index');
    const ids = (records: readonly CopyRecord[]): readonly string[] => records.map(({ id }) => id);
    for await (const first of opened.read(collection, null)) {
      const rest: string[] = [...ids(first.records)];
      for await (const { records } of opened.read(collection, change(first.cursor))) rest.push(...ids(records));
      return rest;
    }
    return [];
  }

  it('the list is begun again, and nothing is read twice', async () => {
    const ids = await idsFrom((cursor) => JSON.stringify({ ...(JSON.parse(cursor) as object), token: 'ZGVhZA==' }));
    expect(new Set(ids).size).toBe(250);
    expect(ids).toHaveLength(250);
  });

  it('and the last record is gone, it says so', async () => {
    const lost = (cursor: string): string =>
      JSON.stringify({ ...(JSON.parse(cursor) as object), token: 'ZGVhZA==', last: 'gone' });
    await expect(idsFrom(lost)).rejects.toThrow(/no longer has the record that was read last: --restart begins anew$/);
  });
});

describe('a server that is busy, and asks for a key', () => {
  let proxy: BusyProxy;

  beforeEach(() => {
    proxy = new BusyProxy(source.pineconeUrl, index.baseUrl);
  });

  afterEach(async () => {
    await proxy.close();
  });

  it('case 23 and 41: is asked again, and the key is in no line', async () => {
    const from = `pinecone+http://${await proxy.open()}/${index.name}`;
    const { code, lines } = await copied({ ...NOWHERE, environment: { PINECONE_API_KEY: 'geheim' } }, from, {
      to: `jsonl:${folder}`,
    });
    expect([code, lines.at(-1)]).toEqual([0, '252 records in 1 collection, and all of it is equal']);
    expect(proxy.refused).toBeGreaterThan(5);
    expect([...proxy.keys]).toEqual(['geheim']);
    expect(lines.join()).not.toContain('geheim');
  });
});

it('an index that is not there is named, and nothing is done', async () => {
  const { code, lines } = await copied(NOWHERE, `pinecone+http://${host}/nothing`, { to: `jsonl:${folder}` });
  expect([code, lines.at(-1)]).toEqual([2, `pinecone+http://${host}/nothing has no such index`]);
});
