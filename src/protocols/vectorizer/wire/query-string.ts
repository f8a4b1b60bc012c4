import type { Request } from 'express';
import { validationError } from '../vectorizer-error.js';

/** The query string as it was sent. Express' own parser makes lists and objects of it. */
export function queryOf(request: Request): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}

/** A whole number, at most `max`, a larger one is cut to it. @throws VectorizerError 400 for what is none */
export function countOf(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  if (!/^\d{1,15}$/.test(text)) throw validationError(name, 'it must be an integer, 0 or above');
  return Math.min(Number(text), max);
}

/** A flag that is set unless it is said to be `false` or `0`. */
export function isSet(query: URLSearchParams, name: string, fallback: boolean): boolean {
  const text = query.get(name)?.toLowerCase();
  if (text === undefined || text === '') return fallback;
  return text !== 'false' && text !== '0';
}
