import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata, parquetSchema } from 'hyparquet';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { type ChromaFixture, chromaFixture } from '../support/copy/chroma-fixture.js';
import { copied, type CopyRun } from '../support/copy/copy-run.js';

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
const LINES = [
  '{"id":"a/ %","namespace":"n /%","embedding":[0.25,-0],"metadata":{"n":1.0,"uri":"mine","namespace":"x","a.b":true}}',
  '{"id":"🦜","embedding":[0.5,2],"document":"","metadata":{"n":9007199254740993,"list":["x",""],"none":[],"yes":false}}',
  '{"id":"b","embedding":[1,2],"document":"text","metadata":{"n":"a text","list":["y"],"ints":[1,2],"floats":[1.0,0.5]}}',
  '{"id":"c","embedding":[1,3]}',
];

let folder: string;
let vdf: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vdf-target-'));
  vdf = join(folder, 'vdf');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function intoVdf(lines: readonly string[], options: Partial<CopyArguments> = {}, name = 'films'): Promise<CopyRun> {
  const file = join(folder, `${name}.jsonl`);
  await writeFile(file, lines.join('\n'));
  return copied(NOWHERE, `jsonl:${file}`, { to: `vdf:${vdf}`, metric: 'ip', ...options });
}

async function back(): Promise<CopyRun & { readonly records: readonly string[] }> {
  const out = join(folder, 'out', 'out.jsonl');
  const run = await copied(NOWHERE, `vdf:${vdf}`, { to: `jsonl:${out}`, onConflict: 'overwrite' });
  return { ...run, records: (await readFile(out, 'utf8').catch(() => '')).split('\n').slice(0, -1) };
}

async function meta(): Promise<{ readonly indexes: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> }> {
  return JSON.parse(await readFile(join(vdf, 'VDF_META.json'), 'utf8')) as Awaited<ReturnType<typeof meta>>;
}

describe('case 25: a collection that is written as VDF', () => {
  it('is equal when it has been read again: types, namespaces and keys called as parts of ours', async () => {
    const { code, lines } = await intoVdf(LINES);
    expect([code, lines.at(-1)]).toEqual([0, '4 records in 1 collection, and all of it is equal']);
    const { code: read, records } = await back();
    expect(read).toBe(0);
    expect(records.map((line) => JSON.stringify(sorted(JSON.parse(line)))).sort()).toEqual(
      LINES.map((line) => JSON.stringify(sorted(JSON.parse(line)))).sort(),
    );
    // what JSON.parse takes for the same
    expect(records.join('\n')).toMatch(/"n":1\.0[,}]/);
    expect(records.join('\n')).toMatch(/"n":9007199254740993[,}]/);
    expect(records.join('\n')).toMatch(/"floats":\[1\.0,0\.5\]/);
  });

  it('is described as vector-io does, and its vectors are list<double>', async () => {
    await intoVdf(LINES);
    expect((await meta()).indexes['films']).toMatchObject([
      { namespace: '', exported_vector_count: 3, dimensions: 2, metric: 'Dot', data_path: 'films/__default__' },
      { namespace: 'n /%', exported_vector_count: 1, vector_columns: ['vector'], data_path: 'films/n%20%2F%25' },
    ]);
    const [file = ''] = (await readdir(join(vdf, 'films', '__default__'))).sort();
    const bytes = await readFile(join(vdf, 'films', '__default__', file));
    const { children } = parquetSchema(parquetMetadata(new Uint8Array(bytes).buffer));
    const vector = children.find(({ element }) => element.name === 'vector');
    expect(vector?.children[0]?.children[0]?.element.type).toBe('DOUBLE');
  });

  it('is in the description only when it is equal, beside those that are there', async () => {
    expect(await intoVdf(LINES, {}, 'first')).toMatchObject({ code: 0 });
    expect(await intoVdf(['{"id":"a","embedding":[1,2]}', 'no record'], {}, 'second')).toMatchObject({ code: 3 });
    expect(Object.keys((await meta()).indexes)).toEqual(['first']);
    expect(await intoVdf(['{"id":"a","embedding":[1,2]}'], { restart: true }, 'second')).toMatchObject({ code: 0 });
    expect(Object.keys((await meta()).indexes)).toEqual(['first', 'second']);
  });

  it('is there already for the same copy, and is replaced when it is asked for', async () => {
    await intoVdf(LINES);
    const again = await copied(NOWHERE, `jsonl:${join(folder, 'films.jsonl')}`, { to: `vdf:${vdf}`, metric: 'ip' });
    expect(again.lines).toContainEqual(expect.stringMatching(/equal, nothing to do$/));
    expect(await intoVdf(LINES.slice(2))).toMatchObject({ code: 2 });
    expect(await intoVdf(LINES.slice(2), { onConflict: 'overwrite' })).toMatchObject({ code: 0 });
    expect((await back()).records).toHaveLength(2);
  });

  it('without records is an index of none', async () => {
    const fixture: ChromaFixture = await chromaFixture('1.5.9');
    const { code } = await copied(NOWHERE, `chroma-dir:${fixture.folder}/empty`, { to: `vdf:${vdf}` });
    expect(code).toBe(0);
    expect((await meta()).indexes['empty']).toMatchObject([{ exported_vector_count: 0 }]);
    expect(await back()).toMatchObject({ code: 0, records: [] });
    await fixture.remove();
  });
});

describe('what VDF cannot hold', () => {
  it.each([
    ['{"id":"x","sparse":{"indices":[1],"values":[1]}}', /it has no dense vector/],
    ['{"id":"x","embedding":[1,2],"sparse":{"indices":[1],"values":[1]}}', /has no sparse vectors/],
    ['{"id":"x","embedding":[1,2],"uri":"file://x"}', /has no uri/],
    ['{"id":"x","embedding":[1,2],"metadata":{"vector":"mine"}}', /the key "vector"/],
    ['{"id":"x","embedding":[1,2],"metadata":{"document":1}}', /the key "document"/],
  ])('%s is rejected with its reason', async (line, words) => {
    const { code, lines } = await intoVdf([LINES[3] ?? '', line], { onError: 'skip' });
    expect(code).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(words));
    expect((await back()).records).toHaveLength(1);
  });

  it('of a collection is said before the start', async () => {
    const file = join(folder, 'films.jsonl');
    await writeFile(file, LINES.join('\n'));
    const own = join(folder, 'own.jsonl');
    await copied(NOWHERE, `jsonl:${file}`, { to: `jsonl:${own}`, metric: 'ip' });
    const described = JSON.parse(await readFile(`${own}.collection.json`, 'utf8')) as object;
    await writeFile(`${own}.collection.json`, JSON.stringify({ ...described, metadata: '{"topic":"films"}' }));
    const { lines } = await copied(NOWHERE, `jsonl:${own}`, { to: `vdf:${vdf}`, dryRun: true });
    expect(lines).toContain('  warning: its own metadata is not copied: the format has no place for it');
  });

  it('a folder that another program has exported is left alone', async () => {
    await intoVdf(LINES);
    const other = JSON.stringify({ ...(await meta()), exported_from: 'chromadb' });
    await writeFile(join(vdf, 'VDF_META.json'), other);
    const { code, lines } = await intoVdf(LINES, {}, 'more');
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/VDF_META\.json of another program: name another folder$/)]);
    expect(await readFile(join(vdf, 'VDF_META.json'), 'utf8')).toBe(other);
  });
});

/** With the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
