import { type Sql, sql } from '../postgres/sql.js';
import type { FieldPath } from './filter.js';

/** The keys that lead to a field, from the outside in. */
export function keysOf(field: FieldPath): readonly string[] {
  return typeof field === 'string' ? [field] : field;
}

/** The value of a field, as jsonb; NULL where there is none. A text step finds nothing in a list, and nothing in a scalar. */
export function valueAt(field: FieldPath): Sql {
  return keysOf(field).reduce((value, key) => sql`${value} -> ${key}::text`, sql`r.metadata`);
}

/** The value of a field as text: of a string, its characters. */
export function textAt(field: FieldPath): Sql {
  const keys = keysOf(field);
  const [last = ''] = keys.slice(-1);
  return sql`${valueAt(keys.slice(0, -1))} ->> ${last}::text`;
}

export function existsAt(field: FieldPath): Sql {
  return typeof field === 'string' ? sql`r.metadata ? ${field}::text` : sql`(${valueAt(field)}) IS NOT NULL`;
}

/** The JSON text of an object that holds one field. */
export function documentOf(field: FieldPath, value: string): string {
  return keysOf(field).reduceRight((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value);
}
