import { isJsonObject, type Json, JsonNumber, readJson } from '../../http/json.js';
import type { JsonReader } from '../../http/json-reader.js';
import { invalid } from './console-error.js';

/** Readers of fields, and what their values must be. */

export function anyJson(reader: JsonReader): Json {
  return readJson(reader);
}

/** The text of the value, as it was written. */
export function numbers(reader: JsonReader): Float32Array | null {
  const value = readJson(reader);
  if (value === null) return null;
  if (!Array.isArray(value)) throw invalid('embedding: must be a list of numbers');
  return Float32Array.from(value as readonly Json[], (item) => {
    const number = item instanceof JsonNumber ? Math.fround(Number(item.text)) : NaN;
    if (!Number.isFinite(number)) throw invalid('embedding: must be a list of numbers');
    return number;
  });
}

export function textOf(value: Json | undefined, field: string): string {
  if (typeof value === 'string') return value;
  throw invalid(`${field}: must be a text`);
}

export function objectOf(value: Json | undefined, field: string): ReadonlyMap<string, Json> {
  if (isJsonObject(value)) return value;
  throw invalid(`${field}: must be an object`);
}

export function listOf(value: Json | undefined, field: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw invalid(`${field}: must be a list`);
}

/** A whole number between the bounds. */
export function wholeNumber(
  text: string | undefined,
  field: string,
  bounds: { readonly least: number; readonly most: number },
): number {
  const number = Number(text);
  if (text !== undefined && Number.isInteger(number) && number >= bounds.least && number <= bounds.most) return number;
  throw invalid(`${field}: must be a whole number from ${String(bounds.least)} to ${String(bounds.most)}`);
}
