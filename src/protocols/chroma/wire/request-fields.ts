import { ValidateIf } from 'class-validator';
import { type Json, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';

/**
 * The request classes declare every published field of Chroma's API. Any other field is ignored, in v2 and in v1 alike: the real
 * server's reader skips what it does not know. `configuration.hnsw`, `configuration.spann` and `schema` are the exceptions, and
 * strict (`collections/configuration/request-shapes.ts`).
 */

/** The field may be absent, but not null. */
export const IfPresent = ValidateIf((_object, value) => value !== undefined);

/** Reads any JSON value as it is, numbers as their text. */
export function anyJson(reader: JsonReader): Json {
  return readJson(reader);
}
