import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { changeFolder, chromaFixture } from '../support/copy/chroma-fixture.js';
import { copied, type CopyRun, onGateway, readOver } from '../support/copy/copy-run.js';
import { CrowdProxy } from '../support/copy/crowd-proxy.js';
import { createStorage, startGateway, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'options-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Line {
  readonly id: string;
  readonly embedding?: readonly number[];
  readonly [field: string]: unknown;
}

async function linesIn(records: readonly (Line | string)[], name = 'films'): Promise<string> {
  const file = join(folder, `${name}.jsonl`);
  await writeFile(file, records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n'));
  return `jsonl:${file}`;
}

async function toFile(
  from: string,
  options: Partial<CopyArguments> = {},
): Promise<CopyRun & { readonly records: readonly Line[] }> {
  const out = join(folder, 'out', 'out.jsonl');
  const run = await copied(NOWHERE, from, { to: `jsonl:${out}`, metric: 'cosine', ...options });
  const text = await readFile(out, 'utf8').catch(() => '');
  const records = text.split('\n').slice(0, -1);
  return { ...run, records: records.map((line) => JSON.parse(line) as Line) };
}

function numbered(count: number): readonly Line[] {
  return Array.from({ length: count }, (_, n) => ({ id: `r${String(n)}`, embedding: [n, 1], metadata: { n } }));
}

describe('only some records', () => {
  it('--namespace takes those of the namespaces, and no others are compared', async () => {
    const records = ['', 'a', 'b'].flatMap((namespace) => numbered(2).map((record) => ({ ...record, namespace })));
    const { code, lines, records: found } = await toFile(await linesIn(records), { namespace: ['__default__', 'b'] });
    expect([code, lines.at(-1)]).toEqual([0, '4 records in 1 collection, and all of it is equal']);
    expect(found.map(({ namespace = '' }) => namespace)).toEqual(['', '', 'b', 'b']);
  });

  it('--limit counts on where the copy was cut off', async () => {
    const records: (Line | string)[] = [...numbered(2_500)];
    records[1_500] = 'no record';
    const from = await linesIn(records);
    expect(await toFile(from, { limit: '2000' })).toMatchObject({ code: 3 });
    const { code, lines, records: found } = await toFile(from, { limit: '2000', onError: 'skip' });
    expect([code, lines.at(-1)]).toEqual([1, '2,000 records are equal, and 1 were skipped']);
    expect([found.length, found.at(-1)?.id]).toEqual([2_000, 'r2000']);
  });

  it('another --map is another copy, too', async () => {
    const from = await linesIn([{ id: 'a', embedding: [1, 2], document: 'one', other: 'two' }]);
    expect((await toFile(from)).records).toMatchObject([{ document: 'one' }]);
    const options = { map: 'document=other' };
    expect(await toFile(from, options)).toMatchObject({ code: 2 });
    expect((await toFile(from, { ...options, onConflict: 'overwrite' })).records).toMatchObject([{ document: 'two' }]);
  });

  it('another selection is another copy: what was copied before is in its way', async () => {
    const from = await linesIn(numbered(3));
    expect(await toFile(from, { limit: '2' })).toMatchObject({ code: 0 });
    const { code, lines } = await toFile(from);
    expect([code, lines.at(-1)]).toEqual([
      2,
      expect.stringMatching(/^films: it has 2 records there that are not from this copy/),
    ]);
    expect((await toFile(from, { limit: '2' })).lines).toContainEqual(expect.stringMatching(/equal, nothing to do$/));
  });

  it.each<[Partial<CopyArguments>, RegExp]>([
    [{ filter: '{"n": {"$near": 1}}' }, /^--filter must be a condition/],
    [{ limit: '1.5' }, /^--limit must be a whole number/],
    [{ batchBytes: '4 megabytes' }, /^--batch-bytes must be a number of bytes/],
    [{ concurrency: '65' }, /^--concurrency must be a whole number up to 64/],
    [{ embed: 'none-such' }, /none-such/],
  ])('%j is refused before anything is done', async (options, words) => {
    const { code, lines, records } = await toFile(await linesIn(numbered(1)), options);
    expect([code, records]).toEqual([2, []]);
    expect(lines.at(-1)).toMatch(words);
  });
});

describe('--embed', () => {
  it('gives records without a vector one of their text, and rejects those without a text', async () => {
    const from = await linesIn([
      { id: 'a', document: 'an old film', metadata: { n: 1 } },
      { id: 'b', embedding: Array.from({ length: 384 }, () => 1) },
      { id: 'c' },
    ]);
    const { code, lines, records } = await toFile(from, { embed: 'polyvec-local', onError: 'skip' });
    expect(code).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/"c": line 3: it has no vector/));
    expect(records.map(({ id, embedding }) => [id, embedding?.length])).toEqual([
      ['b', 384],
      ['a', 384],
    ]);
    expect(records[1]).toMatchObject({ document: 'an old film', metadata: { n: 1 } });
    expect(records[1]?.embedding?.some((component) => component !== 0)).toBe(true);
  });

  it('case 18: gives the records of a damaged Chroma folder a vector of their text', async () => {
    const fixture = await chromaFixture('1.5.9');
    changeFolder(fixture.folder, 'DELETE FROM embeddings_queue; UPDATE collections SET dimension = NULL');
    const from = `chroma-dir:${fixture.folder}/waiting`;
    expect(await toFile(from, { onError: 'skip' })).toMatchObject({ code: 1, records: [] });
    const { code, records } = await toFile(from, { embed: 'polyvec-local', onConflict: 'overwrite' });
    expect([code, records.length]).toEqual([0, 20]);
    expect(records.find(({ id }) => id === 'r0')).toMatchObject({ document: 't0🦜', metadata: { n: 0, word: 'é🦜' } });
    expect(new Set(records.map(({ embedding }) => embedding?.length))).toEqual(new Set([384]));
    await fixture.remove();
  });

  it('without it such records are rejected', async () => {
    const { code, records } = await toFile(await linesIn([{ id: 'a', document: 'an old film' }]), { onError: 'skip' });
    expect([code, records]).toEqual([1, []]);
  });
});

