import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { namespaceTable, recordTable, sparseTable, vectorTable } from '../collections/place-tables.store.js';
import { Database, type Queryable } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import { isUniqueViolation } from '../postgres/sqlstate.js';
import { createKeys, createTables, runEach } from '../records/maintenance/dedicated-tables.store.js';
import { childRows, copyRows, insertPostings, type Rows } from './row-copy.store.js';

/** A fork that has just been made. */
export interface CreatedFork {
  readonly uuid: string;
  readonly records: number;
}

type SourceRow = Readonly<{
  place: string;
  record_table: string;
  vector_table: string;
  dimension: string | null;
}>;
type CreatedRow = Readonly<{ id: string; uuid: string; place: string; record_table: string; vector_table: string }>;

/** Forks: collections with rows of their own, and what is remembered of the tree that they are in. */
@Injectable()
export class ForkStore {
  constructor(private readonly database: Database) {}

  /**
   * Makes a collection of all that the source is at one moment, in one transaction: others see all of it or nothing, and go on
   * writing meanwhile, except that the source's deletion waits. `missing`: there is no source any more. `taken`: the name is another
   * collection's, or its alias.
   */
  async create(source: Collection, name: string): Promise<CreatedFork | 'missing' | 'taken'> {
    try {
      return await this.database.transaction((transaction) => fork(transaction, source, name), 'long');
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  /** How many forks were ever made in the tree of the collection; undefined when the collection is gone. */
  async count(collection: Collection): Promise<number | undefined> {
    const [row] = await this.database.query<{ count: string }>(sql`
      SELECT (SELECT count(*) FROM polyvec.forks f WHERE f.root_id = COALESCE(c.root_id, c.id)) AS count
      FROM polyvec.collections c WHERE c.id = ${collection.id}`);
    return row && Number(row.count);
  }
}

async function fork(transaction: Queryable, source: Collection, name: string): Promise<CreatedFork | 'missing' | 'taken'> {
  await transaction.query(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`);
  // its rows stay where they are while this one is locked; writers do not wait
  const [row] = await transaction.query<SourceRow>(sql`
    SELECT place, record_table, vector_table, dimension FROM polyvec.collections WHERE id = ${source.id} FOR KEY SHARE`);
  if (row === undefined) return 'missing';
  const [created] = await transaction.query<CreatedRow>(insertFork(source, name));
  if (created === undefined) return 'taken';
  const from: Rows = { id: source.id, place: row.place, recordTable: row.record_table, vectorTable: row.vector_table };
  const to: Rows = { id: created.id, place: created.place, recordTable: created.record_table, vectorTable: created.vector_table };
  const parts = [from, ...(await childRows(transaction, from))];
  if (row.record_table === 'pool_records') await copyRows(transaction, from, to, 'searchable');
  else await copyTables(transaction, parts, to, Number(row.dimension));
  await transaction.query(insertFields(from, to));
  let records = 0;
  for (const part of parts) {
    for (const namespace of await transaction.query<{ records: string }>(insertNamespaces(part, to)))
      records += Number(namespace.records);
  }
  return { uuid: created.uuid, records };
}

/** The fork's row, and its place in the tree; none when the name is an alias. A collection with tables of its own has forks like it. */
function insertFork(source: Collection, name: string): Sql {
  const tableName = (inPool: string, prefix: string): Sql =>
    sql`CASE s.record_table WHEN 'pool_records' THEN ${inPool} ELSE ${prefix} || '_' || t.id END`;
  return sql`
    WITH target AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('polyvec.collections', 'id')) AS id),
    created AS (
      INSERT INTO polyvec.collections (id, database_id, name, protocol, metric, dimension, vector_type, has_sparse, settings, metadata,
        recall, record_table, vector_table, late_indexes, root_id) OVERRIDING SYSTEM VALUE
      SELECT t.id, s.database_id, ${name}, s.protocol, s.metric, s.dimension, s.vector_type, s.has_sparse, s.settings, s.metadata,
        s.recall, ${tableName('pool_records', 'records')}, ${tableName('pool_vectors', 'vectors')}, s.record_table <> 'pool_records', COALESCE(s.root_id, s.id)
      FROM polyvec.collections s CROSS JOIN target t WHERE s.id = ${source.id} AND NOT EXISTS (
        SELECT FROM polyvec.collection_aliases a WHERE a.database_id = s.database_id AND a.name = ${name})
      RETURNING id, uuid, place, record_table, vector_table, root_id),
    noted AS (INSERT INTO polyvec.forks (fork_uuid, root_id) SELECT uuid, root_id FROM created)
    SELECT id, uuid, place, record_table, vector_table FROM created`;
}

/** The fields that occur in the source. */
function insertFields(from: Rows, to: Rows): Sql {
  return sql`
    INSERT INTO polyvec.collection_fields (collection_id, name, type)
    SELECT ${to.id}::bigint, name, type FROM polyvec.collection_fields WHERE collection_id = ${from.id}`;
}

/** Namespaces with their counters. Returns how many records each has. */
function insertNamespaces(from: Rows, to: Rows): Sql {
  return sql`
    INSERT INTO ${namespaceTable(to)} (collection_id, name, lsn, operations, record_count, schema, created_at)
    SELECT ${to.id}::bigint, name, lsn, operations, record_count, schema, created_at
    FROM ${namespaceTable(from)} WHERE collection_id = ${from.id} RETURNING record_count AS records`;
}

/**
 * Into new tables, whose keys are built when they are filled, and other indexes later, in the background. Vectors keep their numbers: later ones are higher in either collection.
 * Statements may take as long as they need. Statistics are for the maintenance, which hears of the fork.
 */
async function copyTables(transaction: Queryable, parts: readonly Rows[], to: Rows, dimension: number): Promise<void> {
  await transaction.script('SET LOCAL statement_timeout = 0');
  await runEach(transaction, createTables(to, dimension));
  for (const from of parts) await copyTableRows(transaction, from, to);
  await runEach(transaction, createKeys(to));
}

async function copyTableRows(transaction: Queryable, from: Rows, to: Rows): Promise<void> {
  await transaction.query(sql`
    INSERT INTO ${recordTable(to)} (collection_id, namespace, id, long_id, rid, document, uri, metadata)
    SELECT ${to.id}, namespace, id, long_id, rid, document, uri, metadata
    FROM ${recordTable(from)} WHERE collection_id = ${from.id}`);
  await transaction.query(sql`
    INSERT INTO ${vectorTable(to)} (collection_id, namespace, rid, embedding, seq)
    SELECT ${to.id}, namespace, rid, embedding, seq
    FROM ${vectorTable(from)} WHERE collection_id = ${from.id}`);
  await transaction.query(sql`
    WITH sparse AS (
      INSERT INTO ${sparseTable(to)} (collection_id, namespace, rid, sid, terms, weights)
      SELECT ${to.id}, namespace, rid, sid, terms, weights FROM ${sparseTable(from)} WHERE collection_id = ${from.id}
      RETURNING namespace, sid, terms, weights)
    ${insertPostings(to)}`);
}
