import type { SparseVector, StoredRecord } from './record.js';

const HEADER_DIGITS = 8;

/** The components of an embedding that was read as `binary`. */
export function embeddingOf(digits: string): Float32Array {
  // the header is the dimension; the components follow, in network order
  const bytes = Buffer.from(digits.slice(HEADER_DIGITS), 'hex').swap32();
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** The sparse vector of a record that was read. */
export function sparseOf({ sparse }: StoredRecord): SparseVector | null {
  if (sparse === null) return null;
  return { indices: JSON.parse(sparse.indices) as number[], values: new Float32Array(JSON.parse(sparse.values) as number[]) };
}
