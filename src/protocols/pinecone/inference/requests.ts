import { IsArray, IsBoolean, IsInt, IsObject, IsOptional, IsString, Min } from 'class-validator';
import { Ignored } from '../../../http/field-fates.js';
import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import { invalidArgument } from '../pinecone-error.js';
import { fill, textOf } from '../wire/query-string.js';

/** Requests of the inference API. */

/** Pinecone's own models that rank by one field; any other ranks by several, joined. */
const SINGLE_FIELD_MODELS: ReadonlySet<string> = new Set(['bge-reranker-v2-m3', 'pinecone-rerank-v0']);

export class EmbedRequest {
  @IsString() model!: string;
  /** Checked by `inputTexts`. */
  @IsArray() inputs!: readonly Json[];
  /** Checked by `readParameters`. */
  @IsOptional() @IsObject() parameters?: JsonObject;
}

export class RerankRequest {
  @IsString() model!: string;
  @IsString() query!: string;
  /** Checked by `readDocuments`. */
  @IsArray() documents!: readonly Json[];
  @IsOptional() @IsInt() @Min(1) top_n?: number;
  @IsOptional() @IsBoolean() return_documents?: boolean;
  @IsOptional() @IsArray() @IsString({ each: true }) rank_fields?: readonly string[];
  @Ignored("checked against the model's parameters; its endpoint decides what becomes of long texts")
  @IsOptional()
  @IsObject()
  parameters?: JsonObject;
}

/** `GET /models`. */
export class ModelsRequest {
  type?: string;
  vector_type?: string;
}

/** The models that a query string asks for. @throws PineconeError 400 */
export function modelsRequest(query: URLSearchParams): ModelsRequest {
  return fill(new ModelsRequest(), {
    type: oneOf(textOf(query, 'type'), 'type', ['embed', 'rerank']),
    vector_type: oneOf(textOf(query, 'vector_type'), 'vector_type', ['dense', 'sparse']),
  });
}

function oneOf(value: string | undefined, name: string, allowed: readonly string[]): string | undefined {
  if (value === undefined || allowed.includes(value)) return value;
  throw invalidArgument(`${name}: expected ${allowed.join(' or ')}`);
}

/** A document to be ranked: the text that counts, and the whole of it for the answer. */
export interface SentDocument {
  readonly text: string;
  readonly document: JsonObject;
}

/** The texts of the inputs, which are `{"text": …}` or plain strings. @throws PineconeError 400 */
export function inputTexts(inputs: readonly Json[]): readonly string[] {
  if (inputs.length === 0) throw invalidArgument('Must specify at least one input');
  return inputs.map((input, index) => {
    const text = isJsonObject(input) ? input.get('text') : input;
    const [unknown] = isJsonObject(input) && text === undefined ? input.keys() : [];
    if (unknown !== undefined) throw invalidArgument(`inputs[${String(index)}]: unknown field '${unknown}', expected 'text'`);
    if (typeof text !== 'string') throw invalidArgument(`inputs[${String(index)}].text: expected a string`);
    return text;
  });
}

/** @throws PineconeError 400 for several fields with a model that reads one */
export function requireRankFields(model: string, fields: readonly string[]): void {
  if (fields.length <= 1 || !SINGLE_FIELD_MODELS.has(model)) return;
  throw invalidArgument(`Only one rank field is supported for model ${model}`);
}

/** The documents, which are objects or plain strings, with the fields to rank them by. @throws PineconeError 400 */
export function readDocuments(documents: readonly Json[], rankFields: readonly string[] = ['text']): readonly SentDocument[] {
  if (documents.length === 0) throw invalidArgument('documents: expected at least one');
  if (rankFields.length === 0) throw invalidArgument('rank_fields: expected at least one');
  return documents.map((sent, index) => {
    const document = typeof sent === 'string' ? new Map([['text', sent]]) : sent;
    if (!isJsonObject(document)) throw invalidArgument(`documents[${String(index)}]: expected an object or a string`);
    const texts = rankFields.map((field) => {
      const text = document.get(field);
      if (text === undefined) throw invalidArgument(`field '${field}' not found in document at index ${String(index)}`);
      if (typeof text !== 'string') throw invalidArgument(`documents[${String(index)}].${field}: expected a string to rank by`);
      return text;
    });
    return { text: texts.join(' '), document };
  });
}
