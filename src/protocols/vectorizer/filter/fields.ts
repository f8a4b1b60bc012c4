import type { Json, JsonObject } from '../../../http/json.js';
import { wrong } from './operands.js';

/** An object's fields without those that are null, which serialisers write for what is not set. @throws VectorizerError for others than `known` */
export function presentFields(sent: JsonObject, path: string, known: readonly string[]): JsonObject {
  const stranger = [...sent.keys()].find((name) => !known.includes(name));
  if (stranger !== undefined) throw wrong(`${path}.${stranger}`, `unknown field; expected ${known.join(', ')}`);
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
