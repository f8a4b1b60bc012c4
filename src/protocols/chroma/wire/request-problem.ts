import { type Json, JsonNumber } from '../../../http/json.js';
import type { RequestProblem } from '../../../http/validate.js';
import { ChromaError, invalidArgument, unprocessable } from '../chroma-error.js';
import { INCLUDES } from '../limits.js';
import { unexpected } from './serde.js';

/** A body that is no request, in the words of Chroma's JSON reader. */
export function wordProblem(problem: RequestProblem): ChromaError {
  switch (problem.kind) {
    case 'media_type':
      return new ChromaError(415, 'ChromaError', 'Expected request with `Content-Type: application/json`');
    case 'nul':
      return invalidArgument('Strings must not contain the NUL character (\\u0000): it cannot be stored');
    case 'encoding':
      return invalidArgument('Failed to parse the request body as JSON: invalid unicode code point at line 1 column 1');
    case 'not_an_object':
      return wordBody(problem.value, problem.type);
    case 'field':
      return wordField(problem);
  }
}

/** What Chroma calls its requests, and how many fields they have; without a number it says only that a list is none. */
const BODIES: Readonly<Record<string, readonly [name: string, fields?: string]>> = {
  UpdateTenantRequest: ['UpdateTenantPayload', '1 element'],
  CreateTenantRequest: ['CreateTenantPayload', '1 element'],
  CreateDatabaseRequest: ['CreateDatabasePayload', '1 element'],
  CreateCollectionRequest: ['CreateCollectionPayload', '5 elements'],
  UpdateCollectionRequest: ['UpdateCollectionPayload', '3 elements'],
  AddRequest: ['AddCollectionRecordsPayload', '5 elements'],
  UpdateRequest: ['UpdateCollectionRecordsPayload', '5 elements'],
  UpsertRequest: ['UpsertCollectionRecordsPayload', '5 elements'],
  GetRequest: ['GetRequestPayload'],
  QueryRequest: ['QueryRequestPayload'],
  DeleteRequest: ['DeleteCollectionRecordsPayload'],
  SearchRequest: ['SearchRequestPayload', '2 elements'],
  ForkRequest: ['ForkCollectionPayload', '1 element'],
  AttachFunctionRequest: ['AttachFunctionRequest', '4 elements'],
};

function wordBody(value: Json, type: string): ChromaError {
  const [name, fields] = BODIES[type] ?? ['a map'];
  if (Array.isArray(value) && fields !== undefined) {
    return unprocessable('', `invalid length ${value.length}, expected struct ${name} with ${fields}`);
  }
  return unprocessable('', `invalid type: ${unexpected(value)}, expected struct ${name}`);
}

/** What each rule of class-validator's wants, in the words of Chroma's JSON reader. */
const EXPECTED: Readonly<Record<string, string>> = {
  isString: 'a string',
  isArray: 'a sequence',
  isBoolean: 'a boolean',
  isInt: 'u32',
  min: 'u32',
  max: 'u32',
  isIn: 'a string',
};

/** Fields that are lists; of any other one a list is itself the wrong type. */
const LISTS: ReadonlySet<string> = new Set(['ids', 'include', 'searches']);

function wordField({ field, value, rule }: Extract<RequestProblem, { kind: 'field' }>): ChromaError {
  if (value === undefined) return unprocessable('', `missing field \`${field}\``);
  if (!LISTS.has(field)) return wrongType(field, value, EXPECTED[rule] ?? 'a valid value');
  if (!Array.isArray(value)) return wrongType(field, value, 'a sequence');
  const items: readonly unknown[] = value;
  const index = items.findIndex((item) => typeof item !== 'string');
  const path = `${field}[${String(index)}]`;
  if (rule !== 'isIn') return wrongType(path, items[index], 'a string');
  // what is no text is not even looked up among the names
  if (index >= 0) return invalidArgument(`Failed to parse the request body as JSON: ${path}: expected value at line 1 column 1`);
  const unknown = items.findIndex((item) => !INCLUDES.some((include) => include === item));
  const names = INCLUDES.map((include) => `\`${include}\``).join(', ');
  return unprocessable(`${field}[${String(unknown)}]`, `unknown variant \`${String(items[unknown])}\`, expected one of ${names}`);
}

function wrongType(path: string, value: unknown, expected: string): ChromaError {
  const json = (typeof value === 'number' ? new JsonNumber(String(value)) : value) as Json;
  const outOfRange = json instanceof JsonNumber && /^-?\d+$/.test(json.text) && expected === 'u32';
  return unprocessable(path, `invalid ${outOfRange ? 'value' : 'type'}: ${unexpected(json)}, expected ${expected}`);
}
