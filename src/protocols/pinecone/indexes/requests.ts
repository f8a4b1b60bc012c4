import { IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import { Refused } from '../../../http/field-fates.js';
import { type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { Read } from '../../../http/validate.js';
import { invalidArgument } from '../pinecone-error.js';
import { objectOf } from '../wire/members.js';
import { readPlain } from '../wire/sent-vector.js';

/** Requests that make and change indexes, in both shapes. Objects within them are in `request-parts.ts`. */

const PROTECTION = ['enabled', 'disabled'];

/** @throws PineconeError 400: of a change, the service decodes any value */
function readProtection(reader: JsonReader): string {
  const sent = readJson(reader);
  if (typeof sent === 'string' && PROTECTION.includes(sent)) return sent;
  throw invalidArgument('Invalid deletion_protection, value should be either enabled or disabled');
}

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
  @Refused("an index out of a backup is made by the backup's own call")
  @IsOptional()
  @IsString()
  source_backup_id?: string;
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
  @Read(readProtection) @IsOptional() @IsIn(PROTECTION) deletion_protection?: string;
  @Read(objectOf('tags')) tags?: JsonObject;
  @Read(objectOf('embed')) embed?: JsonObject;
}

/** `PATCH /indexes/{name}` from 2026-07 on. */
export class ConfigureSchemaIndexRequest {
  @Read(objectOf('deployment')) deployment?: JsonObject;
  @Read(objectOf('schema')) schema?: JsonObject;
  @Read(objectOf('read_capacity')) read_capacity?: JsonObject;
  @Read(readProtection) @IsOptional() @IsIn(PROTECTION) deletion_protection?: string;
  @Read(objectOf('tags')) tags?: JsonObject;
}
