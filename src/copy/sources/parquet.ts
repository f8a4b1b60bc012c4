import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import type { Chunk, CopyRecord, Reject, Source, SourceCollection } from '../copy.js';
import { type Description, readDescription } from '../jsonl/description.js';
import { NameSet } from '../jsonl/name-set.js';
import { BadLine } from '../jsonl/record-line.js';
import { DESCRIPTION, ENDING, fileAt, filesIn, type PartFile, totalBytes } from '../parquet/folder.js';
import { ParquetFile, type Row } from '../parquet/parquet-file.js';
import { fieldsOfColumns, recordOfForeignRow, recordOfOwnRow, unusedColumns } from '../parquet/rows.js';
import type { FileOptions } from './jsonl.js';

const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_RECORDS = 1_000;
/** Rows that are looked at before the start. */
const SAMPLE = 100;

/** The files of one collection, and what is known of it. */
interface OpenedFolder {
  readonly path: string;
  readonly files: readonly PartFile[];
  /** Absent: Polyvec has not written it. */
  readonly description: Description | undefined;
  /** Nothing has changed in it since. */
  readonly isAsWritten: boolean;
}

/** Behind a row of a file. */
interface Position {
  readonly file: number;
  readonly row: number;
}

type ReadRow = (row: Row) => CopyRecord;

/** Parquet files: those that Polyvec has written, in Pinecone's schema for imports, or anybody's. */
export class ParquetFiles implements Source {
  private readonly byKey = new Map<string, OpenedFolder>();

  private constructor(
    readonly label: string,
    private readonly paths: readonly string[],
    private readonly options: FileOptions,
  ) {}

  /** `place`: a file, a folder with a collection's files, or one with collections that were exported. */
  static async open(place: string, options: FileOptions): Promise<ParquetFiles> {
    const path = resolve(place);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new Error(`there is no ${path}`);
    if (!found.isDirectory()) return new ParquetFiles(`parquet:${path}`, [path], options);
    const names = await readdir(path, { recursive: true });
    const own = names.filter((name) => basename(name) === DESCRIPTION && !/\.part[/\\]/.test(name)).sort();
    if (!names.some((name) => name.endsWith(ENDING)) && own.length === 0)
      throw new Error(`${path} has no files whose names end in ${ENDING}`);
    return new ParquetFiles(`parquet:${path}`, own.length === 0 ? [path] : own.map((name) => dirname(join(path, name))), options);
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const found: SourceCollection[] = [];
    for (const path of this.paths) found.push(await this.describe(path));
    return found;
  }

  async *read({ key, dimension }: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const folder = this.folderOf(key);
    const start = after === null ? { file: 0, row: 0 } : (JSON.parse(after) as Position);
    const step = Math.max(
      1,
      Math.min(MAX_RECORDS, Math.floor(CHUNK_BYTES / ((dimension ?? 1) * Float32Array.BYTES_PER_ELEMENT))),
    );
    // what Polyvec has written has every record once; of other files all the names must be known
    const names = folder.isAsWritten ? undefined : new NameSet();
    for (const [at, part] of folder.files.entries()) {
      if (names === undefined && at < start.file) continue;
      const skipped = at < start.file ? Infinity : at === start.file ? start.row : 0;
      for await (const { row, rows } of this.slices(part, names === undefined ? skipped : 0, step)) {
        const read = rows.map(({ read, number }) => checked(read, number, part, names)).slice(Math.max(0, skipped - row));
        if (read.length === 0) continue;
        const records = read.filter((each): each is CopyRecord => !('reason' in each));
        const rejects = read.filter((each): each is Reject => 'reason' in each);
        yield { records, rejects, cursor: JSON.stringify({ file: at, row: row + rows.length }) };
      }
    }
  }

