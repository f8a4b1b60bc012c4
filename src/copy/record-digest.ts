import { createHash, type Hash } from 'node:crypto';
import { isJsonObject, type Json, JsonNumber, parseJson, stringifyJson } from '../http/json.js';
import type { SparseVector } from '../records/record.js';
import type { CopyRecord, RecordName } from './copy.js';

const MODULUS = 2n ** 64n;

/**
 * 64 bits that only equal records share: over namespace, id, document, uri, metadata whatever the order of its keys, and the bits of the
 * embedding and of the sparse vector.
 */
export function hashOf(record: CopyRecord): bigint {
  const hash = createHash('md5');
  addText(hash, record.id);
  addText(hash, record.document);
  addText(hash, record.uri);
  addText(hash, canonicalMetadata(record.metadata));
  const { embedding } = record;
  addText(hash, embedding === null ? null : String(embedding.length));
  if (embedding !== null) hash.update(new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength));
  if (isNamespaced(record)) addText(hash, `namespace ${record.namespace}`);
  if (hasSparse(record)) addText(hash, sparseText(record.sparse));
  return hash.digest().readBigUInt64BE();
}

/** The sum of the records' hashes and of `before`, which does not depend on their order. */
export function sumOf(records: readonly CopyRecord[], before = 0n): bigint {
  return records.reduce((sum, record) => (sum + hashOf(record)) % MODULUS, before);
}

export function checksumText(sum: bigint): string {
  return sum.toString(16).padStart(16, '0');
}

/** A text that only one record of a collection has. */
export function nameOf({ namespace = '', id }: RecordName): string {
  return namespace === '' ? JSON.stringify(id) : `${JSON.stringify(id)} in ${JSON.stringify(namespace)}`;
}

/** In what two records differ, by name; their embeddings by more than the tolerance. */
export function differencesOf(one: CopyRecord, other: CopyRecord, tolerance = 0): readonly string[] {
  const differences: string[] = [];
  if (!isSame(one.embedding, other.embedding, tolerance)) differences.push('embedding');
  if (sparseText(one.sparse) !== sparseText(other.sparse)) differences.push('sparse vector');
  if (one.document !== other.document) differences.push('document');
  if (one.uri !== other.uri) differences.push('uri');
  if (canonicalMetadata(one.metadata) !== canonicalMetadata(other.metadata)) differences.push('metadata');
  return differences;
}

/** A metadata object's keys with the type of their values: what the catalog knows of a collection's fields. */
export function fieldKeys(metadata: string | null): readonly string[] {
  const object = metadata === null ? null : parseJson(metadata);
  return isJsonObject(object) ? [...object].map(([key, value]) => `${typeName(value)}:${key}`) : [];
}

function typeName(value: Json): string {
  if (Array.isArray(value)) return typeName((value as readonly Json[])[0] ?? null);
  return value instanceof JsonNumber ? String(value.text.includes('.')) : typeof value;
}

/** With the length in front, so that no two rows of texts run into the same bytes; a missing text is no empty one. */
function addText(hash: Hash, text: string | null): void {
  hash.update(text === null ? '-' : `${String(Buffer.byteLength(text))}:`);
  if (text !== null) hash.update(text);
}

function canonicalMetadata(text: string | null): string | null {
  const object = text === null ? null : parseJson(text);
  if (!isJsonObject(object) || object.size === 0) return null;
  return stringifyJson(new Map([...object].sort(([a], [b]) => (a < b ? -1 : 1))));
}

function isNamespaced(record: CopyRecord): record is CopyRecord & { readonly namespace: string } {
  return record.namespace !== undefined && record.namespace !== '';
}

function hasSparse(record: CopyRecord): record is CopyRecord & { readonly sparse: SparseVector } {
  return record.sparse !== undefined && record.sparse !== null;
}

/** Its terms in the order of their indices; a value's text says its bits. */
function sparseText(sparse: CopyRecord['sparse']): string {
  if (sparse === undefined || sparse === null) return '';
  const terms = sparse.indices.map((index, at) => [index, sparse.values[at] ?? 0] as const);
  return terms
    .sort(([a], [b]) => a - b)
    .map(([index, value]) => `${String(index)}:${Object.is(value, -0) ? '-0' : String(value)}`)
    .join(' ');
}

/** Components are compared with the length of the vector: what has been multiplied with it is as exact as that. */
function isSame(one: Float32Array | null, other: Float32Array | null, tolerance: number): boolean {
  if (bitsOf(one) === bitsOf(other)) return true;
  if (tolerance === 0 || one === null || one.length !== other?.length) return false;
  const allowed = tolerance * Math.sqrt(one.reduce((sum, each) => sum + each * each, 0));
  return one.every((component, index) => Math.abs(component - (other[index] ?? NaN)) <= allowed);
}

function bitsOf(embedding: Float32Array | null): string {
  return embedding === null ? '' : Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('hex');
}
