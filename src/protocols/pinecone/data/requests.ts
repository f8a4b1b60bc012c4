import { IsBoolean, IsInt, IsNumber, IsOptional, IsString, Max, Min } from 'class-validator';
import type { JsonObject } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import type { JsonReader } from '../../../http/json-reader.js';
import type { SparseVector } from '../../../records/record.js';
import {
  readFloats,
  readMetadata,
  readObject,
  readPlain,
  readSparse,
  readTexts,
  readVectors,
  type SentVector,
} from '../wire/sent-vector.js';

/** Requests of the data plane. Both transports make these: REST from JSON, gRPC from messages. */

const MAX_TOP_K = 10_000;
const MAX_PAGE = 100;
const MAX_METADATA_PAGE = 10_000;

const object = (path: string) => (reader: JsonReader) => readObject(reader, path);
const texts = (path: string) => (reader: JsonReader) => readTexts(reader, path);
const floats = (path: string) => (reader: JsonReader) => readFloats(reader, path);
const sparse = (path: string) => (reader: JsonReader) => readSparse(reader, path);

export class UpsertRequest {
  @Read(readVectors) vectors: readonly SentVector[] = [];
  @IsOptional() @IsString() namespace?: string;
}

export class QueryRequest {
  @IsOptional() @IsString() namespace?: string;
  @Read(readPlain) @IsInt() @Min(1) @Max(MAX_TOP_K) topK!: number;
  @Read(floats('vector')) vector?: Float32Array;
  @Read(sparse('sparseVector')) sparseVector?: SparseVector;
  @IsOptional() @IsString() id?: string;
  @Read(object('filter')) filter?: JsonObject;
  @IsOptional() @IsBoolean() includeValues?: boolean;
  @IsOptional() @IsBoolean() includeMetadata?: boolean;
  /** The deprecated form of many queries in one: refused. */
  @Read(readPlain) queries?: unknown;
  /** Search here is exact: there is nothing to widen. */
  @Read(readPlain) @IsOptional() @IsNumber() @Min(0.5) @Max(4) scanFactor?: number;
  @Read(readPlain) @IsOptional() @IsInt() @Min(1) @Max(100_000) maxCandidates?: number;
}

export class FetchRequest {
  @Read(texts('ids')) ids: readonly string[] = [];
  @IsOptional() @IsString() namespace?: string;
}

export class FetchByMetadataRequest {
  @IsOptional() @IsString() namespace?: string;
  @Read(object('filter')) filter?: JsonObject;
  @Read(readPlain) @IsOptional() @IsInt() @Min(1) @Max(MAX_METADATA_PAGE) limit?: number;
  @IsOptional() @IsString() paginationToken?: string;
}

export class UpdateRequest {
  @IsOptional() @IsString() id?: string;
  @Read(floats('values')) values?: Float32Array;
  @Read(sparse('sparseValues')) sparseValues?: SparseVector;
  @Read((reader) => readMetadata(reader, 'setMetadata')) setMetadata?: JsonObject;
  @IsOptional() @IsString() namespace?: string;
  @Read(object('filter')) filter?: JsonObject;
  @IsOptional() @IsBoolean() dryRun?: boolean;
}

export class DeleteRequest {
  @Read(texts('ids')) ids?: readonly string[];
  @IsOptional() @IsBoolean() deleteAll?: boolean;
  @IsOptional() @IsString() namespace?: string;
  @Read(object('filter')) filter?: JsonObject;
}

export class ListRequest {
  @IsOptional() @IsString() prefix?: string;
  @IsOptional() @IsInt() @Min(1) @Max(MAX_PAGE) limit?: number;
  @IsOptional() @IsString() paginationToken?: string;
  @IsOptional() @IsString() namespace?: string;
}

export class DescribeIndexStatsRequest {
  @Read(object('filter')) filter?: JsonObject;
}

export class ListNamespacesRequest {
  @IsOptional() @IsString() prefix?: string;
  @IsOptional() @IsInt() @Min(1) @Max(MAX_PAGE) limit?: number;
  @IsOptional() @IsString() paginationToken?: string;
}

export class CreateNamespaceRequest {
  @IsString() name!: string;
  @Read(object('schema')) schema?: JsonObject;
}
