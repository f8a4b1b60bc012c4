import { inOneGo, type Sliced, StepCounter } from '../slices.js';

/**
 * Parameters in Postgres' binary form. A vector as text costs six times as much to print and to parse as the whole
 * insert; in binary form a batch is one copy.
 */

const TEXT_OID = 25;
const JSONB_OID = 3802;
const ARRAY_HEADER = 20;
const NULL_LENGTH = 0xffffffff;

/** `text[]` of any length, nulls included. */
export function textArray(items: readonly (string | null)[]): Buffer {
  return inOneGo(textArrayInSteps(items));
}

/** As `textArray`; it may stop between items. */
export function textArrayInSteps(items: readonly (string | null)[]): Sliced<Buffer> {
  return stringArray(items, TEXT_OID, '');
}

/** `jsonb[]` from JSON texts. */
export function jsonbArray(items: readonly (string | null)[]): Buffer {
  return inOneGo(jsonbArrayInSteps(items));
}

/** As `jsonbArray`; it may stop between items. */
export function jsonbArrayInSteps(items: readonly (string | null)[]): Sliced<Buffer> {
  // jsonb's binary form is its text behind a version byte
  return stringArray(items, JSONB_OID, '\u0001');
}

/** An array of values that are in their type's binary form already; `oid` is that type's object id in the database that reads it. */
export function valueArray(items: readonly (Buffer | null)[], oid: number): Buffer {
  const buffer = Buffer.allocUnsafe(items.reduce((size, item) => size + 4 + (item?.length ?? 0), ARRAY_HEADER));
  let at = writeHeader(buffer, items.length, oid);
  for (const item of items) {
    at = buffer.writeUInt32BE(item?.length ?? NULL_LENGTH, at);
    at += item?.copy(buffer, at) ?? 0;
  }
  return items.length === 0 ? buffer.subarray(0, 12) : buffer;
}

function* stringArray(items: readonly (string | null)[], oid: number, prefix: string): Sliced<Buffer> {
  const steps = new StepCounter();
  let size = ARRAY_HEADER;
  for (const item of items) {
    const length = item === null ? 0 : Buffer.byteLength(item) + prefix.length;
    if (steps.isDue(length)) yield;
    size += 4 + length;
  }
  const buffer = Buffer.allocUnsafe(size);
  let at = writeHeader(buffer, items.length, oid);
  for (const item of items) {
    if (item === null) {
      at = buffer.writeUInt32BE(NULL_LENGTH, at);
    } else {
      const length = buffer.write(prefix + item, at + 4);
      buffer.writeUInt32BE(length, at);
      at += 4 + length;
      if (steps.isDue(length)) yield;
    }
  }
  return items.length === 0 ? buffer.subarray(0, 12) : buffer;
}

/** A `vector`: float32 components. */
export function vector(components: Float32Array): Buffer {
  const words = new Uint32Array(1 + components.length);
  words[0] = components.length << 16;
  new Float32Array(words.buffer).set(components, 1);
  return Buffer.from(words.buffer).swap32();
}

/** `vector[]`; `oid` is the type's object id in the database that reads it. */
export function vectorArray(items: readonly (Float32Array | null)[], oid: number): Buffer {
  let length = ARRAY_HEADER / 4;
  for (const item of items) length += item === null ? 1 : 2 + item.length;
  // every field is 32 bits wide or a pair of 16: fill in native order, then swap all at once
  const words = new Uint32Array(length);
  const floats = new Float32Array(words.buffer);
  words.set(items.length === 0 ? [0, 0, oid] : [1, 1, oid, items.length, 1]);
  let at = ARRAY_HEADER / 4;
  for (const item of items) {
    if (item === null) {
      words[at] = NULL_LENGTH;
      at += 1;
    } else {
      words[at] = 4 + item.length * 4;
      words[at + 1] = item.length << 16;
      floats.set(item, at + 2);
      at += 2 + item.length;
    }
  }
  const size = items.length === 0 ? 12 : length * 4;
  return Buffer.from(words.buffer, 0, size).swap32();
}

/** Writes the header and returns where the elements begin. An empty array has no dimension. */
function writeHeader(buffer: Buffer, count: number, oid: number): number {
  buffer.writeUInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeUInt32BE(1, 4);
  buffer.writeUInt32BE(oid, 8);
  buffer.writeUInt32BE(count, 12);
  buffer.writeUInt32BE(1, 16);
  return ARRAY_HEADER;
}
