import { isUtf8 } from 'node:buffer';
import protobuf, { type Reader, type Writer } from 'protobufjs';
import { type Json, JsonNumber, type JsonObject } from '../../../../http/json.js';
import { RequestError } from '../../../../http/validate.js';
import { OBJECT_VALUES, type ValueLimits, ValueMemory } from '../../../../http/value-memory.js';
import { MAX_STRUCT_DEPTH } from '../../limits.js';
import { invalidArgument } from '../../pinecone-error.js';

/**
 * `google.protobuf.Struct` and JSON, both ways. Numbers are doubles; reading keeps them as text, as the JSON reader does.
 */

/** Field numbers of `Value`'s kinds. */
const NULL = 1;
const NUMBER = 2;
const STRING = 3;
const BOOL = 4;
const STRUCT = 5;
const LIST = 6;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** A key with its value is a message, with another in it. */
const ENTRY_VALUES = 3;

/** A reader with a limit to objects and lists within each other, and one to values. */
export interface MessageReader extends Reader {
  readonly levels: number;
  readonly values: ValueMemory;
}

/** Reads a Struct of `length` bytes. @throws PineconeError when it is nested too deeply */
export function readStruct(reader: MessageReader, length: number, depth = 1): JsonObject {
  requireDepth(reader, depth);
  count(reader, OBJECT_VALUES - 1);
  const object = new Map<string, Json>();
  eachField(reader, length, (field) => {
    if (field !== 1) return false;
    count(reader, ENTRY_VALUES);
    const entry = readEntry(reader, depth);
    object.set(entry.key, entry.value);
    return true;
  });
  return object;
}

/** A string without NUL, which cannot be stored. The library's own reading takes a text that is cut off. */
export function readText(reader: Reader): string {
  const length = reader.uint32();
  const start = reader.pos;
  if (start + length > reader.len) throw new RangeError('a text is cut off');
  const bytes = Buffer.from(reader.buf.buffer, reader.buf.byteOffset + start, length);
  reader.pos = start + length;
  const text = bytes.toString();
  if (text.includes('\u0000')) throw new RequestError({ kind: 'nul' });
  if (text.includes('\ufffd') && !isUtf8(bytes)) throw new RequestError({ kind: 'encoding' });
  return text;
}

function readEntry(reader: MessageReader, depth: number): { readonly key: string; readonly value: Json } {
  let key = '';
  let value: Json = null;
  eachField(reader, reader.uint32(), (field) => {
    if (field === 1) key = readText(reader);
    else if (field === 2) value = readValue(reader, depth);
    else return false;
    return true;
  });
  return { key, value };
}

function readValue(reader: MessageReader, depth: number): Json {
  let value: Json = null;
  eachField(reader, reader.uint32(), (field) => {
    if (field === NUMBER) value = new JsonNumber(String(reader.double()));
    else if (field === STRING) value = readText(reader);
    else if (field === BOOL) value = reader.bool();
    else if (field === STRUCT) value = readStruct(reader, reader.uint32(), depth + 1);
    else if (field === LIST) value = readList(reader, depth + 1);
    else return false;
    return true;
  });
  return value;
}

/** Counts values of a message, as those of a JSON text are counted. @throws PineconeError for too many */
export function count({ values }: MessageReader, found: number): void {
  if (!values.take(found)) throw invalidArgument(`The request has ${values.excess}`);
}

function requireDepth({ levels }: MessageReader, depth: number): void {
  if (depth > levels) throw invalidArgument(`The request is nested deeper than the limit of ${String(levels)} levels`);
}

function readList(reader: MessageReader, depth: number): readonly Json[] {
  requireDepth(reader, depth);
  const list: Json[] = [];
  eachField(reader, reader.uint32(), (field) => {
    if (field !== 1) return false;
    count(reader, 1);
    list.push(readValue(reader, depth));
    return true;
  });
  return list;
}

/** Calls `read` for every field within `length` bytes; what it does not read is skipped. */
export function eachField(reader: Reader, length: number, read: (field: number, wireType: number) => boolean): void {
  const end = reader.pos + length;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3, tag & 7)) reader.skipType(tag & 7);
  }
  if (reader.pos !== end) throw new RangeError('a field is longer than its message');
}

/** Writes a Struct from a JSON object's text. */
export function writeStruct(writer: Writer, text: string): void {
  writeFields(writer, JSON.parse(text) as object);
}

function writeFields(writer: Writer, object: object): void {
  for (const [key, value] of Object.entries(object)) {
    writer.uint32((1 << 3) | BYTES).fork();
    writer.uint32((1 << 3) | BYTES).string(key);
    writer.uint32((2 << 3) | BYTES).fork();
    writeValue(writer, value);
    writer.ldelim().ldelim();
  }
}

function writeValue(writer: Writer, value: unknown): void {
  if (typeof value === 'string') writer.uint32((STRING << 3) | BYTES).string(value);
  else if (typeof value === 'number') writer.uint32((NUMBER << 3) | FIXED64).double(value);
  else if (typeof value === 'boolean') writer.uint32((BOOL << 3) | VARINT).bool(value);
  else if (Array.isArray(value)) writeList(writer, value);
  else if (typeof value !== 'object' || value === null) writer.uint32((NULL << 3) | VARINT).int32(0);
  else {
    writer.uint32((STRUCT << 3) | BYTES).fork();
    writeFields(writer, value);
    writer.ldelim();
  }
}

function writeList(writer: Writer, items: readonly unknown[]): void {
  writer.uint32((LIST << 3) | BYTES).fork();
  for (const item of items) {
    writer.uint32((1 << 3) | BYTES).fork();
    writeValue(writer, item);
    writer.ldelim();
  }
  writer.ldelim();
}

/** A reader of Structs of at most `levels`, and of at most as many as clients' own libraries read; and of at most so many values. */
export function createReader(bytes: Uint8Array, levels = MAX_STRUCT_DEPTH, values?: ValueLimits): MessageReader {
  const limits = { levels: Math.min(levels, MAX_STRUCT_DEPTH), values: new ValueMemory(values) };
  return Object.assign(protobuf.Reader.create(bytes), limits);
}

export function createWriter(): Writer {
  return protobuf.Writer.create();
}
