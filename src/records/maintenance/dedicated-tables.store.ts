import {
  hasOwnPlace,
  inPlace,
  namespaceTable,
  PLACE_TABLES,
  recordTable,
  type RowTables,
  sparseTable,
  vectorTable,
} from '../../collections/place-tables.store.js';
import { askShards } from '../../postgres/cluster/cluster.js';
import type { Queryable } from '../../postgres/database.js';
import { identifier, integer, Sql, sql } from '../../postgres/sql.js';

/**
 * Where the rows of a table are for what must be said of the table that holds them: in itself, or in a shard, on a cluster of Citus,
 * which passes on what tables are made of, but not how their columns are sampled (`sampleShards`).
 */
export type Storage = 'local' | 'sharded';

/** Columns whose statistics need more than a hundred values for a good estimate of a filter. */
const STATISTICS_TARGET = 1_000;
/** For how many values statistics are kept, by column. */
const RECORD_SAMPLES = { metadata: STATISTICS_TARGET, document: 0, uri: 0, long_id: 0 };
const VECTOR_SAMPLES = { embedding: 0 };
const SPARSE_SAMPLES = { terms: 0, weights: 0 };

/**
 * A collection's own tables without their indexes: the pool's columns, and what the pool says of their storage. Dead vectors stay in the
 * vector indexes until these are built anew, which costs less than a vacuum of them. One definition each.
 */
export function createTables(tables: RowTables, dimension: number, storage: Storage = 'local'): readonly Sql[] {
  const vectors = vectorTable(tables);
  return [
    sql`CREATE TABLE ${recordTable(tables)} (LIKE polyvec.pool_records)`,
    ...sampled(recordTable(tables), storage, RECORD_SAMPLES),
    sql`CREATE TABLE ${vectors} (collection_id bigint NOT NULL, namespace text COLLATE "C" NOT NULL, rid bigint NOT NULL,
      embedding vector(${integer(dimension)}) NOT NULL, seq bigint NOT NULL DEFAULT 0)
      WITH (toast_tuple_target = 8160, vacuum_index_cleanup = off)`,
    ...sampled(vectors, storage, VECTOR_SAMPLES),
  ];
}

/** All indexes of tables that are filled, but those on vectors, and those that filters ask for. One definition each. */
export function createIndexes(tables: RowTables): readonly Sql[] {
  const late = lateIndexes(tables).map(({ name, on }) => sql`CREATE INDEX ${identifier(name)} ON ${on}`);
  return [...createKeys(tables), ...late];
}

/** The pool's keys, for tables that are filled: writes need them, and reads of single records. One definition each. */
export function createKeys(tables: RowTables): readonly Sql[] {
  return [
    sql`ALTER TABLE ${recordTable(tables)} ADD PRIMARY KEY (collection_id, namespace, id)`,
    sql`ALTER TABLE ${recordTable(tables)} ADD UNIQUE (collection_id, namespace, rid)`,
    sql`ALTER TABLE ${vectorTable(tables)} ADD PRIMARY KEY (collection_id, namespace, rid)`,
  ];
}

/** An index by its name, and what follows `ON` in its definition. */
export interface TableIndexDefinition {
  readonly name: string;
  readonly on: Sql;
}

/** The indexes that no answer needs, on metadata and on the vectors' numbers: tables may be in use before they are built. */
export function lateIndexes(tables: RowTables): readonly TableIndexDefinition[] {
  return [
    {
      name: `${tables.recordTable}_metadata`,
      on: sql`${recordTable(tables)} USING gin (metadata jsonb_path_ops) WITH (fastupdate = off)`,
    },
    { name: `${tables.vectorTable}_seq`, on: sql`${vectorTable(tables)} (namespace, seq)` },
  ];
}

/** Statistics of tables that are filled. Shards are looked at once they are committed, and it is said how: `sampleShards`. */
export function analyzeTables(tables: RowTables, storage: Storage): readonly Sql[] {
  return storage === 'local' ? [sql`ANALYZE ${recordTable(tables)}`, sql`ANALYZE ${vectorTable(tables)}`] : [];
}

/** A schema for a collection alone, with all but its records and vectors. One definition each. */
export function createPlace(place: string, storage: Storage): readonly Sql[] {
  const placed = { place };
  return [
    ...(storage === 'sharded' ? [sql`SET LOCAL citus.enable_schema_based_sharding = on`] : []),
    sql`CREATE SCHEMA ${identifier(place)}`,
    sql`CREATE TABLE ${inPlace(placed, 'guard')} (id bigint PRIMARY KEY, epoch bigint NOT NULL)`,
    ...Object.entries(PLACE_TABLES).map(
      ([name, like]) => sql`CREATE TABLE ${inPlace(placed, name)} (LIKE polyvec.${identifier(like)} INCLUDING ALL)`,
    ),
    // every write updates a row in place
    sql`ALTER TABLE ${namespaceTable(placed)} SET (fillfactor = 50)`,
    ...sampled(sparseTable(placed), storage, SPARSE_SAMPLES),
  ];
}

/** Each statement by itself: Citus takes no more than one definition at a time. */
export async function runEach(transaction: Queryable, statements: readonly Sql[]): Promise<void> {
  for (const statement of statements) await transaction.script(statement.text);
}

/**
 * Sets on the shards of a collection's tables for how many values statistics are kept. False, and nothing happens, where the tables are
 * in themselves. It is for after the transaction that makes them: shards are asked over connections of their own, which see what is
 * committed.
 */
export async function sampleShards(queryable: Queryable, tables: RowTables): Promise<boolean> {
  if (!hasOwnPlace(tables)) return false;
  const asked = await askShards(queryable, recordTable(tables), samples('%1$s', RECORD_SAMPLES));
  if (asked === undefined) return false;
  await askShards(queryable, vectorTable(tables), samples('%1$s', VECTOR_SAMPLES));
  await askShards(queryable, sparseTable(tables), samples('%1$s', SPARSE_SAMPLES));
  return true;
}

function sampled(table: Sql, storage: Storage, targets: Readonly<Record<string, number>>): readonly Sql[] {
  return storage === 'local' ? [new Sql([samples(table.text, targets)], [])] : [];
}

function samples(table: string, targets: Readonly<Record<string, number>>): string {
  const columns = Object.entries(targets).map(([column, target]) => `ALTER ${column} SET STATISTICS ${String(target)}`);
  return `ALTER TABLE ${table} ${columns.join(', ')}`;
}
