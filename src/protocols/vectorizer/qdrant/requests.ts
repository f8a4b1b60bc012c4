import { IsBoolean, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { Ignored, Refused } from '../../../http/field-fates.js';
import { type Json, readJson, readNumber } from '../../../http/json.js';
import { type BodyDialect, Read, ReadInSlices } from '../../../http/validate.js';
import { MAX_OFFSET } from '../limits.js';
import { NO_ENCRYPTION, refuseEncryption, validationError } from '../vectorizer-error.js';
import { ABSENT_NULLS } from '../wire/dialect.js';
import { skipValue } from '../wire/json-values.js';
import type { SentComponents } from '../wire/sent-components.js';
import { pointsOf, readBatch, readPoints, readQueryVector, type SentBatch, type SentPoint } from './sent-points.js';
import { readShown } from './shown.js';

/** Bodies of these routes; older clients write `with_vectors`. Null means that a field is absent. */
export const QDRANT: BodyDialect = { ...ABSENT_NULLS, fieldOf: (key) => (key === 'with_vectors' ? 'with_vector' : key) };

const DONE = 'a write is done when its answer is sent';

/** `PUT …/{c}`; SDKs put all of it into `config`. */
export class CreateRequest {
  @Read(readJson) vectors?: Json;
  @Read(readJson) hnsw_config?: Json;
  @Read(readJson) config?: Json;
}

/** `PUT …/points`. */
export class UpsertRequest {
  @ReadInSlices(readPoints) points?: readonly SentPoint[] | undefined;
  @Read(readBatch) batch?: SentBatch | undefined;
  @Ignored(DONE) @Read(skipValue) wait?: undefined;
  @Ignored(DONE) @Read(skipValue) ordering?: undefined;
  @Refused(NO_ENCRYPTION) @Read(refuseEncryption) public_key?: never;
}

/** `POST …/points/delete`. */
export class DeleteRequest {
  @Read(readJson) points?: Json;
  @Read(readJson) filter?: Json;
}

/** `POST …/points`. */
export class RetrieveRequest {
  @Read(readJson) ids?: Json;
  @Read(readShown) @IsOptional() @IsBoolean() with_payload?: boolean;
  @Read(readShown) @IsOptional() @IsBoolean() with_vector?: boolean;
}

/** `POST …/points/count`. */
export class CountRequest {
  @Read(readJson) filter?: Json;
  @Ignored('counts are always exact') @Read(skipValue) exact?: undefined;
}

/** `POST …/points/scroll`. */
export class ScrollRequest {
  @Read(readJson) filter?: Json;
  @Read(readNumber) @IsOptional() @Min(1) @IsInt() limit?: number;
  /** The id to begin with. */
  @Read(readJson) offset?: Json;
  @Read(readShown) @IsOptional() @IsBoolean() with_payload?: boolean;
  @Read(readShown) @IsOptional() @IsBoolean() with_vector?: boolean;
}

/** `POST …/points/search`. */
export class SearchRequest {
  @Read(readQueryVector) vector?: SentComponents;
  @Read(readJson) filter?: Json;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() limit?: number;
  @Read(readNumber) @IsOptional() @Max(MAX_OFFSET) @Min(0) @IsInt() offset?: number;
  @Read(readNumber) @IsOptional() @IsNumber() score_threshold?: number;
  @Read(readShown) @IsOptional() @IsBoolean() with_payload?: boolean;
  @Read(readShown) @IsOptional() @IsBoolean() with_vector?: boolean;
  @Ignored('the gateway chooses how it searches') @Read(skipValue) params?: undefined;
}

/** The points of an upsert, of either form. @throws VectorizerError 400 unless there are some */
export function requirePoints({ points, batch }: UpsertRequest): readonly SentPoint[] {
  const sent = points ?? (batch === undefined ? undefined : pointsOf(batch));
  if (sent === undefined) throw validationError('points', 'missing or invalid points parameter');
  if (sent.length === 0) throw validationError('points', 'points array must contain at least one entry');
  return sent;
}

/** The components that a search is by. @throws VectorizerError 400 for none */
export function requireQuery({ vector }: SearchRequest): Float32Array {
  if (vector === undefined) throw validationError('vector', 'missing or invalid vector parameter');
  if (vector.kind === 'problem') throw validationError('vector', vector.reason);
  return vector.values;
}
