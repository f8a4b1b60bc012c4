import { isJsonObject, type Json, JsonNumber, type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { PineconeError } from '../pinecone-error.js';

/** Objects within requests: each has a class that declares its members and states their fates. */

/** The members of the object that the class declares, without those that are null. Others are ignored. */
export function membersOf<T extends { [Name in keyof T]: Json | undefined }>(type: new () => T, sent: JsonObject): T {
  const members = new type();
  for (const name of Object.keys(members)) Object.assign(members, { [name]: sent.get(name) ?? undefined });
  return members;
}

/** A member that must be there. @throws PineconeError 422 */
export function required<T>(value: Json | undefined, name: string, read: (value: Json, name: string) => T): T {
  if (value === undefined) throw undecodable(`missing field \`${name}\``);
  return read(value, name);
}

/** A member that may be absent. @throws PineconeError 422 for one of another type */
export function optional<T>(value: Json | undefined, name: string, read: (value: Json, name: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, name);
}

export function asText(value: Json, name: string): string {
  if (typeof value === 'string') return value;
  throw undecodable(`${name}: expected a string`);
}

export function asObject(value: Json, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw undecodable(`${name}: expected an object`);
}

export function asInteger(value: Json, name: string): number {
  const number = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
  if (Number.isInteger(number)) return number;
  throw undecodable(`${name}: expected an integer`);
}

/** Reads a field that is an object; to the rules, a number of JSON's is one, too. */
export const objectOf =
  (name: string) =>
  (reader: JsonReader): JsonObject =>
    asObject(readJson(reader), name);

/** A body that cannot be decoded, in the manner of the service's decoder; SDKs only show the text. */
export function undecodable(reason: string): PineconeError {
  return new PineconeError(
    'UNPROCESSABLE_ENTITY',
    `Failed to deserialize the JSON body into the target type: ${reason} at line 1 column 1`,
  );
}
