import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedEngine } from '../../src/postgres/embedded/embedded-engine.js';
import { exitCode, FREE_PORTS, polyvec } from '../support/gateway/polyvec-command.js';
import { createStorage } from '../support/gateway/storage.js';
import { errorOf, newDirectory } from './embedded-helpers.js';

/** What one start after the other has logged. */
const messages: string[] = [];
let directory: string;

beforeEach(() => {
  directory = newDirectory();
  messages.length = 0;
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Files by their paths in the directory, with a text in each; a path that ends with a slash is an empty directory. */
function lay(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    if (path.endsWith('/')) mkdirSync(join(directory, path), { recursive: true });
    else writeFileSync(join(directory, path), '18\n');
  }
}

async function start(): Promise<void> {
  const log = (_level: string, message: string): void => void messages.push(message);
  const engine = await EmbeddedEngine.start({ dataDirectory: directory, statementTimeoutMs: 60_000, log });
  await engine.stop();
}

/** Copies a directory that a gateway has made, as every version so far has laid it out. */
async function layDatabase(): Promise<void> {
  const { POLYVEC_DATA_DIR: made = '' } = await createStorage(false);
  cpSync(made, directory, { recursive: true });
  rmSync(join(made, '..'), { recursive: true, force: true });
}

describe('a data directory that is not ours', () => {
  it.each([
    ['a database server keeps its data there', ['PG_VERSION', 'global/pg_control', 'postgresql.conf'], 'Postgres server'],
    ['only its version is left', ['PG_VERSION'], 'Postgres server'],
    [
      'a server keeps its data below it',
      ['postgres/PG_VERSION', 'postgres/global/pg_control', 'postgres/postmaster.opts'],
      'postgres',
    ],
    ['a version without a database is below it', ['postgres/PG_VERSION'], 'postgres'],
    ['it holds a file', ['notes.txt'], 'notes.txt'],
    ['it holds a folder with files', ['photos/one.jpg'], 'photos'],
    ['it is the folder of a Chroma server', ['chroma.sqlite3', '5e1f0c1e-26b8-4a3c-9b41-0f2a7d3f2c11/data_level0.bin'], 'Chroma'],
    ['it is the folder of an early Chroma', ['chroma-collections.parquet', 'chroma-embeddings.parquet', 'index/'], 'Chroma'],
  ])('is refused and left as it is when %s', async (_case, paths, named) => {
    lay(...paths);
    const before = readdirSync(directory, { recursive: true }).sort();
    const { message } = await errorOf(start());
    expect(message).toContain(directory);
    expect(message).toContain(named);
    expect(message).toContain('POLYVEC_DATA_DIR');
    expect(message).not.toContain('\n');
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual(before);
  });

  it('is refused when it is a file', async () => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'mine');
    const { message } = await errorOf(start());
    expect(message).toBe(
      `the data directory ${directory} is a file: set POLYVEC_DATA_DIR, or --path, to a directory, which may be a new one`,
    );
    expect(readFileSync(directory, 'utf8')).toBe('mine');
  });

  it('is refused by the command with the way out when CHROMA_PERSIST_PATH names the folder of a Chroma server', async () => {
    lay('chroma.sqlite3');
    const run = polyvec(['start'], { ...FREE_PORTS, CHROMA_PERSIST_PATH: directory });
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toBe(
      `polyvec: the data directory ${directory} is a folder of Chroma (it holds chroma.sqlite3), which Polyvec does not read: ` +
        'set POLYVEC_DATA_DIR, which counts before CHROMA_PERSIST_PATH, or --path, to a directory of its own, ' +
        'and copy the collections through the API with a Chroma client\n',
    );
    expect(readdirSync(directory)).toEqual(['chroma.sqlite3']);
  });
});

describe('a data directory', () => {
  it('may hold lost+found, dot entries and empty folders', async () => {
    lay('lost+found/', '.snapshot/daily', '.keep', 'empty/', 'postgres/');
    await start();
    expect(existsSync(join(directory, 'postgres/PG_VERSION'))).toBe(true);
  });

  it('of an earlier version is recognised, with all that a killed process leaves behind', async () => {
    await layDatabase();
    lay(
      'engine-1-0123456789ab.lock',
      'engine-1-0123456789ab.lock.new',
      'postgres.new/PG_VERSION',
      'moving-a1B2c3/postgres/PG_VERSION',
    );
    await start();
    expect(messages).toEqual([]);
  });

  it('that an earlier version has made beside other files is opened, and the log names them', async () => {
    await layDatabase();
    lay('chroma.sqlite3', 'notes.txt');
    await start();
    expect(messages).toEqual([`the data directory ${directory} also holds what is not Polyvec's: chroma.sqlite3, notes.txt`]);
  });
});
