import { IsBoolean, IsOptional, IsString } from 'class-validator';
import type { Json } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { anyJson, IfPresent } from '../wire/request-fields.js';

export class CreateCollectionRequest {
  @IsString() name!: string;
  /** Checked by `readCollectionMetadata`. */
  @Read(anyJson) metadata?: Json;
  /** Checked by `resolveConfiguration`. */
  @Read(anyJson) configuration?: Json;
  /** Checked by `resolveConfiguration`. */
  @Read(anyJson) schema?: Json;
  @IfPresent @IsBoolean() get_or_create?: boolean;
}

export class UpdateCollectionRequest {
  @IsOptional() @IsString() new_name?: string | null;
  /** Checked by `readCollectionMetadata`. */
  @Read(anyJson) new_metadata?: Json;
  /** Checked by `updateConfiguration`. */
  @Read(anyJson) new_configuration?: Json;
}

export class ForkRequest {
  @IsString() new_name!: string;
}
