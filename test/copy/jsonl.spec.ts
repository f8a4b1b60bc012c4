import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { JsonlFiles } from '../../src/copy/sources/jsonl.js';
import { sql } from '../../src/postgres/sql.js';
import { createIndex, IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { type ChromaFixture, chromaFixture, readFolder } from '../support/copy/chroma-fixture.js';
import { copied, enlarge, onDatabase, onGateway, readOver } from '../support/copy/copy-run.js';
import { createStorage, startGatewayOn, type TestStorage } from '../support/gateway/gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

const DEFAULT = ['default_tenant', 'default_database'] as const;

let fixture: ChromaFixture;
let one: TestStorage;
let other: TestStorage;
let folder: string;

beforeEach(async () => {
  [fixture, one, other, folder] = await Promise.all([
    chromaFixture('1.5.9'),
    createStorage(),
    createStorage(),
    mkdtemp(join(tmpdir(), 'jsonl-')),
  ]);
});

afterEach(async () => {
  await Promise.all([fixture.remove(), one.remove(), other.remove(), rm(folder, { recursive: true, force: true })]);
});

/** A file of so many records of `waiting`, exported. */
async function exported(more = 0): Promise<string> {
  if (more > 0) enlarge(fixture.folder, more);
  await copied(one, `chroma-dir:${fixture.folder}/waiting`);
  const file = join(folder, 'waiting.jsonl');
  expect(await copied(one, 'polyvec:', { to: `jsonl:${file}` })).toMatchObject({ code: 0 });
  return file;
}

async function written(lines: readonly unknown[]): Promise<string> {
  const file = join(folder, 'films.jsonl');
  await writeFile(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return file;
}

async function inOther(name: string): Promise<Readonly<Record<string, unknown>>> {
  const found = await onGateway(other, (api) => readOver(api, ...DEFAULT, name));
  return Object.fromEntries((found?.records ?? []).map(({ id, ...record }) => [id, record]));
}

describe('a database that is exported to files', () => {
  it('case 37: is equal when it has been imported, and a second export finds nothing to do', async () => {
    await copied(one, `chroma-dir:${fixture.folder}`);
    expect(await copied(one, 'polyvec:', { to: `jsonl:${folder}` })).toMatchObject({ code: 0 });
    const again = await copied(one, 'polyvec:', { to: `jsonl:${folder}` });
    expect(again.lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
    const back = await copied(other, `jsonl:${folder}`);
    expect(back.lines.at(-1)).toBe('143 records in 7 collections, and all of it is equal');
    const expected = await readFolder(fixture.folder);
    const served = await onGateway(other, (api) =>
      Promise.all(expected.map(({ tenant, database, name }) => readOver(api, tenant, database, name))),
    );
    expect(served).toEqual(expected);
  });

  it('keeps the namespaces and sparse vectors of an index', async () => {
    const source = await startGatewayOn({ environment: one.environment, remove: () => Promise.resolve() }, {});
    const index = await createIndex(source, { dimension: 2, metric: 'dotproduct' });
    const vectors = {
      a: [{ id: 'x/ %', values: [1, 2], sparseValues: { indices: [7, 4294967295], values: [0.25, -3] }, metadata: { n: 1.5 } }],
      b: [{ id: 'x/ %', values: [3, 4] }],
      '': [{ id: 'y', values: [5, 6] }],
    };
    for (const [name, list] of Object.entries(vectors)) await index.namespace(name).fill(list);
    await source.stop();
    expect(await copied(one, 'polyvec:', { to: `jsonl:${folder}` })).toMatchObject({ code: 0 });
    expect(await copied(other, `jsonl:${folder}`)).toMatchObject({ code: 0 });
    const target = await startGatewayOn({ environment: other.environment, remove: () => Promise.resolve() }, {});
    const described = await new PineconeApi(target.pineconeUrl).call(`/indexes/${index.name}`);
    const { host, metric } = described.body as { host: string; metric: string };
    const found = new IndexApi(index.name, Number(host.slice(host.lastIndexOf(':') + 1)));
    expect([metric, await found.counts()]).toEqual(['dotproduct', { a: 1, b: 1, '': 1 }]);
    expect(await found.namespace('a').fetch('x/ %')).toEqual({ 'x/ %': vectors.a[0] });
    expect(await found.namespace('b').fetch('x/ %')).toEqual({ 'x/ %': vectors.b[0] });
    await target.stop();
  });

  it('case 38: a dry run makes no file', async () => {
    await copied(one, `chroma-dir:${fixture.folder}/waiting`);
    const { code, lines } = await copied(one, 'polyvec:', { to: `jsonl:${folder}/new`, dryRun: true });
    expect([code, lines]).toEqual([0, ['default_tenant/default_database/waiting  20 records, 4 dimensions, l2']]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('several collections cannot go to one file', async () => {
    await copied(one, `chroma-dir:${fixture.folder}`);
    const { code, lines } = await copied(one, 'polyvec:', { to: `jsonl:${folder}/all.jsonl` });
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/has 7 collections, and jsonl:.* names one/)]);
  });

  it('case 34: does not replace a file from elsewhere unless it is asked to', async () => {
    const file = await written([{ id: 'theirs', embedding: [1] }]);
    await copied(one, `chroma-dir:${fixture.folder}/waiting`);
    const failed = await copied(one, 'polyvec:', { to: `jsonl:${file}` });
    expect(failed).toMatchObject({ code: 2 });
    expect(failed.lines.at(-1)).toMatch(/^waiting: it has 1 records there that are not from this copy/);
    const skipped = await copied(one, 'polyvec:', { to: `jsonl:${file}`, onConflict: 'skip' });
    expect(skipped.lines.at(-1)).toMatch(/cannot skip what is there: --on-conflict overwrite$/);
    expect(await copied(one, 'polyvec:', { to: `jsonl:${file}`, onConflict: 'overwrite' })).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).not.toContain('theirs');
  });

  it('case 31: what the database has changed since is noticed', async () => {
    const file = await exported();
    await onGateway(one, async (api) => {
      const { body } = await api.call('/api/v2/tenants/default_tenant/databases/default_database/collections/waiting');
      await api.call(
        `/api/v2/tenants/default_tenant/databases/default_database/collections/${(body as { id: string }).id}/update`,
        { body: { ids: ['r3'], embeddings: [[9, 9, 9, 9]] } },
      );
    });
    const { code, lines } = await copied(one, 'polyvec:', { to: `jsonl:${file}` });
    expect(code).toBe(2);
    expect(lines.at(-1)).toMatch(/the source has changed since it was copied there: --on-conflict overwrite/);
  });

  it('case 39: one digit that is changed in the file is found', async () => {
    const file = await exported();
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/("id":"r3".*"document":")t3/, '$1T3'));
    const { code, lines } = await copied(one, 'polyvec:', { to: `jsonl:${file}` });
    expect(code).toBe(1);
    expect(lines).toContain('WRONG: default_tenant/default_database/waiting: "r3" differs in document');
  });

  it('a collection that a copy is filling is not exported', async () => {
    await copied(one, `chroma-dir:${fixture.folder}/waiting`);
    await onDatabase(one, (database) => database.query(sql`UPDATE polyvec.copies SET is_hidden = TRUE, is_finished = FALSE`));
    expect(await copied(one, 'polyvec:', { to: `jsonl:${folder}` })).toMatchObject({ code: 0 });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('an export that was cut off', () => {
  it('goes on behind its checkpoint: what was half written is not there twice', async () => {
    enlarge(fixture.folder, 2_500);
    await copied(one, `chroma-dir:${fixture.folder}/waiting`);
    await onDatabase(one, (database) =>
      database.query(sql`UPDATE polyvec.pool_records SET document = 'bad' WHERE id = 'more999'`),
    );
    const file = join(folder, 'waiting.jsonl');
    const start = await copied(one, 'polyvec:', { to: `jsonl:${file}` });
    expect(start).toMatchObject({ code: 0 });
    const [whole, description] = [await readFile(file), JSON.parse(await readFile(`${file}.collection.json`, 'utf8')) as object];
    // the state of a process that was killed while it wrote its second batch
    const half = whole.subarray(0, whole.indexOf('"id":"more1500"') - 1);
    const lines = half.toString().trimEnd().split('\n');
    const last = JSON.parse(lines.at(-1) ?? '{}') as { id: string };
    const cursor = JSON.stringify({ namespace: '', after: last.id });
    await Promise.all([rm(file), rm(`${file}.collection.json`)]);
    await writeFile(`${file}.part`, Buffer.concat([half, Buffer.from('{"id":"more1500","embed')]));
    const checkpoint = { cursor, records: lines.length, rejects: 0, checksum: '0' };
    await writeFile(`${file}.part.json`, JSON.stringify({ ...description, checkpoint, bytes: half.length }));
    // the sum is another one than that of the records: verified by count, and the file itself is compared here
    const again = await copied(one, 'polyvec:', { to: `jsonl:${file}`, verify: 'count' });
    expect(again.lines).toContain(`2,520 records, ${lines.length.toLocaleString('en')} of them there from before`);
    expect(again.code).toBe(0);
    expect((await readFile(file)).equals(whole)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['waiting.jsonl', 'waiting.jsonl.collection.json']);
  });
});

describe('a file of anybody', () => {
  it('is imported: its usual names are known, and numbers keep their type', async () => {
    const file = await written([
      { _id: 'a', vector: [1, 0.5], text: 'one 🦜', metadata: { year: 1999, big: 1 } },
      '{"_id": "b", "vector": [2, 1e-3], "metadata": {"big": 9007199254740993, "score": 1.0, "tags": ["x"]}}',
      '',
    ]);
    const { code, lines } = await copied(other, `jsonl:${file}`, { metric: 'cosine' });
    expect(lines.at(-1)).toBe('2 records in 1 collection, and all of it is equal');
    expect(code).toBe(0);
    expect(await inOther('films')).toMatchObject({
      a: { document: 'one 🦜', metadata: '{"big":1,"year":1999}' },
      b: { document: null, metadata: '{"big":9007199254740993,"score":1.0,"tags":["x"]}' },
    });
  });

  it('gets its fields from --map; metadata=* is all others', async () => {
    const file = await written([{ node: 7, v: [1, 2], body: 'text', year: 1999 }]);
    const map = 'id=node,embedding=v,document=body,metadata=*';
    expect(await copied(other, `jsonl:${file}`, { map, metric: 'ip' })).toMatchObject({ code: 0 });
    expect(await inOther('films')).toMatchObject({ 7: { document: 'text', metadata: '{"year":1999}' } });
  });

  it('case 28: what cannot be an id is reported line by line, with the option that helps', async () => {
    const file = await written([{ key: 'a', embedding: [1, 2] }]);
    const { code, lines } = await copied(other, `jsonl:${file}`);
    expect(code).toBe(3);
    expect(lines.join('\n')).toMatch(/"line 1" .* cannot be copied: it has no id: the field id must be a text or a whole number/);
    expect(await copied(other, `jsonl:${file}`, { map: 'key=id' })).toEqual({
      code: 2,
      lines: [expect.stringMatching(/^--map must be part=field,…, where a part is one of id, .*not "key=id"$/)],
    });
  });

  it('what is not taken along is a warning before the start', async () => {
    const file = await written([{ id: 'a', embedding: [1], metadata: { n: 1 }, extra: true }]);
    const { lines } = await copied(other, `jsonl:${file}`, { dryRun: true });
    expect(lines.slice(1)).toEqual([
      '  warning: the field "extra" is not copied: --map names what it is',
      '  warning: nothing says how its vectors are compared: it gets the metric l2, or the one that --metric names',
    ]);
  });

  it('case 36: bad lines go to the reject file with their number, and the others are copied', async () => {
    const file = await written([
      { id: 'a', embedding: [1, 2] },
      '{"id": "b", "embedding": [1,',
      { id: 'c', embedding: [1, 2, 3] },
      { id: 'd', embedding: ['1', '2'] },
      { id: 'a', embedding: [3, 4] },
      { id: 'e', embedding: [3, 4], metadata: { nested: { deep: 1 } } },
      '{"id": "f", "embedding": [3, 1e39]}',
      { id: 'g', embedding: [3, 4] },
    ]);
    const rejectFile = join(folder, 'rejects.jsonl');
    const { code, lines } = await copied(other, `jsonl:${file}`, { onError: 'skip', rejectFile });
    expect([code, lines.at(-1)]).toEqual([1, '2 records are equal, and 6 were skipped']);
    const rejects = (await readFile(rejectFile, 'utf8')).trimEnd().split('\n');
    expect(rejects.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['line 2', 'd', 'a', 'e', 'c', 'f']);
    expect(rejects[2]).toContain('line 5: the id has occurred before');
    expect(Object.keys(await inOther('films'))).toEqual(['a', 'g']);
  });

  it('case 31: a file that has grown is noticed', async () => {
    const file = await written([{ id: 'a', embedding: [1, 2] }, '']);
    await copied(other, `jsonl:${file}`);
    await appendFile(file, '{"id": "b", "embedding": [3, 4]}\n');
    const { code, lines } = await copied(other, `jsonl:${file}`);
    expect([code, lines.at(-1)]).toEqual([2, expect.stringContaining('the source has changed since it was copied there')]);
  });

  it('may be the standard input, which is the same one when it has the same content', async () => {
    const options = { metric: undefined, fields: new Map<string, string>() };
    const open = (): Promise<JsonlFiles> =>
      JsonlFiles.open('-', options, Readable.from(['{"id": "a", "embe', 'dding": [1, 2]}\n']));
    const [first, second] = await Promise.all([open(), open()]);
    const [[a], [b]] = await Promise.all([first.collections(), second.collections()]);
    expect(a).toMatchObject({ name: 'stdin', records: 1, dimension: 2 });
    expect(b).toEqual(a);
    await Promise.all([first.close(), second.close()]);
  });
});
