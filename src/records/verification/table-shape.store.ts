import { Injectable } from '@nestjs/common';
import type { Collection, IndexContent } from '../../collections/collection.js';
import { SHARED_PLACE } from '../../collections/place-tables.store.js';
import { localName, remoteBuilds } from '../../postgres/cluster/builds.js';
import type { Queryable } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';

/** A table's columns by name, each with its type, such as `bigint NOT NULL`. */
export type TableShape = ReadonlyMap<string, string>;

/** An index of a collection's tables, as the server describes it. */
export interface TableIndex {
  readonly table: string;
  readonly name: string;
  readonly method: string;
  /** Columns and expressions, in order. */
  readonly columns: string;
  /** How the first of them is compared. */
  readonly operators: string;
  /** Null: every row is in it. */
  readonly condition: string | null;
  readonly isUnique: boolean;
  readonly isValid: boolean;
  readonly isBeingBuilt: boolean;
}

/** A vector index as the catalog has it, whatever has become of it. */
export interface IndexEntry {
  readonly id: string;
  readonly namespace: string;
  readonly low: string;
  readonly high: string;
  readonly content: IndexContent;
  readonly state: 'building' | 'ready' | 'retired';
}

type IndexRow = Readonly<Record<'table' | 'name' | 'method' | 'operators', string>> &
  Readonly<{ columns: string | null; condition: string | null; is_unique: string; is_valid: string; is_built: string }>;

/** The tables that a collection's own have their columns from. */
const MODELS = ['pool_records', 'pool_vectors'];

/** What tables and indexes there are, as opposed to what the catalog says. */
@Injectable()
export class TableShapeStore {
  /** The columns of a collection's tables, and of the pool's, by the table's name; a table that is missing is missing here. */
  async tables(queryable: Queryable, collection: Collection): Promise<ReadonlyMap<string, TableShape>> {
    const own = [collection.recordTable, collection.vectorTable];
    const rows = await queryable.query<{ table: string; name: string; type: string }>(sql`
      SELECT c.relname AS table, a.attname AS name,
        format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS type
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND (n.nspname = ${collection.place} AND c.relname = ANY (${own}::text[])
        OR n.nspname = ${SHARED_PLACE} AND c.relname = ANY (${MODELS}::text[]))`);
    const shapes = new Map<string, Map<string, string>>();
    for (const { table, name, type } of rows) shapes.set(table, (shapes.get(table) ?? new Map<string, string>()).set(name, type));
    return shapes;
  }

  /** The indexes of a collection's tables, in the order of their names. */
  async indexes(queryable: Queryable, collection: Collection): Promise<readonly TableIndex[]> {
    const names = [collection.recordTable, collection.vectorTable];
    const rows = await queryable.query<IndexRow>(sql`
      SELECT t.relname AS table, x.relname AS name, m.amname AS method, o.opcname AS operators,
        (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, TRUE), ', ' ORDER BY k) FROM generate_series(1, i.indnkeyatts) k) AS columns,
        pg_get_expr(i.indpred, i.indrelid, TRUE) AS condition, i.indisunique AS is_unique, i.indisvalid AND i.indisready AS is_valid,
        EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS is_built
      FROM pg_class t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class x ON x.oid = i.indexrelid
        JOIN pg_am m ON m.oid = x.relam JOIN pg_opclass o ON o.oid = i.indclass[0] JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE n.nspname = ${collection.place} AND t.relname = ANY (${names}::text[])
      ORDER BY x.relname COLLATE "C"`);
    const unready = rows.some(({ is_valid }) => is_valid !== 't');
    const remote = new Set(unready ? (await remoteBuilds(queryable)).map(({ index }) => localName(index)) : []);
    return rows.map(({ is_unique, is_valid, is_built, columns, ...row }) => ({
      ...row,
      columns: columns ?? '',
      isUnique: is_unique === 't',
      isValid: is_valid === 't',
      isBeingBuilt: is_built === 't' || remote.has(row.name),
    }));
  }

  /** By namespace and number. */
  async entries(queryable: Queryable, collection: Collection): Promise<readonly IndexEntry[]> {
    return queryable.query<IndexEntry>(sql`
      SELECT id, namespace, low, high, content, state FROM polyvec.vector_indexes
      WHERE collection_id = ${collection.id} ORDER BY namespace, vector_indexes.low, vector_indexes.id`);
  }

  /** Whether someone holds the lease. */
  async isLeased(queryable: Queryable, lease: string): Promise<boolean> {
    const rows = await queryable.query(sql`SELECT FROM polyvec.leases WHERE name = ${lease} AND until > clock_timestamp()`);
    return rows.length > 0;
  }
}
