import { IsOptional, IsString } from 'class-validator';
import { type Json, JsonNumber, readJson } from '../../../http/json.js';
import { Read } from '../../../http/validate.js';
import { type HnswConfig, NO_QUANTIZATION, type Quantization } from '../collections/collection-definition.js';
import { parseHnsw } from '../collections/requests.js';
import { DEFAULT_HNSW } from '../limits.js';
import { validationError } from '../vectorizer-error.js';

/** `POST …/rename`. */
export class RenameRequest {
  @IsOptional() @IsString() new_name?: string;
}

/** `POST …/ttl`: seconds, or null for ever. */
export class TtlRequest {
  @Read(readJson) ttl_secs?: Json;
}

/** `POST …/reindex`: the index' parameters. */
export class ReindexRequest {
  @Read(readJson) m?: Json;
  @Read(readJson) ef_construction?: Json;
  @Read(readJson) ef_search?: Json;
}

/** `POST …/reencode`. */
export class ReencodeRequest {
  @IsOptional() @IsString() target_encoding?: string;
}

const ENCODINGS: ReadonlyMap<string, Quantization> = new Map([
  ['fp32', NO_QUANTIZATION],
  ['sq8', { enabled: true, type: 'sq8', bits: 8 }],
  ['binary', { enabled: true, type: 'binary', bits: 1 }],
]);

/** How long vectors live, in seconds; null: for ever. @throws VectorizerError 400 */
export function requireTtl({ ttl_secs: sent }: TtlRequest): number | null {
  if (sent === undefined) throw validationError('ttl_secs', 'missing ttl_secs parameter');
  const seconds = sent instanceof JsonNumber ? Number(sent.text) : sent;
  if (seconds !== null && !(typeof seconds === 'number' && seconds > 0 && Number.isSafeInteger(Math.round(seconds * 1000)))) {
    throw validationError('ttl_secs', 'it must be a positive number, or null');
  }
  return seconds;
}

/** What is not given is the default, not what the collection has. @throws VectorizerError 400 */
export function hnswOf(request: ReindexRequest): HnswConfig {
  const given = Object.entries(request as object).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return parseHnsw(new Map(given), DEFAULT_HNSW);
}

/** @throws VectorizerError 400 for an encoding that there is not */
export function requireEncoding({ target_encoding: encoding }: ReencodeRequest): {
  readonly encoding: string;
  readonly quantization: Quantization;
} {
  const quantization = encoding === undefined ? undefined : ENCODINGS.get(encoding);
  if (encoding !== undefined && quantization !== undefined) return { encoding, quantization };
  throw validationError('target_encoding', 'it must be one of sq8, binary, fp32');
}
