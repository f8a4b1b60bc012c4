import type { ListPosition } from '../../../snapshots/snapshot.js';
import { DEFAULT_LIST_PAGE, MAX_LIST_PAGE } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { decodeCursor, encodeCursor } from './page-cursor.js';
import { numberOf, textOf } from './query-string.js';

const POSITION = /^(\d{1,18}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A page of a list of the control plane, as a client asks for it. */
export interface RequestedPage {
  readonly limit: number;
  readonly token: string | undefined;
}

/** A page of a list, and the token of the next one; undefined on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** Reads `limit` and `paginationToken`. @throws PineconeError 400 for a limit out of range */
export function requestedPage(query: URLSearchParams): RequestedPage {
  const limit = numberOf(query, 'limit') ?? DEFAULT_LIST_PAGE;
  if (!(limit >= 1 && limit <= MAX_LIST_PAGE)) throw invalidArgument(`limit must be between 1 and ${String(MAX_LIST_PAGE)}`);
  return { limit, token: textOf(query, 'paginationToken') };
}

/**
 * Reads one page by `read`, which gets one item more than the page holds. `list` names what is listed: a token is good for
 * that list alone.
 * @throws PineconeError 400 for a token that is none of this list's
 */
export async function readPage<T extends { readonly position: ListPosition }>(
  { limit, token }: RequestedPage,
  list: readonly string[],
  read: (page: { readonly after: ListPosition | undefined; readonly limit: number }) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const found = await read({ after: decodeToken(token, list), limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? encodeToken(last.position, list) : undefined };
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
