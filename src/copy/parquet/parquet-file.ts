import { type FileHandle, open } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type Json, JsonNumber } from '../../http/json.js';

/** A row group is read as a whole, which takes twelve times its size: a copy may take 512 MiB. */
const MAX_GROUP_BYTES = 24 * 1024 * 1024;
const FLOATS = new Set(['FLOAT', 'DOUBLE', 'FLOAT16']);

/** A row by the names of its columns, as the library gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A Parquet file that is open for reading. */
export class ParquetFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly buffer: AsyncBuffer,
    private readonly metadata: FileMetaData,
    /** Names of the columns, in their order. */
    readonly columns: readonly string[],
    private readonly floats: ReadonlySet<string>,
  ) {}

  /** @throws Error when it is no Parquet file, or has row groups that are too large */
  static async open(path: string): Promise<ParquetFile> {
    const handle = await open(path, 'r');
    try {
      const { size: byteLength } = await handle.stat();
      const buffer = { byteLength, slice: (start: number, end = byteLength) => bytesOf(handle, start, end) };
      const metadata = await parquetMetadataAsync(buffer);
      const { children } = parquetSchema(metadata);
      const floats = children.filter((child) => leavesOf(child).every(isFloat)).map(({ element }) => element.name);
      const largest = Math.max(0, ...metadata.row_groups.map((group) => Number(group.total_byte_size)));
      if (largest > MAX_GROUP_BYTES) throw new Error(tooLarge(largest));
      return new ParquetFile(
        handle,
        buffer,
        metadata,
        children.map(({ element }) => element.name),
        new Set(floats),
      );
    } catch (error) {
      await handle.close();
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  get rows(): number {
    return Number(this.metadata.num_rows);
  }

  /** The rows from one on, by row groups; of each group those that are wanted. */
  async *groups(first: number): AsyncIterable<{ readonly start: number; readonly rows: readonly Row[] }> {
    let groupStart = 0;
    for (const { num_rows } of this.metadata.row_groups) {
      const groupEnd = groupStart + Number(num_rows);
      const start = Math.max(first, groupStart);
      if (start < groupEnd) yield { start, rows: await this.read(start, groupEnd) };
      groupStart = groupEnd;
    }
  }

  /** A value as JSON: a number of a column of floats has a point. Undefined: it has no form there. */
  toJson(column: string, value: unknown): Json | undefined {
    return jsonOf(value, this.floats.has(column));
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  async read(rowStart: number, rowEnd: number): Promise<readonly Row[]> {
    return parquetReadObjects({
      ...{ file: this.buffer, metadata: this.metadata, compressors, rowStart, rowEnd },
      // the text is needed: its numbers would lose their type
      parsers: { jsonFromBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8') },
    });
  }
}

interface SchemaNode {
  readonly element: { readonly type?: string };
  readonly children: readonly SchemaNode[];
}

function leavesOf(node: SchemaNode): readonly SchemaNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leavesOf);
}

function isFloat({ element }: SchemaNode): boolean {
  return FLOATS.has(element.type ?? '');
}

function jsonOf(value: unknown, isFloatColumn: boolean): Json | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return new JsonNumber(String(value));
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return undefined;
    const text = Object.is(value, -0) ? '-0' : String(value);
    return new JsonNumber(isFloatColumn && /^-?\d+$/.test(text) ? `${text}.0` : text);
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof Uint8Array))) {
    const items = Array.from(value as ArrayLike<unknown>, (item) => jsonOf(item, isFloatColumn));
    return items.some((item) => item === undefined) ? undefined : (items as Json[]);
  }
  if (typeof value !== 'object' || value instanceof Uint8Array) return undefined;
  const members = Object.entries(value).map(([key, item]) => [key, jsonOf(item, isFloatColumn)] as const);
  return members.some(([, item]) => item === undefined) ? undefined : new Map(members as readonly (readonly [string, Json])[]);
}

async function bytesOf(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(end - start));
  for (let read = 0; read < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
    if (bytesRead === 0) throw new Error('it is shorter than it was');
    read += bytesRead;
  }
  return bytes.buffer;
}

function tooLarge(bytes: number): string {
  const mib = (size: number): string => String(Math.ceil(size / 1024 / 1024));
  return `it has a row group of ${mib(bytes)} MiB, and ${mib(MAX_GROUP_BYTES)} are read at most: write it with smaller ones`;
}
