import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { MAX_DIMENSION, type Metric } from '../../../collections/collection.js';
import { Ignored, Refused } from '../../../http/field-fates.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject, readJson, readNumber } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { DEFAULT_HNSW, HNSW_RANGES, MAX_NAME_CHARACTERS } from '../limits.js';
import { invalidConfiguration, validationError } from '../vectorizer-error.js';
import { skipValue } from '../wire/json-values.js';
import { type HnswConfig, NO_QUANTIZATION, type Quantization } from './collection-definition.js';

const STORAGE = 'Postgres stores the vectors';
const UNCHANGEABLE = 'it never changes';

/** `POST /collections`; null means that a field is absent. */
export class CreateCollectionRequest {
  @IsOptional() @IsString() name?: string | null;
  @Read(readNumber) @IsOptional() @Max(MAX_DIMENSION) @Min(1) @IsInt() dimension?: number | null;
  @Read(readJson) metric?: Json;
  /** Null is no metric, but tells an SDK that sends the key. */
  @Read(readJson) similarity_metric?: Json;
  @IsOptional() @IsString() embedding_provider?: string | null;
  @IsOptional() @IsString() description?: string | null;
  @Read(readJson) hnsw_config?: Json;
  @Read(readJson) quantization?: Json;
  @Ignored('there are no graphs of vectors') @Read(skipValue) graph?: undefined;
  @Ignored('cosine vectors are always shown at the length one, others as they are') @Read(skipValue) normalization?: undefined;
  @Ignored(STORAGE) @Read(skipValue) compression?: undefined;
  @Ignored(STORAGE) @Read(skipValue) sharding?: undefined;
  @Ignored(STORAGE) @Read(skipValue) storage_type?: undefined;
  @Ignored('no payload can be encrypted: one that asks for it is refused') @Read(skipValue) encryption?: undefined;
}

/** `PATCH` and `PUT /collections/{c}`. */
export class UpdateCollectionRequest {
  @IsOptional() @IsString() description?: string;
  @Read(readJson) hnsw_config?: Json;
  @Read(readJson) quantization?: Json;
  @Refused(UNCHANGEABLE) @Read(readJson) dimension?: Json;
  @Refused(UNCHANGEABLE) @Read(readJson) metric?: Json;
  @Refused(UNCHANGEABLE) @Read(readJson) similarity_metric?: Json;
}

const METRICS: ReadonlyMap<string, Metric> = new Map([
  ['cosine', 'cosine'],
  ['euclidean', 'l2'],
  ['euclid', 'l2'],
  ['l2', 'l2'],
  ['dot_product', 'ip'],
  ['dotproduct', 'ip'],
  ['dot', 'ip'],
  ['ip', 'ip'],
]);
/** Paths in which these stand for a collection lead elsewhere. */
const RESERVED_NAMES: readonly string[] = ['empty', 'cleanup', '.', '..'];
const CONTROL = /\p{Cc}/u;

/** @throws VectorizerError 400 for a name that no collection may be given */
export function requireName(name: string | null | undefined, field: string): string {
  if (name === undefined || name === null) throw validationError(field, `missing or invalid ${field} parameter`);
  if (name.trim() === '') throw invalidConfiguration('a collection name must not be blank');
  if (name.includes('/') || CONTROL.test(name)) {
    throw invalidConfiguration("a collection name must not contain '/' or control characters");
  }
  if (Array.from(name).length > MAX_NAME_CHARACTERS) {
    throw invalidConfiguration(`a collection name has at most ${String(MAX_NAME_CHARACTERS)} characters`);
  }
  if (RESERVED_NAMES.includes(name))
    throw invalidConfiguration(`'${name}' is reserved: a collection of that name could not be reached`);
  return name;
}

/** Cosine unless asked for. @throws VectorizerError 400 for one that is none, and for two that differ */
export function requireMetric(request: { readonly metric?: Json; readonly similarity_metric?: Json }): Metric {
  const [metric, similarity] = [
    parseMetric('metric', request.metric),
    parseMetric('similarity_metric', request.similarity_metric),
  ];
  if (metric !== undefined && similarity !== undefined && metric !== similarity) {
    throw validationError('metric', 'it differs from similarity_metric');
  }
  return metric ?? similarity ?? 'cosine';
}

function parseMetric(field: string, value: Json | undefined): Metric | undefined {
  if (value === undefined || value === null) return undefined;
  const metric = typeof value === 'string' ? METRICS.get(value.toLowerCase()) : undefined;
  if (metric === undefined) throw validationError(field, 'it must be one of cosine, euclidean, dot_product');
  return metric;
}

/** What is not given is taken from `known`. @throws VectorizerError 400 */
export function parseHnsw(sent: Json | undefined, known: HnswConfig = DEFAULT_HNSW): HnswConfig {
  if (sent === undefined || sent === null) return known;
  if (!isJsonObject(sent)) throw invalidConfiguration('hnsw_config must be an object');
  const m = integerOf(sent, 'm') ?? known.m;
  const ef_construction = integerOf(sent, 'ef_construction') ?? Math.max(known.ef_construction, 2 * m);
  const ef_search = integerOf(sent, 'ef_search') ?? known.ef_search;
  const seed = integerOf(sent, 'seed') ?? known.seed;
  if (ef_construction < 2 * m) throw invalidConfiguration('hnsw_config.ef_construction must be at least twice hnsw_config.m');
  return { m, ef_construction, ef_search, ...(seed !== undefined && { seed }) };
}

function integerOf(object: JsonObject, key: keyof typeof HNSW_RANGES): number | undefined {
  const [least, most] = HNSW_RANGES[key];
  const value = object.get(key) ?? null;
  if (value === null) return undefined;
  const number = value instanceof JsonNumber ? Number(value.text) : Number.NaN;
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalidConfiguration(`hnsw_config.${key} must be an integer from ${String(least)} to ${String(most)}`);
}

/** `{type, bits}`, a type alone, or a boolean. @throws VectorizerError 400 for anything else */
export function parseQuantization(sent: Json | undefined, known: Quantization = NO_QUANTIZATION): Quantization {
  if (sent === undefined || sent === null) return known;
  if (typeof sent === 'string') return quantizationOf(sent, undefined);
  if (typeof sent === 'boolean') return sent ? quantizationOf('sq', 8) : NO_QUANTIZATION;
  if (!isJsonObject(sent)) throw invalidConfiguration('quantization must be an object');
  if (sent.get('enabled') === false) return NO_QUANTIZATION;
  const [type, bits] = [sent.get('type') ?? null, sent.get('bits') ?? null];
  if (type !== null && typeof type !== 'string') throw invalidConfiguration('quantization.type must be a string');
  if (bits !== null && !(bits instanceof JsonNumber && /^\d{1,2}$/.test(bits.text))) {
    throw invalidConfiguration('quantization.bits must be a small whole number');
  }
  return quantizationOf(type ?? (sent.size === 0 ? 'None' : 'sq'), bits === null ? undefined : Number(bits.text));
}

function quantizationOf(type: string, bits: number | undefined): Quantization {
  return /^(?:none|)$/i.test(type) ? NO_QUANTIZATION : { enabled: true, type, bits: bits ?? (/binary/i.test(type) ? 1 : 8) };
}