describe('a server', () => {
  let gateway: TestGateway;
  let proxy: CrowdProxy;
  let to: string;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  beforeEach(async () => {
    proxy = new CrowdProxy(gateway.chromaUrl);
    to = `chroma://${await proxy.open()}`;
  });

  afterEach(async () => {
    await proxy.close();
  });

  async function into(from: string, options: Partial<CopyArguments>): Promise<CopyRun> {
    const checkpointDir = join(folder, 'checkpoints');
    return copied(NOWHERE, from, { to, metric: 'l2', checkpointDir, batchBytes: '600', ...options });
  }

  it('is sent one batch after the other, or with --concurrency so many at once', async () => {
    expect(await into(await linesIn(numbered(200), 'one'), {})).toMatchObject({ code: 0 });
    expect(proxy.most).toBe(1);
    const { code, lines } = await into(await linesIn(numbered(200), 'several'), { concurrency: '4' });
    expect([code, lines.at(-1)]).toEqual([0, '200 records in 1 collection, and all of it is equal']);
    expect(proxy.most).toBe(4);
  });

  it('that fails at one of several batches has all of them in the end', async () => {
    proxy.failing = 3;
    const from = await linesIn(numbered(200), 'failing');
    expect(await into(from, { concurrency: '4' })).toMatchObject({ code: 3 });
    const { code, lines } = await into(from, { concurrency: '4' });
    expect([code, lines.at(-1)]).toEqual([0, '200 records in 1 collection, and all of it is equal']);
  });

  it('gives with --filter what its own where finds', async () => {
    const api = new ChromaApi(gateway.chromaUrl);
    const ids = Array.from({ length: 40 }, (_, n) => `r${String(n)}`);
    const metadatas = ids.map((_, n) => ({
      n,
      half: n / 2,
      kind: n % 2 === 0 ? 'even' : 'odd',
      ...(n % 5 === 0 && { five: true }),
    }));
    const collection = await api.filled({ ids, embeddings: ids.map((_, n) => [n, 1]), metadatas });
    const place = `chroma://${new URL(gateway.chromaUrl).host}/default_tenant/default_database/${collection.name}`;
    const filters = [
      { kind: 'even' },
      { $and: [{ n: { $gte: 10 } }, { half: { $lt: 12.5 } }] },
      { five: { $ne: true } },
      { $or: [{ n: { $in: [1, 2, 3] } }, { kind: { $nin: ['odd', 'other'] } }] },
    ];
    for (const where of filters) {
      const expected = await collection.ids({ where });
      const { records } = await toFile(place, { filter: JSON.stringify(where), onConflict: 'overwrite' });
      expect(records.length).toBeGreaterThan(0);
      expect(records.map(({ id }) => id).sort()).toEqual([...expected].sort());
    }
  });
});

