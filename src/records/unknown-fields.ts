import type { Collection, Field } from '../collections/collection.js';

/** Whether some of the fields are not among those that the collection is known to have. */
export function hasUnknownFields(collection: Collection, fields: readonly Field[]): boolean {
  if (fields.length === 0) return false;
  const known = new Set(collection.fields.map((field) => `${field.type}:${field.name}`));
  return fields.some((field) => !known.has(`${field.type}:${field.name}`));
}
