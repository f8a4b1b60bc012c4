import { JsonNumber, type JsonObject } from '../../../http/json.js';

/** The payload field that says when a vector ends: milliseconds since 1970. */
export const EXPIRY_FIELD = '__expires_at';

/** The payload of a vector written now into a collection whose vectors live `ttlSeconds`, for ever when that is null. */
export function withExpiry(payload: JsonObject, ttlSeconds: number | null): JsonObject {
  if (ttlSeconds === null || payload.has(EXPIRY_FIELD)) return payload;
  return new Map([...payload, [EXPIRY_FIELD, new JsonNumber(String(Date.now() + Math.round(ttlSeconds * 1000)))]]);
}
