import { IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import type { JsonObject } from '../../../http/json.js';

/** `POST /indexes/{name}/backups`. */
export class CreateBackupRequest {
  @IsOptional() @IsString() name?: string;
  @IsOptional() @IsString() description?: string;
}

/** `POST /backups/{id}/create-index`. What is absent is as it was when the backup was made. */
export class RestoreBackupRequest {
  @IsString() name!: string;
  @IsOptional() @IsObject() tags?: JsonObject;
  @IsOptional() @IsIn(['enabled', 'disabled']) deletion_protection?: 'enabled' | 'disabled';
  @IsOptional() @IsObject() read_capacity?: JsonObject;
}

/** `POST /collections`. */
export class CreateCollectionRequest {
  @IsString() name!: string;
  /** The name of the index that it is made of. */
  @IsString() source!: string;
}
