import type { Field, Type, Writer } from 'protobufjs';
import type { ValueLimits } from '../../../../http/value-memory.js';
import type { Sliced } from '../../../../slices.js';
import { invalidArgument } from '../../pinecone-error.js';
import { BYTES, emptyMessage, fieldsOf, isWritten, readField, writeEntry, writeField, writeOne } from './codec.js';
import type { Message } from './messages.js';
import { createReader, createWriter, type MessageReader } from './struct.js';

/** Messages that may be long, in slices: the event loop goes on between the fields of a message, such as the vectors of an upsert. */

/** So much of a message is read or written in one go, and a field more. */
const SLICE_BYTES = 1024 * 1024;
/** Of a field of a message that is read, such as a vector with its metadata, or a filter. */
const MOST_FIELD_BYTES = 4 * 1024 * 1024;

/** The most bytes that were read, or written, in one go since the process began: tests hold them against what may be. */
export const LARGEST_MESSAGE_SLICE = { read: 0, written: 0, limit: SLICE_BYTES + MOST_FIELD_BYTES };

/** As `decode` of the codec. @throws as it does, and PineconeError for a field that is longer than anything that can be used */
export function* decoding(type: Type, bytes: Uint8Array, levels?: number, limits?: ValueLimits): Sliced<Message> {
  const reader = createReader(bytes, levels, limits);
  const fields = fieldsOf(type);
  const message = emptyMessage(fields);
  let start = 0;
  while (reader.pos < bytes.length) {
    const tag = reader.uint32();
    if ((tag & 7) === BYTES) requireShort(reader);
    const field = fields.get(tag >>> 3);
    if (field === undefined) reader.skipType(tag & 7);
    else readField(reader, field, tag & 7, message);
    const length = reader.pos - start;
    LARGEST_MESSAGE_SLICE.read = Math.max(LARGEST_MESSAGE_SLICE.read, length);
    if (length < SLICE_BYTES) continue;
    yield;
    start = reader.pos;
  }
  if (reader.pos !== bytes.length) throw new RangeError('a field is longer than its message');
  return message;
}

function requireShort(reader: MessageReader): void {
  const { pos } = reader;
  const length = reader.uint32();
  reader.pos = pos;
  if (length <= MOST_FIELD_BYTES) return;
  throw invalidArgument(`A field of the request has ${String(length)} bytes, more than the limit of ${String(MOST_FIELD_BYTES)}`);
}

/** As `encode` of the codec; lists and maps may be any iterables, and are gone through as they are written. */
export function* encoding(type: Type, message: Message): Sliced<Buffer> {
  const written: Uint8Array[] = [];
  let length = 0;
  for (const part of partsOf(type, message)) {
    const writer = createWriter();
    part(writer);
    const bytes = writer.finish();
    written.push(bytes);
    length += bytes.length;
    LARGEST_MESSAGE_SLICE.written = Math.max(LARGEST_MESSAGE_SLICE.written, length);
    if (length < SLICE_BYTES) continue;
    yield;
    length = 0;
  }
  return Buffer.concat(written);
}

type Part = (writer: Writer) => void;

/** What writes each item of a list of messages, each entry of a map, and each other field. */
function* partsOf(type: Type, message: Message): Generator<Part> {
  for (const field of fieldsOf(type).values()) {
    const value = message[field.name];
    if (!isWritten(field, value)) continue;
    if (field.map) yield* partsOfMap(field, value as Iterable<readonly [string, unknown]>);
    else if (field.repeated && field.resolvedType !== null) yield* partsOfList(field, value as Iterable<unknown>);
    else {
      yield (writer) => {
        writeField(writer, field, value);
      };
    }
  }
}

function* partsOfMap(field: Field, entries: Iterable<readonly [string, unknown]>): Generator<Part> {
  for (const [key, value] of entries) {
    yield (writer) => {
      writeEntry(writer, field, key, value);
    };
  }
}

function* partsOfList(field: Field, items: Iterable<unknown>): Generator<Part> {
  for (const item of items) {
    yield (writer) => {
      writeOne(writer, field.id, field, item);
    };
  }
}
