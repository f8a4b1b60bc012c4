import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { Database } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { Parts, RankedRecord, Selection } from './record.js';
import { recordTable } from '../collections/place.js';
import { liveCollection, partColumns, type RecordRow, selected, toRecord } from './record-tables.js';

/** The best `limit` of the selected records by the words of a text. */
export interface TextSearchRequest extends Selection {
  readonly text: string;
  readonly parts: Parts;
  readonly limit: number;
}

type TextRow = RecordRow & Readonly<{ rid: string | null; score: string }>;

/** A document's words must fit into the 1 MiB of a `tsvector`, whatever they are; the rest of it is not looked at. */
const MAX_CHARACTERS = 100_000;
/** A query is a tree as deep as it has words. */
const MAX_QUERY_WORDS = 256;
/** The same for words of every class; without them, a document's would weigh a tenth. */
const WEIGHTS = sql`'{1,1,1,1}'::real[]`;
/** The rank is shown as rank / (rank + 1). */
const SCALED = sql`32`;

/** Records found by the words of their documents. */
@Injectable()
export class RecordTextStore {
  constructor(private readonly database: Database) {}

  /**
   * The selected records whose document has one of the text's words, with scores between 0 and 1, best first, equals in the
   * order of first insert: exact. Words are compared without regard to case, as the database's locale knows it. Only the
   * first 100,000 characters of a document count, and the first 256 different words of the text.
   */
  async search(
    collection: Collection,
    namespace: string,
    request: TextSearchRequest,
  ): Promise<readonly RankedRecord[] | 'stale'> {
    const rows = await this.database.query<TextRow>(sql`
      WITH live AS MATERIALIZED (${liveCollection(collection)}),
      asked AS MATERIALIZED (${anyWordOf(request.text)}),
      hits AS MATERIALIZED (
        SELECT d.rid, ts_rank(${WEIGHTS}, d.words, asked.query, ${SCALED}) AS score
        FROM asked CROSS JOIN LATERAL (
          SELECT r.rid, ${wordsOf(sql`r.document`)} AS words
          FROM ${selected(collection, namespace, request)} AND r.document IS NOT NULL AND asked.query IS NOT NULL OFFSET 0) AS d
        WHERE d.words @@ asked.query AND EXISTS (SELECT 1 FROM live)
        ORDER BY score DESC, d.rid LIMIT ${request.limit})
      SELECT h.rid, h.score, record.*
      FROM live LEFT JOIN (hits h CROSS JOIN LATERAL (
        SELECT ${partColumns(collection, request.parts)} FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = h.rid OFFSET 0) AS record) ON TRUE
      ORDER BY h.score DESC, h.rid`);
    if (rows.length === 0) return 'stale';
    return rows.filter(({ rid }) => rid !== null).map((row) => ({ ...toRecord(row), score: row.score }));
  }
}

function wordsOf(text: Sql): Sql {
  return sql`to_tsvector('pg_catalog.simple', left(${text}, ${MAX_CHARACTERS}))`;
}

/** Its words, each quoted, so that whatever a text holds is no syntax; null when there are none. */
function anyWordOf(text: string): Sql {
  const quoted = sql`'''' || replace(replace(w.lexeme, chr(92), chr(92) || chr(92)), '''', '''''') || ''''`;
  return sql`
    SELECT string_agg(${quoted}, ' | ')::tsquery AS query FROM (
      SELECT u.lexeme FROM unnest(${wordsOf(sql`${text}::text`)}) AS u ORDER BY u.positions[1], u.lexeme LIMIT ${MAX_QUERY_WORDS}) AS w`;
}
