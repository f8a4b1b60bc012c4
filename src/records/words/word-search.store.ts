import { Injectable } from '@nestjs/common';
import type { Collection, WordSource } from '../../collections/collection.js';
import { inPlace, recordTable } from '../../collections/place-tables.store.js';
import type { Filter } from '../../filters/filter.js';
import { Database } from '../../postgres/database.js';
import { type Sql, sql } from '../../postgres/sql.js';
import type { Parts, RankedRecord, RankedText, Selection } from '../record.js';
import { liveCollection, partColumns, type RecordRow, selected, toRecord } from '../record-tables.js';
import { indexedSource, textOf, WORD_CONFIGURATION } from './word-tables.store.js';

/** The best `limit` of the selected records by the words of texts, whose scores are added. */
export interface TextSearchRequest extends Selection {
  readonly texts: readonly RankedText[];
  /** The texts of the collection that are worth an index. */
  readonly indexable: readonly WordSource[];
  readonly parts: Parts;
  readonly limit: number;
}

/** Best first. `unindexed` texts were read for it, as the word index does not have them as they are. */
export interface TextSearchResult {
  readonly records: readonly RankedRecord[];
  readonly unindexed: number;
}

type TextRow = RecordRow & Readonly<{ rid: string | null; score: string; unindexed: string }>;

/** Each is another list to read. */
const MAX_QUERY_WORDS = 256;
/** Lucene's values: how soon more of the same word counts no more, and how much long texts are held against themselves. */
const K1 = sql`1.2::float8`;
const B = sql`0.75::float8`;

/** Records found by the words of their texts. */
@Injectable()
export class WordSearchStore {
  constructor(private readonly database: Database) {}

  /**
   * The selected records that have one of the texts' words, by BM25, equals in the order of first insert: exact. What the
   * word index does not have yet is read from the records. Words are compared without regard to case, as the database's locale
   * knows it. Only the first 256 different words of each text count.
   */
  async search(collection: Collection, namespace: string, request: TextSearchRequest): Promise<TextSearchResult | 'stale'> {
    const rows = await this.database.query<TextRow>(sql`
      WITH live AS MATERIALIZED (${liveCollection(collection)}),
      found AS MATERIALIZED (${joined(request.texts.map((text) => scores(collection, namespace, text)))}),
      scored AS MATERIALIZED (SELECT f.rid, sum(f.score) AS score FROM found f WHERE f.rid IS NOT NULL GROUP BY f.rid),
      best AS MATERIALIZED (
        SELECT s.rid, s.score FROM scored s ${ofSelection(collection, namespace, request)}
        ORDER BY s.score DESC, s.rid LIMIT ${request.limit})
      SELECT b.rid, b.score, (SELECT COALESCE(sum(f.unindexed), 0) FROM found f) AS unindexed, record.*
      FROM live LEFT JOIN (best b CROSS JOIN LATERAL (
        SELECT ${partColumns(collection, request.parts)} FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = b.rid OFFSET 0) AS record) ON TRUE
      ORDER BY b.score DESC, b.rid`);
    const [first] = rows;
    if (first === undefined) return 'stale';
    const records = rows.filter(({ rid }) => rid !== null).map((row) => ({ ...toRecord(row), score: row.score }));
    return { records, unindexed: Number(first.unindexed) };
  }
}

function joined(pieces: readonly Sql[]): Sql {
  return pieces.reduce((all, piece) => sql`${all} UNION ALL ${piece}`);
}

/** What a text adds to the scores of records, and a row without a record that says how many documents were read for it. */
function scores(collection: Collection, namespace: string, { field, text, weight, filter }: RankedText): Sql {
  const source = indexedSource(collection, { field });
  const stored = textOf({ field });
  return sql`(
    WITH asked AS MATERIALIZED (${wordsAsked(text)}),
    ${source ? indexedWords(collection, namespace, source, stored) : withoutIndex(collection, namespace, stored)},
    totals AS MATERIALIZED (${totals(collection, namespace, source)}),
    hits AS MATERIALIZED (
      SELECT * FROM indexed UNION ALL
      SELECT f.word, d.rid, f.occurrences, d.length FROM fresh d CROSS JOIN LATERAL unnest(d.words, d.counts) AS f (word, occurrences)),
    weights AS MATERIALIZED (
      SELECT h.word, ln(1 + (t.texts - count(*) + 0.5) / (count(*) + 0.5)) AS weight
      FROM hits h CROSS JOIN totals t GROUP BY h.word, t.texts),
    scored AS MATERIALIZED (
      SELECT h.rid, sum(w.weight * h.occurrences / (h.occurrences + ${K1} * (1 - ${B} + ${B} * h.length / t.average))) AS score
      FROM hits h JOIN weights w USING (word) CROSS JOIN totals t GROUP BY h.rid)
    SELECT s.rid, s.score * ${weight}::float8 AS score, 0 AS unindexed FROM scored s ${ofSelection(collection, namespace, { filter })}
    UNION ALL SELECT NULL, NULL, (SELECT count(*) FROM fresh))`;
}

