import { IsArray, IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { Ignored } from '../../../http/field-fates.js';
import type { Json } from '../../../http/json.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import { type Include, INCLUDES, MAX_U32 } from '../limits.js';
import { readEmbeddings, readQueryEmbeddings, type SentEmbeddings } from '../wire/embeddings.js';
import { readMetadataList, type SentMetadata } from '../wire/metadata-list.js';
import { anyJson, IfPresent } from '../wire/request-fields.js';
import { readTexts } from '../wire/texts.js';

const REFUSED_CALL = 'the call is refused whatever it says, as on a single Chroma node';

export class AddRequest {
  @IsArray() @IsString({ each: true }) ids!: readonly string[];
  @ReadInSlices(readEmbeddings('refused')) @IsArray() embeddings!: SentEmbeddings;
  @ReadInSlices(readTexts('documents')) documents?: readonly (string | null)[] | null;
  @ReadInSlices(readTexts('uris')) uris?: readonly (string | null)[] | null;
  @ReadInSlices(readMetadataList('refused')) metadatas?: SentMetadata | null;
}

export class UpsertRequest {
  @IsArray() @IsString({ each: true }) ids!: readonly string[];
  @ReadInSlices(readEmbeddings('refused')) @IsArray() embeddings!: SentEmbeddings;
  @ReadInSlices(readTexts('documents')) documents?: readonly (string | null)[] | null;
  @ReadInSlices(readTexts('uris')) uris?: readonly (string | null)[] | null;
  @ReadInSlices(readMetadataList('removed')) metadatas?: SentMetadata | null;
}

export class UpdateRequest {
  @IsArray() @IsString({ each: true }) ids!: readonly string[];
  @ReadInSlices(readEmbeddings('kept')) embeddings?: SentEmbeddings | null;
  @ReadInSlices(readTexts('documents')) documents?: readonly (string | null)[] | null;
  @ReadInSlices(readTexts('uris')) uris?: readonly (string | null)[] | null;
  @ReadInSlices(readMetadataList('removed')) metadatas?: SentMetadata | null;
}

export class GetRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(anyJson) where?: Json;
  @Read(anyJson) where_document?: Json;
  @IsOptional() @IsInt() @Min(0) @Max(MAX_U32) limit?: number | null;
  @IsOptional() @IsInt() @Min(0) @Max(MAX_U32) offset?: number | null;
  @IfPresent @Read(anyJson) @IsArray() @IsIn(INCLUDES, { each: true }) include?: readonly Include[];
}

export class QueryRequest {
  @ReadInSlices(readQueryEmbeddings) @IsArray() query_embeddings!: readonly Float32Array[];
  @IsOptional() @IsInt() @Min(0) @Max(MAX_U32) n_results?: number | null;
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(anyJson) where?: Json;
  @Read(anyJson) where_document?: Json;
  @IfPresent @Read(anyJson) @IsArray() @IsIn(INCLUDES, { each: true }) include?: readonly Include[];
}

export class DeleteRequest {
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[] | null;
  @Read(anyJson) where?: Json;
  @Read(anyJson) where_document?: Json;
  @IsOptional() @IsInt() @Min(0) @Max(MAX_U32) limit?: number | null;
}

/** A call that a single node does not implement still reports what is missing in it. */
export class AttachFunctionRequest {
  @IsString() name!: string;
  @IsString() function_id!: string;
  @IsString() output_collection!: string;
  @Ignored(REFUSED_CALL) @Read(anyJson) params?: Json;
}

/** Not even read: the call is refused before. */
export class DetachFunctionRequest {
  @Ignored(REFUSED_CALL) @Read(anyJson) delete_output?: Json;
}
