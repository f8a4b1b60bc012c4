import { and, oneCondition, type Comparison, type FieldPath, type Filter } from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
import { presentFields } from './fields.js';
import { onKey } from './keys.js';
import { boundOf, numberOf, objectOf, wrong } from './operands.js';

const BOUNDS: Readonly<Record<string, Comparison>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** The value lies within bounds, which are all numbers or all strings. */
export function parseRange(key: string, sent: Json, path: string): Filter {
  const bounds = readBounds(sent, path, boundOf);
  const types = new Set(bounds.map(({ value }) => typeof value));
  if (types.size > 1) throw wrong(path, 'expected bounds of one type');
  return onKey(key, (field) =>
    oneCondition(and(...bounds.map(({ op, value }): Filter => ({ kind: 'compare', field, op, value })))),
  );
}

/** The value's number of elements, keys or bytes lies within bounds. */
export function parseValuesCount(key: string, sent: Json, path: string): Filter {
  const bounds = readBounds(sent, path, countOf);
  return onKey(key, (field: FieldPath) =>
    oneCondition(and(...bounds.map(({ op, value }): Filter => ({ kind: 'size', field, op, value })))),
  );
}

interface Bound<T> {
  readonly op: Comparison;
  readonly value: T;
}

function readBounds<T>(sent: Json, path: string, read: (value: Json, path: string) => T): readonly Bound<T>[] {
  const fields = presentFields(objectOf(sent, path), path, Object.keys(BOUNDS));
  if (fields.size === 0) throw wrong(path, 'expected a bound');
  return Object.entries(BOUNDS).flatMap(([name, op]) => {
    const value = fields.get(name);
    return value === undefined ? [] : [{ op, value: read(value, `${path}.${name}`) }];
  });
}

function countOf(value: Json, path: string): { readonly number: string } {
  const count = numberOf(value, path);
  if (!Number.isSafeInteger(Number(count.number)) || Number(count.number) < 0)
    throw wrong(path, 'expected a whole number from 0');
  return count;
}
