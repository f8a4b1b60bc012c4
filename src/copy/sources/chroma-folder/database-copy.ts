import { closeSync, constants, existsSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';

const NAME = 'chroma.sqlite3';
/** Where SQLite's file format says by which means the file is written and read: 2 is a write-ahead log, 1 is none. */
const FORMAT_VERSIONS = 18;
const CHANGE_COUNTER = 24;
const ADVICE = 'stop Chroma and copy again, or copy from the running server: chroma://host:8000';

/** A row: what SQLite has, by name. */
export type Row = Readonly<Record<string, number | bigint | string | Uint8Array | null>>;

/**
 * A copy of the folder's database. SQLite makes files beside a database even to read it, and the folder is not ours: it may be
 * read-only, and not a byte of it is to change.
 */
export class DatabaseCopy {
  private constructor(
    private readonly directory: string,
    private readonly database: InstanceType<typeof sqlite.Database>,
    private readonly original: string,
    private readonly state: string,
  ) {}

  /** @throws Error when there is no database, or when Chroma is writing to it, or has not finished */
  static async open(folder: string): Promise<DatabaseCopy> {
    const original = join(folder, NAME);
    if (!existsSync(original)) throw new Error(`there is no ${NAME} in ${folder}: that is no Chroma folder`);
    requireSettled(original);
    const before = stateOf(original);
    const directory = await mkdtemp(join(tmpdir(), 'polyvec-copy-'));
    try {
      const copy = join(directory, NAME);
      await copyFile(original, copy, constants.COPYFILE_FICLONE);
      if (stateOf(original) !== before) throw new Error(`${original} has changed while it was read: ${ADVICE}`);
      requireSettled(original);
      readWithoutLog(copy);
      return new DatabaseCopy(directory, new sqlite.Database(copy, { fileMustExist: true }), original, before);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** @throws Error when the original has changed since */
  requireUnchanged(): void {
    requireSettled(this.original);
    if (stateOf(this.original) !== this.state) throw new Error(`${this.original} has changed while it was copied: ${ADVICE}`);
  }

  rows(text: string, values: readonly (number | bigint | string)[] = []): readonly Row[] {
    return this.database.all(text, [...values]) as Row[];
  }

  /** The names of a table's columns; none when there is no such table. */
  columns(table: string): ReadonlySet<string> {
    return new Set(this.rows('SELECT name FROM pragma_table_info(?)', [table]).map(({ name }) => String(name)));
  }

  async close(): Promise<void> {
    this.database.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A journal means that the last writer has not finished; only SQLite itself could undo what it began, by writing. */
function requireSettled(original: string): void {
  if (existsSync(`${original}-journal`)) {
    throw new Error(`there is a ${NAME}-journal: Chroma is writing, or was killed while it wrote; ${ADVICE}. \
Without a running Chroma, open the folder with it once: that undoes the unfinished write`);
  }
  if (existsSync(`${original}-wal`) && statSync(`${original}-wal`).size > 0) {
    throw new Error(`there is a ${NAME}-wal with changes in it: ${ADVICE}`);
  }
}

/** Another one after every write. */
function stateOf(file: string): string {
  const { size, mtimeMs } = statSync(file);
  const counter = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  readSync(handle, counter, 0, 4, CHANGE_COUNTER);
  closeSync(handle);
  return `${String(size)} ${String(mtimeMs)} ${counter.toString('hex')}`;
}

/** The file says that it has a write-ahead log, but there is none: it is whole without. */
function readWithoutLog(copy: string): void {
  const versions = Buffer.alloc(2);
  const handle = openSync(copy, 'r+');
  readSync(handle, versions, 0, 2, FORMAT_VERSIONS);
  if (versions.equals(Buffer.from([2, 2]))) writeSync(handle, Buffer.from([1, 1]), 0, 2, FORMAT_VERSIONS);
  closeSync(handle);
}
