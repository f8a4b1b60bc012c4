import { DEFAULT_PAGE, MAX_OFFSET, MAX_PAGE } from '../limits.js';
import { countOf, isSet } from '../wire/query-string.js';
import type { Shown } from '../wire/stored-vector.js';

/** A page of a collection, or the vectors of some ids. */
export interface ListRequest extends Shown {
  readonly limit: number;
  readonly offset: number;
  readonly ids: readonly string[] | undefined;
}

/** `GET /collections/{c}/vectors`. @throws VectorizerError 400 for a limit or an offset that is none */
export function parseListRequest(query: URLSearchParams): ListRequest {
  const ids = query
    .get('ids')
    ?.split(',')
    .filter((id) => id !== '');
  const limit = countOf(query, 'limit', ids === undefined ? DEFAULT_PAGE : MAX_PAGE, MAX_PAGE);
  const offset = countOf(query, 'offset', 0, MAX_OFFSET);
  return { ...parseShown(query), limit, offset, ids };
}

/** What the answer shows: all of it unless it says otherwise. */
export function parseShown(query: URLSearchParams): Shown {
  return { vector: isSet(query, 'with_vector', true), payload: isSet(query, 'with_payload', true) };
}
