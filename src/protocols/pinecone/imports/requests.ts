import { IsOptional, IsString } from 'class-validator';
import { Refused } from '../../../http/field-fates.js';
import type { Json, JsonObject } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { invalidArgument } from '../pinecone-error.js';
import { asText, membersOf, objectOf, optional } from '../wire/members.js';

/** `POST /bulk/imports`. */
export class StartImportRequest {
  @IsString() uri!: string;
  @Refused('imports read files of the gateway alone') @IsOptional() @IsString() integrationId?: string;
  @Read(objectOf('errorMode')) errorMode?: JsonObject;
}

/** Its `errorMode`. */
class ErrorModePart {
  onError: Json | undefined = undefined;
}

/** Whether a record that cannot be imported ends the import. @throws PineconeError for an error mode that is none */
export function isStrict({ errorMode }: StartImportRequest): boolean {
  if (errorMode === undefined) return false;
  const onError = optional(membersOf(ErrorModePart, errorMode).onError, 'errorMode.onError', asText) ?? 'continue';
  if (onError !== 'abort' && onError !== 'continue')
    throw invalidArgument(`errorMode.onError: expected 'abort' or 'continue', got '${onError}'`);
  return onError === 'abort';
}
