import type { FileHandle } from 'node:fs/promises';

/** The vectors of a file. */
export interface VectorRows {
  readonly rows: number;
  readonly dimension: number;
  /** About what a row takes while it is read. */
  readonly rowBytes: number;
  read(row: number, count: number): Promise<readonly Float32Array[]>;
  close?(): void;
}

/** Where the vectors of a file are: rows of the same length. */
interface Layout {
  readonly rows: number;
  readonly dimension: number;
  /** Where the first row begins, and how many bytes each has. */
  readonly start: number;
  readonly rowBytes: number;
  /** The vector of a row. */
  readonly read: (row: Buffer) => Float32Array;
}

export type VectorFormat = 'npy' | 'fvecs' | 'bvecs';

const MAGIC = '\u0093NUMPY';
/** The numbers that numpy writes, little-endian, with their sizes. */
const TYPES = {
  '<f2': [2, (row, at) => halfAt(row, at)],
  '<f4': [4, (row, at) => row.readFloatLE(at)],
  '<f8': [8, (row, at) => row.readDoubleLE(at)],
} as const satisfies Record<string, readonly [number, (row: Buffer, at: number) => number]>;

/** @throws Error that says why the file cannot be read */
export async function rowsOf(format: VectorFormat, handle: FileHandle): Promise<VectorRows> {
  const { rows, dimension, start, rowBytes, read } = await layoutOf(format, handle);
  return {
    ...{ rows, dimension, rowBytes },
    read: async (row, count) => {
      const block = await bytesAt(handle, start + row * rowBytes, count * rowBytes);
      return Array.from({ length: count }, (_, index) => read(block.subarray(index * rowBytes, (index + 1) * rowBytes)));
    },
  };
}

async function layoutOf(format: VectorFormat, handle: FileHandle): Promise<Layout> {
  const { size } = await handle.stat();
  const layout = format === 'npy' ? await npyLayout(handle) : await vecsLayout(handle, format === 'fvecs' ? 4 : 1, size);
  const expected = layout.start + layout.rows * layout.rowBytes;
  if (!Number.isInteger(layout.rows) || size !== expected)
    throw new Error(
      `the file has ${String(size)} bytes, and its rows of ${String(layout.rowBytes)} do not fill them: it is cut off`,
    );
  return layout;
}

async function npyLayout(handle: FileHandle): Promise<Layout> {
  const head = await bytesAt(handle, 0, 12);
  if (head.subarray(0, 6).toString('latin1') !== MAGIC) throw new Error('it is no .npy file');
  const isLong = head.readUInt8(6) > 1;
  const length = isLong ? head.readUInt32LE(8) : head.readUInt16LE(8);
  const start = (isLong ? 12 : 10) + length;
  const text = (await bytesAt(handle, start - length, length)).toString('latin1');
  const type = /'descr': *'([^']*)'/.exec(text)?.[1] ?? '';
  const shape = (/'shape': *\(([^)]*)\)/.exec(text)?.[1] ?? '').split(',').map((each) => each.trim());
  if (!isKnown(type))
    throw new Error(`its numbers are of the type ${type}: float16, float32 and float64 can be read, little-endian`);
  if (/'fortran_order': *True/.test(text))
    throw new Error("it is in Fortran's order, by columns: numpy.ascontiguousarray(array) puts it in rows");
  const [rows, dimension] = shape.map(Number);
  if (shape.length !== 2 || rows === undefined || dimension === undefined || !(dimension > 0))
    throw new Error(`its shape is (${shape.join(', ')}): it must have rows and columns`);
  const [bytes, at] = TYPES[type];
  const read = (row: Buffer): Float32Array => Float32Array.from({ length: dimension }, (_, index) => at(row, index * bytes));
  return { rows, dimension, start, rowBytes: dimension * bytes, read };
}

/** Each row has its dimension in front. */
async function vecsLayout(handle: FileHandle, bytes: number, size: number): Promise<Layout> {
  const dimension = size < 4 ? 0 : (await bytesAt(handle, 0, 4)).readInt32LE();
  if (dimension <= 0) throw new Error('it does not begin with a dimension');
  const read = (row: Buffer): Float32Array => {
    if (row.readInt32LE() !== dimension)
      throw new Error(`a row has ${String(row.readInt32LE())} dimensions, and the first one ${String(dimension)}`);
    return Float32Array.from({ length: dimension }, (_, index) =>
      bytes === 4 ? row.readFloatLE(4 + index * 4) : row.readUInt8(4 + index),
    );
  };
  const rowBytes = 4 + dimension * bytes;
  return { rows: size / rowBytes, dimension, start: 0, rowBytes, read };
}

export async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Error('the file is cut off');
  return buffer;
}

function isKnown(type: string): type is keyof typeof TYPES {
  return type in TYPES;
}

/** A number of 16 bits: a sign, five bits of an exponent, ten of a fraction. */
function halfAt(row: Buffer, at: number): number {
  const bits = row.readUInt16LE(at);
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
