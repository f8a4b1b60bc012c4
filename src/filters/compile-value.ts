import { join, type Sql, sql } from '../postgres/sql.js';
import { documentOf, textAt, valueAt } from './compile-path.js';
import type { Comparison, FieldPath, TextPosition } from './filter.js';

export const OPERATORS: Readonly<Record<Comparison, Sql>> = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` };

/** One bound, or several that hold together. */
export interface NumberRange {
  readonly field: FieldPath;
  readonly bounds: readonly { readonly op: Comparison; readonly number: string }[];
}

/**
 * Numbers compare as jsonb, which has one order over all types: Null < String < Number < Boolean. The type check keeps the
 * others out, without a cast that could fail on them; and as it is never NULL, neither is the whole, with nothing around the
 * bounds that would hide them from an index.
 */
export function compileRange({ field, bounds }: NumberRange): Sql {
  const value = valueAt(field);
  const within = bounds.map(({ op, number }) => sql`${value} ${OPERATORS[op]} ${number}::jsonb`);
  return sql`(${join([...within, isNumber(value)], ' AND ')})`;
}

/**
 * TRUE or FALSE, never NULL: whether the value is a number. The condition of the indexes on numbers. Planners take what is NOT NULL
 * for nearly all records, and a comparison with 'number' for one in 200: how many a range leaves is to be estimated by its bounds alone.
 */
export function isNumber(value: Sql): Sql {
  return sql`NULLIF(jsonb_typeof(${value}) = 'number', FALSE) IS NOT NULL`;
}

/** Strings compare by code point. */
export function compileTextBound(field: FieldPath, op: Comparison, value: string): Sql {
  return sql`COALESCE(jsonb_typeof(${valueAt(field)}) = 'string'
    AND (${textAt(field)}) COLLATE "C" ${OPERATORS[op]} ${value}::text, FALSE)`;
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
