import { isJsonObject, type Json, JsonNumber } from '../../http/json.js';
import { canonicalNumber } from '../../protocols/chroma/wire/number.js';

/** A metadata object as a record has it: its JSON text, or a key whose value no record can hold. */
export type ReadMetadata = { readonly text: string | null } | { readonly unholdable: string };

/** Numbers keep their type: an integer stays one, a float has a point. Null values are no values. */
export function metadataOfJson(value: Json | undefined): ReadMetadata {
  if (!isJsonObject(value)) return { text: null };
  const members: string[] = [];
  for (const [key, item] of value) {
    const text = textOf(item);
    if (text === undefined) return { unholdable: key };
    if (item !== null) members.push(`${JSON.stringify(key)}:${text}`);
  }
  return { text: members.length === 0 ? null : `{${members.join(',')}}` };
}

function textOf(value: Json): string | undefined {
  if (value === null) return 'null';
  if (value instanceof JsonNumber) return canonicalNumber(value.text).text;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  if (isJsonObject(value)) return undefined;
  const items = value.map((item) => (item === null || Array.isArray(item) ? undefined : textOf(item)));
  return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
}
