import { sql, type Sql } from '../postgres/sql.js';
import type { FieldPath } from './filter.js';

/** The value of a field, as jsonb; NULL where there is none. A text step finds nothing in a list, and nothing in a scalar. */
export function valueAt(field: FieldPath): Sql {
  if (typeof field === 'string') return sql`r.metadata -> ${field}::text`;
  return field.reduce((value, key) => sql`${value} -> ${key}::text`, sql`r.metadata`);
}

/** The value of a field as text: of a string, its characters. */
export function textAt(field: FieldPath): Sql {
  const keys = typeof field === 'string' ? [field] : field;
  const [last = ''] = keys.slice(-1);
  return sql`${valueAt(keys.slice(0, -1))} ->> ${last}::text`;
}

export function existsAt(field: FieldPath): Sql {
  return typeof field === 'string' ? sql`r.metadata ? ${field}::text` : sql`(${valueAt(field)}) IS NOT NULL`;
}

/** The JSON text of an object that holds one field. */
export function documentOf(field: FieldPath, value: string): string {
  const keys = typeof field === 'string' ? [field] : field;
  return keys.reduceRight((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value);
}
