import { IsOptional, IsString } from 'class-validator';
import { Refused } from '../../../http/field-fates.js';
import { isJsonObject, type Json, type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import type { Sliced } from '../../../slices.js';
import { MAX_METADATA_PAGE, MAX_PAGE } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { readObject, readTexts } from '../wire/sent-vector.js';

/** Requests of the documents API, as the types of the official Python SDK 10.2 have them. */

const EMBEDDED = 'documents are not embedded here: send vectors';

/** A document as it was sent. Lists of numbers, which vectors are, stand apart from the other members: a value has no object of its own. */
export interface SentDocument {
  readonly members: JsonObject;
  readonly numbers: ReadonlyMap<string, Float32Array>;
}

/** `POST …/documents/upsert`. */
export class UpsertDocumentsRequest {
  @ReadInSlices(readDocuments) documents: readonly SentDocument[] = [];
}

/** `POST …/documents/search`. */
export class SearchDocumentsRequest {
  @Read((reader) => readObjects(reader, 'score_by')) score_by: readonly JsonObject[] = [];
  @Read((reader) => readCount(reader, 'top_k', Number.MAX_SAFE_INTEGER)) top_k?: number;
  @IsOptional() @Read((reader) => readTexts(reader, 'include_fields')) include_fields?: readonly string[];
  @IsOptional() @Read((reader) => readObject(reader, 'filter')) filter?: JsonObject;
}

/** `POST …/documents/fetch`. */
export class FetchDocumentsRequest {
  @IsOptional() @Read((reader) => readTexts(reader, 'ids')) ids?: readonly string[];
  @IsOptional() @Read((reader) => readObject(reader, 'filter')) filter?: JsonObject;
  @IsOptional() @Read((reader) => readTexts(reader, 'include_fields')) include_fields?: readonly string[];
  @IsOptional() @IsString() pagination_token?: string;
  @IsOptional() @Read((reader) => readCount(reader, 'limit', MAX_METADATA_PAGE)) limit?: number;
}

/** `POST …/documents/list`. */
export class ListDocumentsRequest {
  @IsOptional() @IsString() prefix?: string;
  @IsOptional() @Read((reader) => readCount(reader, 'limit', MAX_PAGE)) limit?: number;
  @IsOptional() @IsString() pagination_token?: string;
}

/** `POST …/documents/update`. */
export class UpdateDocumentsRequest {
  @IsOptional() @ReadInSlices(readDocuments) documents?: readonly SentDocument[];
  @IsOptional() @Read((reader) => readObject(reader, 'filter')) filter?: JsonObject;
  @IsOptional() @Read((reader) => readObject(reader, 'set_fields')) set_fields?: JsonObject;
  @IsOptional() @Read((reader) => readTexts(reader, 'remove_fields')) remove_fields?: readonly string[];
}

/** `POST …/documents/delete`. */
export class DeleteDocumentsRequest {
  @IsOptional() @Read((reader) => readTexts(reader, 'ids')) ids?: readonly string[];
  @IsOptional() @Read((reader) => readObject(reader, 'filter')) filter?: JsonObject;
  @IsOptional() @Read(readBoolean) delete_all?: boolean;
}

/** A document of an upsert: other members are its fields. */
export class DocumentPart {
  _id?: Json;
}

/** A document of an update. */
export class DocumentChangesPart {
  _id?: Json;
  _remove_fields?: Json;
}

/** One of `score_by`. */
export class ScoreByPart {
  type?: Json;
  field?: Json;
  fields?: Json;
  query?: Json;
  values?: Json;
  sparse_values?: Json;
}

/** `embed` and `sparse_embed` of `score_by`. */
export class EmbedScorePart {
  @Refused(EMBEDDED) type?: Json;
  @Refused(EMBEDDED) query?: Json;
  @Refused(EMBEDDED) field?: Json;
  @Refused(EMBEDDED) fields?: Json;
}

/** A field of the type `sparse_vector`. */
export class SparseFieldValue {
  indices?: Json;
  values?: Json;
}

function* readDocuments(reader: JsonReader): Sliced<readonly SentDocument[]> {
  if (reader.kind() !== 'array') {
    reader.skipValue();
    throw invalidArgument('documents: expected a list of objects');
  }
  const documents: SentDocument[] = [];
  yield* readItems(reader, () => {
    if (reader.kind() !== 'object') {
      reader.skipValue();
      throw invalidArgument('documents: expected a list of objects');
    }
    const members = new Map<string, Json>();
    const numbers = new Map<string, Float32Array>();
    reader.readObject((key) => {
      const components = key.startsWith('_') || reader.kind() !== 'array' ? undefined : reader.tryNumbers();
      if (components === undefined) members.set(key, readJson(reader));
      else numbers.set(key, new Float32Array(components));
    });
    documents.push({ members, numbers });
  });
  return documents;
}

function readObjects(reader: JsonReader, path: string): readonly JsonObject[] {
  const list = readJson(reader);
  const items: readonly Json[] | undefined = Array.isArray(list) ? list : undefined;
  if (items?.every((item) => isJsonObject(item)) === true) return items;
  throw invalidArgument(`${path}: expected a list of objects`);
}

function readCount(reader: JsonReader, path: string, most: number): number {
  const value = readJson(reader);
  const number = typeof value === 'object' && value !== null && 'text' in value ? Number(value.text) : Number.NaN;
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw invalidArgument(`${path}: expected an integer from 1 to ${String(most)}`);
}

function readBoolean(reader: JsonReader): boolean {
  const value = readJson(reader);
  if (typeof value === 'boolean') return value;
  throw invalidArgument('delete_all: expected a boolean');
}
