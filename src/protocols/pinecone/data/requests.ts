import { IsBoolean, IsInt, IsNumber, IsOptional, IsString, Max, Min } from 'class-validator';
import { Ignored, Refused } from '../../../http/field-fates.js';
import type { JsonObject } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import type { SparseVector } from '../../../records/record.js';
import { MAX_CANDIDATES, MAX_METADATA_PAGE, MAX_PAGE, MAX_TOP_K, SCAN_FACTOR } from '../limits.js';
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

/** Requests for vectors and namespaces. REST makes them from JSON and query strings, gRPC from messages. */

const EFFORT = 'the gateway chooses how widely a search looks';

const object = (path: string) => (reader: JsonReader) => readObject(reader, path);
const texts = (path: string) => (reader: JsonReader) => readTexts(reader, path);
const floats = (path: string) => (reader: JsonReader) => readFloats(reader, path);
const sparse = (path: string) => (reader: JsonReader) => readSparse(reader, path);

export class UpsertRequest {
  @ReadInSlices(readVectors) vectors: readonly SentVector[] = [];
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
  @Refused('deprecated: one query per request') @Read(readPlain) queries?: unknown;
  @Ignored(EFFORT)
  @Read(readPlain)
  @IsOptional()
  @IsNumber()
  @Min(SCAN_FACTOR.min)
  @Max(SCAN_FACTOR.max)
  scanFactor?: number;
  @Ignored(EFFORT) @Read(readPlain) @IsOptional() @IsInt() @Min(1) @Max(MAX_CANDIDATES) maxCandidates?: number;
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

/** `GET /describe_index_stats`, the older form. */
export class DescribeIndexStatsQuery {
  @Ignored('a query string holds no filter') filter?: undefined;
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

/** Describes or deletes a namespace: over REST it is part of the path. */
export class NamespaceRequest {
  @IsOptional() @IsString() namespace?: string;
}
