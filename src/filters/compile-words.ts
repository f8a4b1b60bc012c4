import { type Sql, sql } from '../postgres/sql.js';
import { textAt } from './compile-path.js';
import type { WordOperator } from './filter.js';

/** Those that the word index has: decision 51. */
const CONFIGURATION = sql`'pg_catalog.simple'::regconfig`;

/**
 * Whether a text has the words of another one: read from the text itself, as the word index has no positions. A text without words
 * is in none.
 */
export function compileWords(field: string | null, op: WordOperator, text: string): Sql {
  const stored = field === null ? sql`r.document` : sql`(${textAt(field)})`;
  const asked = sql`${text}::text`;
  switch (op) {
    case 'any':
      return sql`EXISTS (${wordsOf(asked)} INTERSECT ${wordsOf(stored)})`;
    case 'all':
      return sql`(EXISTS (${wordsOf(asked)}) AND NOT EXISTS (${wordsOf(asked)} EXCEPT ${wordsOf(stored)}))`;
    case 'phrase':
      return sql`(EXISTS (${wordsOf(asked)}) AND strpos(${inOrder(stored)}, ${inOrder(asked)}) > 0)`;
  }
}

function wordsOf(text: Sql): Sql {
  return sql`SELECT w.word FROM polyvec.words_in(${CONFIGURATION}, ${text}) w`;
}

/** The words between spaces: no word has one. */
function inOrder(text: Sql): Sql {
  return sql`(SELECT ' ' || COALESCE(string_agg(w.word, ' ' ORDER BY w.place), '') || ' ' FROM polyvec.words_in(${CONFIGURATION}, ${text}) w)`;
}
