import { Injectable } from '@nestjs/common';
import type { Collection, WordSource } from '../../collections/collection.js';
import { guardTable, hasOwnPlace, inPlace, recordTable } from '../../collections/place-tables.store.js';
import { shardWritersEnded } from '../../postgres/cluster/writers.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { integer, join, type Sql, sql } from '../../postgres/sql.js';
import { heldCollection } from '../record-tables.js';
import { renewTables, textOf, withSources, WORD_CONFIGURATION } from './word-tables.store.js';

/** One transaction takes so many changes, and about so many bytes of text: a text of any length is taken alone. */
const BATCH_CHANGES = 500;
const BATCH_BYTES = 2 * 1024 * 1024;
/** Any number that nothing else locks by; the other half of the key is the collection. */
const WORD_LOCK = 7_065_831;

/** The texts that an index has, or will have once it is ready. */
export interface Started {
  readonly isReady: boolean;
  readonly sources: readonly WordSource[];
}

type KeyRow = Readonly<{ namespace: string; rid: string }>;

/** Keeps the index of the words in texts. */
@Injectable()
export class WordIndexStore {
  constructor(private readonly database: Database) {}

  /**
   * From now on writers note what they change of these texts, too; statements of instances that remember the collection otherwise are
   * stale. Texts that are in the index stay in it.
   */
  async start(collection: Collection, wanted: readonly WordSource[]): Promise<Started | 'stale'> {
    const sources = withSources(collection.wordSources, wanted);
    if (collection.wordIndex !== 'none' && sources.length === collection.wordSources.length) {
      return { isReady: collection.wordIndex === 'ready', sources };
    }
    if (collection.wordSources.length === 0) await this.renew(collection);
    const started = await this.database.query(sql`
      UPDATE polyvec.collections SET word_index = 'starting', word_sources = ${JSON.stringify(sources)}::json, epoch = epoch + 1
      WHERE id = ${collection.id} AND epoch = ${collection.epoch} RETURNING 1 AS started`);
    return started.length === 0 ? 'stale' : { isReady: false, sources };
  }

  private async renew(collection: Collection): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.query(sql`SELECT pg_advisory_xact_lock(${wordLock(collection)})`);
      await renewTables(transaction, collection);
    });
  }

  /** A number above those of all transactions that have one by now: a snapshot's end may be below those of the newest. */
  async nextTransaction(): Promise<string> {
    const [row] = await this.database.query<{ next: string }>(sql`SELECT pg_current_xact_id() AS next`);
    return row?.next ?? '0';
  }

  /** Whether all transactions before that number have ended: those that wrote without noting it. */
  async haveEnded(collection: Pick<Collection, 'place'>, next: string): Promise<boolean> {
    const rows = await this.database.query(sql`
      SELECT WHERE pg_snapshot_xmin(pg_current_snapshot()) >= ${next}::text::xid8`);
    return rows.length > 0 && (!hasOwnPlace(collection) || shardWritersEnded(this.database, guardTable(collection)));
  }

  /** Notes all texts as not yet indexed, and lets searches use the index, which knows what it does not have. */
  async open(collection: Collection): Promise<'opened' | 'stale'> {
    // the collection's place is written first, then the catalog: no statement needs both
    return this.database.transaction(async (transaction) => {
      const live = await transaction.query(sql`
        SELECT 1 AS live FROM polyvec.collections
        WHERE id = ${collection.id} AND epoch = ${collection.epoch} AND word_index = 'starting' FOR NO KEY UPDATE`);
      if (live.length === 0) return 'stale';
      await transaction.query(sql`
        INSERT INTO ${inPlace(collection, 'pending_words')} (collection_id, namespace, rid)
        SELECT r.collection_id, r.namespace, r.rid FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND (${hasTexts(collection)}) ORDER BY r.namespace, r.rid`);
      await transaction.query(sql`
        UPDATE polyvec.collections SET word_index = 'ready', epoch = epoch + 1 WHERE id = ${collection.id}`);
      return 'opened';
    });
  }

  /**
   * Indexes the texts that were written first among those not yet indexed, and forgets those that are gone: one transaction.
   * Returns the number of changes that it has caught up with; 0 also while another process is at it.
   */
  async catchUp(collection: Collection): Promise<number | 'stale'> {
    return this.database.transaction(async (transaction) => {
      const [lock] = await transaction.query<{ locked: string }>(sql`
        SELECT pg_try_advisory_xact_lock(${wordLock(collection)}) AS locked`);
      if (lock?.locked !== 't') return 0;
      const live = await transaction.query(heldCollection(collection));
      if (live.length === 0) return 'stale';
      const changes = await takeChanges(transaction, collection);
      if (changes.length > 0) await indexTexts(transaction, collection, changes);
      return changes.length;
    });
  }
}

function wordLock({ id }: Collection): Sql {
  return sql`${WORD_LOCK}::integer, (${id}::bigint % 2147483647)::integer`;
}

/** Whether the record `r` has one of the texts. */
function hasTexts({ wordSources }: Collection): Sql {
  return join(
    wordSources.map((source) => sql`${textOf(source)} IS NOT NULL`),
    ' OR ',
  );
}

