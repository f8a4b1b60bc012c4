import { isJsonObject, type Json, JsonNumber, type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import type { SparseVector } from '../../../records/record.js';
import { type Sliced } from '../../../slices.js';
import { MAX_SPARSE_INDEX } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';

/** A vector as a client sent it, by either transport: its types are checked, its values not yet. */
export class SentVector {
  readonly id!: string;
  readonly values: Float32Array | undefined;
  readonly sparseValues: SentSparseValues | undefined;
  readonly metadata: JsonObject | undefined;
}

/** Sparse components as a client sent them. */
export class SentSparseValues implements SparseVector {
  readonly indices!: readonly number[];
  readonly values!: Float32Array;
}

/** Reads the `vectors` of an upsert. */
export function* readVectors(reader: JsonReader): Sliced<readonly SentVector[]> {
  requireKind(reader, 'array', 'vectors', 'a list of vectors');
  const vectors: SentVector[] = [];
  yield* readItems(reader, (index) => {
    vectors.push(readVector(reader, `vectors[${String(index)}]`));
  });
  return vectors;
}

function readVector(reader: JsonReader, path: string): SentVector {
  requireKind(reader, 'object', path, 'an object');
  let id = '';
  let values: Float32Array | undefined;
  let sparseValues: SparseVector | undefined;
  let metadata: JsonObject | undefined;
  reader.readObject((key) => {
    if (reader.kind() === 'null') {
      reader.readNull();
    } else if (key === 'id') {
      requireKind(reader, 'string', `${path}.id`, 'a string');
      id = reader.readString();
    } else if (key === 'values') {
      values = readFloats(reader, `${path}.values`);
    } else if (key === 'sparseValues' || key === 'sparse_values') {
      sparseValues = readSparse(reader, `${path}.sparseValues`);
    } else if (key === 'metadata') {
      metadata = readMetadata(reader, `${path}.metadata`);
    } else {
      reader.skipValue();
    }
  });
  return { id, values, sparseValues, metadata };
}

/** Reads a list of numbers as float32 components. */
export function readFloats(reader: JsonReader, path: string): Float32Array {
  const numbers = reader.tryNumbers();
  if (numbers !== undefined) return new Float32Array(numbers);
  reader.skipValue();
  throw invalidArgument(`${path}: expected a list of numbers`);
}

/** Reads `{"indices": […], "values": […]}`. */
export function readSparse(reader: JsonReader, path: string): SparseVector {
  requireKind(reader, 'object', path, 'an object with indices and values');
  let indices: readonly number[] = [];
  let values = new Float32Array();
  reader.readObject((key) => {
    if (key === 'indices') indices = readIndices(reader, `${path}.indices`);
    else if (key === 'values') values = new Float32Array(readFloats(reader, `${path}.values`));
    else reader.skipValue();
  });
  return { indices, values };
}

function readIndices(reader: JsonReader, path: string): readonly number[] {
  const numbers = reader.tryNumbers();
  if (numbers === undefined) reader.skipValue();
  const valid = numbers?.every((number) => Number.isInteger(number) && number >= 0 && number <= MAX_SPARSE_INDEX);
  if (numbers === undefined || valid !== true)
    throw invalidArgument(`${path}: expected a list of integers from 0 to ${String(MAX_SPARSE_INDEX)}`);
  return numbers;
}

/** Reads an object of any values, numbers as they were written. */
export function readObject(reader: JsonReader, path: string): JsonObject {
  const value = readJson(reader);
  if (isJsonObject(value)) return value;
  throw invalidArgument(`${path}: expected an object`);
}

/** Reads a metadata object. Null means nothing in JSON; a gRPC message's is refused, as any other wrong value. */
export function readMetadata(reader: JsonReader, path: string): JsonObject {
  return withoutNulls(readObject(reader, path));
}

/** The members that are not null. */
export function withoutNulls(object: JsonObject): JsonObject {
  return new Map([...object].filter(([, value]) => value !== null));
}

/** Reads a list of texts. */
export function readTexts(reader: JsonReader, path: string): readonly string[] {
  const value = readJson(reader);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalidArgument(`${path}: expected a list of strings`);
}

/** Reads any value; a number becomes JavaScript's own. */
export function readPlain(reader: JsonReader): Json | number {
  const value = readJson(reader);
  return value instanceof JsonNumber ? Number(value.text) : value;
}

function requireKind(reader: JsonReader, kind: 'array' | 'object' | 'string', path: string, expected: string): void {
  if (reader.kind() === kind) return;
  reader.skipValue();
  throw invalidArgument(`${path}: expected ${expected}`);
}
