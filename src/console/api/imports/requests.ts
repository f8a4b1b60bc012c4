import { IsBoolean, IsString, Length } from 'class-validator';

/** A file or a folder below that of the collection's tenant. */
export class NewImportRequest {
  @IsString() @Length(1, 1_000) path!: string;
  @IsBoolean() isStrict!: boolean;
}
