import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, Min, ValidateIf } from 'class-validator';
import { type Json, readJson } from '../../http/json.js';
import type { JsonReader } from '../../http/json-reader.js';
import { Read } from '../../http/validate.js';
import { readEmbeddings, readQueryEmbeddings, type SentEmbeddings } from './wire/embeddings.js';
import { readMetadataList, type SentMetadata } from './wire/metadata-list.js';
import { readTexts } from './wire/texts.js';

/** Absent is fine, null is not. */
const IfPresent = ValidateIf((_object, value) => value !== undefined);
const U32 = 0xffff_ffff;

/** What a reader may ask to get back. `data` is of API v1 only. */
export const INCLUDES = ['distances', 'documents', 'embeddings', 'metadatas', 'uris'] as const;
export type Include = (typeof INCLUDES)[number];

/** Reads any JSON value as it is, numbers as their text. */
function json(reader: JsonReader): Json {
  return readJson(reader);
}

export class CreateTenantRequest {
  @IsString() name!: string;
}

export class CreateDatabaseRequest {
  @IsString() name!: string;
}

export class UpdateTenantRequest {
  @IsString() resource_name!: string;
}

export class CreateCollectionRequest {
  @IsString() name!: string;
  /** Checked by `readMetadata`. */
  @Read(json) metadata?: Json;
  /** Checked by `resolveConfiguration`. */
  @Read(json) configuration?: Json;
  /** Checked by `resolveConfiguration`. */
  @Read(json) schema?: Json;
  @IfPresent @IsBoolean() get_or_create?: boolean;
}

export class UpdateCollectionRequest {
  @IsOptional() @IsString() new_name?: string | null;
  /** Checked by `readMetadata`. */
  @Read(json) new_metadata?: Json;
  /** Checked by `updateConfiguration`. */
  @Read(json) new_configuration?: Json;
}

export class AddRequest {
  @IsArray() @IsString({ each: true }) ids!: readonly string[];
  @Read(readEmbeddings('refused')) @IsArray() embeddings!: SentEmbeddings;
  @Read(readTexts('documents')) documents?: readonly (string | null)[] | null;
  @Read(readTexts('uris')) uris?: readonly (string | null)[] | null;
  @Read(readMetadataList('refused')) metadatas?: SentMetadata | null;
}

export class UpsertRequest {
  @IsArray() @IsString({ each: true }) ids!: readonly string[];
  @Read(readEmbeddings('refused')) @IsArray() embeddings!: SentEmbeddings;
  @Read(readTexts('documents')) documents?: readonly (string | null)[] | null;
  @Read(readTexts('uris')) uris?: readonly (string | null)[] | null;
  @Read(readMetadataList('removed')) metadatas?: SentMetadata | null;
}

export class UpdateRequest {
  @IsArray() @IsString({ each: true }) ids!: readonly string[];
  @Read(readEmbeddings('kept')) embeddings?: SentEmbeddings | null;
  @Read(readTexts('documents')) documents?: readonly (string | null)[] | null;
  @Read(readTexts('uris')) uris?: readonly (string | null)[] | null;
  @Read(readMetadataList('removed')) metadatas?: SentMetadata | null;
}

export class GetRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(json) where?: Json;
  @Read(json) where_document?: Json;
  @IsOptional() @IsInt() @Min(0) @Max(U32) limit?: number | null;
  @IsOptional() @IsInt() @Min(0) @Max(U32) offset?: number | null;
  @IfPresent @IsArray() @IsIn(INCLUDES, { each: true }) include?: readonly Include[];
}

export class QueryRequest {
  @Read(readQueryEmbeddings) @IsArray() query_embeddings!: readonly Float32Array[];
  @IsOptional() @IsInt() @Min(0) @Max(U32) n_results?: number | null;
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(json) where?: Json;
  @Read(json) where_document?: Json;
  @IfPresent @IsArray() @IsIn(INCLUDES, { each: true }) include?: readonly Include[];
}

export class DeleteRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(json) where?: Json;
  @Read(json) where_document?: Json;
  @IsOptional() @IsInt() @Min(0) @Max(U32) limit?: number | null;
}

/** The calls that a single node does not implement still say what is missing in them. */
export class SearchRequest {
  @IsArray() searches!: readonly unknown[];
}

export class AttachFunctionRequest {
  @IsString() name!: string;
  @IsString() function_id!: string;
  @IsString() output_collection!: string;
}

export class ForkRequest {
  @IsString() new_name!: string;
}