/** The bytes of all texts of the record `r`. */
function bytesOf({ wordSources }: Collection): Sql {
  return join(
    wordSources.map((source) => sql`COALESCE(octet_length(${textOf(source)}), 0)`),
    ' + ',
  );
}

/** The texts of the record `r`, with their numbers. */
function sourceRows({ wordSources }: Collection): Sql {
  return join(
    wordSources.map((source, place) => sql`(${integer(place)}::smallint, ${textOf(source)})`),
    ', ',
  );
}

/** Takes changes off the list, and what was indexed of their records out of the index. A record may be in several changes. */
async function takeChanges(transaction: Queryable, collection: Collection): Promise<readonly KeyRow[]> {
  return transaction.query<KeyRow>(sql`
    WITH first AS MATERIALIZED (
      SELECT p.namespace, p.pid, p.rid FROM ${inPlace(collection, 'pending_words')} p WHERE p.collection_id = ${collection.id}
      ORDER BY p.namespace, p.pid LIMIT ${BATCH_CHANGES}),
    sized AS MATERIALIZED (
      SELECT f.*, COALESCE(sum(${bytesOf(collection)}) OVER (ORDER BY f.namespace, f.pid ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
      FROM first f LEFT JOIN ${recordTable(collection)} r
        ON r.collection_id = ${collection.id} AND r.namespace = f.namespace AND r.rid = f.rid),
    taken AS (
      DELETE FROM ${inPlace(collection, 'pending_words')} p USING sized s
      WHERE p.collection_id = ${collection.id} AND p.namespace = s.namespace AND p.pid = s.pid AND s.before <= ${BATCH_BYTES}
      RETURNING p.namespace, p.rid),
    old AS (
      DELETE FROM ${inPlace(collection, 'word_texts')} t USING (SELECT DISTINCT namespace, rid FROM taken) AS n
      WHERE t.collection_id = ${collection.id} AND t.namespace = n.namespace AND t.rid = n.rid
      RETURNING t.namespace, t.rid, t.source, t.length, t.words),
    old_postings AS (
      DELETE FROM ${inPlace(collection, 'word_postings')} p USING old o, unnest(o.words) AS w (word)
      WHERE p.collection_id = ${collection.id} AND p.namespace = o.namespace AND p.source = o.source AND p.word = w.word AND p.rid = o.rid),
    ${counted(collection, sql`SELECT namespace, source, -count(*), -sum(length) FROM old GROUP BY namespace, source`)}
    SELECT namespace, rid FROM taken`);
}

/** The texts may be newer than the changes that were taken: then they are in a later change, too. */
async function indexTexts(transaction: Queryable, collection: Collection, changes: readonly KeyRow[]): Promise<void> {
  const keys = sql`SELECT DISTINCT * FROM unnest(${changes.map(({ namespace }) => namespace)}::text[],
    ${changes.map(({ rid }) => rid)}::text[]::bigint[]) AS k (namespace, rid)`;
  await transaction.query(sql`
    WITH texts AS MATERIALIZED (
      SELECT k.namespace, k.rid, t.source, w.* FROM (${keys}) AS k CROSS JOIN LATERAL (
        SELECT s.source, s.text FROM ${recordTable(collection)} r CROSS JOIN LATERAL (VALUES ${sourceRows(collection)}) AS s (source, text)
        WHERE r.collection_id = ${collection.id} AND r.namespace = k.namespace AND r.rid = k.rid AND s.text IS NOT NULL
        OFFSET 0) AS t CROSS JOIN LATERAL (
        SELECT COALESCE(sum(w.occurrences), 0)::integer AS length, COALESCE(array_agg(w.word COLLATE "C"), '{}') AS words,
          COALESCE(array_agg(w.occurrences), '{}') AS counts
        FROM polyvec.words_of(${WORD_CONFIGURATION}, t.text) w) AS w),
    new AS (
      INSERT INTO ${inPlace(collection, 'word_texts')} (collection_id, namespace, rid, source, length, words)
      SELECT ${collection.id}, namespace, rid, source, length, words FROM texts),
    new_postings AS (
      INSERT INTO ${inPlace(collection, 'word_postings')} (collection_id, namespace, source, word, rid, occurrences, length)
      SELECT ${collection.id}, t.namespace, t.source, w.word, t.rid, w.occurrences, t.length
      FROM texts t CROSS JOIN LATERAL unnest(t.words, t.counts) AS w (word, occurrences) ORDER BY 2, 3, 4, 5),
    ${counted(collection, sql`SELECT namespace, source, count(*), sum(length) FROM texts GROUP BY namespace, source`)}
    SELECT 1 AS done`);
}

/** Adds the changes, rows of a namespace, a source, texts and words, to what is counted. */
function counted(collection: Collection, changes: Sql): Sql {
  return sql`counted AS (
    INSERT INTO ${inPlace(collection, 'word_counts')} AS c (collection_id, namespace, source, texts, words)
    SELECT ${collection.id}, s.namespace, s.source, s.texts, s.words FROM (${changes}) AS s (namespace, source, texts, words)
    ON CONFLICT (collection_id, namespace, source) DO UPDATE SET texts = c.texts + excluded.texts, words = c.words + excluded.words)`;
}
