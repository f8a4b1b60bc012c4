import { createHash, type Hash } from 'node:crypto';
import { isJsonObject, type Json, JsonNumber, parseJson, stringifyJson } from '../http/json.js';
import type { CopyRecord } from './copy.js';

const MODULUS = 2n ** 64n;

/**
 * 64 bits that only equal records share: over id, document, uri, metadata whatever the order of its keys, and the bits of the embedding.
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
  return hash.digest().readBigUInt64BE();
}

/** The sum of the records' hashes and of `before`, which does not depend on their order. */
export function sumOf(records: readonly CopyRecord[], before = 0n): bigint {
  return records.reduce((sum, record) => (sum + hashOf(record)) % MODULUS, before);
}

/** In what two records differ, by name. */
export function differencesOf(one: CopyRecord, other: CopyRecord): readonly string[] {
  const differences: string[] = [];
  if (bitsOf(one.embedding) !== bitsOf(other.embedding)) differences.push('embedding');
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

function bitsOf(embedding: Float32Array | null): string {
  return embedding === null ? '' : Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('hex');
}
