import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import type { CopyRecord } from '../../src/copy/copy.js';
import { PineconeServer } from '../../src/copy/sources/pinecone.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { createIndex, IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { BusyProxy } from '../support/copy/busy-proxy.js';
import { copied, type CopyRun } from '../support/copy/copy-run.js';
import { PineconeProxy } from '../support/copy/pinecone-proxy.js';
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

it('case 21: an index whose address has a path is copied, and a collection of another protocol is', async () => {
  const storage = await createStorage();
  await copied(storage, `pinecone+http://${host}/${index.name}`);
  const gateway = await startGatewayOn(storage, { POLYVEC_PINECONE_INDEX_PORTS: 'off' });
  await new ChromaApi(gateway.chromaUrl).filled({ ids: ['a'], embeddings: [[1, 2]] }, { name: 'of-chroma' });
  const server = `pinecone+http://${new URL(gateway.pineconeUrl).host}`;
  const { code, lines } = await copied(NOWHERE, server, { to: `jsonl:${folder}` });
  expect([code, lines.at(-1)]).toEqual([0, '253 records in 2 collections, and all of it is equal']);
  await gateway.stop();
});

it('an index whose address does not know it is refused: it is not an empty one', async () => {
  const server = createServer((request, response) => {
    const { host: own = '' } = request.headers;
    const isList = request.url === '/indexes';
    response
      .writeHead(isList ? 200 : 404)
      .end(isList ? JSON.stringify({ indexes: [{ name: 'films', dimension: 2, host: own }] }) : '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const { code, lines } = await copied(NOWHERE, `pinecone+http://127.0.0.1:${String(port)}/films`, { to: `jsonl:${folder}` });
  expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/does not know the index films$/)]);
  await new Promise((closed) => server.close(closed));
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
  /** More than a chunk, of which pages are the parts. */
  const COUNT = 1_150;
  let long: IndexApi;

  beforeAll(async () => {
    long = await createIndex(source, { dimension: 2 });
    for (const first of [0, 600]) {
      const vectors = Array.from({ length: Math.min(600, COUNT - first) }, (_, n) => ({
        id: `id ${String(first + n)}`,
        values: [n, 1],
      }));
      await long.namespace('').fill(vectors);
    }
  });

  async function idsFrom(change: (cursor: string) => string): Promise<readonly string[]> {
    const opened = await PineconeServer.open('http', `//${host}/${long.name}/__default__`, undefined);
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
    expect(new Set(ids).size).toBe(COUNT);
    expect(ids).toHaveLength(COUNT);
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

describe('an index as the target', () => {
  let name: string;
  let api: PineconeApi;

  beforeEach(() => {
    name = `copied-${randomUUID().slice(0, 8)}`;
    api = new PineconeApi(source.pineconeUrl);
  });

  async function into(from: string, options: Partial<CopyArguments> = {}): Promise<CopyRun> {
    return copied(NOWHERE, from, {
      to: `pinecone+http://${host}/${name}`,
      checkpointDir: join(folder, 'checkpoints'),
      ...options,
    });
  }

  async function described(): Promise<{ readonly api: IndexApi; readonly body: object }> {
    const { body } = await api.call(`/indexes/${name}`);
    const { host: address } = body as { host: string };
    return { api: new IndexApi(name, Number(address.slice(address.lastIndexOf(':') + 1))), body: body as object };
  }

  async function file(records: readonly object[]): Promise<string> {
    const path = join(folder, 'films.jsonl');
    await writeFile(path, records.map((record) => JSON.stringify(record)).join('\n'));
    return `jsonl:${path}`;
  }

  it('has the namespaces, sparse vectors and odd ids of the source, and no mark; a second copy finds nothing to do', async () => {
    const from = `pinecone+http://${host}/${index.name}`;
    const { code, lines } = await into(from);
    expect([code, lines.at(-1)]).toEqual([0, '252 records in 1 collection, and all of it is equal']);
    const found = await described();
    expect(found.body).toMatchObject({ metric: 'dotproduct', dimension: 2 });
    expect(JSON.stringify(found.body)).not.toContain('polyvec-copying');
    expect(await found.api.counts()).toEqual({ a: 1, 'b /%': 1, '': 250 });
    expect(await found.api.namespace('a').fetch(ODD)).toEqual({ [ODD]: VECTORS.a[0] });
    const again = await into(from);
    expect([again.code, again.lines.filter((line) => line.endsWith('equal, nothing to do'))]).toEqual([0, [expect.anything()]]);
  });

  it('a batch that the server has, but the checkpoint has not, is sent again and is there once', async () => {
    const from = `pinecone+http://${host}/${index.name}`;
    await into(from);
    const [only = ''] = await readdir(join(folder, 'checkpoints'));
    const path = join(folder, 'checkpoints', only);
    const copy = JSON.parse(await readFile(path, 'utf8')) as object;
    const checkpoint = { cursor: null, records: 0, rejects: 0, checksum: '0' };
    await writeFile(path, JSON.stringify({ ...copy, isFinished: false, checkpoint }));
    expect(await into(from)).toMatchObject({ code: 0 });
    expect(await (await described()).api.counts()).toEqual({ a: 1, 'b /%': 1, '': 250 });
  });

  it('case 39: what has been changed on the server is found', async () => {
    const from = await file([{ id: 'a', embedding: [1, 2], metadata: { n: 1, f: 2.5 } }]);
    await into(from, { metric: 'cosine' });
    await (await described()).api.namespace('').fill([{ id: 'a', values: [1, 3], metadata: { n: 1, f: 2.5 } }]);
    const { code, lines } = await into(from, { metric: 'cosine' });
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith('WRONG'))).toEqual([expect.stringMatching(/"a" differs in embedding$/)]);
  });

  it('an index with the mark, whose checkpoint is elsewhere, is not taken for another: --restart removes it', async () => {
    const from = await file([{ id: 'a', embedding: [1, 2] }]);
    const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
    await api.call('/indexes', { body: { name, dimension: 2, metric: 'cosine', spec, tags: { 'polyvec-copying': 'true' } } });
    const refused = await into(from, { metric: 'cosine' });
    expect([refused.code, refused.lines.at(-1)]).toEqual([2, expect.stringMatching(/a copy from elsewhere, .* has begun there/)]);
    expect(await into(from, { metric: 'cosine', restart: true })).toMatchObject({ code: 0 });
    expect(await (await described()).api.counts()).toEqual({ '': 1 });
  });

  it.each([
    ['skip', { a: [9, 9], b: [3, 4] }],
    ['overwrite', { a: [1, 2], b: [3, 4] }],
  ] as const)('case 34: with %s, records that the index has from elsewhere', async (onConflict, expected) => {
    await api.call('/indexes', {
      body: { name, dimension: 2, metric: 'cosine', spec: { serverless: { cloud: 'aws', region: 'us-east-1' } } },
    });
    const found = await described();
    await found.api.namespace('').fill([{ id: 'a', values: [9, 9] }]);
    const from = await file([
      { id: 'a', embedding: [1, 2] },
      { id: 'b', embedding: [3, 4] },
    ]);
    expect(await into(from, { metric: 'cosine' })).toMatchObject({ code: 2 });
    expect(await into(from, { metric: 'cosine', onConflict })).toMatchObject({ code: 0 });
    expect(await found.api.namespace('').fetch('a', 'b')).toEqual({
      a: { id: 'a', values: expected.a },
      b: { id: 'b', values: expected.b },
    });
  });

  it('case 36: what Pinecone cannot hold is rejected with its reason', async () => {
    const from = await file([
      { id: 'a', embedding: [1, 2], metadata: { n: 1 } },
      { id: 'b', embedding: [1, 2], document: 'text' },
      { id: 'c', embedding: [0, 0] },
      { id: 'd', embedding: [1, 2], metadata: { big: 2 ** 53 } },
      { id: 'e'.repeat(513), embedding: [1, 2] },
    ]);
    const { code, lines } = await into(from, { metric: 'cosine', onError: 'skip' });
    expect([code, lines.at(-1)]).toEqual([1, '1 records are equal, and 4 were skipped']);
    const reasons = lines.filter((line) => line.startsWith('not copied')).map((line) => line.replace(/^.*": /, ''));
    expect(reasons).toEqual([
      'it has a document, which Pinecone cannot hold',
      'its vector has zeros alone, which Pinecone refuses',
      'Pinecone cannot hold the value of "big"',
      'its id has 513 characters, and Pinecone takes 1 to 512',
    ]);
  });

  it('an index of sparse vectors alone is copied as one', async () => {
    const sparse = await createIndex(source, { vector_type: 'sparse', metric: 'dotproduct' });
    const vector = { id: 's', sparseValues: { indices: [3, 4294967295], values: [0.5, 2] }, metadata: { n: 1 } };
    await sparse.namespace('n').fill([vector]);
    const { code, lines } = await into(`pinecone+http://${host}/${sparse.name}`);
    expect([code, lines.at(-1)]).toEqual([0, '1 records in 1 collection, and all of it is equal']);
    const found = await described();
    expect(found.body).toMatchObject({ vector_type: 'sparse', metric: 'dotproduct' });
    expect(await found.api.namespace('n').fetch('s')).toEqual({ s: { ...vector, values: [] } });
  });

  describe('behind a server that is not at its best', () => {
    let proxy: PineconeProxy;
    let place: string;

    beforeEach(async () => {
      proxy = new PineconeProxy(source.pineconeUrl);
      place = await proxy.open();
    });

    afterEach(async () => {
      await proxy.close();
    });

    const records = Array.from({ length: 2_500 }, (_, n) => ({ id: `r${String(n)}`, embedding: [n + 1, 1] }));
    const through = async (from: string, options: Partial<CopyArguments> = {}): Promise<CopyRun> =>
      into(from, { to: `pinecone+http://${place}/${name}`, metric: 'cosine', ...options });

    it('case 30: a copy that was cut off goes on behind the last batch, and every record is there once', async () => {
      let upserts = 0;
      proxy.instead = (_, path) => {
        if (path === '/vectors/upsert') upserts += 1;
        return path === '/vectors/upsert' && upserts > 1 ? { status: 400, text: 'enough' } : undefined;
      };
      const from = await file(records);
      const cut = await through(from);
      expect([cut.code, cut.lines.join()]).toEqual([3, expect.stringContaining('answers 400: enough')]);
      expect(JSON.stringify((await described()).body)).toContain('polyvec-copying');
      proxy.instead = () => undefined;
      const { code, lines } = await through(from);
      expect([code, lines]).toEqual([0, expect.arrayContaining(['2,500 records, 1,000 of them there from before'])]);
      expect(proxy.passed.get('/vectors/upsert')).toBe(3);
      expect(await (await described()).api.counts()).toEqual({ '': 2_500 });
    });

    it('records that the server does not show yet are waited for', async () => {
      let stats = 0;
      proxy.instead = (_, path) => {
        if (path === '/describe_index_stats') stats += 1;
        return path === '/describe_index_stats' && stats < 4 ? { status: 200, text: '{"namespaces":{}}' } : undefined;
      };
      const { code, lines } = await through(await file(records.slice(0, 20)), { settle: '60' });
      expect(lines).toContain(`default_tenant/default_database/${name}: the server does not show all of it yet`);
      expect([code, lines.at(-1)]).toEqual([0, '20 records in 1 collection, and all of it is equal']);
    });

    it('when they are not shown for too long, nothing is removed, and the same command compares again', async () => {
      proxy.instead = (_, path) => (path === '/vectors/list' ? { status: 200, text: '{"vectors":[]}' } : undefined);
      const from = await file(records.slice(0, 20));
      const early = await through(from, { settle: '0.5' });
      expect([early.code, early.lines.filter((line) => line.startsWith('WRONG')).length]).toEqual([1, 1]);
      expect(await (await described()).api.counts()).toEqual({ '': 20 });
      proxy.instead = () => undefined;
      const { code, lines } = await through(from, { settle: '0.5' });
      expect([code, lines.at(-1)]).toEqual([0, '20 records in 1 collection, and all of it is equal']);
      expect(proxy.passed.get('/vectors/upsert')).toBe(1);
    });
  });

  it('case 35: a name that no index can have is refused before the first write', async () => {
    const { code, lines } = await into(await file([{ id: 'a', embedding: [1, 2] }]), {
      metric: 'cosine',
      to: `pinecone+http://${host}/Films_2`,
    });
    expect([code, lines.join()]).toEqual([2, expect.stringContaining('Films_2 is no name for an index')]);
  });
});
