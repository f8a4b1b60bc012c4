import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import {
  inPlace,
  ownPlace,
  ownTables,
  PLACE_TABLES,
  recordTable,
  SHARED_PLACE,
  vectorTable,
} from '../../collections/place-tables.store.js';
import { Database, type Queryable, type Row } from '../../postgres/database.js';
import { identifier, join, literal, type Sql, sql } from '../../postgres/sql.js';
import { isOf, nextNumber, theOne } from '../record-tables.js';
import { analyzeTables, createIndexes, createPlace, createTables, runEach } from './dedicated-tables.store.js';
import { PlaceStore } from './place.store.js';

/** A place that is being filled beside the pool: the catalog does not name it, so nobody reads it. */
export interface DraftPlace {
  /** As it will be once it is in the place. */
  readonly collection: Collection;
  /** What tells this draft from others, and drafts from schemas that are not ours. */
  readonly mark: string;
  /** What makes it, in this order: tables with all their keys and indexes, which are cheap while they are empty. */
  readonly definitions: readonly Sql[];
  /** All tables of the place. */
  readonly tables: readonly DraftTable[];
}

/** A table of a draft. */
export interface DraftTable {
  readonly source: Sql;
  readonly target: Sql;
  /** What a row `b` of the source becomes. */
  readonly columns: Sql;
  /** Names of columns; the first one is the collection's id. */
  readonly key: readonly string[];
}

/** Values of a table's key. */
export type DraftKey = readonly string[];

/** Rows of a table, by their keys: those behind the first, up to the second. */
export interface DraftSpan {
  readonly after: DraftKey | undefined;
  readonly until: DraftKey;
}

/** What the comment on a draft's schema begins with. */
const MARK = 'polyvec: a place that is being filled, ';
/** What the function and the triggers are called that make a draft follow the pool. */
const FOLLOW = 'follow_pool';
/** Records are in the order of their numbers in their own tables, as in the pool. */
const RECORD_KEY = ['collection_id', 'namespace', 'rid'];

/** That the schema of this object id is a draft. */
export function isDraft(schema: Sql): Sql {
  return sql`COALESCE(starts_with(obj_description(${schema}, 'pg_namespace'), ${MARK}), FALSE)`;
}

/**
 * Fills places in steps, each a short transaction (decision 66). A table of a draft follows the pool's before it is copied: triggers
 * repeat in it, in the same transaction, what is written to the collection. So what has been copied is there as it is in the pool now,
 * and at the end nothing is to be caught up with. Only for an engine that runs one transaction at a time: a row that a step reads does
 * not change until it is copied.
 */
@Injectable()
export class DraftPlaceStore {
  constructor(
    private readonly database: Database,
    private readonly places: PlaceStore,
  ) {}

  /** Begins a draft for a collection in the pool: an empty schema. Undefined when it is not there any more, or may have no place. */
  async begin(collection: Collection): Promise<DraftPlace | undefined> {
    await this.discard(ownPlace(collection.id));
    return this.database.transaction(async (transaction) => {
      if ((await this.places.refusal(transaction, collection.id)) !== undefined) return undefined;
      const [row] = await transaction.query<{ dimension: string | null; metric: Collection['metric'] }>(sql`
        SELECT dimension, metric FROM polyvec.collections WHERE id = ${collection.id} AND record_table = 'pool_records'`);
      if (row?.dimension == null) return undefined;
      const dimension = Number(row.dimension);
      const own: Collection = {
        ...collection,
        ...ownTables(collection.id, ownPlace(collection.id)),
        dimension,
        metric: row.metric,
      };
      const mark = MARK + randomUUID();
      const [schema = sql``, ...definitions] = createPlace(own.place, 'local');
      const comment = sql`COMMENT ON SCHEMA ${identifier(own.place)} IS ${literal(mark)}`;
      await runEach(transaction, [schema, comment, followFunction(own)]);
      const tables = tablesOf(own, await primaryKeys(transaction));
      return {
        collection: own,
        mark,
        tables,
        definitions: [...definitions, ...createTables(own, dimension), ...createIndexes(own)],
      };
    });
  }

