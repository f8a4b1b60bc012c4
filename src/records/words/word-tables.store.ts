import { sql } from '../../postgres/sql.js';

/** The text-search configuration whose words are indexed. */
export const WORD_CONFIGURATION = sql`'pg_catalog.simple'::regconfig`;
