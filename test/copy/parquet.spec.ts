import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetMetadata, parquetSchema } from 'hyparquet';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { type ChromaFixture, chromaFixture } from '../support/copy/chroma-fixture.js';
import { copied, type CopyRun } from '../support/copy/copy-run.js';

/** No side of these copies is a database. */
const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
const LINES = [
  '{"id":"a/ %","namespace":"n /%","embedding":[0.25,-0],"sparse":{"indices":[7,4294967295],"values":[0.25,-3]},"metadata":{"n":1.0}}',
  '{"id":"🦜","embedding":[1,2],"document":"","uri":"file://x","metadata":{"big":9007199254740993,"list":["x",""],"yes":true}}',
  '{"id":"s","sparse":{"indices":[0],"values":[1]}}',
];
const SNAPPY = { codec: 'SNAPPY' } as const;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The lines of a copy to JSONL. */
async function linesOf(
  from: string,
  options: Parameters<typeof copied>[2] = {},
): Promise<CopyRun & { readonly records: readonly string[] }> {
  const out = join(folder, 'out', 'out.jsonl');
  const run = await copied(NOWHERE, from, { to: `jsonl:${out}`, metric: 'cosine', ...options });
  const text = await readFile(out, 'utf8').catch(() => '');
  return { ...run, records: text.split('\n').slice(0, -1) };
}

async function exported(lines: readonly string[] = LINES): Promise<string> {
  const file = join(folder, 'films.jsonl');
  await writeFile(file, lines.join('\n'));
  const to = join(folder, 'backup');
  expect(await copied(NOWHERE, `jsonl:${file}`, { to: `parquet:${to}`, metric: 'cosine' })).toMatchObject({ code: 0 });
  return to;
}

type Options = Omit<Parameters<typeof parquetWriteBuffer>[0], 'columnData'>;

/** A file as another program might write it. */
async function written(columnData: ColumnSource[], options: Options = SNAPPY, path = 'films.parquet'): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, Buffer.from(parquetWriteBuffer({ columnData, ...options })));
  return file;
}

/** A frame of zstd whose blocks are stored as they are. */
function zstdStored(input: Uint8Array): Uint8Array {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(input.length);
  const block = Buffer.alloc(4);
  block.writeUInt32LE((input.length << 3) | 1);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, block.subarray(0, 3), input]);
}

describe('case 24: a collection that is exported to Parquet', () => {
  it('is equal when it has been imported, with namespaces and sparse vectors', async () => {
    const { code, records } = await linesOf(`parquet:${await exported()}`);
    expect(code).toBe(0);
    expect([...records].sort()).toEqual([...LINES].sort());
  });

  it("has Pinecone's schema, and a folder for each namespace", async () => {
    const place = join(await exported(), 'default_tenant', 'default_database', 'films');
    expect((await readdir(place)).sort()).toEqual(['__default__', 'collection.json', 'n%20%2F%25']);
    const bytes = await readFile(join(place, '__default__', `${'0'.repeat(12)}.parquet`));
    const { children } = parquetSchema(parquetMetadata(new Uint8Array(bytes).buffer));
    const columns = children.map(({ element, children: inner }) => [element.name, element.type ?? inner[0]?.element.name]);
    expect(columns).toEqual([
      ['id', 'BYTE_ARRAY'],
      ['values', 'list'],
      ['metadata', 'BYTE_ARRAY'],
      ['sparse_values', 'indices'],
      ['document', 'BYTE_ARRAY'],
      ['uri', 'BYTE_ARRAY'],
    ]);
  });

  it('is complete, and a second export finds nothing to do', async () => {
    const fixture: ChromaFixture = await chromaFixture('1.5.9');
    const to = `parquet:${join(folder, 'all')}`;
    expect((await copied(NOWHERE, `chroma-dir:${fixture.folder}`, { to })).lines.at(-1)).toMatch(/^143 records in 7 collections/);
    const again = await copied(NOWHERE, `chroma-dir:${fixture.folder}`, { to });
    expect(again.lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
    expect((await copied(NOWHERE, to, { to: `jsonl:${join(folder, 'back')}` })).lines.at(-1)).toMatch(/^143 records in 7/);
    await fixture.remove();
  });

  it('case 39: a file that has changed since is noticed', async () => {
    const place = join(await exported(), 'default_tenant', 'default_database', 'films');
    await writeFile(join(place, 'extra.parquet'), await readFile(join(place, '__default__', `${'0'.repeat(12)}.parquet`)));
    const { code, lines } = await linesOf(`parquet:${place}`, { onError: 'skip' });
    expect(code).toBe(1);
    expect(lines).toContain('  warning: the files have changed since they were exported');
    expect(lines.filter((line) => line.endsWith('the id has occurred before'))).toHaveLength(2);
  });

  it('case 30: goes on behind its checkpoint when it was cut off, and what lies behind that does not count', async () => {
    const lines = Array.from({ length: 1200 }, (_, n) =>
      n === 1100 ? 'no JSON' : JSON.stringify({ id: String(n), vector: [n, 1] }),
    );
    const file = join(folder, 'films.jsonl');
    await writeFile(file, lines.join('\n'));
    const options = { to: `parquet:${join(folder, 'backup')}`, metric: 'cosine' };
    expect((await copied(NOWHERE, `jsonl:${file}`, options)).code).toBe(3);
    const part = join(folder, 'backup', 'default_tenant', 'default_database', 'films.part', '__default__');
    expect(await readdir(part)).toEqual(['000000000000.parquet']);
    await writeFile(join(part, '000000001000.parquet'), 'half a file');
    const { code, lines: printed } = await copied(NOWHERE, `jsonl:${file}`, { ...options, onError: 'skip' });
    expect([code, printed.at(-1)]).toEqual([1, '1,199 records are equal, and 1 were skipped']);
    expect((await linesOf(options.to)).records).toHaveLength(1199);
  });

  it('a folder with files of others in it is left alone', async () => {
    const place = join(folder, 'backup', 'default_tenant', 'default_database', 'films');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'diary.txt'), 'mine');
    const file = join(folder, 'films.jsonl');
    await writeFile(file, LINES.join('\n'));
    const to = `parquet:${join(folder, 'backup')}`;
    const { code, lines } = await copied(NOWHERE, `jsonl:${file}`, { to, metric: 'cosine', onConflict: 'overwrite' });
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/has other files in it: diary\.txt$/)]);
  });
});

