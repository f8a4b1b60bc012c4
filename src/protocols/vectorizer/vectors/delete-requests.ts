import { IsOptional, IsString } from 'class-validator';
import { Ignored } from '../../../http/field-fates.js';
import { type Json, readJson } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { skipValue } from '../wire/json-values.js';

/** Deletes by ids; older SDKs call them `vector_ids`. */
export class BatchDeleteRequest {
  @IsOptional() @IsString() collection?: string;
  @Read(readJson) ids?: Json;
  @Read(readJson) vector_ids?: Json;
  @Ignored('what some SDKs say of batches is for a server that works them off in parts') @Read(skipValue) config?: undefined;
}

export class DeleteByFilterRequest {
  @Read(readJson) filter?: Json;
}

/** The ids of a batch, by either name. */
export function sentIds({ ids, vector_ids: vectorIds }: BatchDeleteRequest): Json | undefined {
  return ids ?? vectorIds;
}
