import { type Sql, sql } from '../postgres/sql.js';

/** Shorter texts have no three characters in a row for the index to know. */
const TRIGRAM = 3;

/** Every text contains the empty one, so this is also: the record has a document. */
export function compileContains(text: string, byTrigram: boolean): Sql {
  const found = sql`strpos(r.document, ${text}::text) > 0`;
  if (!byTrigram || Array.from(text).length < TRIGRAM) return sql`COALESCE(${found}, FALSE)`;
  return sql`(r.document IS NOT NULL AND ${found} AND r.document LIKE ${likePattern(text)}::text)`;
}

/** The pattern is one of Postgres' own language. */
export function compileMatches(pattern: string, byTrigram: boolean): Sql {
  const found = sql`r.document ~ ${pattern}::text`;
  if (!byTrigram || !isForTrigrams(pattern)) return sql`COALESCE(${found}, FALSE)`;
  return sql`(r.document IS NOT NULL AND ${found})`;
}

/**
 * What every text that contains this one is like; it may be like more. The index may fold the case of whole words, and a
 * capital sigma at the end of one is then another letter than inside: any character is let in for it.
 */
function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&').replaceAll('Σ', '_')}%`;
}

/**
 * Whether the index finds every text that matches. In a pattern it overlooks capitals beyond ASCII, and what is left of
 * `[aĞ]bc` without them is no more what it was.
 */
function isForTrigrams(pattern: string): boolean {
  return !/[^\0-\x7f]/.test(pattern);
}
