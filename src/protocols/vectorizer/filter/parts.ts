import { and, type Filter, not, or } from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
import { wrong } from './operands.js';

/** What a part of a filter says: a condition, or nothing. */
export type Part = Filter | Empty;

/** No condition. `deniedAt`: where the opposite of none is demanded, which no one can have meant. */
export interface Empty {
  readonly kind: 'empty';
  readonly deniedAt: string | undefined;
}

/** Reads a filter of either form. */
export type ParseNested = (sent: Json, path: string) => Part;

export const EMPTY: Empty = { kind: 'empty', deniedAt: undefined };
/** A condition that no record meets. */
export const NOTHING: Filter = or();

export function isEmpty(part: Part): part is Empty {
  return part.kind === 'empty';
}

/** All of them hold; those that say nothing are left out. @throws VectorizerError where a denied one stands beside conditions */
export function all(parts: readonly Part[]): Part {
  const filters = parts.filter((part) => !isEmpty(part));
  const denied = parts.filter(isEmpty).find(({ deniedAt }) => deniedAt !== undefined);
  if (filters.length === 0) return denied ?? EMPTY;
  if (denied?.deniedAt !== undefined) throw wrong(denied.deniedAt, EMPTY_CONDITION);
  if (filters.some(isNothing)) return NOTHING;
  return single(filters) ?? and(...filters);
}

/**
 * One of them holds: of at least one part. None says anything: the whole does not.
 * @throws VectorizerError where some say nothing, as that would match every record
 */
export function any(parts: readonly Part[], path: string): Part {
  const filters = parts.filter((part) => !isEmpty(part));
  if (filters.length === 0) return all(parts);
  if (filters.length < parts.length) throw wrong(path, EMPTY_CONDITION);
  const possible = filters.filter((filter) => !isNothing(filter));
  if (possible.length === 0) return NOTHING;
  return single(possible) ?? or(...possible);
}

/** None of them holds. The opposite of what no record meets is no condition. @throws VectorizerError as `any` */
export function none(parts: readonly Part[], path: string): Part {
  if (parts.length === 0) return EMPTY;
  const part = any(parts, path);
  if (isEmpty(part)) return { kind: 'empty', deniedAt: part.deniedAt ?? path };
  return isNothing(part) ? EMPTY : not(part);
}

const EMPTY_CONDITION = 'has an empty condition';

function isNothing(filter: Filter): boolean {
  return filter.kind === 'or' && filter.operands.length === 0;
}

function single(filters: readonly Filter[]): Filter | undefined {
  return filters.length === 1 ? filters[0] : undefined;
}
