import { isJsonObject, type Json, JsonNumber, parseJson } from '../../http/json.js';
import { canonicalNumber } from '../../protocols/chroma/wire/number.js';
import type { CopyRecord } from '../copy.js';
import { VDF_COLUMNS } from './vdf-format.js';

/** What a column of metadata holds; with `[]`, lists of that. */
export type ColumnType = `${'text' | 'integer' | 'float' | 'boolean'}${'' | '[]'}`;

/** Records whose metadata have one type for each key. */
export interface VdfGroup {
  readonly columns: ReadonlyMap<string, ColumnType>;
  readonly records: readonly VdfRecord[];
}

/** A record, and its metadata as columns hold them. */
export interface VdfRecord {
  readonly record: CopyRecord;
  readonly metadata: ReadonlyMap<string, Json>;
}

/** Why the format cannot hold the record as it is; undefined when it can. */
export function problemOfVdf({ embedding, sparse, uri, metadata }: CopyRecord): string | undefined {
  if (embedding === null) return 'it has no dense vector, and the format has no other ones';
  if ((sparse ?? null) !== null) return 'the format has no sparse vectors';
  if (uri !== null) return 'the format has no uri';
  for (const [key, value] of metadataOf(metadata)) {
    if (key === '' || (VDF_COLUMNS as readonly string[]).includes(key))
      return `its metadata has the key ${JSON.stringify(key)}, which is no name for a column of metadata in the format`;
    if (typeOf(value) === undefined) return `the value of ${JSON.stringify(key)} has no form in the format`;
  }
  return undefined;
}

/** In as few groups as their types allow: a column has one type in each file. */
export function groupsOf(records: readonly CopyRecord[]): readonly VdfGroup[] {
  const groups: { readonly columns: Map<string, ColumnType>; readonly records: VdfRecord[] }[] = [];
  for (const record of records) {
    const metadata = metadataOf(record.metadata);
    const types = [...metadata].map(([key, value]) => [key, typeOf(value) ?? 'text'] as const);
    let group = groups.find(({ columns }) => types.every(([key, type]) => (columns.get(key) ?? type) === type));
    if (group === undefined) groups.push((group = { columns: new Map(), records: [] }));
    for (const [key, type] of types) group.columns.set(key, type);
    group.records.push({ record, metadata });
  }
  return groups;
}

/** As the writer of Parquet wants it; null: the record does not have it. */
export function valueOf(value: Json | undefined): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return (value as readonly Json[]).map(valueOf);
  if (!(value instanceof JsonNumber)) return value;
  return canonicalNumber(value.text).type === 'int' ? BigInt(value.text) : Number(value.text);
}

function metadataOf(text: string | null): ReadonlyMap<string, Json> {
  const object = text === null ? null : parseJson(text);
  return isJsonObject(object) ? object : new Map<string, Json>();
}

/** Undefined for what a column cannot hold, or would give back otherwise. */
function typeOf(value: Json): ColumnType | undefined {
  if (!Array.isArray(value)) return scalarType(value);
  const types = new Set((value as readonly Json[]).map(scalarType));
  const [type = 'text'] = types;
  return types.size > 1 || types.has(undefined) ? undefined : `${type}[]`;
}

function scalarType(value: Json): 'text' | 'integer' | 'float' | 'boolean' | undefined {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (!(value instanceof JsonNumber)) return undefined;
  const { text, type } = canonicalNumber(value.text);
  if (text !== value.text) return undefined;
  return type === 'int' ? 'integer' : 'float';
}
