import { JsonNumber, type Json } from '../../http/json.js';

/** What Chroma's JSON reader calls a value that it did not expect. */
export function unexpected(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return `boolean \`${String(value)}\``;
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (value instanceof JsonNumber) return /^-?\d+$/.test(value.text) ? `integer \`${value.text}\`` : `floating point \`${value.text}\``;
  return Array.isArray(value) ? 'sequence' : 'map';
}
