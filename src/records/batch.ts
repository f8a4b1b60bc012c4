import { isJsonObject, type Json, parseJson, stringifyJson } from '../http/json.js';
import { isStep, type Sliced } from '../slices.js';
import type { RecordWrite, WriteMode } from './record.js';

/** A batch in which every id occurs once. */
export interface SettledBatch {
  readonly records: readonly RecordWrite[];
  /** Writes of the same ids that were overtaken by later ones of the batch; their fields have occurred all the same. */
  readonly superseded: readonly RecordWrite[];
  /** How many records were sent, when ids may have occurred again. Absent: `records`. */
  readonly sent?: number;
}

/**
 * Settles ids that occur more than once, as if the records had been written one after the other: existing ones are kept,
 * replaced or merged. Every id occurs once in the result, at the place of its first occurrence.
 * It may stop between records.
 */
export function* settleDuplicates(records: readonly RecordWrite[], existing: WriteMode['existing']): Sliced<SettledBatch> {
  const byId = new Map<string, RecordWrite>();
  const superseded: RecordWrite[] = [];
  for (const [index, record] of records.entries()) {
    if (isStep(index)) yield;
    const before = byId.get(record.id);
    if (before !== undefined && existing === 'keep') continue;
    if (before !== undefined) superseded.push(before);
    byId.set(record.id, before !== undefined && existing === 'merge' ? merge(before, record) : record);
  }
  return { records: byId.size === records.length ? records : [...byId.values()], superseded, sent: records.length };
}

function merge(before: RecordWrite, after: RecordWrite): RecordWrite {
  const metadata = new Map(objectOf(before.metadata));
  const removed = new Set(before.removedKeys);
  for (const key of after.removedKeys) {
    metadata.delete(key);
    removed.add(key);
  }
  for (const [key, value] of objectOf(after.metadata)) {
    metadata.set(key, value);
    removed.delete(key);
  }
  return {
    id: before.id,
    embedding: after.embedding ?? before.embedding,
    sparse: after.sparse ?? before.sparse ?? null,
    document: after.document ?? (after.removesDocument === true ? null : before.document),
    uri: after.uri ?? before.uri,
    metadata: metadata.size === 0 ? null : stringifyJson(metadata),
    removedKeys: [...removed],
    removesDocument: after.removesDocument === true || (before.removesDocument === true && after.document === null),
  };
}

function objectOf(text: string | null): ReadonlyMap<string, Json> {
  const value = text === null ? null : parseJson(text);
  return isJsonObject(value) ? value : new Map<string, Json>();
}
