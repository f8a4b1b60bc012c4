import { IsOptional, IsString } from 'class-validator';
import { type Json, readJson } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';

/** One vector: `POST /vector` reads it, `POST /delete` deletes it. */
export class VectorRequest {
  @IsOptional() @IsString() collection?: string;
  @Read(readJson) id?: Json;
}
