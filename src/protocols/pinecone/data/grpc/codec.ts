import { fileURLToPath } from 'node:url';
import protobuf, { type Field, type Type, type Writer } from 'protobufjs';
import { OBJECT_VALUES, type ValueLimits } from '../../../../http/value-memory.js';
import type { Message } from './messages.js';
import { count, createReader, createWriter, eachField, type MessageReader, readStruct, readText, writeStruct } from './struct.js';

/**
 * Messages of `vector-service.proto`, read and written by its own text, and faster than by a general library: packed floats are
 * copied as they are, a Struct is read as JSON and written from JSON text.
 *
 * A message that was read has every list; its other fields are absent when they were not sent. Fields that are absent or null
 * are not written, nor are zero and empty ones unless they are `optional`.
 */

const FLOAT_BYTES = 4;
/** So many bytes of packed numbers take the time of one other value. */
const PACKED_BYTES_A_VALUE = 16;
const PROTO = fileURLToPath(new URL('./vector-service.proto', import.meta.url));
const STRUCT = 'google.protobuf.Struct';
const VARINT = 0;
const FIXED64 = 1;
/** The wire type of what is preceded by its length. */
export const BYTES = 2;
const FIXED32 = 5;

const root = protobuf.loadSync(PROTO).resolveAll();
const fieldsByNumber = new Map<Type, ReadonlyMap<number, Field>>();

/** The message type of that name. @throws Error for an unknown one */
export function messageType(name: string): Type {
  return root.lookupType(name);
}

/**
 * Structs in it may have `levels`, unless those are more than any may have; items of lists and values of Structs are counted.
 * @throws RangeError, Error for bytes that are no such message, PineconeError for a Struct that is too deep and for too many values,
 *   and RequestError for text with a NUL
 */
export function decode(type: Type, bytes: Uint8Array, levels?: number, limits?: ValueLimits): Message {
  const reader = createReader(bytes, levels, limits);
  return readMessage(reader, type, bytes.length);
}

