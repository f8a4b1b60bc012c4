import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { JsonlFiles } from '../../src/copy/sources/jsonl.js';
import { changeFolder, type ChromaFixture, chromaFixture } from '../support/copy/chroma-fixture.js';
import { copied, type CopyRun, enlarge } from '../support/copy/copy-run.js';

/** No side of these copies is a database. */
const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };

let fixture: ChromaFixture;
let folder: string;

beforeEach(async () => {
  [fixture, folder] = await Promise.all([chromaFixture('1.5.9'), mkdtemp(join(tmpdir(), 'jsonl-'))]);
});

afterEach(async () => {
  await Promise.all([fixture.remove(), rm(folder, { recursive: true, force: true })]);
});

/** Copies the collection `waiting`, of 20 records, to a file. */
async function toFile(options: Parameters<typeof copied>[2] = {}): Promise<CopyRun & { readonly file: string }> {
  const file = join(folder, 'waiting.jsonl');
  return { ...(await copied(NOWHERE, `chroma-dir:${fixture.folder}/waiting`, { to: `jsonl:${file}`, ...options })), file };
}

async function written(lines: readonly unknown[]): Promise<string> {
  const file = join(folder, 'films.jsonl');
  await writeFile(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return file;
}

/** What a copy makes of a file of anybody's, as lines. */
async function fromFile(
  file: string,
  options: Parameters<typeof copied>[2] = {},
): Promise<CopyRun & { readonly records: readonly string[] }> {
  const out = join(folder, 'out', 'out.jsonl');
  const run = await copied(NOWHERE, `jsonl:${file}`, { to: `jsonl:${out}`, ...options });
  const text = await readFile(out, 'utf8').catch(() => '');
  return { ...run, records: text.split('\n').slice(0, -1) };
}

describe('copied to files', () => {
  it('a second copy finds nothing to do', async () => {
    const to = `jsonl:${folder}`;
    expect(await copied(NOWHERE, `chroma-dir:${fixture.folder}`, { to })).toMatchObject({ code: 0 });
    const again = await copied(NOWHERE, `chroma-dir:${fixture.folder}`, { to });
    expect(again.lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
  });

  it('case 38: a dry run makes no file', async () => {
    const { code, lines } = await toFile({ dryRun: true });
    expect([code, lines]).toEqual([0, ['default_tenant/default_database/waiting  20 records, 4 dimensions, l2']]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('several collections cannot go to one file', async () => {
    const { code, lines } = await copied(NOWHERE, `chroma-dir:${fixture.folder}`, { to: `jsonl:${folder}/all.jsonl` });
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/has 7 collections, and jsonl:.* names one/)]);
  });

  it('case 34: a file from elsewhere is not replaced unless it is asked for', async () => {
    await writeFile(join(folder, 'waiting.jsonl'), '{"id": "theirs", "embedding": [1]}\n');
    const failed = await toFile();
    expect([failed.code, failed.lines.at(-1)]).toEqual([
      2,
      expect.stringMatching(/^waiting: it has 1 records there that are not from this copy/),
    ]);
    expect((await toFile({ onConflict: 'skip' })).lines.at(-1)).toMatch(/cannot skip what is there: --on-conflict overwrite$/);
    const { code, file } = await toFile({ onConflict: 'overwrite' });
    expect(code).toBe(0);
    expect(await readFile(file, 'utf8')).not.toContain('theirs');
  });

  it('case 31: what the source has changed since is noticed', async () => {
    await toFile();
    enlarge(fixture.folder, 5);
    const { code, lines } = await toFile();
    expect([code, lines.at(-1)]).toEqual([
      2,
      expect.stringMatching(/the source has changed since it was copied there: --on-conflict overwrite/),
    ]);
  });

  it('case 39: one character that is changed in the file is found', async () => {
    const { file } = await toFile();
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/("id":"r3".*"document":")t3/, '$1T3'));
    const { code, lines } = await toFile();
    expect(code).toBe(1);
    expect(lines).toContain('WRONG: default_tenant/default_database/waiting: "r3" differs in document');
  });

  it('what was half written when it was cut off is not there twice', async () => {
    enlarge(fixture.folder, 1_200);
    changeFolder(fixture.folder, `UPDATE embeddings_queue SET vector = x'0000' WHERE id = 'more1100'`);
    const cut = await toFile();
    expect(cut.code).toBe(3);
    expect(await readdir(folder)).toEqual(['waiting.jsonl.part', 'waiting.jsonl.part.json']);
    await appendFile(join(folder, 'waiting.jsonl.part'), '{"id":"more1","embed');
    changeFolder(
      fixture.folder,
      `UPDATE embeddings_queue SET vector = (SELECT vector FROM embeddings_queue WHERE id = 'more1') WHERE id = 'more1100'`,
    );
    const { code, lines, file } = await toFile();
    expect(code).toBe(0);
    expect(lines).toContain('1,220 records, 1,000 of them there from before');
    const ids = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect([ids.length, new Set(ids).size]).toEqual([1_220, 1_220]);
    expect(await readdir(folder)).toEqual(['waiting.jsonl', 'waiting.jsonl.collection.json']);
  });
});

describe('a file of anybody', () => {
  it('is imported: its usual names are known, and numbers keep their type', async () => {
    const file = await written([
      { _id: 'a', vector: [1, 0.5], text: 'one 🦜', metadata: { year: 1999, big: 1 } },
      '{"_id": "b", "vector": [2, 1e-3], "metadata": {"big": 9007199254740993, "score": 1.0, "tags": ["x"]}}',
      '',
    ]);
    const { lines, records } = await fromFile(file, { metric: 'cosine' });
    expect(lines.at(-1)).toBe('2 records in 1 collection, and all of it is equal');
    expect(records).toEqual([
      '{"id":"a","embedding":[1,0.5],"document":"one 🦜","metadata":{"year":1999,"big":1}}',
      '{"id":"b","embedding":[2,0.0010000000474974513],"metadata":{"big":9007199254740993,"score":1.0,"tags":["x"]}}',
    ]);
  });

  it('has its fields found in the first hundred lines, not in the first one alone', async () => {
    const file = await written([
      { id: 'a', embedding: [1, 2] },
      { id: 'b', embedding: [3, 4], text: 'words', metadata: { n: 1 } },
    ]);
    const { code, records } = await fromFile(file, { metric: 'cosine' });
    const expected = ['{"id":"a","embedding":[1,2]}', '{"id":"b","embedding":[3,4],"document":"words","metadata":{"n":1}}'];
    expect([code, records]).toEqual([0, expected]);
  });

  it('gets its fields from --map; metadata=* is all others', async () => {
    const file = await written([{ node: 7, v: [1, 2], body: 'text', year: 1999 }]);
    const map = 'id=node,embedding=v,document=body,metadata=*';
    const { code, records } = await fromFile(file, { map, metric: 'ip' });
    expect([code, records]).toEqual([0, ['{"id":"7","embedding":[1,2],"document":"text","metadata":{"year":1999}}']]);
  });

  it('case 28: what cannot be an id is reported line by line, with the option that helps', async () => {
    const file = await written([{ key: 'a', embedding: [1, 2] }]);
    const { code, lines } = await fromFile(file);
    expect(code).toBe(3);
    expect(lines.join('\n')).toMatch(/"line 1" .* cannot be copied: it has no id: the field id must be a text or a whole number/);
    expect(await copied(NOWHERE, `jsonl:${file}`, { map: 'key=id' })).toEqual({
      code: 2,
      lines: [expect.stringMatching(/^--map must be part=field,…, where a part is one of id, .*not "key=id"$/)],
    });
  });

  it('what is not taken along is a warning before the start', async () => {
    const file = await written([{ id: 'a', embedding: [1], metadata: { n: 1 }, extra: true }]);
    const { lines } = await fromFile(file, { dryRun: true });
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
    const { code, lines, records } = await fromFile(file, { onError: 'skip', rejectFile });
    expect([code, lines.at(-1)]).toEqual([1, '2 records are equal, and 6 were skipped']);
    const rejects = (await readFile(rejectFile, 'utf8')).trimEnd().split('\n');
    expect(rejects.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['line 2', 'd', 'a', 'e', 'c', 'f']);
    expect(rejects[2]).toContain('line 5: the id has occurred before');
    expect(records.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(['a', 'g']);
  });

  it('case 31: a file that has grown is noticed', async () => {
    const file = await written([{ id: 'a', embedding: [1, 2] }, '']);
    await fromFile(file);
    await appendFile(file, '{"id": "b", "embedding": [3, 4]}\n');
    const { code, lines } = await fromFile(file);
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
