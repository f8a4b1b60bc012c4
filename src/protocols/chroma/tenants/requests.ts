import { IsString } from 'class-validator';

export class CreateTenantRequest {
  @IsString() name!: string;
}

export class UpdateTenantRequest {
  @IsString() resource_name!: string;
}

export class CreateDatabaseRequest {
  @IsString() name!: string;
}
