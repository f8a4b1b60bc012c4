import { IsOptional, IsString } from 'class-validator';
import { readJson, type Json } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';

/** Deletes by ids; older SDKs call them `vector_ids`. */
export class BatchDeleteRequest {
  @IsOptional() @IsString() collection?: string;
  @Read(readJson) ids?: Json;
  @Read(readJson) vector_ids?: Json;
}

/** `POST /delete` and `POST /vector`. */
export class VectorRequest {
  @IsOptional() @IsString() collection?: string;
  @Read(readJson) id?: Json;
}

export class DeleteByFilterRequest {
  @Read(readJson) filter?: Json;
}
