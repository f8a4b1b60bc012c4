import { type Sql, sql } from '../postgres/sql.js';
import { toLikePattern } from '../tenants/name-pattern.js';

/** Whether the name in the column matches one of the patterns; null: any name does. */
export function isNamed(column: Sql, patterns: readonly string[] | null): Sql {
  return patterns === null ? sql`TRUE` : sql`${column} LIKE ANY (${patterns.map(toLikePattern)}::text[])`;
}