describe('case 34: newer-fail', () => {
  let storage: TestStorage;

  beforeEach(async () => {
    storage = await createStorage();
  });

  afterEach(async () => {
    await storage.remove();
  });

  async function copiedAs(first: string): Promise<CopyRun> {
    const from = await linesIn([{ id: 'a', embedding: [1, 2], document: first }]);
    return copied(storage, from, { onConflict: 'newer-fail', metric: 'l2' });
  }

  async function documents(): Promise<Readonly<Record<string, string | null>>> {
    const found = await onGateway(storage, (api) => readOver(api, 'default_tenant', 'default_database', 'films'));
    return Object.fromEntries((found?.records ?? []).map(({ id, document }) => [id, document]));
  }

  it('brings what is new while nobody else has written there', async () => {
    expect(await copiedAs('one')).toMatchObject({ code: 0 });
    expect(await copiedAs('the second')).toMatchObject({ code: 0 });
    expect(await copiedAs('the very third')).toMatchObject({ code: 0 });
    expect(await documents()).toEqual({ a: 'the very third' });
  });

  it('leaves what others have written since, and says so', async () => {
    await copiedAs('one');
    await onGateway(storage, async (api) => {
      const { body } = await api.call('/api/v2/tenants/default_tenant/databases/default_database/collections/films');
      const path = `/api/v2/tenants/default_tenant/databases/default_database/collections/${(body as { id: string }).id}`;
      await api.call(`${path}/update`, { body: { ids: ['a'], documents: ['theirs'] } });
    });
    const { code, lines } = await copiedAs('the second');
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/both it and the source have been written to since/)]);
    expect(await documents()).toEqual({ a: 'theirs' });
  });

  it('leaves records of which it knows nothing', async () => {
    await onGateway(storage, async (api) => {
      await (await api.createCollection({ name: 'films' })).fill({ ids: ['a'], embeddings: [[1, 2]], documents: ['theirs'] });
    });
    const { code, lines } = await copiedAs('one');
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/has 1 records there that are not from this copy/)]);
  });

  it('is not for servers that do not say when they were written to', async () => {
    const gateway = await startGateway();
    const server = `chroma://${new URL(gateway.chromaUrl).host}`;
    const from = await linesIn(numbered(1));
    const options = { to: server, metric: 'l2', checkpointDir: join(folder, 'checkpoints'), onConflict: 'newer-fail' };
    expect(await copied(storage, from, options)).toMatchObject({ code: 0 });
    await linesIn(numbered(2));
    const { code, lines } = await copied(storage, from, options);
    expect([code, lines.at(-1)]).toEqual([
      2,
      expect.stringMatching(/cannot newer-fail what is there: --on-conflict skip or overwrite/),
    ]);
    await gateway.stop();
  });
});
