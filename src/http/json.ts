/**
 * JSON values that keep what `JSON.parse` loses: the source text of numbers (`1.0` is not `1`, and an int64 is not a double)
 * and keys such as `__proto__`.
 */
import { JsonReader } from './json-reader.js';
import type { ValueLimits } from './value-memory.js';

/** A number as it was written. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** An object: a Map, so that no key means anything to JavaScript. The last of two equal keys wins. */
export type JsonObject = ReadonlyMap<string, Json>;
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** Reads the next value, whatever it is. */
export function readJson(reader: JsonReader): Json {
  const kind = reader.kind();
  switch (kind) {
    case 'object': {
      const object = new Map<string, Json>();
      reader.readObject((key) => {
        object.set(key, readJson(reader));
      });
      return object;
    }
    case 'array': {
      const array: Json[] = [];
      reader.readArray(() => {
        array.push(readJson(reader));
      });
      return array;
    }
    case 'string':
      return reader.readString();
    case 'number':
      return new JsonNumber(reader.readNumber());
    case 'boolean':
      return reader.readBoolean();
    case 'null':
      reader.readNull();
      return null;
  }
}

/** Reads any value; a number becomes JavaScript's own. For fields whose rule says what number it may be. */
export function readNumber(reader: JsonReader): Json | number {
  const value = readJson(reader);
  return value instanceof JsonNumber ? Number(value.text) : value;
}

/** Parses a text that is one JSON value, as deep as any that is stored unless a depth is given, and of as many values as fit. */
export function parseJson(text: string, maxDepth?: number, limits?: ValueLimits | number): Json {
  const reader = new JsonReader(text, maxDepth, limits);
  const value = readJson(reader);
  reader.end();
  return value;
}

/** The shortest JSON text of a value; numbers as they were written. */
export function stringifyJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof JsonNumber) return value.text;
  if (isJsonObject(value)) {
    const entries = [...value].map(([key, item]) => `${JSON.stringify(key)}:${stringifyJson(item)}`);
    return `{${entries.join(',')}}`;
  }
  return `[${value.map(stringifyJson).join(',')}]`;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return value instanceof Map;
}

/** Builds an object in place of a literal. */
export function jsonObject(entries: Readonly<Record<string, Json>>): JsonObject {
  return new Map(Object.entries(entries));
}