export function encode(type: Type, message: Message): Buffer {
  const writer = createWriter();
  writeMessage(writer, type, message);
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The fields of a type, by their numbers. */
export function fieldsOf(type: Type): ReadonlyMap<number, Field> {
  const known = fieldsByNumber.get(type);
  if (known !== undefined) return known;
  const fields = new Map(type.fieldsArray.map((field) => [field.id, field]));
  fieldsByNumber.set(type, fields);
  return fields;
}

/** A message of which nothing was read yet: with all of its lists. */
export function emptyMessage(fields: ReadonlyMap<number, Field>): Message {
  const message: Message = {};
  for (const field of fields.values()) if (field.repeated) message[field.name] = field.type === 'float' ? new Float32Array() : [];
  return message;
}

function readMessage(reader: MessageReader, type: Type, length: number): Message {
  const fields = fieldsOf(type);
  const message = emptyMessage(fields);
  eachField(reader, length, (number, wireType) => {
    const field = fields.get(number);
    if (field === undefined) return false;
    readField(reader, field, wireType, message);
    return true;
  });
  return message;
}

/** Reads a field whose tag was read, into the message. */
export function readField(reader: MessageReader, field: Field, wireType: number, message: Message): void {
  if (field.map) {
    readMapEntry(reader, field, message);
  } else if (!field.repeated) {
    message[field.name] = readOne(reader, field);
  } else if (field.type === 'float') {
    // a client may send every number as a field of its own
    count(reader, 1);
    const floats = wireType === BYTES ? packedFloats(reader) : Float32Array.of(reader.float());
    message[field.name] = append(message[field.name] as Float32Array, floats);
  } else {
    const list = message[field.name] as unknown[];
    if (field.type === 'uint32' && wireType === BYTES) readPacked(reader, list);
    else {
      count(reader, field.resolvedType === null ? 1 : OBJECT_VALUES);
      list.push(readOne(reader, field));
    }
  }
}

function readOne(reader: MessageReader, field: Field): unknown {
  switch (field.type) {
    case 'string':
      return readText(reader);
    case 'bool':
      return reader.bool();
    case 'float':
      return reader.float();
    case 'uint32':
      return reader.uint32();
    case 'int32':
      return reader.int32();
    case 'uint64':
      return Number(reader.uint64());
    case STRUCT:
      return readStruct(reader, reader.uint32());
    default:
      return readMessage(reader, resolved(field), reader.uint32());
  }
}

function readPacked(reader: MessageReader, list: unknown[]): void {
  const end = reader.uint32() + reader.pos;
  count(reader, Math.ceil((end - reader.pos) / PACKED_BYTES_A_VALUE));
  while (reader.pos < end) list.push(reader.uint32());
  if (reader.pos !== end) throw new RangeError('a number is cut off');
}

function packedFloats(reader: MessageReader): Float32Array {
  const bytes = reader.bytes();
  if (bytes.length % 4 !== 0) throw new RangeError('a number is cut off');
  const floats = new Float32Array(bytes.length / 4);
  new Uint8Array(floats.buffer).set(bytes);
  return floats;
}

/** Both, in the room behind the first where there is some: it doubles, so that many short pieces are not copied each time. */
function append(first: Float32Array, second: Float32Array): Float32Array {
  if (first.length === 0) return second;
  const length = first.length + second.length;
  const { buffer } = first;
  const roomy = buffer.byteLength >= length * FLOAT_BYTES ? buffer : new ArrayBuffer(2 * length * FLOAT_BYTES);
  const all = new Float32Array(roomy, 0, length);
  if (roomy !== buffer) all.set(first);
  all.set(second, first.length);
  return all;
}

function readMapEntry(reader: MessageReader, field: Field, message: Message): void {
  const map = (message[field.name] ?? {}) as Message;
  message[field.name] = map;
  let key = '';
  let value: unknown = {};
  eachField(reader, reader.uint32(), (number) => {
    if (number === 1) key = readText(reader);
    else if (number === 2) value = readOne(reader, field);
    else return false;
    return true;
  });
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

function writeMessage(writer: Writer, type: Type, message: Message): void {
  for (const field of fieldsOf(type).values()) {
    const value = message[field.name];
    if (isWritten(field, value)) writeField(writer, field, value);
  }
}

/** Whether the field is in the bytes of a message that has this value of it. */
export function isWritten(field: Field, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return field.repeated || field.map || field.hasPresence || (value !== 0 && value !== '' && value !== false);
}

/** Writes a field with all that is in it. */
export function writeField(writer: Writer, field: Field, value: unknown): void {
  if (field.map) {
    for (const [key, item] of value as Iterable<readonly [string, unknown]>) writeEntry(writer, field, key, item);
  } else if (field.repeated) writeRepeated(writer, field, value);
  else writeOne(writer, field.id, field, value);
}

function writeRepeated(writer: Writer, field: Field, value: unknown): void {
  if (field.type === 'float') {
    const floats = value as Float32Array;
    if (floats.length === 0) return;
    writer.uint32((field.id << 3) | BYTES).bytes(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));
  } else if (field.type === 'uint32') {
    const numbers = value as readonly number[];
    if (numbers.length === 0) return;
    writer.uint32((field.id << 3) | BYTES).fork();
    for (const number of numbers) writer.uint32(number);
    writer.ldelim();
  } else {
    for (const item of value as Iterable<unknown>) writeOne(writer, field.id, field, item);
  }
}

/** Writes an entry of a map. */
export function writeEntry(writer: Writer, field: Field, key: string, value: unknown): void {
  writer.uint32((field.id << 3) | BYTES).fork();
  writer.uint32((1 << 3) | BYTES).string(key);
  writeOne(writer, 2, field, value);
  writer.ldelim();
}

/** Writes one value of the field's type. */
export function writeOne(writer: Writer, id: number, field: Field, value: unknown): void {
  const tag = (wireType: number): Writer => writer.uint32((id << 3) | wireType);
  switch (field.type) {
    case 'string':
      tag(BYTES).string(value as string);
      return;
    case 'bool':
      tag(VARINT).bool(value as boolean);
      return;
    case 'float':
      tag(FIXED32).float(value as number);
      return;
    case 'double':
      tag(FIXED64).double(value as number);
      return;
    case 'uint32':
    case 'uint64':
    case 'int32':
      tag(VARINT)[field.type](value as number);
      return;
    case STRUCT:
      tag(BYTES).bytes(structBytes(value as string));
      return;
    default:
      tag(BYTES).fork();
      writeMessage(writer, resolved(field), value as Message);
      writer.ldelim();
  }
}

/** By a writer of its own: one keeps an object for everything that it has written, until all of it is. */
function structBytes(text: string): Uint8Array {
  const writer = createWriter();
  writeStruct(writer, text);
  return writer.finish();
}

function resolved(field: Field): Type {
  const type = field.resolvedType;
  if (!(type instanceof protobuf.Type)) throw new Error(`no message type: ${field.type}`);
  return type;
}
