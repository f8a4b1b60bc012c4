import { sql, type Sql } from '../postgres/sql.js';
import { documentOf, textAt, valueAt } from './compile-path.js';
import type { Comparison, FieldPath, TextPosition } from './filter.js';

export const OPERATORS: Readonly<Record<Comparison, Sql>> = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` };

/**
 * Numbers compare as jsonb, which has one order over all types: Null < String < Number < Boolean. A bound on each side
 * keeps the other types out, without a cast that could fail on them.
 */
export function compileCompare(field: FieldPath, op: Comparison, value: { readonly number: string } | string): Sql {
  const operator = OPERATORS[op];
  if (typeof value === 'string') {
    return sql`COALESCE(jsonb_typeof(${valueAt(field)}) = 'string'
      AND (${textAt(field)}) COLLATE "C" ${operator} ${value}::text, FALSE)`;
  }
  const bound = sql`${valueAt(field)} ${operator} ${value.number}::jsonb`;
  return sql`COALESCE(${bound} AND jsonb_typeof(${valueAt(field)}) = 'number', FALSE)`;
}

/** What equals also contains, and that the index on the metadata can find. */
export function compileEquals(field: FieldPath, json: string): Sql {
  return sql`(r.metadata @> ${documentOf(field, json)}::jsonb AND COALESCE(${valueAt(field)} = ${json}::jsonb, FALSE))`;
}

export function compileText(field: FieldPath, position: TextPosition, text: string): Sql {
  return sql`COALESCE(jsonb_typeof(${valueAt(field)}) = 'string' AND ${holds(textAt(field), position, text)}, FALSE)`;
}

function holds(value: Sql, position: TextPosition, text: string): Sql {
  switch (position) {
    case 'contains':
      return sql`strpos(${value}, ${text}::text) > 0`;
    case 'prefix':
      return sql`starts_with(${value}, ${text}::text)`;
    case 'suffix':
      return sql`right(${value}, length(${text}::text)) = ${text}::text`;
  }
}

export function compileSize(field: FieldPath, op: Comparison, value: { readonly number: string }): Sql {
  const compared = sql`${OPERATORS[op]} ${value.number}::numeric`;
  return sql`CASE jsonb_typeof(${valueAt(field)})
      WHEN 'array' THEN jsonb_array_length(${valueAt(field)}) ${compared}
      WHEN 'object' THEN (SELECT count(*) FROM jsonb_object_keys(${valueAt(field)})) ${compared}
      WHEN 'string' THEN octet_length(${textAt(field)}) ${compared}
      ELSE FALSE END`;
}
