import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { MAX_DIMENSION } from '../../../collections/collection.js';
import { readNumber } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { validationError } from '../vectorizer-error.js';

/** `POST /embed`. */
export class EmbedRequest {
  @IsOptional() @IsString() text?: string;
  @IsOptional() @IsString() model?: string;
  @Read(readNumber) @IsOptional() @Max(MAX_DIMENSION) @Min(1) @IsInt() dimension?: number;
}

/** The text that a vector is made of. @throws VectorizerError 400 for none, or one of white space */
export function requireText({ text }: EmbedRequest): string {
  if (text === undefined || text.trim() === '') throw validationError('text', 'missing or empty text parameter');
  return text;
}
