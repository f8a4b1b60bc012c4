import { isJsonObject, type Json, type JsonObject } from '../../../../http/json.js';

/** The value at the end of a path of keys; nothing when the path ends earlier. */
export function valueAt(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((current, key) => (isJsonObject(current) ? current.get(key) : undefined), value);
}

/** The object at the end of a path of keys; an empty one when there is none. */
export function objectAt(value: Json | undefined, ...path: readonly string[]): JsonObject {
  const found = valueAt(value, ...path);
  return isJsonObject(found) ? found : new Map<string, Json>();
}

/** The object with another value at the end of a path; without it when the value is undefined. */
export function replaceAt(object: JsonObject, [key, ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const copy = new Map(object);
  if (key === undefined) return copy;
  const inner = rest.length === 0 ? value : replaceAt(objectAt(object, key), rest, value);
  if (inner === undefined) copy.delete(key);
  else copy.set(key, inner);
  return copy;
}

/** Both objects in one, objects inside them too; where both have another value, that of `over`. */
export function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map(base);
  for (const [key, value] of over) {
    const below = base.get(key);
    merged.set(key, isJsonObject(below) && isJsonObject(value) ? merge(below, value) : value);
  }
  return merged;
}