/** Its words in the order of the text, as rows of `word`. */
function wordsAsked(text: string): Sql {
  return sql`
    SELECT a.word COLLATE "C" AS word FROM polyvec.words_asked(${WORD_CONFIGURATION}, ${text}::text, ${MAX_QUERY_WORDS}::integer) a`;
}

/**
 * `pending`, the records that the index is behind for; `indexed`, the postings of the others; `fresh`, the pending texts with their
 * length and those of their words that are asked for.
 */
function indexedWords(collection: Collection, namespace: string, source: Sql, stored: Sql): Sql {
  return sql`
    pending AS MATERIALIZED (
      SELECT DISTINCT p.rid FROM ${inPlace(collection, 'pending_words')} p WHERE p.collection_id = ${collection.id} AND p.namespace = ${namespace}),
    indexed AS (
      SELECT a.word, p.rid, p.occurrences, p.length FROM asked a CROSS JOIN LATERAL (
        SELECT p.rid, p.occurrences, p.length FROM ${inPlace(collection, 'word_postings')} p
        WHERE p.collection_id = ${collection.id} AND p.namespace = ${namespace} AND p.source = ${source} AND p.word = a.word OFFSET 0) AS p
      WHERE NOT EXISTS (SELECT FROM pending n WHERE n.rid = p.rid)),
    fresh AS MATERIALIZED (
      SELECT r.rid, w.* FROM pending n CROSS JOIN LATERAL (
        SELECT r.rid, ${stored} AS text FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.rid = n.rid AND ${stored} IS NOT NULL
        OFFSET 0) AS r CROSS JOIN LATERAL (${countedWords(sql`r.text`)}) AS w)`;
}

/** As above, of texts that have no complete index: all are read. */
function withoutIndex(collection: Collection, namespace: string, stored: Sql): Sql {
  return sql`
    pending AS MATERIALIZED (SELECT NULL::bigint AS rid WHERE FALSE),
    indexed AS (SELECT NULL::text COLLATE "C" AS word, NULL::bigint AS rid, NULL::integer AS occurrences, NULL::integer AS length WHERE FALSE),
    fresh AS MATERIALIZED (
      SELECT r.rid, w.* FROM ${recordTable(collection)} r CROSS JOIN LATERAL (${countedWords(stored)}) AS w
      WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND ${stored} IS NOT NULL)`;
}

/** The number of all words of a text, and how often each of those that are asked for occurs. */
function countedWords(text: Sql): Sql {
  const isAsked = sql`FILTER (WHERE w.word = ANY (ARRAY(SELECT word FROM asked)))`;
  return sql`
    SELECT COALESCE(sum(w.occurrences), 0)::integer AS length, array_agg(w.word COLLATE "C") ${isAsked} AS words,
      array_agg(w.occurrences) ${isAsked} AS counts
    FROM polyvec.words_of(${WORD_CONFIGURATION}, ${text}) w`;
}

/** How many texts there are, and how many words they have on average. */
function totals(collection: Collection, namespace: string, source: Sql | undefined): Sql {
  const scope = sql`c.collection_id = ${collection.id} AND c.namespace = ${namespace} AND c.source = ${source ?? sql`NULL`}`;
  const counted = source
    ? sql`SELECT c.texts, c.words FROM ${inPlace(collection, 'word_counts')} c WHERE ${scope} UNION ALL
          SELECT -count(*), -sum(c.length) FROM pending n CROSS JOIN LATERAL (
            SELECT c.length FROM ${inPlace(collection, 'word_texts')} c WHERE ${scope} AND c.rid = n.rid OFFSET 0) AS c UNION ALL`
    : sql``;
  return sql`
    SELECT sum(texts)::float8 AS texts, GREATEST(sum(words)::float8 / NULLIF(sum(texts), 0)::float8, 1) AS average
    FROM (${counted} SELECT count(*), sum(length) FROM fresh) AS c (texts, words)`;
}

/** Of scored records `s`: those that are selected. */
function ofSelection(collection: Collection, namespace: string, { ids, filter }: Selection): Sql {
  if (ids === undefined && filter === undefined) return sql``;
  const chosen = selected(collection, namespace, { ids, filter });
  // words are compared in the texts: of the scored records alone, one by one
  if (ids === undefined && comparesWords(filter)) return sql`WHERE EXISTS (SELECT FROM ${chosen} AND r.rid = s.rid OFFSET 0)`;
  return sql`JOIN (SELECT r.rid FROM ${chosen} OFFSET 0) AS chosen ON chosen.rid = s.rid`;
}

function comparesWords(filter: Filter | undefined): boolean {
  switch (filter?.kind) {
    case 'words':
      return true;
    case 'and':
    case 'or':
      return filter.operands.some(comparesWords);
    case 'not':
      return comparesWords(filter.operand);
    default:
      return false;
  }
}
