import { ArrayMaxSize, IsArray, IsBoolean, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import type { Json } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { anyJson, numbers } from '../bodies.js';

/** Records of a page. */
export const MAX_PAGE = 200;
/** Results of a search. */
const MAX_HITS = 100;
/** Ids that a filter is tried on at once. */
const MAX_TRIED = 5_000;
/** Ids of a selection that is deleted: all points of the largest map. */
export const MAX_DELETED_IDS = 100_000;

export class FilterRequest {
  @IsOptional() @IsString() match?: string;
  @Read(anyJson) conditions?: Json;
}

export class RecordsRequest {
  @IsString() namespace!: string;
  @Read(anyJson) filter?: Json;
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[];
  @IsOptional() @IsString() after?: string;
  @IsInt() @Min(1) @Max(MAX_PAGE) limit!: number;
  @IsOptional() @IsBoolean() embeddings?: boolean;
}

export class MatchingRequest {
  @IsString() namespace!: string;
  @IsArray() @ArrayMaxSize(MAX_TRIED) @IsString({ each: true }) ids!: readonly string[];
  @Read(anyJson) filter?: Json;
}

export class EditRequest {
  @IsString() namespace!: string;
  @IsString() @Length(1, 65_536) id!: string;
  @IsOptional() @IsString() document?: string | null;
  @IsOptional() @IsString() metadata?: string | null;
  @Read(numbers) embedding?: Float32Array | null;
  @IsOptional() @IsBoolean() isNew?: boolean;
}

export class SearchRequest {
  @IsString() namespace!: string;
  @IsOptional() @IsString() @Length(1, 100_000) text?: string;
  @Read(numbers) embedding?: Float32Array | null;
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[];
  @Read(anyJson) filter?: Json;
  @IsInt() @Min(1) @Max(MAX_HITS) limit!: number;
  @IsOptional() @IsBoolean() exact?: boolean;
}

export class DeleteRequest {
  @IsString() namespace!: string;
  @IsOptional() @IsArray() @IsString({ each: true }) ids?: readonly string[];
  @Read(anyJson) filter?: Json;
}

export class DeleteConfirmationRequest {
  @IsString() token!: string;
  @Read(anyJson) selection!: Json;
  @IsInt() @Min(0) expected!: number;
}
