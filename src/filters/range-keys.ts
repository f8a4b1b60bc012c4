import { MAX_DOCUMENTS } from './compile-containment.js';
import { keysOf } from './compile-path.js';
import type { Filter } from './filter.js';

/** In UTF-16 units. */
const LONGEST_KEY = 256;
const NO_KEYS: ReadonlySet<string> = new Set();

/**
 * The top-level keys whose values an index on the key's numbers would look up for this filter: compared with a number, below no
 * `not`, and in an `or` only when each of its other choices can be looked up, too. Keys that are no text, or very long,
 * are left out.
 */
export function rangeKeys(filter: Filter): ReadonlySet<string> {
  return search(filter) ?? NO_KEYS;
}

/** The keys whose indexes would be used; undefined when every record must be looked at, whatever the indexes. */
function search(filter: Filter): ReadonlySet<string> | undefined {
  switch (filter.kind) {
    case 'and': {
      const found = filter.operands.map(search).filter((keys) => keys !== undefined);
      return found.length === 0 ? undefined : union(found);
    }
    case 'or': {
      const found = filter.operands.map(search);
      return found.includes(undefined) ? undefined : union(found.filter((keys) => keys !== undefined));
    }
    case 'compare': {
      const [key, ...inner] = keysOf(filter.field);
      const isIndexed = typeof filter.value !== 'string' && inner.length === 0 && key !== undefined && isIndexable(key);
      return isIndexed ? new Set([key]) : undefined;
    }
    case 'is':
    case 'has':
    case 'hasExactly':
      return filter.values.length > MAX_DOCUMENTS ? undefined : NO_KEYS;
    case 'equals':
    case 'id':
      return NO_KEYS;
    default:
      return undefined;
  }
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((keys) => [...keys]));
}

/** Half a character, or a NUL, is in no record. */
function isIndexable(key: string): boolean {
  return key.length <= LONGEST_KEY && !/[\0\p{Surrogate}]/u.test(key);
}
