import { IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import { isJsonObject, JsonNumber, readJson, type Json, type JsonObject } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { Read } from '../../../http/validate.js';
import { PineconeError } from '../pinecone-error.js';
import { readPlain } from '../wire/sent-vector.js';

/** Requests of the control plane that make and change indexes, in both shapes. */

const PROTECTION = ['enabled', 'disabled'];

/** Reads a field that is an object; to the rules, a number of JSON's is one, too. */
export const objectOf =
  (name: string) =>
  (reader: JsonReader): JsonObject =>
    asObject(readJson(reader), name);

/** `POST /indexes` before 2026-07. */
export class CreateIndexRequest {
  @IsString() name!: string;
  @Read(objectOf('spec')) @IsObject() spec!: JsonObject;
  @Read(readPlain) dimension?: unknown;
  @IsOptional() @IsString() metric?: string;
  @IsOptional() @IsIn(PROTECTION) deletion_protection?: string;
  @Read(objectOf('tags')) tags?: JsonObject;
  @IsOptional() @IsString() vector_type?: string;
}

/** `POST /indexes` from 2026-07 on. */
export class CreateSchemaIndexRequest {
  @IsOptional() @IsString() name?: string;
  @Read(objectOf('deployment')) deployment?: JsonObject;
  @Read(objectOf('schema')) @IsObject() schema!: JsonObject;
  @IsOptional() @IsString() cmek_id?: string;
  @Read(objectOf('read_capacity')) read_capacity?: JsonObject;
  @Read(objectOf('tags')) tags?: JsonObject;
  @IsOptional() @IsIn(PROTECTION) deletion_protection?: string;
  @IsOptional() @IsString() source_collection?: string;
  /** Refused: an index out of a backup is made by the backup's own call. */
  @IsOptional() @IsString() source_backup_id?: string;
}

/** `POST /indexes/create-for-model`, in every version. */
export class CreateForModelRequest {
  @IsString() name!: string;
  @IsString() cloud!: string;
  @IsString() region!: string;
  @Read(objectOf('embed')) @IsObject() embed!: JsonObject;
  @IsOptional() @IsIn(PROTECTION) deletion_protection?: string;
  @Read(objectOf('tags')) tags?: JsonObject;
  @Read(objectOf('read_capacity')) read_capacity?: JsonObject;
  @Read(objectOf('schema')) schema?: JsonObject;
}

/** `PATCH /indexes/{name}` before 2026-07. */
export class ConfigureIndexRequest {
  @Read(objectOf('spec')) spec?: JsonObject;
  @IsOptional() @IsIn(PROTECTION) deletion_protection?: string;
  @Read(objectOf('tags')) tags?: JsonObject;
  @Read(objectOf('embed')) embed?: JsonObject;
}

/** `PATCH /indexes/{name}` from 2026-07 on, which refuses what it does not know. */
export class ConfigureSchemaIndexRequest {
  @Read(objectOf('deployment')) deployment?: JsonObject;
  @Read(objectOf('schema')) schema?: JsonObject;
  @Read(objectOf('read_capacity')) read_capacity?: JsonObject;
  @IsOptional() @IsIn(PROTECTION) deletion_protection?: string;
  @Read(objectOf('tags')) tags?: JsonObject;
}

/** The fields that such a request may have. */
export const SCHEMA_CONFIGURATION_FIELDS: ReadonlySet<string> = new Set([
  'deployment',
  'schema',
  'read_capacity',
  'deletion_protection',
  'tags',
]);

/** A member that must be there. @throws PineconeError 422 */
export function member<T>(object: JsonObject, name: string, read: (value: Json, name: string) => T): T {
  const value = object.get(name);
  if (value === undefined || value === null) throw undecodable(`missing field \`${name}\``);
  return read(value, name);
}

/** A member that may be absent or null. */
export function optional<T>(object: JsonObject, name: string, read: (value: Json, name: string) => T): T | undefined {
  const value = object.get(name);
  return value === undefined || value === null ? undefined : read(value, name);
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

/** What a decoder of the service's own would say; SDKs only show it. */
export function undecodable(reason: string): PineconeError {
  return new PineconeError(
    'UNPROCESSABLE_ENTITY',
    `Failed to deserialize the JSON body into the target type: ${reason} at line 1 column 1`,
  );
}
