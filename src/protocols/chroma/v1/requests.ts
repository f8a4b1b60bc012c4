import { IsArray, IsIn, IsInt, IsOptional, IsString, Max, Min, ValidateIf } from 'class-validator';
import { type Json, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { Read } from '../../../http/validate.js';
import { readQueryEmbeddings } from '../wire/embeddings.js';
import { INCLUDES } from '../requests.js';

const IfPresent = ValidateIf((_object, value) => value !== undefined);
const U32 = 0xffff_ffff;
const V1_INCLUDES = [...INCLUDES, 'data'] as const;
type V1Include = (typeof V1_INCLUDES)[number];

function json(reader: JsonReader): Json {
  return readJson(reader);
}

/** `sort`, which clients always send as null, was never read by a server. */
export class V1GetRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(json) where?: Json;
  @Read(json) where_document?: Json;
  @IsOptional() @IsInt() @Min(0) @Max(U32) limit?: number | null;
  @IsOptional() @IsInt() @Min(0) @Max(U32) offset?: number | null;
  @IfPresent @IsArray() @IsIn(V1_INCLUDES, { each: true }) include?: readonly V1Include[];
}

export class V1QueryRequest {
  @Read(readQueryEmbeddings) @IsArray() query_embeddings!: readonly Float32Array[];
  @IsOptional() @IsInt() @Min(0) @Max(U32) n_results?: number | null;
  @Read(json) where?: Json;
  @Read(json) where_document?: Json;
  @IfPresent @IsArray() @IsIn(V1_INCLUDES, { each: true }) include?: readonly V1Include[];
}

export class V1DeleteRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(json) where?: Json;
  @Read(json) where_document?: Json;
}