  /**
   * From now on the table follows the pool. Returns the last key that was there before: what comes behind it is there by that. None when
   * nothing is to be copied, or when the draft is not to be filled any more.
   */
  async follow(draft: DraftPlace, table: DraftTable): Promise<DraftKey | undefined> {
    const { collection } = draft;
    return this.database.transaction(async (transaction) => {
      if (!(await isStillFillable(transaction, draft))) return undefined;
      await runEach(transaction, triggersOf(collection, table));
      const [row] = await transaction.query(sql`
        SELECT ${columnsOf(table)} FROM ${table.source} b WHERE b.collection_id = ${collection.id}
        ORDER BY ${columnsOf(table, 'from the end')} LIMIT 1`);
      return row && keyOf(table, row);
    });
  }

  /**
   * Copies up to `rows` of the first rows of a span; what is there already has been written meanwhile, and stays. Returns how many were
   * read and the last one's key: none when there are no more, or when the draft is not to be filled any more.
   */
  async copy(
    draft: DraftPlace,
    table: DraftTable,
    { after, until }: DraftSpan,
    rows: number,
  ): Promise<{ readonly read: number; readonly last: DraftKey | undefined }> {
    const { source, target, columns } = table;
    const key = columnsOf(table);
    const isNext = after === undefined ? sql`TRUE` : sql`(${key}) > (${valuesOf(after)})`;
    const [row] = await this.database.query(sql`
      WITH next AS MATERIALIZED (
        SELECT b.* FROM ${source} b WHERE b.collection_id = ${draft.collection.id} AND ${isFillable(draft)}
          AND ${isNext} AND (${key}) <= (${valuesOf(until)}) ORDER BY ${key} LIMIT ${rows}),
      copied AS (INSERT INTO ${target} SELECT ${columns} FROM next b ON CONFLICT DO NOTHING)
      SELECT (SELECT count(*) FROM next) AS read, ${key} FROM next b ORDER BY ${columnsOf(table, 'from the end')} LIMIT 1`);
    return { read: Number(row?.['read'] ?? 0), last: row && keyOf(table, row) };
  }

  /** Statements that refresh the planner's statistics of a draft: outside of any transaction, the largest tables one at a time. */
  analyses({ collection }: DraftPlace): readonly Sql[] {
    return analyzeTables(collection, 'local');
  }

  /** Ends the following: in the transaction that enters the place. False when the draft is not what the collection needs any more. */
  async finish(transaction: Queryable, draft: DraftPlace): Promise<boolean> {
    if (!(await isStillFillable(transaction, draft))) return false;
    await runEach(transaction, [
      sql`DROP FUNCTION ${inPlace(draft.collection, FOLLOW)}() CASCADE`,
      sql`COMMENT ON SCHEMA ${identifier(draft.collection.place)} IS NULL`,
    ]);
    return true;
  }

  /** Drops the draft of this name, or all drafts, with what made them follow. Other schemas stay. */
  async discard(place?: string): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const drafts = await transaction.query<{ name: string }>(sql`
        SELECT n.nspname AS name FROM pg_namespace n
        WHERE ${place === undefined ? sql`n.nspname ~ '^polyvec_[0-9]+$'` : sql`n.nspname = ${place}`} AND ${isDraft(sql`n.oid`)}
          AND NOT EXISTS (SELECT FROM polyvec.collections c WHERE c.place = n.nspname)`);
      await runEach(
        transaction,
        drafts.map(({ name }) => sql`DROP SCHEMA ${identifier(name)} CASCADE`),
      );
    });
  }
}

/** That the collection is as it was when the draft was begun, and the draft still the same one. */
function isFillable({ collection, mark }: DraftPlace): Sql {
  return sql`EXISTS (
    SELECT FROM polyvec.collections c WHERE c.id = ${collection.id} AND c.record_table = 'pool_records'
      AND c.dimension = ${collection.dimension} AND c.metric = ${collection.metric}
      AND obj_description(to_regnamespace(${collection.place}), 'pg_namespace') = ${mark})`;
}

async function isStillFillable(transaction: Queryable, draft: DraftPlace): Promise<boolean> {
  return (await transaction.query(sql`SELECT 1 AS one WHERE ${isFillable(draft)}`)).length > 0;
}

/** The primary keys of the shared tables, by table. */
async function primaryKeys(transaction: Queryable): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = ['pool_vectors', ...Object.values(PLACE_TABLES)];
  const rows = await transaction.query<{ name: string; key: string }>(sql`
    SELECT t.relname AS name, json_agg(a.attname ORDER BY k.place)::text AS key
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
    WHERE i.indisprimary AND k.place <= i.indnkeyatts AND n.nspname = ${SHARED_PLACE} AND t.relname = ANY (${names}::text[])
    GROUP BY t.relname`);
  return new Map(rows.map(({ name, key }) => [name, JSON.parse(key) as string[]]));
}

