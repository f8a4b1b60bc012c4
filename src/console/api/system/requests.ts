import { ArrayMinSize, IsArray, IsIn, IsOptional, IsString, Length } from 'class-validator';
import { type Permission, PERMISSIONS } from '../../../tenants/caller.js';

export class NewKeyRequest {
  @IsString() @Length(1, 200) name!: string;
  @IsArray() @ArrayMinSize(1) @IsIn(PERMISSIONS, { each: true }) permissions!: readonly Permission[];
  @IsOptional() @IsString() @Length(3, 512) tenant?: string | null;
  @IsOptional() @IsString() @Length(3, 512) database?: string | null;
  @IsOptional() @IsArray() @ArrayMinSize(1) @IsString({ each: true }) collections?: readonly string[] | null;
}

/** Of a backup, or of the collection that it becomes. */
export class NamedRequest {
  @IsString() @Length(1, 512) name!: string;
}

export class SampleRequest {
  @IsString() tenant!: string;
  @IsString() database!: string;
}
