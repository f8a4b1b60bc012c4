import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { copied } from '../support/copy/copy-run.js';

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
const PYTHON = resolve('.clients/duckdb/bin/python');
const RECORDS = 3_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duckdb-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function linesOf(file: string): Promise<readonly string[]> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').sort();
}

it.each(['zstd', 'snappy', 'gzip', 'brotli', 'lz4_raw', 'uncompressed'])(
  'case 24: DuckDB reads a collection that was exported to Parquet, and what DuckDB writes of it with %s is equal (case 26)',
  async (compression) => {
    const lines = Array.from({ length: RECORDS }, (_, n) => {
      const sparse = n % 3 === 0 ? `,"sparse":{"indices":[${String(n)},4294967295],"values":[0.5,-3]}` : '';
      const document = n % 5 === 0 ? `,"document":"text ${String(n)} 🦜"` : '';
      const metadata = `"metadata":{"n":${String(n)},"float":${String(n)}.0,"big":9007199254740993,"list":["x",""]}`;
      return `{"id":"r${String(n)}","embedding":[${String(Math.fround(n / 7))},-0]${sparse}${document},${metadata}}`;
    });
    const [source, backup, through, back] = ['films.jsonl', 'backup', 'through.parquet', 'back.jsonl'].map((name) =>
      join(folder, name),
    );
    if (source === undefined || backup === undefined || through === undefined || back === undefined) throw new Error('no names');
    await writeFile(source, lines.join('\n'));
    expect(await copied(NOWHERE, `jsonl:${source}`, { to: `parquet:${backup}`, metric: 'cosine' })).toMatchObject({ code: 0 });
    const { stdout } = await promisify(execFile)(PYTHON, [
      'test/clients/copy/through_duckdb.py',
      `${backup}/default_tenant/default_database/films/**/*.parquet`,
      through,
      compression,
    ]);
    expect(JSON.parse(stdout)).toEqual({
      rows: RECORDS,
      columns: {
        ...{ id: 'VARCHAR', values: 'FLOAT[]', metadata: 'VARCHAR', document: 'VARCHAR', uri: 'VARCHAR' },
        sparse_values: 'STRUCT(indices BIGINT[], "values" FLOAT[])',
      },
    });
    const options = { to: `jsonl:${back}`, metric: 'cosine', onError: 'skip' };
    const { code, lines: said } = await copied(NOWHERE, `parquet:${through}`, options);
    // the rows whose lists are null
    expect([code, said.at(-1)]).toEqual([1, '3,000 records are equal, and 30 were skipped']);
    expect(said).toContain('  warning: the column "genre" is not copied: --map names what it is');
    // the order of keys within the metadata, and the bits of all vectors, too
    expect(await linesOf(back)).toEqual([...lines].sort());
    // with another --map it is another copy
    const genres = await copied(NOWHERE, `parquet:${through}`, { ...options, onConflict: 'overwrite', map: 'document=genre' });
    expect(genres.code).toBe(1);
    const documents = (await linesOf(back)).map((line) => (JSON.parse(line) as { document: string }).document);
    expect([documents.filter((text) => text === 'drama').length, new Set(documents).size]).toEqual([300, 2]);
  },
);
