import { isJsonObject, type Json, JsonNumber } from '../../../http/json.js';
import { MAX_U64, MIN_I64 } from '../limits.js';

/** What a value is called in `invalid type: …, expected …`. */
export function unexpected(value: Json): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return `boolean \`${String(value)}\``;
  if (typeof value === 'string') return `string ${debugText(value)}`;
  if (isJsonObject(value)) return 'map';
  if (!(value instanceof JsonNumber)) return 'sequence';
  const integer = integerOf(value);
  return integer === undefined ? `floating point \`${floatText(Number(value.text))}\`` : `integer \`${String(integer)}\``;
}

/** A number that is written as an integer and fits 64 bits, signed or not; everything else counts as floating point. */
export function integerOf({ text }: JsonNumber): bigint | undefined {
  if (!/^-?\d+$/.test(text) || text === '-0') return undefined;
  const integer = BigInt(text);
  return integer >= MIN_I64 && integer <= MAX_U64 ? integer : undefined;
}

/** A double as Chroma prints it: always with a point or an exponent. */
export function floatText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  if (Number(exponent) >= 16 || Number(exponent) < -5) return `${digits}e${exponent}`;
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** A string in quotes; what cannot be seen is escaped by its code point. */
export function debugText(value: string): string {
  const escaped = value.replace(/["\\]|(?! )[\p{C}\p{Z}\p{Mn}\p{Me}]/gu, (character) => {
    return ESCAPES[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return `"${escaped}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\0': '\\0',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};
