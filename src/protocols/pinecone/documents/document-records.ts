import type { Collection } from '../../../collections/collection.js';
import type { FieldCollector } from '../../../collections/field-collector.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import type { RecordWrite, SparseVector } from '../../../records/record.js';
import { requireId, requireSparse, requireStorable } from '../data/vector-rules.js';
import { MAX_SPARSE_INDEX } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { membersOf } from '../wire/members.js';
import { toMetadata } from '../wire/metadata.js';
import type { DocumentSchema } from './document-schema.js';
import { DocumentChangesPart, DocumentPart, type SentDocument, SparsePart } from './requests.js';

/** What documents are stored in. */
export interface DocumentTarget {
  readonly collection: Collection;
  readonly schema: DocumentSchema;
  readonly maxMetadataBytes: number;
}

/** The record of a whole document. @throws PineconeError 400 that names the document by its place */
export function toRecord(target: DocumentTarget, sent: SentDocument, index: number, collector: FieldCollector): RecordWrite {
  const { id, fields } = split(sent, DocumentPart, index);
  const { schema } = target;
  const present = new Map([...fields].filter(([, value]) => value !== null));
  const isSearchable = [schema.dense, schema.sparse, schema.text].some((name) => name !== undefined && present.has(name));
  if (schema.dense !== undefined && !present.has(schema.dense)) {
    throw wrong(index, `the field '${schema.dense}' is required`);
  }
  if (!isSearchable) {
    const names = [schema.sparse, schema.text].filter((name) => name !== undefined);
    throw wrong(index, `a document needs at least one of the fields '${names.join("', '")}'`);
  }
  return { ...partsOf(target, present, index, collector), id, removedKeys: [] };
}

/** The change of a document, which need not exist. @throws PineconeError 400 */
export function toChange(target: DocumentTarget, sent: SentDocument, index: number, collector: FieldCollector): RecordWrite {
  const { id, fields, part } = split(sent, DocumentChangesPart, index);
  const removed = part._remove_fields === undefined ? [] : removedOf(part._remove_fields, index);
  requireRemovable(target.schema, removed);
  for (const [name, value] of fields) {
    if (value === null) throw wrong(index, `the field '${name}' is null: name it in _remove_fields`);
    if (removed.includes(name)) throw wrong(index, `the field '${name}' is both set and removed`);
  }
  return { ...partsOf(target, fields, index, collector), id, removedKeys: removed };
}

/** @throws PineconeError 400 for a field that is searched */
export function requireRemovable(schema: DocumentSchema, names: readonly string[]): void {
  for (const name of names) {
    if (isSearched(schema, name)) throw invalidArgument(`The field '${name}' is searched, and cannot be removed`);
  }
}

/** Whether a field is one that documents are found by, and not filtered by. */
export function isSearched(schema: DocumentSchema, name: string): boolean {
  return name === schema.dense || name === schema.sparse || name === schema.text;
}

/** Metadata to be set, in a form for `toMetadata`. @throws PineconeError 400 for a value that is not of its declared type */
export function requireDeclared(schema: DocumentSchema, fields: ReadonlyMap<string, Json>, path: string): void {
  for (const [name, value] of fields) {
    const type = schema.declared.get(name);
    if (type !== undefined && !isOf(type, value)) throw invalidArgument(`${path}.${name}: expected a value of the type ${type}`);
  }
}

/** `{"indices": […], "values": […]}`. @throws PineconeError 400 */
export function toSparse(sent: Json | Float32Array, path: string): SparseVector {
  if (!isObject(sent)) throw invalidArgument(`${path}: expected an object with indices and values`);
  const part = membersOf(SparsePart, sent);
  const indices = numbersOf(part.indices, `${path}.indices`);
  if (!indices.every((number) => Number.isInteger(number) && number >= 0 && number <= MAX_SPARSE_INDEX)) {
    throw invalidArgument(`${path}.indices: expected a list of integers from 0 to ${String(MAX_SPARSE_INDEX)}`);
  }
  const sparse = { indices, values: new Float32Array(numbersOf(part.values, `${path}.values`)) };
  requireSparse(sparse);
  return sparse;
}

