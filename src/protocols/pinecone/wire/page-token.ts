import type { ListPosition } from '../../../snapshots/snapshot.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';
import { invalidArgument } from '../pinecone-error.js';
import { numberOf, textOf } from './query-string.js';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;

const POSITION = /^(\d{1,18}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A page of a list of the control plane, as a client asks for it. */
export interface RequestedPage {
  readonly limit: number;
  readonly after: ListPosition | undefined;
}

/**
 * Reads `limit` and `paginationToken`. `list` says what is listed: a token is good for that list alone.
 * @throws PineconeError 400 for a limit out of range, or a token that is none of this list's
 */
export function requestedPage(query: URLSearchParams, list: readonly string[]): RequestedPage {
  const limit = numberOf(query, 'limit') ?? DEFAULT_LIMIT;
  if (!(limit >= 1 && limit <= MAX_LIMIT)) throw invalidArgument(`limit must be between 1 and ${String(MAX_LIMIT)}`);
  return { limit, after: decodeToken(textOf(query, 'paginationToken'), list) };
}

/** A token that goes on after the position in the list. */
export function encodeToken(position: ListPosition, list: readonly string[]): string {
  return encodeCursor(`${position.createdMicros}:${position.uuid}`, list);
}

/** Where to go on; undefined without a token. @throws PineconeError 400 for one that is none of this list's */
export function decodeToken(token: string | undefined, list: readonly string[]): ListPosition | undefined {
  const last = decodeCursor(token, list);
  if (last === undefined) return undefined;
  const [, createdMicros, uuid] = POSITION.exec(last) ?? [];
  if (createdMicros === undefined || uuid === undefined) throw invalidArgument('Invalid pagination token');
  return { createdMicros, uuid };
}

/** The page out of one item more than it has room for, and the token of the next one; undefined on the last. */
export function pageOf<T extends { readonly position: ListPosition }>(
  found: readonly T[],
  page: RequestedPage,
  list: readonly string[],
): { readonly items: readonly T[]; readonly next: string | undefined } {
  const items = found.slice(0, page.limit);
  const last = items.at(-1);
  return { items, next: found.length > page.limit && last !== undefined ? encodeToken(last.position, list) : undefined };
}
