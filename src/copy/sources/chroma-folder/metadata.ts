import { canonicalNumber } from '../../../protocols/chroma/wire/number.js';
import type { Row } from './database-copy.js';

/** What a record's rows of metadata say. */
export interface FolderMetadata {
  /** A JSON object's text: integers as they are, floats with a point; null when there is no key. */
  readonly text: string | null;
  readonly document: string | null;
  readonly uri: string | null;
  /** A key whose value no JSON number can hold. */
  readonly unholdable: string | undefined;
}

/** Rows of keys, each with one value; and rows of lists, an element each, in their order. */
export function metadataOf(rows: readonly Row[], elements: readonly Row[] = []): FolderMetadata {
  const values = new Map<string, string>();
  const special = new Map<string, string>();
  let unholdable: string | undefined;
  for (const row of rows) {
    const key = String(row.key);
    if (key.startsWith('chroma:')) special.set(key, String(row.string_value));
    else {
      const text = textOf(row);
      if (text === null) unholdable = key;
      else if (text !== undefined) values.set(key, text);
    }
  }
  for (const [key, texts] of listsOf(elements)) values.set(key, `[${texts.join(',')}]`);
  const members = [...values].map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  return {
    text: members.length === 0 ? null : `{${members.join(',')}}`,
    document: special.get('chroma:document') ?? null,
    uri: special.get('chroma:uri') ?? null,
    unholdable,
  };
}

function listsOf(elements: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const row of elements) {
    const list = lists.get(String(row.key)) ?? [];
    lists.set(String(row.key), list);
    list.push(textOf(row) ?? 'null');
  }
  return lists;
}

/** The value's JSON text; null when there is no such text, undefined when all columns are empty. */
function textOf(row: Row): string | null | undefined {
  if (row.string_value != null) return JSON.stringify(String(row.string_value));
  // read as text: it may be beyond 2^53
  if (row.int_value != null) return String(row.int_value);
  if (row.float_value != null) return floatText(Number(row.float_value));
  return row.bool_value == null ? undefined : String(Number(row.bool_value) === 1);
}

function floatText(value: number): string | null {
  if (!Number.isFinite(value)) return null;
  // an integer's text would be taken for an integer
  return canonicalNumber(Number.isInteger(value) ? value.toExponential() : String(value)).text;
}
