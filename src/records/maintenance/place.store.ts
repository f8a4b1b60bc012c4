import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import {
  inPlace,
  ownPlace,
  PLACE_TABLES,
  recordTable,
  type RowTables,
  SHARED_PLACE,
  vectorTable,
} from '../../collections/place-tables.store.js';
import { OLDER_THAN_PLACES } from '../../postgres/application-name.js';
import { isCluster } from '../../postgres/cluster/cluster.js';
import { distributeFunctions, nodeProblems } from '../../postgres/cluster/cluster-checks.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { identifier, sql } from '../../postgres/sql.js';
import { moveLock } from '../record-tables.js';
import { createIndexes, createPlace, createTables, runEach, sampleShards, type Storage } from './dedicated-tables.store.js';

/** What stands against a place for a collection. */
export type PlaceRefusal = 'not permitted' | 'older instances are connected' | 'the schema exists';

/** How long the move of tables waits for statements that read them, while later ones wait for it. */
const LOCK_WAIT = '2s';

/** Tables of the shared schema that go with the catalog's row of a collection, not by the sweeper. */
const CATALOG_TABLES = ['namespaces', 'sparse_key_indexes', 'sparse_segments'];

/** Schemas of their own for large collections (decision 50). */
@Injectable()
export class PlaceStore {
  constructor(private readonly database: Database) {}

  /**
   * The collection's own place may be made: the role may create schemas, and no instance is connected that would look for its rows
   * in the shared one: one of those that are called so.
   */
  async refusal(
    queryable: Queryable,
    id: string,
    older: readonly string[] = OLDER_THAN_PLACES,
  ): Promise<PlaceRefusal | undefined> {
    const [row] = await queryable.query<{ permitted: string; older: string; taken: string }>(sql`
      SELECT has_database_privilege(current_database(), 'CREATE') AS permitted,
        EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
          AND application_name = ANY (${older}::text[])) AS older,
        to_regnamespace(${ownPlace(id)}) IS NOT NULL AS taken`);
    if (row?.permitted !== 't') return 'not permitted';
    if (row.older === 't') return 'older instances are connected';
    return row.taken === 't' ? 'the schema exists' : undefined;
  }

  /** What an operator runs so that large collections get places; undefined when nothing is missing. */
  async missingGrant(): Promise<string | undefined> {
    const [row] = await this.database.query<{ grant: string | null }>(sql`
      SELECT CASE WHEN NOT has_database_privilege(current_database(), 'CREATE')
        THEN format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user) END AS grant`);
    return row?.grant ?? undefined;
  }

  /**
   * What an operator should change about the nodes of a cluster, and about what is on them, a line each. Nodes get what statements on
   * places call. Nothing on a plain Postgres.
   */
  async nodeProblems(): Promise<readonly string[]> {
    return [...(await nodeProblems(this.database)), ...(await distributeFunctions(this.database))];
  }

  /** Whether new tables are shards: the extension is there, and knows a node to put them on. */
  async storage(queryable: Queryable): Promise<Storage> {
    return (await isCluster(queryable)) ? 'sharded' : 'local';
  }

  /**
   * Gives a collection that has tables of its own in the shared schema its place, in one transaction. Tables move as they are, on a
   * cluster they are copied; sparse vectors and namespaces are copied, and what is left of them is removed later, by the sweeper. False when it is not to be done.
   * @throws GatewayError `unavailable` when statements hold the tables for too long: to be tried again later
   */
  async settle(collection: Collection): Promise<boolean> {
    if ((await this.refusal(this.database, collection.id)) !== undefined) return false;
    const isDedicated = sql`id = ${collection.id} AND place = ${SHARED_PLACE} AND record_table <> 'pool_records'`;
    // from here on writers queue, those that began before end soon: the move gets its lock
    await this.database.query(sql`
      UPDATE polyvec.collections SET moving = TRUE, epoch = epoch + 1 WHERE ${isDedicated} AND NOT moving`);
    const isDone = await this.database.transaction(async (transaction) => {
      await transaction.query(sql`SELECT pg_advisory_xact_lock(${moveLock(collection)})`);
      const found = await transaction.query(sql`SELECT id FROM polyvec.collections WHERE ${isDedicated} FOR UPDATE`);
      if (found.length === 0) return false;
      await transaction.script('SET LOCAL statement_timeout = 0');
      await transaction.script(`SET LOCAL lock_timeout = '${LOCK_WAIT}'`);
      const storage = await this.storage(transaction);
      await runEach(transaction, createPlace(ownPlace(collection.id), storage));
      await (storage === 'local' ? moveTables : copyTables)(transaction, collection);
      await fillPlace(transaction, collection.id);
      await enterPlace(transaction, collection);
      return true;
    }, 'long');
    if (isDone) await this.sample({ ...collection, place: ownPlace(collection.id) });
    return isDone;
  }

