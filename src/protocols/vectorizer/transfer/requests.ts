import { IsOptional, IsString } from 'class-validator';
import { type Json, readJson } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { validationError } from '../vectorizer-error.js';

/** `POST …/vectors/move` and `…/copy`. */
export class TransferRequest {
  @IsOptional() @IsString() destination?: string;
  @Read(readJson) ids?: Json;
}

/** The collection that the vectors go to. @throws VectorizerError 400 for none */
export function requireDestination({ destination }: TransferRequest): string {
  if (destination === undefined || destination === '') {
    throw validationError('destination', 'missing or invalid destination parameter');
  }
  return destination;
}
