import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import type { Json } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { anyJson } from '../bodies.js';

export class QualityRequest {
  @IsInt() @Min(10) @Max(200) queries!: number;
  @Read(anyJson) filter?: Json;
}

export class MapRequest {
  @IsString() namespace!: string;
  @Read(anyJson) filter?: Json;
  @IsInt() @Min(1) @Max(100_000) count!: number;
  @IsInt() @Min(0) @Max(4_294_967_295) seed!: number;
  @IsOptional() @IsString() colorBy?: string;
}
