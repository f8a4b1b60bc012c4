import { type Json, JsonNumber } from '../../../http/json.js';
import { MAX_ID_BYTES } from '../limits.js';
import { validationError, type VectorizerError } from '../vectorizer-error.js';

/** The rest of a path as an id: the framework gives its parts, decoded; a slash between them belongs to the id. */
export function idOf(parts: string | readonly string[]): string {
  return typeof parts === 'string' ? parts : parts.join('/');
}

/** An id that Vectorizer may give a vector; undefined when none was sent. */
export function parseId(sent: Json | undefined): string | undefined | VectorizerError {
  if (sent === undefined) return undefined;
  const id = idText(sent);
  if (id === undefined) return validationError('id', 'it must be a string');
  if (id === '') return validationError('id', 'it must not be empty');
  if (Buffer.byteLength(id) > MAX_ID_BYTES) return validationError('id', `it has more than ${String(MAX_ID_BYTES)} bytes`);
  if (id.trim() !== id) return validationError('id', 'it must not begin or end with white space');
  return id.includes('#') ? validationError('id', "it must not contain '#', which is for chunks") : id;
}

/** An id as text: an integer is its digits; undefined for what is neither. */
export function idText(sent: Json): string | undefined {
  if (typeof sent === 'string') return sent;
  return sent instanceof JsonNumber && /^-?\d+$/.test(sent.text) ? sent.text : undefined;
}

/** An id as text. @throws VectorizerError 400 for none */
export function requireId(sent: Json | undefined): string {
  const id = sent === undefined ? undefined : idText(sent);
  if (id === undefined || id === '') throw validationError('id', 'missing or invalid id parameter');
  return id;
}

/** The ids of a list, undefined for what is none. @throws VectorizerError 400 unless it is a list with something in it */
export function requireIds(sent: Json | undefined): readonly (string | undefined)[] {
  if (!Array.isArray(sent)) throw validationError('ids', 'missing or invalid ids parameter');
  const list = sent as readonly Json[];
  if (list.length === 0) throw validationError('ids', 'ids array must contain at least one entry');
  return list.map(idText);
}