function tablesOf(collection: Collection, keys: ReadonlyMap<string, readonly string[]>): readonly DraftTable[] {
  const pool = (name: string): Sql => inPlace({ place: SHARED_PLACE }, name);
  const number = nextNumber(collection.metric, sql`b.embedding`);
  const vectors = sql`b.collection_id, b.namespace, b.rid, b.embedding, ${number}`;
  const primaryKey = (name: string): readonly string[] => {
    const key = keys.get(name);
    if (key === undefined) throw new Error(`the table ${name} has no primary key`);
    return key;
  };
  return [
    { source: pool('pool_records'), target: recordTable(collection), columns: sql`b.*`, key: RECORD_KEY },
    { source: pool('pool_vectors'), target: vectorTable(collection), columns: vectors, key: primaryKey('pool_vectors') },
    ...Object.entries(PLACE_TABLES).map(([name, shared]) => ({
      ...{ source: pool(shared), target: inPlace(collection, name), columns: sql`b.*`, key: primaryKey(shared) },
    })),
  ];
}

function columnsOf({ key }: Pick<DraftTable, 'key'>, order?: 'from the end'): Sql {
  const direction = order === undefined ? sql`` : sql` DESC`;
  return join(
    key.map((column) => sql`b.${identifier(column)}${direction}`),
    ', ',
  );
}

function valuesOf(key: readonly string[]): Sql {
  return join(
    key.map((value) => sql`${value}`),
    ', ',
  );
}

function keyOf({ key }: Pick<DraftTable, 'key'>, row: Row): readonly string[] {
  return key.map((column) => row[column] ?? '');
}

/** A function in the draft's schema: it goes with that, or before, and its triggers with it. */
function followFunction(collection: Collection): Sql {
  // planned anew each time: the tables grow from nothing meanwhile
  return sql`CREATE FUNCTION ${inPlace(collection, FOLLOW)}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'INSERT' THEN EXECUTE TG_ARGV[0]; END IF;
      IF TG_OP <> 'DELETE' THEN EXECUTE TG_ARGV[1]; END IF;
      RETURN NULL;
    END $$`;
}

/** By statement, not by row: what is written at once is repeated at once. */
function triggersOf(collection: Collection, table: DraftTable): readonly Sql[] {
  const repeat = sql`${literal(removal(table, collection.id).text)}, ${literal(addition(table, collection.id).text)}`;
  const call = sql`FOR EACH STATEMENT EXECUTE FUNCTION ${inPlace(collection, FOLLOW)}(${repeat})`;
  const trigger = (event: 'insert' | 'update' | 'delete'): Sql =>
    sql`CREATE TRIGGER ${identifier(`${FOLLOW}_${collection.id}_${event}`)} AFTER`;
  return [
    sql`${trigger('insert')} INSERT ON ${table.source} REFERENCING NEW TABLE AS fresh ${call}`,
    sql`${trigger('update')} UPDATE ON ${table.source} REFERENCING OLD TABLE AS gone NEW TABLE AS fresh ${call}`,
    sql`${trigger('delete')} DELETE ON ${table.source} REFERENCING OLD TABLE AS gone ${call}`,
  ];
}

/** Removes what was made of the source's rows `gone`; each is looked up by its key, whatever the planner believes of a table that is new. */
function removal({ target, key }: DraftTable, id: string): Sql {
  const columns = key.map(identifier);
  const last = columns.at(-1) ?? sql``;
  const isSame = columns.slice(0, -1).map((column) => sql`m.${column} = b.${column}`);
  return sql`
    DELETE FROM ${target} WHERE ctid = ANY (ARRAY(
      SELECT f.ctid FROM gone b CROSS JOIN LATERAL (
        SELECT m.ctid FROM ${target} m WHERE ${join([...isSame, isOf(sql`m.${last}`, sql`b.${last}`)], ' AND ')} ${theOne(sql`m.${last}`)}) AS f
      WHERE b.collection_id = ${literal(id)}))`;
}

/** Adds what becomes of the source's rows `fresh`. */
function addition({ target, columns }: DraftTable, id: string): Sql {
  return sql`INSERT INTO ${target} SELECT ${columns} FROM fresh b WHERE b.collection_id = ${literal(id)}`;
}
