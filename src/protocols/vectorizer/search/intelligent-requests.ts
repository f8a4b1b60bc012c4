import { IsArray, IsInt, IsNumber, IsOptional, IsString, Min } from 'class-validator';
import { Ignored } from '../../../http/field-fates.js';
import { type Json, readJson, readNumber } from '../../../http/json.js';
import { type BodyDialect, Read } from '../../../http/validate.js';
import { validationError } from '../vectorizer-error.js';
import { SEARCH } from '../wire/dialect.js';
import { skipValue } from '../wire/json-values.js';

/** Searches of the intelligent family: as searches, and `max_total_results` is a name of the limit, too. */
export const INTELLIGENT: BodyDialect = {
  ...SEARCH,
  fieldOf: (key) => (key === 'max_total_results' ? 'limit' : SEARCH.fieldOf(key)),
};

const PLAIN = 'there is one plain search per collection, whose hits are merged by their scores';

/** Where a search looks, and how much it returns. */
export interface Scope {
  /** Names or aliases. All: those that can make a vector of a text. */
  readonly collections: readonly string[] | 'all';
  readonly limit: number;
  readonly limitPerCollection: number;
  readonly threshold: number | undefined;
}

/** What the four searches of the intelligent family may say, all in one. */
export class IntelligentRequest {
  @IsOptional() @IsString() query?: string;
  @IsOptional() @IsString() collection?: string;
  @IsOptional() @IsArray() @IsString({ each: true }) collections?: string[];
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() limit?: number;
  @Read(readNumber) @IsOptional() @Min(0) @IsInt() max_per_collection?: number;
  @Read(readNumber) @IsOptional() @IsNumber() threshold?: number;
  @Read(readJson) filter?: Json;
  @Read(readJson) context_filters?: Json;
  @Ignored(PLAIN) @Read(skipValue) domain_expansion?: undefined;
  @Ignored(PLAIN) @Read(skipValue) technical_focus?: undefined;
  @Ignored(PLAIN) @Read(skipValue) mmr_enabled?: undefined;
  @Ignored(PLAIN) @Read(skipValue) mmr_lambda?: undefined;
  @Ignored(PLAIN) @Read(skipValue) semantic_reranking?: undefined;
  @Ignored(PLAIN) @Read(skipValue) cross_encoder_reranking?: undefined;
  @Ignored(PLAIN) @Read(skipValue) context_weight?: undefined;
  @Ignored(PLAIN) @Read(skipValue) context_reranking?: undefined;
  @Ignored(PLAIN) @Read(skipValue) cross_collection_reranking?: undefined;
}

/** The collections of a search over several of them. @throws VectorizerError 400 unless there is one */
export function requireCollections(sent: readonly string[] | undefined): readonly string[] {
  if (sent === undefined) throw validationError('collections', 'missing or invalid collections parameter');
  if (sent.length === 0) throw validationError('collections', 'it must name at least one collection');
  return sent;
}

/** The collections of a search that is over all of them unless it says otherwise; an empty list does not. */
export function collectionsOr(
  path: string | undefined,
  { collection, collections }: IntelligentRequest,
): readonly string[] | 'all' {
  if (path !== undefined) return [path];
  if (collections !== undefined && collections.length > 0) return collections;
  return collection === undefined ? 'all' : [collection];
}

/** A limit per collection is only for searches that have a default for it. */
export function scopeOf(
  request: IntelligentRequest,
  collections: readonly string[] | 'all',
  defaults: { readonly limit: number; readonly limitPerCollection?: number; readonly threshold?: number },
): Scope {
  const limit = request.limit ?? defaults.limit;
  const { limitPerCollection: perCollection } = defaults;
  return {
    collections,
    limit,
    limitPerCollection: perCollection === undefined ? limit : (request.max_per_collection ?? perCollection),
    threshold: request.threshold ?? defaults.threshold,
  };
}
