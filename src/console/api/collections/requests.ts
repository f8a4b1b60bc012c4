import { IsBoolean, IsIn, IsInt, IsNumber, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { MAX_DIMENSION, type Metric, type ProtocolName } from '../../../collections/collection.js';
import { LEAST_RECALL } from '../../../config/storage.js';
import { readNumber } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';

export class NewCollectionRequest {
  @IsString() tenant!: string;
  @IsString() database!: string;
  @IsString() @Length(1, 512) name!: string;
  @IsIn(['chroma', 'pinecone', 'vectorizer']) protocol!: ProtocolName;
  @IsOptional() @IsInt() @Min(1) @Max(MAX_DIMENSION) dimension?: number | null;
  @IsIn(['l2', 'cosine', 'ip']) metric!: Metric;
}

export class CollectionChangeRequest {
  @IsOptional() @IsString() @Length(1, 512) name?: string;
  @IsOptional() @IsBoolean() deletionProtection?: boolean;
  @Read(readNumber) @IsOptional() @IsNumber() @Min(LEAST_RECALL) @Max(1) recall?: number | null;
}

/** The name is typed once more by whoever deletes. */
export class CollectionDeletionRequest {
  @IsString() name!: string;
}
