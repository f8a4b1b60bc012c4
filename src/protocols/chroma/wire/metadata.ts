import type { FieldType } from '../../../collections/collection.js';
import type { FieldCollector } from '../../../collections/field-collector.js';
import { readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { unprocessable } from '../chroma-error.js';
import { MAX_U32 } from '../limits.js';
import { canonicalNumber, float32Text } from './number.js';
import { unexpected } from './serde.js';

/** A metadata object as it will be stored. */
export interface Metadata {
  /** The object's JSON text without null values, floats with a point; null when no key is left. */
  readonly text: string | null;
  /** Keys whose value was null or an empty list. */
  readonly removedKeys: readonly string[];
  /** What is wrong with it although its types are right; reported only after the whole body has been read. */
  readonly problem: MetadataProblem | undefined;
}

export type MetadataProblem =
  /** A key is empty or begins with `#` or `$`, or a sparse vector is none. */
  | { readonly kind: 'invalid'; readonly key: string }
  /** A sparse vector in a collection's metadata, where none can be. */
  | { readonly kind: 'sparse'; readonly key: string };

/** Whether null values mean anything: an `add` and a collection's metadata have none. */
export type NullValues = 'removed' | 'refused';

/** What a value reader hands back: the value's canonical text and type, or nothing to store. */
type Value =
  | { readonly kind: 'value'; readonly text: string; readonly type: FieldType }
  | { readonly kind: 'null' }
  | { readonly kind: 'empty' }
  /** The text of a sparse vector; undefined for what is none, although its types are right. */
  | { readonly kind: 'sparse'; readonly text: string | undefined }
  | { readonly kind: 'mismatch' };

const MISMATCH: Value = { kind: 'mismatch' };

/**
 * Reads one metadata object: of a record, whose fields are collected, or of a collection. `path` is its place in the body, for
 * errors.
 * @throws ChromaError 422 for anything that is no metadata value
 */
export function readMetadata(
  reader: JsonReader,
  path: string,
  nulls: NullValues,
  collector: FieldCollector | 'collection',
): Metadata {
  if (reader.kind() !== 'object') {
    throw unprocessable(path, `invalid type: ${unexpected(readJson(reader))}, expected a map`);
  }
  const entries = new Map<string, Value>();
  reader.readObject((key) => {
    const value = readMetadataValue(reader);
    if (value.kind === 'mismatch' || (value.kind === 'null' && nulls === 'refused')) {
      const type = nulls === 'refused' ? 'MetadataValue' : 'UpdateMetadataValue';
      throw unprocessable(`${path}.${key}`, `data did not match any variant of untagged enum ${type}`);
    }
    entries.set(key, value);
  });
  return summarize(entries, collector);
}

function summarize(entries: ReadonlyMap<string, Value>, collector: FieldCollector | 'collection'): Metadata {
  let text = '';
  let problem: MetadataProblem | undefined;
  const removedKeys: string[] = [];
  for (const [key, value] of entries) {
    if (key === '' || key.startsWith('#') || key.startsWith('$')) problem = { kind: 'invalid', key };
    // reserved in records: accepted, and never given back
    if (collector !== 'collection' && key.startsWith('chroma:')) continue;
    // an empty list is stored as nothing: it removes, too
    if (value.kind === 'null' || value.kind === 'empty') removedKeys.push(key);
    if (value.kind === 'sparse' && value.text === undefined) problem ??= { kind: 'invalid', key };
    else if (value.kind === 'sparse' && collector === 'collection') problem ??= { kind: 'sparse', key };
    else if (value.kind === 'value' || value.kind === 'sparse') {
      text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${value.text ?? ''}`;
      if (collector !== 'collection') collector.add(key, value.kind === 'sparse' ? 'sparse' : value.type);
    }
  }
  return { text: text === '' ? null : `${text}}`, removedKeys, problem };
}

function readMetadataValue(reader: JsonReader): Value {
  switch (reader.kind()) {
    case 'string':
      return { kind: 'value', text: reader.skipValue(), type: 'string' };
    case 'number':
      return { kind: 'value', ...canonicalNumber(reader.readNumber()) };
    case 'boolean':
      return { kind: 'value', text: String(reader.readBoolean()), type: 'bool' };
    case 'null':
      reader.readNull();
      return { kind: 'null' };
    case 'array':
      return readList(reader);
    case 'object':
      return readSparseVector(reader);
  }
}

/** A list of one type; integers among floats are floats. */
function readList(reader: JsonReader): Value {
  const items: { text: string; type: FieldType }[] = [];
  const count = readCount(reader, () => {
    const item = reader.kind() === 'array' || reader.kind() === 'object' ? undefined : readMetadataValue(reader);
    if (item === undefined) reader.skipValue();
    if (item?.kind === 'value') items.push(item);
  });
  if (items.length < count) return MISMATCH;
  const [first] = items;
  if (first === undefined) return { kind: 'empty' };
  const types = new Set(items.map((item) => item.type));
  if (types.size === 1) return { kind: 'value', text: `[${items.map((item) => item.text).join(',')}]`, type: first.type };
  if (types.size > 2 || !types.has('int') || !types.has('float')) return MISMATCH;
  const floats = items.map((item) => (item.type === 'int' ? `${item.text}.0` : item.text));
  return { kind: 'value', text: `[${floats.join(',')}]`, type: 'float' };
}

/** Reads a list and returns how many elements it has. */
function readCount(reader: JsonReader, item: () => void): number {
  let count = 0;
  reader.readArray(() => {
    item();
    count += 1;
  });
  return count;
}

function readSparseVector(reader: JsonReader): Value {
  const fields = new Map<string, string>();
  reader.readObject((key) => {
    fields.set(key, reader.skipValue());
  });
  const indices = numbersOf(fields.get('indices'));
  const values = numbersOf(fields.get('values'));
  const tokens = tokensOf(fields.get('tokens'));
  const type = fields.get('#type');
  if (indices === undefined || values === undefined || tokens === undefined) return MISMATCH;
  if (type !== undefined && type !== '"sparse_vector"') return MISMATCH;
  if (!indices.every((index) => Number.isInteger(index) && index >= 0 && index <= MAX_U32)) return MISMATCH;
  const ascending = indices.every((index, position) => position === 0 || index > (indices[position - 1] ?? 0));
  const isWhole = indices.length === values.length && (tokens === null || tokens.length === indices.length);
  // float32 has no number for what is beyond
  if (!ascending || !isWhole || !values.every((value) => Number.isFinite(Math.fround(value))))
    return { kind: 'sparse', text: undefined };
  const weights = values.map((value) => canonicalNumber(float32Text(Math.fround(value))).text);
  const text = `"indices":[${indices.join(',')}],"values":[${weights.join(',')}],"tokens":${JSON.stringify(tokens)}`;
  return { kind: 'sparse', text: `{"#type":"sparse_vector",${text}}` };
}

function numbersOf(text: string | undefined): readonly number[] | undefined {
  const list: unknown = text === undefined ? undefined : JSON.parse(text);
  return Array.isArray(list) && list.every((item) => typeof item === 'number') ? list : undefined;
}

function tokensOf(text: string | undefined): readonly string[] | null | undefined {
  const list: unknown = text === undefined ? null : JSON.parse(text);
  if (list === null) return null;
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
}
