import { IsOptional } from 'class-validator';
import { isJsonObject, JsonNumber, type Json, type JsonObject } from '../../../http/json.js';
import { JsonReader } from '../../../http/json-reader.js';
import { JsonSyntaxError } from '../../../http/json-syntax-error.js';
import { Read } from '../../../http/validate.js';
import { invalidArgument } from '../pinecone-error.js';
import { readObject, readTexts, withoutNulls } from '../wire/sent-vector.js';

/** Requests of the records API. */

/** A record with text: everything but its id and its text is metadata. */
export interface SentRecord {
  readonly id: string;
  readonly fields: JsonObject;
}

export class SearchRecordsRequest {
  @Read((reader) => readObject(reader, 'query')) query: JsonObject = new Map();
  @IsOptional() @Read((reader) => readTexts(reader, 'fields')) fields?: readonly string[];
  @IsOptional() @Read((reader) => readObject(reader, 'rerank')) rerank?: JsonObject;
}

/** Reads one JSON object per line; blank lines mean nothing. @throws PineconeError 400 that names the line */
export function readRecords(text: string, maxDepth?: number): readonly SentRecord[] {
  const records: SentRecord[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() !== '') records.push(readRecord(line, index + 1, maxDepth));
  });
  return records;
}

function readRecord(line: string, number: number, maxDepth: number | undefined): SentRecord {
  try {
    const reader = new JsonReader(line, maxDepth);
    const object = withoutNulls(readObject(reader, 'record'));
    reader.end();
    const id = object.get('_id') ?? object.get('id');
    if (typeof id !== 'string') throw invalidArgument('a record needs an _id, a string');
    return { id, fields: new Map([...object].filter(([key]) => key !== '_id' && key !== 'id')) };
  } catch (error) {
    const reason = error instanceof JsonSyntaxError ? `invalid JSON: ${error.message}` : (error as Error).message;
    throw invalidArgument(`Line ${String(number)}: ${reason}`);
  }
}

/** A text within an object; undefined when it is absent. @throws PineconeError 400 when it is something else */
export function textIn(object: JsonObject, name: string, path: string): string | undefined {
  return valueIn(object, name, path, 'a string', (value) => (typeof value === 'string' ? value : undefined));
}

export function objectIn(object: JsonObject, name: string, path: string): JsonObject | undefined {
  return valueIn(object, name, path, 'an object', (value) => (isJsonObject(value) ? value : undefined));
}

export function integerIn(object: JsonObject, name: string, path: string): number | undefined {
  return valueIn(object, name, path, 'an integer', (value) => {
    const number = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
    return Number.isInteger(number) ? number : undefined;
  });
}

export function numbersIn(object: JsonObject, name: string, path: string): readonly number[] | undefined {
  return valueIn(object, name, path, 'a list of numbers', (value) => {
    const items: readonly Json[] | undefined = Array.isArray(value) ? value : undefined;
    return items?.every((item) => item instanceof JsonNumber) === true ? items.map((item) => Number(item.text)) : undefined;
  });
}

export function textsIn(object: JsonObject, name: string, path: string): readonly string[] | undefined {
  return valueIn(object, name, path, 'a list of strings', (value) => {
    const items: readonly Json[] | undefined = Array.isArray(value) ? value : undefined;
    return items?.every((item) => typeof item === 'string') === true ? items : undefined;
  });
}

function valueIn<T>(
  object: JsonObject,
  name: string,
  path: string,
  expected: string,
  read: (value: Json) => T | undefined,
): T | undefined {
  const value = object.get(name);
  if (value === undefined || value === null) return undefined;
  const result = read(value);
  if (result === undefined) throw invalidArgument(`${path}.${name}: expected ${expected}`);
  return result;
}
