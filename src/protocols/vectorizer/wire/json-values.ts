import { type Json, JsonNumber } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';

/** Plain data as `Json`: JavaScript's numbers, which must be finite, become JSON's. What is `Json` already stays as it is. */
export function numbersToJson(value: unknown): Json {
  if (typeof value === 'number') return new JsonNumber(String(value));
  if (typeof value !== 'object' || value === null) return value as Json;
  if (Array.isArray(value)) return value.map(numbersToJson);
  if (value instanceof JsonNumber || value instanceof Map) return value as Json;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return new Map(entries.map(([key, item]): [string, Json] => [key, numbersToJson(item)]));
}

/** Passes over the value of a field that is ignored, whatever it is. */
export function skipValue(reader: JsonReader): undefined {
  reader.skipValue();
}
