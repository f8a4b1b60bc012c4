import type { FieldType } from '../../../collections/collection.js';
import type { FieldCollector } from '../../../collections/field-collector.js';
import { type Json, JsonNumber, type JsonObject } from '../../../http/json.js';

/** Notes the fields of a payload that other protocols can filter by; a list counts as its first element, nested objects not at all. */
export function collectFields(payload: JsonObject, collector: FieldCollector): void {
  for (const [name, value] of payload) {
    const type = typeOf(Array.isArray(value) ? ((value as readonly Json[])[0] ?? null) : value);
    if (type !== undefined) collector.add(name, type);
  }
}

function typeOf(value: Json): FieldType | undefined {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (!(value instanceof JsonNumber)) return undefined;
  return /[.eE]/.test(value.text) ? 'float' : 'int';
}
