import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readPickle } from './pickle.js';

/** Bytes of the vector file that are read at once. */
const BLOCK_BYTES = 1024 * 1024;
/** Blocks that are kept: records lie about in the order in which they are read. */
const MAX_BLOCKS = 8;
const HEADER_BYTES = 100;
/** More than any element has: what a damaged header says is not believed, since memory is taken by it. */
const MAX_ELEMENT_BYTES = 16 * 1024 * 1024;

/** The layout of a vector file's elements. */
interface Layout {
  readonly count: number;
  readonly elementBytes: number;
  readonly labelOffset: number;
  readonly dataOffset: number;
}

/**
 * The vectors that Chroma has written to an index on disk: `header.bin`, `data_level0.bin`, `length.bin`, and the pickle that knows
 * which id has which label. They are read where they lie, a block at a time; only the ids are held in memory.
 */
export class VectorIndex {
  private readonly blocks = new Map<number, Buffer>();

  private constructor(
    private readonly file: number,
    private readonly layout: Layout,
    /** The place of each id's element. */
    private readonly places: ReadonlyMap<string, number>,
    private readonly lengths: Float32Array | undefined,
    /** The number of the last change that is in it; undefined: the database knows. */
    readonly maxSeqId: bigint | undefined,
  ) {}

  /**
   * Undefined when nothing has been written to disk yet. With `cosine`, vectors are kept at the length one, and are read at their own.
   * @throws Error that says what is damaged
   */
  static open(directory: string, space: string): VectorIndex | undefined {
    const [header, data, pickle] = ['header.bin', 'data_level0.bin', 'index_metadata.pickle'].map((name) =>
      join(directory, name),
    );
    if (header === undefined || data === undefined || pickle === undefined || !existsSync(directory)) return undefined;
    if (!existsSync(pickle)) {
      const count = existsSync(header) ? layoutOf(readFileSync(header)).count : 0;
      if (count === 0) return undefined;
      throw new Error(`index_metadata.pickle is missing: it is not known whose the ${String(count)} vectors are`);
    }
    if (!existsSync(header) || !existsSync(data)) throw new Error('header.bin or data_level0.bin is missing');
    const layout = layoutOf(readFileSync(header));
    const { labels, maxSeqId } = readLabels(pickle);
    const file = openSync(data, 'r');
    const lengths = space === 'cosine' ? readLengths(join(directory, 'length.bin')) : undefined;
    return new VectorIndex(file, layout, placesOf(file, layout, labels), lengths, maxSeqId);
  }

  has(id: string): boolean {
    return this.places.has(id);
  }

  /** Undefined when there is none of that id, when it lies behind the end of the file, or when elements have less room than that. */
  vector(id: string, dimension: number): Float32Array | undefined {
    const place = this.places.get(id);
    const { elementBytes, dataOffset, labelOffset } = this.layout;
    if (place === undefined || dataOffset + dimension * 4 > labelOffset) return undefined;
    const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / elementBytes));
    const start = (place % perBlock) * elementBytes + dataOffset;
    const bytes = this.block(Math.floor(place / perBlock), perBlock * elementBytes).subarray(start, start + dimension * 4);
    if (bytes.length < dimension * 4) return undefined;
    const vector = new Float32Array(dimension);
    const length = this.lengths?.[place] ?? 1;
    for (let index = 0; index < dimension; index += 1) vector[index] = bytes.readFloatLE(index * 4) * length;
    return vector;
  }

  close(): void {
    closeSync(this.file);
  }

  private block(number: number, bytes: number): Buffer {
    const known = this.blocks.get(number);
    if (known !== undefined) return known;
    const oldest = this.blocks.keys().next();
    if (this.blocks.size >= MAX_BLOCKS && oldest.done !== true) this.blocks.delete(oldest.value);
    const block = Buffer.allocUnsafe(bytes);
    const read = readSync(this.file, block, 0, bytes, number * bytes);
    const filled = block.subarray(0, read);
    this.blocks.set(number, filled);
    return filled;
  }
}

/** `<iQQQQQQiIQQQdQ>`: what is not needed to find a vector is skipped. */
function layoutOf(header: Buffer): Layout {
  if (header.length < HEADER_BYTES) throw new Error('header.bin is cut off');
  const at = (offset: number): number => Number(header.readBigUInt64LE(offset));
  const layout = { count: at(20), elementBytes: at(28), labelOffset: at(36), dataOffset: at(44) };
  const isOrdered = layout.labelOffset + 8 <= layout.elementBytes && layout.dataOffset < layout.labelOffset;
  if (!isOrdered || layout.elementBytes > MAX_ELEMENT_BYTES) throw new Error('header.bin makes no sense');
  return layout;
}

function readLabels(file: string): { readonly labels: ReadonlyMap<number, string>; readonly maxSeqId: bigint | undefined } {
  let data: unknown;
  try {
    data = readPickle(readFileSync(file));
  } catch (error) {
    throw new Error(`index_metadata.pickle cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const ids: unknown = data instanceof Map ? data.get('id_to_label') : undefined;
  if (!(data instanceof Map) || !(ids instanceof Map)) throw new Error('index_metadata.pickle is not of an index');
  const labels = new Map<number, string>();
  for (const [id, label] of ids as ReadonlyMap<unknown, unknown>) labels.set(Number(label), String(id));
  const last: unknown = data.get('max_seq_id');
  return { labels, maxSeqId: typeof last === 'number' || typeof last === 'bigint' ? BigInt(last) : undefined };
}

/** Reads through the file once: an element's label is behind its vector. Deleted elements are nobody's. */
function placesOf(file: number, layout: Layout, labels: ReadonlyMap<number, string>): ReadonlyMap<string, number> {
  const { elementBytes, labelOffset } = layout;
  const places = new Map<string, number>();
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / elementBytes));
  const whole = Math.min(layout.count, Math.floor(fstatSync(file).size / elementBytes));
  const block = Buffer.allocUnsafe(perBlock * elementBytes);
  for (let first = 0; first < whole; first += perBlock) {
    readSync(file, block, 0, block.length, first * elementBytes);
    for (let index = 0; index < Math.min(perBlock, whole - first); index += 1) {
      const start = index * elementBytes;
      const isDeleted = (block.readUInt8(start + 2) & 1) === 1;
      const id = labels.get(Number(block.readBigUInt64LE(start + labelOffset)));
      if (id !== undefined && !isDeleted) places.set(id, first + index);
    }
  }
  return places;
}

function readLengths(file: string): Float32Array {
  if (!existsSync(file)) throw new Error('length.bin is missing: the lengths of its vectors are lost');
  const bytes = readFileSync(file);
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}
