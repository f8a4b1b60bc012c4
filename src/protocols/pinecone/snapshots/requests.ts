import { IsIn, IsOptional, IsString } from 'class-validator';
import type { JsonObject } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { objectOf } from '../wire/members.js';

/** `POST /indexes/{name}/backups`. */
export class CreateBackupRequest {
  @IsOptional() @IsString() name?: string;
  @IsOptional() @IsString() description?: string;
}

/** `POST /backups/{id}/create-index`. What is absent is as it was when the backup was made. */
export class RestoreBackupRequest {
  @IsString() name!: string;
  @Read(objectOf('tags')) tags?: JsonObject;
  @IsOptional() @IsIn(['enabled', 'disabled']) deletion_protection?: 'enabled' | 'disabled';
  @Read(objectOf('read_capacity')) read_capacity?: JsonObject;
}

/** `POST /collections`. */
export class CreateCollectionRequest {
  @IsString() name!: string;
  /** The name of the index that it is made of. */
  @IsString() source!: string;
}
