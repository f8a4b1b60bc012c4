import type { Collection, WordSource } from '../../collections/collection.js';
import { hasOwnPlace, inPlace } from '../../collections/place-tables.store.js';
import type { Queryable } from '../../postgres/database.js';
import { identifier, integer, type Sql, sql } from '../../postgres/sql.js';

/** The text-search configuration whose words are indexed. */
export const WORD_CONFIGURATION = sql`'pg_catalog.simple'::regconfig`;

const INDEX_TABLES = ['word_texts', 'word_postings', 'word_counts'];

/** A source's text, of the record `r`. */
export function textOf({ field }: WordSource): Sql {
  return field === null ? sql`r.document` : sql`(r.metadata ->> ${field}::text)`;
}

/** A source's number in the index that searches may use; undefined: it has none there. */
export function indexedSource({ wordIndex, wordSources }: Collection, { field }: WordSource): Sql | undefined {
  const place = wordIndex === 'ready' ? wordSources.findIndex((source) => source.field === field) : -1;
  return place < 0 ? undefined : integer(place);
}

/** The sources with those that are not among them yet, behind. */
export function withSources(sources: readonly WordSource[], wanted: readonly WordSource[]): readonly WordSource[] {
  const missing = wanted.filter(({ field }) => !sources.some((source) => source.field === field));
  return [...sources, ...missing];
}

/** The tables of a place that a version before 0024 has made get the columns of this one, and are empty. */
export async function renewTables(transaction: Queryable, collection: Collection): Promise<void> {
  if (!hasOwnPlace(collection)) return;
  const [shape] = await transaction.query<{ older: string }>(sql`
    SELECT NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(${inPlace(collection, 'word_postings').text}) AND attname = 'source') AS older`);
  if (shape?.older !== 't') return;
  // one definition at a time: decision 60
  for (const name of INDEX_TABLES) {
    await transaction.script(`DROP TABLE ${inPlace(collection, name).text}`);
    await transaction.script(
      `CREATE TABLE ${inPlace(collection, name).text} (LIKE polyvec.${identifier(name).text} INCLUDING ALL)`,
    );
  }
}
