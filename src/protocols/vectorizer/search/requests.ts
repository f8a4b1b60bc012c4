import { IsBoolean, IsInt, IsNumber, IsOptional, IsString, Min } from 'class-validator';
import { isJsonObject, type Json, readJson, readNumber } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import { type Sliced } from '../../../slices.js';
import { validationError } from '../vectorizer-error.js';
import { readComponents, type SentComponents } from '../wire/sent-components.js';

/** What every search may say; `SEARCH` reads the other names of its fields. */
export class SearchRequest {
  @IsOptional() @IsString() collection?: string;
  @IsOptional() @IsString() query?: string;
  @Read(readComponents) vector?: SentComponents;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() limit?: number;
  @Read(readNumber) @IsOptional() @IsNumber() threshold?: number;
  @Read(readJson) filter?: Json;
  @IsOptional() @IsBoolean() with_vector?: boolean;
  @IsOptional() @IsBoolean() with_payload?: boolean;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() offset?: number;
}

/** `POST /collections/{c}/search/file`. */
export class FileSearchRequest {
  @IsOptional() @IsString() file_path?: string;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() limit?: number;
  @Read(readJson) filter?: Json;
  @IsOptional() @IsBoolean() with_vector?: boolean;
  @IsOptional() @IsBoolean() with_payload?: boolean;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() offset?: number;
}

export class BatchSearchRequest {
  @IsOptional() @IsString() collection?: string;
  /** Each is read as a search of its own. */
  @ReadInSlices(readQueries) queries?: readonly string[] | 'no_list';
}

/** The file whose texts are searched. @throws VectorizerError 400 for none */
export function requirePath({ file_path: path }: FileSearchRequest): string {
  if (path === undefined) throw validationError('file_path', 'missing or invalid file_path parameter');
  return path;
}

/** The searches of a batch, as JSON texts. @throws VectorizerError 400 unless there is a list with something in it */
export function requireQueries(sent: BatchSearchRequest['queries']): readonly string[] {
  if (sent === undefined || sent === 'no_list') throw validationError('queries', 'missing or invalid queries parameter');
  if (sent.length === 0) throw validationError('queries', 'queries array must contain at least one entry');
  return sent;
}

/** Whether a filter says anything: null and `{}` do not. */
export function hasFilter(filter: Json | undefined): filter is Json {
  return filter !== undefined && filter !== null && !(isJsonObject(filter) && filter.size === 0);
}

function* readQueries(reader: JsonReader): Sliced<readonly string[] | 'no_list'> {
  if (reader.kind() !== 'array') {
    reader.skipValue();
    return 'no_list';
  }
  const queries: string[] = [];
  yield* readItems(reader, () => {
    queries.push(reader.skipValue());
  });
  return queries;
}