  /** What planners are to know of tables that have just come onto a node; elsewhere they know it already. */
  async sample(tables: RowTables): Promise<void> {
    if (!(await sampleShards(this.database, tables))) return;
    for (const table of [recordTable(tables), vectorTable(tables)]) await this.database.script(`ANALYZE ${table.text}`);
  }
}

/** Indexes and constraints go with their tables, statistics of expressions do not. */
async function moveTables(transaction: Queryable, collection: Collection): Promise<void> {
  const place = identifier(ownPlace(collection.id)).text;
  const shared = { ...collection, place: SHARED_PLACE };
  const statistics = await transaction.query<{ name: string }>(sql`
    SELECT stxname AS name FROM pg_statistic_ext WHERE stxrelid = to_regclass(${recordTable(shared).text})`);
  for (const table of [recordTable(shared), vectorTable(shared)]) {
    await transaction.script(`ALTER TABLE ${table.text} SET SCHEMA ${place}`);
  }
  for (const { name } of statistics) {
    await transaction.script(`ALTER STATISTICS ${inPlace(shared, name).text} SET SCHEMA ${place}`);
  }
}

/** Onto a node: as a promotion does. Its indexes are built there anew, by maintenance. */
async function copyTables(transaction: Queryable, collection: Collection): Promise<void> {
  const placed = { ...collection, place: ownPlace(collection.id) };
  const shared = { ...collection, place: SHARED_PLACE };
  await runEach(transaction, createTables(placed, collection.dimension ?? 0, 'sharded'));
  for (const tableOf of [recordTable, vectorTable]) {
    await transaction.query(sql`
      INSERT INTO ${tableOf(placed)} SELECT * FROM ${tableOf(shared)} WHERE collection_id = ${collection.id} ORDER BY namespace, rid`);
  }
  await runEach(transaction, createIndexes(placed));
  await transaction.query(sql`DELETE FROM polyvec.vector_indexes WHERE collection_id = ${collection.id}`);
  await transaction.query(
    sql`UPDATE polyvec.collections SET document_index = FALSE, late_indexes = FALSE WHERE id = ${collection.id}`,
  );
  for (const tableOf of [recordTable, vectorTable]) await transaction.script(`DROP TABLE ${tableOf(shared).text}`);
}

/** Copies what a collection has besides records and vectors from the shared schema into its place. */
export async function fillPlace(transaction: Queryable, id: string): Promise<void> {
  for (const [name, shared] of Object.entries(PLACE_TABLES)) {
    await transaction.query(sql`
      INSERT INTO ${inPlace({ place: ownPlace(id) }, name)} SELECT * FROM polyvec.${identifier(shared)} WHERE collection_id = ${id}`);
  }
}

/**
 * From now on the collection is in its place, which is filled: statements of instances that remember it elsewhere are stale. What is
 * left of it in the shared schema is on the sweeper's list.
 */
export async function enterPlace(
  transaction: Queryable,
  { id, recordTable: records, vectorTable: vectors }: Collection,
): Promise<void> {
  const place = ownPlace(id);
  const [row] = await transaction.query<{ epoch: string }>(sql`
    UPDATE polyvec.collections SET moving = FALSE, epoch = epoch + 1, place = ${place}, record_table = ${records},
      vector_table = ${vectors} WHERE id = ${id} RETURNING epoch`);
  await transaction.query(sql`INSERT INTO ${inPlace({ place }, 'guard')} (id, epoch) VALUES (${id}, ${row?.epoch ?? '0'})`);
  for (const table of CATALOG_TABLES) {
    await transaction.query(sql`DELETE FROM polyvec.${identifier(table)} WHERE collection_id = ${id}`);
  }
  await leaveBehind(transaction, id, true);
}

/** The pool's rows of the collection are removed later. */
export async function leaveBehind(transaction: Queryable, id: string, withSparse: boolean): Promise<void> {
  await transaction.query(sql`
    INSERT INTO polyvec.dropped_collections (id, record_table, vector_table, with_sparse)
    VALUES (${id}, 'pool_records', 'pool_vectors', ${withSparse})
    ON CONFLICT (id, record_table) DO UPDATE SET with_sparse = dropped_collections.with_sparse OR excluded.with_sparse`);
}