describe('case 26: a Parquet file of another program', () => {
  const IDS = Array.from({ length: 30 }, (_, n) => `r${String(n)}`);
  const COLUMNS: ColumnSource[] = [
    { name: 'id', data: IDS },
    { name: 'genre', data: IDS.map((_, n) => (n % 2 === 0 ? 'drama' : 'comedy')), encoding: 'RLE_DICTIONARY' },
    { name: 'year', data: IDS.map((_, n) => BigInt(1990 + n)) },
    { name: 'score', data: IDS.map((_, n) => n) },
  ];
  const LIST: Options['schema'] = [
    { name: 'schema', num_children: 5 },
    { name: 'id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    { name: 'genre', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'year', type: 'INT64', repetition_type: 'OPTIONAL' },
    { name: 'score', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    { name: 'vector', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  ];
  const VECTORS = { name: 'vector', data: IDS.map((_, n) => [n, 0.5]) };

  it.each<[string, Options]>([
    ['without compression', { codec: 'UNCOMPRESSED' }],
    ['snappy', SNAPPY],
    ['gzip', { codec: 'GZIP', compressors: { GZIP: (input) => gzipSync(input) } }],
    ['zstd', { codec: 'ZSTD', compressors: { ZSTD: zstdStored } }],
  ])('compressed with %s is read, with dictionaries, a row group at a time', async (_name, options) => {
    const file = await written([...COLUMNS, VECTORS], { ...options, schema: LIST, rowGroupSize: 7 });
    const { code, records } = await linesOf(`parquet:${file}`);
    expect([code, records.length]).toEqual([0, 30]);
    expect(records[17]).toBe('{"id":"r17","embedding":[17,0.5],"metadata":{"genre":"comedy","year":2007,"score":17.0}}');
  });

  it('whose lists are null has such rows rejected with their place', async () => {
    const vectors = { ...VECTORS, data: VECTORS.data.map((each, n) => (n === 3 ? null : each)) };
    const file = await written([...COLUMNS, vectors], { ...SNAPPY, schema: LIST });
    const { code, lines, records } = await linesOf(`parquet:${file}`, { onError: 'skip' });
    expect([code, records.length]).toEqual([1, 29]);
    expect(lines).toContainEqual(expect.stringMatching(/"r3": row 4 of films\.parquet: it has no vector: no field vector$/));
  });

  it('with other columns is read with --map, and what is left out is a warning', async () => {
    const file = await written([...COLUMNS, VECTORS, { name: 'extra', data: IDS.map(() => '{"n":1.0}') }], {
      ...SNAPPY,
      schema: [
        ...LIST.map((each, at) => (at === 0 ? { ...each, num_children: 6 } : each)),
        { name: 'extra', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ],
    });
    const { code, lines, records } = await linesOf(`parquet:${file}`, { map: 'document=genre,metadata=extra' });
    expect([code, records[0]]).toEqual([0, '{"id":"r0","embedding":[0,0.5],"document":"drama","metadata":{"n":1.0}}']);
    expect(lines).toContain('  warning: the column "year" is not copied: --map names what it is');
  });

  it('that is none is named, and nothing is done', async () => {
    const file = join(folder, 'none.parquet');
    await writeFile(file, 'not a Parquet file at all');
    const { code, lines } = await linesOf(`parquet:${file}`);
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/none\.parquet: parquet file invalid/)]);
  });
});
