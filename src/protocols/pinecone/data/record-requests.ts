import { IsOptional } from 'class-validator';
import { Ignored, Refused } from '../../../http/field-fates.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import { JsonReader } from '../../../http/json-reader.js';
import { JsonSyntaxError } from '../../../http/json-syntax-error.js';
import type { RequestBody } from '../../../http/request-body.js';
import { Read } from '../../../http/validate.js';
import { SLICE } from '../../../http/value-memory.js';
import { pause } from '../../../slices.js';
import { invalidArgument } from '../pinecone-error.js';
import { membersOf } from '../wire/members.js';
import { readObject, readTexts, withoutNulls } from '../wire/sent-vector.js';

/** Requests of the records API. */

/** A record with text: everything but its id and its text is metadata. */
export interface SentRecord {
  readonly id: string;
  readonly fields: JsonObject;
}

/** The declared members of a text record; every other member is metadata. */
export class TextRecordPart {
  _id?: Json;
  id?: Json;
}

/** `POST /records/namespaces/{namespace}/search`. */
export class SearchRecordsRequest {
  @Read((reader) => readObject(reader, 'query')) query: JsonObject = new Map();
  @IsOptional() @Read((reader) => readTexts(reader, 'fields')) fields?: readonly string[];
  @IsOptional() @Read((reader) => readObject(reader, 'rerank')) rerank?: JsonObject;
}

/** `query` of a search: by text, by vector or by record. */
export class SearchQueryPart {
  top_k?: Json;
  filter?: Json;
  inputs?: Json;
  vector?: Json;
  id?: Json;
  @Refused('full-text conditions are not served') match_terms?: Json;
}

export class SearchInputsPart {
  text?: Json;
}

export class SearchVectorPart {
  values?: Json;
  sparse_values?: Json;
  sparse_indices?: Json;
}

/** `rerank` of a search. */
export class RerankPart {
  model?: Json;
  rank_fields?: Json;
  top_n?: Json;
  query?: Json;
  @Ignored('the endpoint of a model decides what becomes of long texts') parameters?: Json;
}

/** Of each line. */
type JsonLimits = Pick<RequestBody, 'maxDepth' | 'limits'>;

/** Reads one JSON object per line; blank lines mean nothing. @throws PineconeError 400 that names the line */
export async function readRecords(text: string, limits: JsonLimits = {}): Promise<readonly SentRecord[]> {
  const records: SentRecord[] = [];
  let [number, start, pausedAt] = [0, 0, 0];
  // without a list of the lines: a text may consist of line ends
  while (start <= text.length) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    number += 1;
    if (line.trim() !== '') records.push(readRecord(line, number, limits));
    if (end < 0) break;
    start = end + 1;
    if (start - pausedAt < SLICE.characters) continue;
    await pause();
    pausedAt = start;
  }
  return records;
}

function readRecord(line: string, number: number, limits: JsonLimits): SentRecord {
  try {
    const reader = new JsonReader(line, limits.maxDepth, limits.limits);
    const object = withoutNulls(readObject(reader, 'record'));
    reader.end();
    const part = membersOf(TextRecordPart, object);
    const id = part._id ?? part.id;
    if (typeof id !== 'string') throw invalidArgument('a record needs an _id, a string');
    return { id, fields: new Map([...object].filter(([key]) => !Object.hasOwn(part, key))) };
  } catch (error) {
    const reason = error instanceof JsonSyntaxError ? `invalid JSON: ${error.message}` : (error as Error).message;
    throw invalidArgument(`Line ${String(number)}: ${reason}`);
  }
}

/** A member that is a text; undefined when it is absent. @throws PineconeError 400 when it is something else */
export function textAt(value: Json | undefined, path: string): string | undefined {
  return valueAt(value, path, 'a string', (text) => (typeof text === 'string' ? text : undefined));
}

export function objectAt(value: Json | undefined, path: string): JsonObject | undefined {
  return valueAt(value, path, 'an object', (object) => (isJsonObject(object) ? object : undefined));
}

export function integerAt(value: Json | undefined, path: string): number | undefined {
  return valueAt(value, path, 'an integer', (integer) => {
    const number = integer instanceof JsonNumber ? Number(integer.text) : Number.NaN;
    return Number.isInteger(number) ? number : undefined;
  });
}

export function numbersAt(value: Json | undefined, path: string): readonly number[] | undefined {
  return valueAt(value, path, 'a list of numbers', (list) => {
    const items: readonly Json[] | undefined = Array.isArray(list) ? list : undefined;
    return items?.every((item) => item instanceof JsonNumber) === true ? items.map((item) => Number(item.text)) : undefined;
  });
}

export function textsAt(value: Json | undefined, path: string): readonly string[] | undefined {
  return valueAt(value, path, 'a list of strings', (list) => {
    const items: readonly Json[] | undefined = Array.isArray(list) ? list : undefined;
    return items?.every((item) => typeof item === 'string') === true ? items : undefined;
  });
}

function valueAt<T>(
  value: Json | undefined,
  path: string,
  expected: string,
  read: (value: Json) => T | undefined,
): T | undefined {
  if (value === undefined) return undefined;
  const result = read(value);
  if (result === undefined) throw invalidArgument(`${path}: expected ${expected}`);
  return result;
}
