import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import type { Chunk, CopyRecord, Source, SourceCollection } from '../copy.js';
import { linesOf } from '../jsonl/lines.js';
import { NameSet } from '../jsonl/name-set.js';
import type { FileOptions } from './jsonl.js';
import { type Hdf5Library, hdf5Rows } from './vector-file/hdf5.js';
import { rowsOf, type VectorFormat, type VectorRows } from './vector-file/layout.js';

const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_RECORDS = 1_000;

/** A file of vectors alone. Its ids are the lines of another one, or else the numbers of its rows. */
export class VectorFile implements Source {
  private constructor(
    readonly label: string,
    private readonly paths: { readonly vectors: string; readonly ids: string | undefined },
    private readonly handle: FileHandle,
    private readonly vectors: VectorRows,
    private readonly options: FileOptions,
    private readonly stamp: string,
  ) {}

  /** `place`: the file, and perhaps `?ids=` with another one. */
  static async open(format: VectorFormat, place: string, options: FileOptions): Promise<VectorFile> {
    return VectorFile.with(place, options, format, (handle) => rowsOf(format, handle));
  }

  /** `place`: as of `open`, with `#` and the name of the dataset behind the file. @throws Error when the library is not installed */
  static async openHdf5(place: string, options: FileOptions, load?: () => Promise<Hdf5Library>): Promise<VectorFile> {
    const [, file = '', dataset, query = ''] = /^([^#?]*)(?:#([^?]*))?(\?.*)?$/s.exec(place) ?? [];
    const suffix = dataset === undefined ? '' : `#${dataset}`;
    return VectorFile.with(file + query, options, 'hdf5', (handle, path) => hdf5Rows(handle, path, dataset, load), suffix);
  }

  private static async with(
    place: string,
    options: FileOptions,
    scheme: string,
    read: (handle: FileHandle, path: string) => Promise<VectorRows>,
    suffix = '',
  ): Promise<VectorFile> {
    const [file = '', query = ''] = place.split('?');
    const ids = new URLSearchParams(query).get('ids');
    const paths = { vectors: resolve(file), ids: ids === null ? undefined : resolve(ids) };
    const handle = await open(paths.vectors, 'r');
    try {
      const vectors = await read(handle, paths.vectors);
      if (paths.ids !== undefined) await requireIds(paths.ids, vectors.rows);
      return new VectorFile(`${scheme}:${paths.vectors}${suffix}`, paths, handle, vectors, options, await stampOf(paths));
    } catch (error) {
      await handle.close();
      throw new Error(`${paths.vectors}: ${(error as Error).message}`, { cause: error });
    }
  }

  collections(): Promise<readonly SourceCollection[]> {
    const { metric } = this.options;
    const warning = 'nothing says how its vectors are compared: it gets the metric l2, or the one that --metric names';
    const name = basename(this.paths.vectors).replace(/\.\w+$/, '');
    const { dimension, rows: records } = this.vectors;
    return Promise.resolve([
      {
        ...{ key: this.label, tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, name, metadata: null, dimension, records },
        ...{ metric: metric ?? 'l2', fingerprint: this.stamp, warnings: metric === undefined ? [warning] : [] },
      },
    ]);
  }

  async *read(_collection: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const { rows, rowBytes } = this.vectors;
    const step = Math.max(1, Math.min(MAX_RECORDS, Math.floor(CHUNK_BYTES / rowBytes)));
    const ids = this.ids(Number(after ?? 0));
    for (let row = Number(after ?? 0); row < rows; row += step) {
      const count = Math.min(step, rows - row);
      const records: CopyRecord[] = [];
      for (const embedding of await this.vectors.read(row, count)) {
        const next = await ids.next();
        if (next.done === true) throw new Error(`${String(this.paths.ids)} has changed meanwhile`);
        records.push({ id: next.value, embedding, document: null, uri: null, metadata: null });
      }
      yield { records, rejects: [], cursor: String(row + count) };
    }
  }

  async requireUnchanged(): Promise<void> {
    if ((await stampOf(this.paths)) !== this.stamp)
      throw new Error(`${this.paths.vectors} has changed meanwhile: copy with --restart`);
  }

  async close(): Promise<void> {
    this.vectors.close?.();
    await this.handle.close();
  }

  /** From a row on. */
  private async *ids(first: number): AsyncGenerator<string, void, undefined> {
    if (this.paths.ids === undefined) {
      for (let row = first; row < this.vectors.rows; row += 1) yield String(row);
      return;
    }
    for await (const { text, number } of linesOf(this.paths.ids)) if (number > first) yield text ?? '';
  }
}

/** One for each row, and each of them once. */
async function requireIds(path: string, rows: number): Promise<void> {
  const names = new NameSet();
  let count = 0;
  for await (const { text, number } of linesOf(path)) {
    if (text === null || text === '') throw new Error(`line ${String(number)} of ${path} is no id`);
    if (!names.add({ id: text })) throw new Error(`line ${String(number)} of ${path} has an id that has occurred before`);
    count = number;
  }
  if (count !== rows) throw new Error(`it has ${String(rows)} rows, and ${path} ${String(count)} ids`);
}

async function stampOf({ vectors, ids }: { readonly vectors: string; readonly ids: string | undefined }): Promise<string> {
  const files = ids === undefined ? [vectors] : [vectors, ids];
  const stats = await Promise.all(files.map((file) => stat(file)));
  return stats.map(({ size, mtimeMs }) => `${String(size)} ${String(mtimeMs)}`).join(' ');
}
