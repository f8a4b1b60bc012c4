import type { Scalar } from '../../../filters/filter.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import { parseError, type VectorizerError } from '../vectorizer-error.js';

/** What is wrong in a filter, and where. */
export function wrong(path: string, reason: string): VectorizerError {
  return parseError('filter', `${path}: ${reason}`);
}

export function asList(value: Json): readonly Json[] | undefined {
  return Array.isArray(value) ? (value as readonly Json[]) : undefined;
}

export function objectOf(value: Json, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw wrong(path, 'expected an object');
}

export function listOf(value: Json, path: string): readonly Json[] {
  const list = asList(value);
  if (list === undefined) throw wrong(path, 'expected a list');
  return list;
}

/** What `read` makes of each element of a list. */
export function each<T>(value: Json, path: string, read: (item: Json, path: string) => T): readonly T[] {
  return listOf(value, path).map((item, index) => read(item, `${path}[${String(index)}]`));
}

export function stringOf(value: Json, path: string): string {
  if (typeof value === 'string') return value;
  throw wrong(path, 'expected a string');
}

export function booleanOf(value: Json, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(path, 'expected a boolean');
}

export function numberOf(value: Json, path: string): { readonly number: string } {
  if (value instanceof JsonNumber) return { number: value.text };
  throw wrong(path, 'expected a number');
}

export function scalarOf(value: Json, path: string): Scalar {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof JsonNumber) return { number: value.text };
  throw wrong(path, 'expected a string, a number or a boolean');
}

export function scalarOrNullOf(value: Json, path: string): Scalar | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof JsonNumber) return { number: value.text };
  throw wrong(path, 'expected a string, a number, a boolean or null');
}

/** A bound of a comparison. */
export function boundOf(value: Json, path: string): { readonly number: string } | string {
  if (typeof value === 'string') return value;
  if (value instanceof JsonNumber) return { number: value.text };
  throw wrong(path, 'expected a number or a string');
}

/** An object's fields without those that are null, which serialisers write for what is not set. @throws VectorizerError for others than `known` */
export function presentFields(sent: JsonObject, path: string, known: readonly string[]): JsonObject {
  const unknown = [...sent.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrong(`${path}.${unknown}`, `unknown field; expected ${known.join(', ')}`);
  return new Map([...sent].filter(([, value]) => value !== null));
}

/** @throws VectorizerError when it is missing */
export function requireField(fields: JsonObject, name: string, path: string): Json {
  const value = fields.get(name);
  if (value === undefined) throw wrong(path, `missing field ${name}`);
  return value;
}

/** The one field that there is. @throws VectorizerError when there is none, or another one */
export function onlyField(fields: JsonObject, path: string, known: readonly string[]): readonly [string, Json] {
  const [first, second] = fields;
  if (first === undefined) throw wrong(path, `expected one of ${known.join(', ')}`);
  if (second !== undefined) throw wrong(path, `expected either ${first[0]} or ${second[0]}`);
  return first;
}
