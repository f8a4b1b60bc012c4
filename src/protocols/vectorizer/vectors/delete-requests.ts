import { IsOptional, IsString } from 'class-validator';
import { readJson, type Json } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';

/** Deletes by ids; older SDKs call them `vector_ids`. */
export class BatchDeleteRequest {
  @IsOptional() @IsString() collection?: string;
  @Read(readJson) ids?: Json;
  @Read(readJson) vector_ids?: Json;
}

export class DeleteByFilterRequest {
  @Read(readJson) filter?: Json;
}

/** The ids of a batch, by either name. */
export function sentIds({ ids, vector_ids: vectorIds }: BatchDeleteRequest): Json | undefined {
  return ids ?? vectorIds;
}
