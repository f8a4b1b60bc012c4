import { IsBoolean, IsInt, IsNumber, IsOptional, IsString, Max, Min } from 'class-validator';
import { type Json, readJson, readNumber } from '../../../http/json.js';
import type { BodyDialect } from '../../../http/validate.js';
import { Read } from '../../../http/validate.js';
import type { SparseVector } from '../../../records/record.js';
import { validationError, VectorizerError } from '../vectorizer-error.js';
import { SEARCH } from '../wire/dialect.js';
import { parseSparse } from '../wire/sent-entry.js';
import type { Fusion } from './fusion.js';

/** Hybrid searches: as searches, and `final_k` is a name of the limit, too. */
export const HYBRID: BodyDialect = { ...SEARCH, fieldOf: (key) => (key === 'final_k' ? 'limit' : SEARCH.fieldOf(key)) };

export class HybridRequest {
  @IsOptional() @IsString() collection?: string;
  @IsOptional() @IsString() query?: string;
  @Read(readJson) query_sparse?: Json;
  /** The weight of the dense list; the rest is that of the sparse one. */
  @Read(readNumber) @IsOptional() @IsNumber() @Min(0) @Max(1) alpha?: number;
  @IsOptional() @IsString() algorithm?: string;
  @Read(readNumber) @IsOptional() @Min(1) @IsInt() dense_k?: number;
  @Read(readNumber) @IsOptional() @Min(1) @IsInt() sparse_k?: number;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() limit?: number;
  @Read(readJson) filter?: Json;
  /** Of the fused scores. */
  @Read(readNumber) @IsOptional() @IsNumber() threshold?: number;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() offset?: number;
  @IsOptional() @IsBoolean() with_vector?: boolean;
  @IsOptional() @IsBoolean() with_payload?: boolean;
}

/** The text of a request that cannot do without. @throws VectorizerError 400 for none, or one of white space */
export function requireQuery(query: string | undefined): string {
  if (query === undefined) throw validationError('query', 'missing or invalid query parameter');
  if (query.trim() === '') throw validationError('query', 'it must not be empty');
  return query;
}

/** An unknown one is the default. */
export function fusionOf(algorithm: string | undefined): Fusion {
  return algorithm === 'weighted' || algorithm === 'alpha' ? algorithm : 'rrf';
}

/** The sparse query; undefined when none was sent, or one without components. @throws VectorizerError 400 */
export function sparseQueryOf(sent: Json | undefined): SparseVector | undefined {
  const sparse = parseSparse(sent, 'query_sparse');
  if (sparse instanceof VectorizerError) throw sparse;
  return sparse ?? undefined;
}