/** A list of JSON's numbers. @throws PineconeError 400 */
export function numbersOf(sent: Json | undefined, path: string): readonly number[] {
  const items: readonly Json[] | undefined = Array.isArray(sent) ? sent : undefined;
  if (items?.every((item) => item instanceof JsonNumber) === true) return items.map((item) => Number(item.text));
  throw invalidArgument(`${path}: expected a list of numbers`);
}

/** The members that are no fields, and the fields. */
function split<T extends DocumentPart>(
  sent: SentDocument,
  type: new () => T,
  index: number,
): { readonly id: string; readonly fields: ReadonlyMap<string, Json | Float32Array>; readonly part: T } {
  const part = new type();
  const fields = new Map<string, Json | Float32Array>();
  for (const [name, value] of sent) {
    if (Object.hasOwn(part, name)) Object.assign(part, { [name]: value ?? undefined });
    else if (name.startsWith('_')) throw wrong(index, `field names do not begin with '_': '${name}'`);
    else fields.set(name, value);
  }
  if (typeof part._id !== 'string') throw wrong(index, "'_id' is required and must be a string of 1 to 512 ASCII characters");
  requireId(part._id);
  return { id: part._id, fields, part };
}

function removedOf(sent: Json | Float32Array, index: number): readonly string[] {
  if (sent instanceof Float32Array && sent.length === 0) return [];
  const names: readonly Json[] | undefined = Array.isArray(sent) ? sent : undefined;
  if (names?.every((name) => typeof name === 'string') === true) return names;
  throw wrong(index, "'_remove_fields' must be a list of field names");
}

/** The parts of a record that fields are stored in. */
function partsOf(
  { collection, schema, maxMetadataBytes }: DocumentTarget,
  fields: ReadonlyMap<string, Json | Float32Array>,
  index: number,
  collector: FieldCollector,
): Omit<RecordWrite, 'id' | 'removedKeys'> {
  let embedding: Float32Array | null = null;
  let sparse: SparseVector | null = null;
  let document: string | null = null;
  const others = new Map<string, Json>();
  for (const [name, value] of fields) {
    const path = `documents[${String(index)}].${name}`;
    if (name === schema.dense) embedding = toEmbedding(collection, value, path);
    else if (name === schema.sparse) sparse = toSparse(value, path);
    else if (name === schema.text) document = toText(value, path);
    else others.set(name, toJson(value, path));
  }
  requireDeclared(schema, others, `documents[${String(index)}]`);
  const metadata = toMetadata(others, maxMetadataBytes, collector);
  return { embedding, sparse, document: document ?? metadata.document, uri: metadata.uri, metadata: metadata.text };
}

function toEmbedding(collection: Collection, value: Json | Float32Array, path: string): Float32Array {
  if (!(value instanceof Float32Array)) throw invalidArgument(`${path}: expected a list of numbers`);
  requireStorable(collection, value);
  return value;
}

function toText(value: Json | Float32Array, path: string): string {
  if (typeof value === 'string') return value;
  throw invalidArgument(`${path}: expected a string`);
}

/** An empty list was read as one of no components. */
function toJson(value: Json | Float32Array, path: string): Json {
  if (!(value instanceof Float32Array)) return value;
  if (value.length === 0) return [];
  throw invalidArgument(`${path}: a list of numbers is no metadata, and the schema has no vector field of this name`);
}

function isOf(type: string, value: Json): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return value instanceof JsonNumber && Number.isInteger(Number(value.text));
    case 'float':
      return value instanceof JsonNumber;
    default:
      return Array.isArray(value);
  }
}

function isObject(value: Json | Float32Array): value is JsonObject {
  return !(value instanceof Float32Array) && isJsonObject(value);
}

function wrong(index: number, reason: string): Error {
  return invalidArgument(`documents[${String(index)}]: ${reason}`);
}
