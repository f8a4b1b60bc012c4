import { IsArray, IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Ignored } from '../../../http/field-fates.js';
import type { Json } from '../../../http/json.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import { MAX_U32, V1_INCLUDES, type V1Include } from '../limits.js';
import { readQueryEmbeddings } from '../wire/embeddings.js';
import { anyJson, IfPresent } from '../wire/request-fields.js';

export class V1GetRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(anyJson) where?: Json;
  @Read(anyJson) where_document?: Json;
  @Ignored('clients always send null, and no server has ever read it') @Read(anyJson) sort?: Json;
  @IsOptional() @IsInt() @Min(0) @Max(MAX_U32) limit?: number | null;
  @IsOptional() @IsInt() @Min(0) @Max(MAX_U32) offset?: number | null;
  @IfPresent @Read(anyJson) @IsArray() @IsIn(V1_INCLUDES, { each: true }) include?: readonly V1Include[];
}

export class V1QueryRequest {
  @ReadInSlices(readQueryEmbeddings) @IsArray() query_embeddings!: readonly Float32Array[];
  @IsOptional() @IsInt() @Min(0) @Max(MAX_U32) n_results?: number | null;
  @Read(anyJson) where?: Json;
  @Read(anyJson) where_document?: Json;
  @IfPresent @Read(anyJson) @IsArray() @IsIn(V1_INCLUDES, { each: true }) include?: readonly V1Include[];
}

export class V1DeleteRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(anyJson) where?: Json;
  @Read(anyJson) where_document?: Json;
}
