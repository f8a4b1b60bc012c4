import { isJsonObject, type Json, type JsonObject, parseJson } from '../../http/json.js';
import type { CopyRecord } from '../copy.js';
import { type FieldMap, fieldsFor } from '../jsonl/field-map.js';
import { BadLine, recordOfObject } from '../jsonl/record-line.js';
import type { ParquetFile, Row } from './parquet-file.js';

/** What the columns of a file become. */
export function fieldsOfColumns(columns: readonly string[], wanted: ReadonlyMap<string, string>): FieldMap {
  return fieldsFor(new Map(columns.map((column) => [column, null])), wanted);
}

/** Columns that become no part of a record. */
export function unusedColumns(columns: readonly string[], fields: FieldMap): readonly string[] {
  const { metadata, ...single } = fields;
  if ('except' in metadata) return [];
  return columns.filter((column) => column !== metadata.from && !Object.values(single).includes(column));
}

/** A row of a file that Polyvec has written: its metadata are taken as they are. */
export function recordOfOwnRow(row: Row, namespace: string): CopyRecord {
  const { id, values, document = null, uri = null, metadata = null } = row as unknown as OwnRow;
  const sparse = row['sparse_values'] as OwnSparse | null | undefined;
  return {
    ...{ id, document, uri, metadata, embedding: isListed(values) ? (floatsOf(values) ?? null) : null },
    ...(sparse && { sparse: { indices: Array.from(sparse.indices, Number), values: Float32Array.from(sparse.values) } }),
    ...(namespace !== '' && { namespace }),
  };
}

/** A row of anybody's. @throws BadLine */
export function recordOfForeignRow(file: ParquetFile, row: Row, fields: FieldMap, namespace: string): CopyRecord {
  const object = new Map<string, Json>();
  for (const [column, value] of Object.entries(row)) {
    if (column === fields.embedding) continue;
    const json = file.toJson(column, value);
    if (json === undefined) throw new BadLine(`the value of ${JSON.stringify(column)} is no JSON`, idOf(row, fields));
    object.set(column, json);
  }
  const { metadata } = fields;
  if ('from' in metadata) expand(object, metadata.from, idOf(row, fields));
  if (namespace !== '' && !object.has(fields.namespace)) object.set(fields.namespace, namespace);
  return recordOfObject(object, fields, embeddingOf(row, fields));
}

interface OwnSparse {
  readonly indices: ArrayLike<number | bigint>;
  readonly values: ArrayLike<number>;
}

interface OwnRow {
  readonly id: string;
  readonly values: ArrayLike<number> | null | undefined;
  readonly document?: string | null;
  readonly uri?: string | null;
  readonly metadata?: string | null;
}

/** A column of JSON is a column of texts, for most tools. */
function expand(object: Map<string, Json>, column: string, id: string | undefined): void {
  const text = object.get(column);
  if (typeof text !== 'string') return;
  const value = parsed(text);
  if (!isJsonObject(value)) throw new BadLine(`its field ${column} is no JSON object`, id);
  object.set(column, value satisfies JsonObject);
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function embeddingOf(row: Row, { embedding: column, id, ...fields }: FieldMap): Float32Array | undefined {
  const value = row[column];
  if (value === null || value === undefined) return undefined;
  const numbers = isListed(value) && value.length > 0 ? floatsOf(value) : undefined;
  if (numbers === undefined) throw new BadLine(`its field ${column} is no list of numbers`, idOf(row, { id, ...fields }));
  return numbers;
}

/** Undefined when one of them is no number. A loop: `Float32Array.from` takes many times as long. */
function floatsOf(list: ArrayLike<unknown>): Float32Array | undefined {
  const floats = new Float32Array(list.length);
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index];
    if (typeof item !== 'number' && typeof item !== 'bigint') return undefined;
    floats[index] = Number(item);
  }
  return floats;
}

function isListed(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function idOf(row: Row, { id }: Pick<FieldMap, 'id'>): string | undefined {
  const value = row[id];
  return typeof value === 'string' ? value : undefined;
}
