import {
  and,
  exists,
  has,
  is,
  not,
  oneCondition,
  or,
  type FieldPath,
  type Filter,
  type Scalar,
} from '../../../filters/filter.js';

/** A condition on a key: on the field of that very name where a record has it, else on the one that the key's dots lead to. */
export function onKey(key: string, condition: (field: FieldPath) => Filter): Filter {
  if (!key.includes('.')) return condition(key);
  const path = key.split('.');
  return oneCondition(or(and(exists(key), condition(key)), and(not(exists(key)), condition(path))));
}

/** The value is one of these, or a list that holds one of them. Null is only itself. At least one value. */
export function equalsAny(key: string, values: readonly (Scalar | null)[]): Filter {
  const elements = values.filter((value) => value !== null);
  return onKey(key, (field) => {
    const itself = is(field, ...values);
    return elements.length === 0 ? itself : oneCondition(or(itself, has(field, ...elements)));
  });
}

/** The record has the field, whatever its value. */
export function hasKey(key: string): Filter {
  return onKey(key, exists);
}
