import { IsArray, IsBoolean, IsInt, IsObject, IsOptional, IsString, Min } from 'class-validator';
import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import { invalidArgument } from '../pinecone-error.js';

/** Requests of the inference API. */

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
  /** Checked by `readParameters`. */
  @IsOptional() @IsObject() parameters?: JsonObject;
}

/** A document to be ranked: the text that counts, and the whole of it for the answer. */
export interface SentDocument {
  readonly text: string;
  readonly document: JsonObject;
}

/** The texts of the inputs, which are `{"text": …}` or plain strings. @throws PineconeError 400 */
export function inputTexts(inputs: readonly Json[]): readonly string[] {
  if (inputs.length === 0) throw invalidArgument('inputs: expected at least one');
  return inputs.map((input, index) => {
    const text = isJsonObject(input) ? input.get('text') : input;
    if (typeof text !== 'string') throw invalidArgument(`inputs[${String(index)}].text: expected a string`);
    return text;
  });
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
      if (typeof text !== 'string') throw invalidArgument(`documents[${String(index)}].${field}: expected a string to rank by`);
      return text;
    });
    return { text: texts.join(' '), document };
  });
}