  async requireUnchanged(): Promise<void> {
    for (const { path, files } of this.byKey.values()) {
      const now = await partsAt(path).catch(() => []);
      if (fingerprintOf(now) !== fingerprintOf(files)) throw new Error(`${path} has changed meanwhile: copy with --restart`);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Some rows that follow each other, read; of a row that is no record, why. */
  private async *slices(part: PartFile, first: number, step: number): AsyncIterable<Slice> {
    const file = await ParquetFile.open(part.path);
    try {
      const toRecord = this.readerFor(file, part);
      for await (const { start, rows } of file.groups(first)) {
        for (let at = 0; at < rows.length; at += step) {
          const some = rows
            .slice(at, at + step)
            .map((row, index) => ({ read: attempted(toRecord, row), number: start + at + index }));
          yield { row: start + at, rows: some };
        }
      }
    } finally {
      await file.close();
    }
  }

  private readerFor(file: ParquetFile, { path, namespace }: PartFile): ReadRow {
    const isOwn = [...this.byKey.values()].some(({ files, description }) => {
      return description !== undefined && files.some((each) => each.path === path);
    });
    if (isOwn) return (row) => recordOfOwnRow(row, namespace);
    const fields = fieldsOfColumns(file.columns, this.options.fields);
    return (row) => recordOfForeignRow(file, row, fields, namespace);
  }

  private async describe(path: string): Promise<SourceCollection> {
    const files = await partsAt(path);
    const description = await readDescription(join(path, DESCRIPTION)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
      throw error;
    });
    const isAsWritten = description?.bytes === totalBytes(files);
    const key = `parquet:${path}`;
    this.byKey.set(key, { path, files, description, isAsWritten });
    const { records, dimension, unused } = await this.sample(files, description);
    const warnings = unused.map((column) => `the column ${JSON.stringify(column)} is not copied: --map names what it is`);
    if (description !== undefined && !isAsWritten) warnings.push('the files have changed since they were exported');
    if (description === undefined && this.options.metric === undefined)
      warnings.push('nothing says how its vectors are compared: it gets the metric l2, or the one that --metric names');
    return {
      ...{ key, tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, metadata: null, records, warnings, dimension },
      name: basename(path).replace(/\.parquet$/, ''),
      ...(description !== undefined && known(description)),
      metric: this.options.metric ?? description?.metric ?? 'l2',
      fingerprint: fingerprintOf(files),
    };
  }

  /** What there is to know before the start: footers, and the first rows. */
  private async sample(files: readonly PartFile[], description: Description | undefined): Promise<Sample> {
    let [records, dimension] = [0, null as number | null];
    const unused = new Set<string>();
    for (const part of files) {
      const file = await ParquetFile.open(part.path);
      try {
        records += file.rows;
        if (description !== undefined) continue;
        const fields = fieldsOfColumns(file.columns, this.options.fields);
        for (const column of unusedColumns(file.columns, fields)) unused.add(column);
        if (dimension !== null || file.rows === 0) continue;
        const toRecord = this.readerFor(file, part);
        const rows = (await file.read(0, Math.min(SAMPLE, file.rows))).map((row) => attempted(toRecord, row));
        dimension =
          rows.find((row): row is CopyRecord => 'embedding' in row && row.embedding !== null)?.embedding?.length ?? null;
      } finally {
        await file.close();
      }
    }
    return { records, dimension, unused: [...unused] };
  }

  private folderOf(key: string): OpenedFolder {
    const folder = this.byKey.get(key);
    if (folder === undefined) throw new Error(`there is no ${key}`);
    return folder;
  }
}

interface Sample {
  readonly records: number;
  readonly dimension: number | null;
  readonly unused: readonly string[];
}

interface Slice {
  readonly row: number;
  readonly rows: readonly { readonly read: CopyRecord | BadLine; readonly number: number }[];
}

function known(description: Description): Pick<Description, 'tenant' | 'database' | 'name' | 'metadata' | 'dimension'> {
  const { tenant, database, name, metadata, dimension, catalog } = description;
  return { ...{ tenant, database, name, metadata, dimension }, ...(catalog !== undefined && { catalog }) };
}

function attempted(toRecord: ReadRow, row: Row): CopyRecord | BadLine {
  try {
    return toRecord(row);
  } catch (error) {
    if (error instanceof BadLine) return error;
    throw error;
  }
}

function checked(
  read: CopyRecord | BadLine,
  row: number,
  { path, namespace }: PartFile,
  names: NameSet | undefined,
): CopyRecord | Reject {
  const place = `row ${String(row + 1)} of ${basename(path)}`;
  const named = namespace === '' ? {} : { namespace };
  if (read instanceof BadLine) {
    const { id = place, message, unembedded } = read;
    if (unembedded !== undefined && names?.add(unembedded) === false)
      return { id, ...named, reason: `${place}: the id has occurred before` };
    return { id, ...named, reason: `${place}: ${message}`, ...(unembedded !== undefined && { unembedded }) };
  }
  if (names?.add(read) !== false) return read;
  return { id: read.id, ...named, reason: `${place}: the id has occurred before` };
}

async function partsAt(path: string): Promise<readonly PartFile[]> {
  return (await stat(path)).isDirectory() ? filesIn(path) : [await fileAt(path, '')];
}

function fingerprintOf(files: readonly PartFile[]): string {
  return files.map(({ namespace, stamp }) => `${namespace} ${stamp}`).join(';');
}
