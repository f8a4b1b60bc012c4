import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import { type ChromaError, unparsable, unprocessable } from '../chroma-error.js';
import { MAX_U32 } from '../limits.js';
import { integerOf, unexpected } from '../wire/serde.js';
import { membersAsSent } from './sent-json.js';

/** Readers of JSON values in the words of Chroma's own; each throws a ChromaError that names the value's place. */

export function wrongType(path: string, value: Json, expected: string): ChromaError {
  return unprocessable(path, `invalid type: ${unexpected(value)}, expected ${expected}`);
}

export function requireObject(value: Json, path: string, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw wrongType(path, value, name);
}

/**
 * The fields of a struct with their values, in the order in which they were sent, so that the first that is wrong is reported; others
 * are left out. A field that comes again is wrong there.
 */
export function* fieldsOf<T extends string>(
  value: Json,
  path: string,
  name: string,
  known: readonly T[],
): Generator<readonly [T, Json]> {
  const seen = new Set<string>();
  for (const [key, item] of membersAsSent(requireObject(value, path, name))) {
    const field = known.find((each) => each === key);
    if (field === undefined) continue;
    if (seen.has(field)) throw unprocessable(path, `duplicate field \`${field}\``);
    seen.add(field);
    yield [field, item];
  }
}

export function requireList(value: Json, path: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw wrongType(path, value, 'a sequence');
}

export function requireText(value: Json, path: string): string {
  if (typeof value === 'string') return value;
  throw wrongType(path, value, 'a string');
}

export function requireBoolean(value: Json, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongType(path, value, 'a boolean');
}

export function requireU32(value: Json, path: string): number {
  const integer = value instanceof JsonNumber ? integerOf(value) : undefined;
  if (integer === undefined) throw wrongType(path, value, 'u32');
  if (integer >= 0n && integer <= BigInt(MAX_U32)) return Number(integer);
  throw unprocessable(path, `invalid value: ${unexpected(value)}, expected u32`);
}

/** Rounded to float32; what is beyond is infinite. */
export function requireF32(value: Json, path: string): number {
  if (value instanceof JsonNumber) return Math.fround(Number(value.text));
  throw wrongType(path, value, 'f32');
}

export function requireTexts(value: Json, path: string): readonly string[] {
  return requireList(value, path).map((item, index) => requireText(item, `${path}[${String(index)}]`));
}

/** The one variant of an enumeration, such as `{"$abs": …}`. */
export function requireVariant(value: Json, path: string, names: readonly string[]): readonly [string, Json] {
  if (typeof value === 'string') throw unknownVariant(value, path, names);
  if (!isJsonObject(value) || membersAsSent(value).length !== 1) throw unparsable(path, 'expected value');
  const [[name, operand] = ['', null] as const] = value;
  if (!names.includes(name)) throw unknownVariant(name, path, names);
  return [name, operand];
}

export function unknownVariant(name: string, path: string, names: readonly string[]): ChromaError {
  const quoted = names.map((item) => `\`${item}\``);
  const list = quoted.length === 2 ? quoted.join(' or ') : `one of ${quoted.join(', ')}`;
  return unprocessable(path, `unknown variant \`${name}\`, expected ${list}`);
}

export function missingField(path: string, field: string): ChromaError {
  return unprocessable(path, `missing field \`${field}\``);
}
