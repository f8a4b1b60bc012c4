import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { isJsonObject, type Json, type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import type { Sliced } from '../../../slices.js';
import { MAX_METADATA_PAGE, MAX_PAGE, MAX_TOP_K } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { readObject, readPlain, readTexts } from '../wire/sent-vector.js';

/**
 * Requests of the documents API, below `/namespaces/{namespace}/documents`. Their members and rules are those that the official
 * clients know (Python 10, TypeScript 9); the words of most errors are inferred.
 */

/** A document as it was sent: lists of numbers are components, other values are JSON. */
export type SentDocument = ReadonlyMap<string, Json | Float32Array>;

/** The members of a document that are no fields of it. */
export class DocumentPart {
  _id?: Json;
}

/** As above, of a change. */
export class DocumentChangesPart {
  _id?: Json;
  _remove_fields?: Json;
}

/** A clause of `score_by`. */
export class ScoreByPart {
  type?: Json;
  field?: Json;
  fields?: Json;
  values?: Json;
  sparse_values?: Json;
  query?: Json;
}

/** `sparse_values`, and a sparse vector in a document. */
export class SparsePart {
  indices?: Json;
  values?: Json;
}

const texts = (path: string) => (reader: JsonReader) => readTexts(reader, path);
const object = (path: string) => (reader: JsonReader) => readObject(reader, path);

export class UpsertDocumentsRequest {
  @ReadInSlices(readDocuments) documents: readonly SentDocument[] = [];
}

export class SearchDocumentsRequest {
  @Read(readClauses) score_by: readonly JsonObject[] = [];
  @Read(readPlain) @IsInt() @Min(1) @Max(MAX_TOP_K) top_k!: number;
  @Read(texts('include_fields')) include_fields?: readonly string[];
  @Read(object('filter')) filter?: JsonObject;
}

export class FetchDocumentsRequest {
  @Read(texts('ids')) ids?: readonly string[];
  @Read(object('filter')) filter?: JsonObject;
  @Read(texts('include_fields')) include_fields?: readonly string[];
  @Read(readPlain) @IsOptional() @IsInt() @Min(1) @Max(MAX_METADATA_PAGE) limit?: number;
  @IsOptional() @IsString() pagination_token?: string;
}

export class UpdateDocumentsRequest {
  @ReadInSlices(readDocuments) documents?: readonly SentDocument[];
  @Read(object('filter')) filter?: JsonObject;
  @Read(object('set_fields')) set_fields?: JsonObject;
  @Read(texts('remove_fields')) remove_fields?: readonly string[];
}

export class DeleteDocumentsRequest {
  @Read(texts('ids')) ids?: readonly string[];
  @Read(object('filter')) filter?: JsonObject;
  @Read(readPlain) @IsOptional() delete_all?: boolean;
}

export class ListDocumentsRequest {
  @IsOptional() @IsString() prefix?: string;
  @Read(readPlain) @IsOptional() @IsInt() @Min(1) @Max(MAX_PAGE) limit?: number;
  @IsOptional() @IsString() pagination_token?: string;
}

/** Reads a list of documents; components are read as numbers at once, without an object for each. */
function* readDocuments(reader: JsonReader): Sliced<readonly SentDocument[]> {
  if (reader.kind() !== 'array') {
    reader.skipValue();
    throw invalidArgument('documents: expected a list of documents');
  }
  const documents: SentDocument[] = [];
  yield* readItems(reader, (index) => {
    if (reader.kind() !== 'object') {
      reader.skipValue();
      throw invalidArgument(`documents[${String(index)}]: expected an object`);
    }
    const document = new Map<string, Json | Float32Array>();
    reader.readObject((key) => {
      const numbers = reader.kind() === 'array' ? reader.tryNumbers() : undefined;
      document.set(key, numbers === undefined ? readJson(reader) : new Float32Array(numbers));
    });
    documents.push(document);
  });
  return documents;
}

function readClauses(reader: JsonReader): readonly JsonObject[] {
  const value = readJson(reader);
  const clauses: readonly Json[] | undefined = Array.isArray(value) ? value : undefined;
  if (clauses?.every(isJsonObject) === true) return clauses;
  throw invalidArgument('score_by: expected a list of clauses');
}
