import type { Request } from 'express';

/** `YYYY-MM`; compared as text. */
export type ApiVersion = string;

const OLDEST = '2024-07';
const NEWEST = '2026-07';
const NEWEST_CLASSIC = '2026-04';

/** From here on, control plane answers have `deployment` and `schema` in place of `spec` and `dimension`. */
export const SCHEMA_SHAPE: ApiVersion = NEWEST;

/**
 * The version that a request's `X-Pinecone-API-Version` means: the oldest without one, the newest of the classic shape for what
 * is no version (`unstable`), the newest for later ones.
 */
export function apiVersion(header: string | readonly string[] | undefined): ApiVersion {
  const text = typeof header === 'string' ? header : header?.[0];
  if (text === undefined) return OLDEST;
  const version = /^\d{4}-\d{2}/.exec(text)?.[0];
  if (version === undefined) return NEWEST_CLASSIC;
  return version > NEWEST ? NEWEST : version;
}

/** The version that a REST request means. */
export function versionOf(request: Request): ApiVersion {
  return apiVersion(request.headers['x-pinecone-api-version']);
}
