import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { Database, type Queryable } from '../postgres/database.js';
import { sql, type Sql } from '../postgres/sql.js';
import { compile } from '../filters/compile.js';
import type { Filter } from '../filters/filter.js';
import type { Namespace, NamespacePage, NamespaceTotals } from './namespace.js';
import { successor } from './record-page.store.js';
import { liveCollection, POSTING_TABLE, recordTable, SPARSE_TABLE, vectorTable } from './record-tables.js';

type NamespaceRow = Readonly<{ name: string; schema: string | null; count: string; bytes: string; lsn: string }>;

/** Namespaces: rows of their own, so that an empty one exists, and one that was never written does not. */
@Injectable()
export class NamespaceStore {
  constructor(private readonly database: Database) {}

  /** False when there is one of that name. */
  async create(collection: Collection, name: string, schema: string | null): Promise<boolean | 'stale'> {
    const [row] = await this.database.query<{ created: string | null }>(sql`
      WITH live AS MATERIALIZED (${liveCollection(collection)} FOR KEY SHARE),
      created AS (
        INSERT INTO polyvec.namespaces (collection_id, name, schema)
        SELECT ${collection.id}, ${name}, ${schema}::json FROM live ON CONFLICT DO NOTHING RETURNING name)
      SELECT (SELECT count(*) FROM created) AS created FROM live`);
    return row === undefined ? 'stale' : row.created === '1';
  }

  async find(collection: Collection, name: string, measured: boolean): Promise<Namespace | undefined> {
    const [row] = await this.database.query<NamespaceRow>(
      namespaces(collection, sql`n.name = ${name}`, { order: sql`n.name`, limit: 1, measured }),
    );
    return row && toNamespace(row);
  }

  /** The first `limit` after `after`, bytewise; `total` counts all that have the prefix. */
  async list(
    collection: Collection,
    page: NamespacePage,
    measured: boolean,
  ): Promise<{ readonly namespaces: readonly Namespace[]; readonly total: number }> {
    const label = sql`COALESCE(NULLIF(n.name, ''), ${page.defaultName})`;
    const matching = page.prefix === '' ? sql`TRUE` : beginning(label, page.prefix);
    const after = page.after === undefined ? sql`TRUE` : sql`${label} > ${page.after}`;
    const [total] = await this.database.query<{ total: string }>(sql`
      SELECT count(*) AS total FROM polyvec.namespaces n WHERE n.collection_id = ${collection.id} AND ${matching}`);
    const rows = await this.database.query<NamespaceRow>(
      namespaces(collection, sql`${matching} AND ${after}`, { order: label, limit: page.limit, measured }),
    );
    return { namespaces: rows.map(toNamespace), total: Number(total?.total) };
  }

  /** How many records, or matching records, each namespace holds, and its counter, by name; empty ones too. */
  async totals(collection: Collection, filter: Filter | undefined): Promise<readonly NamespaceTotals[]> {
    const counted = filter === undefined ? sql`TRUE` : compile(filter);
    const rows = await this.database.query<{ name: string; count: string; lsn: string }>(sql`
      SELECT n.name, n.lsn, COALESCE(c.count, 0) AS count FROM polyvec.namespaces n LEFT JOIN (
        SELECT r.namespace, count(*) AS count FROM ${recordTable(collection)} r
        WHERE r.collection_id = ${collection.id} AND ${counted} GROUP BY r.namespace) AS c ON c.namespace = n.name
      WHERE n.collection_id = ${collection.id} ORDER BY n.name`);
    return rows.map((row) => ({ name: row.name, count: Number(row.count), lsn: row.lsn }));
  }

  /** Removes the namespace and its records; false when there is none. Writes that are under way come before or after. */
  async delete(collection: Collection, name: string): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      // the row first: a write that has not been counted yet waits for us, one that has been is visible below
      const rows = await transaction.query(sql`
        DELETE FROM polyvec.namespaces WHERE collection_id = ${collection.id} AND name = ${name} RETURNING name`);
      if (rows.length === 0) return false;
      await removeRows(transaction, collection, name);
      return true;
    });
  }
}

async function removeRows(transaction: Queryable, collection: Collection, name: string): Promise<void> {
  const tables = [
    recordTable(collection),
    vectorTable(collection),
    ...(collection.hasSparse ? [SPARSE_TABLE, POSTING_TABLE] : []),
  ];
  for (const table of tables) {
    await transaction.query(sql`DELETE FROM ${table} WHERE collection_id = ${collection.id} AND namespace = ${name}`);
  }
}

/** The first namespaces `n` in the order, with what they hold; `measured`, which reads every record, in bytes too. */
function namespaces(
  collection: Collection,
  condition: Sql,
  page: { readonly order: Sql; readonly limit: number; readonly measured: boolean },
): Sql {
  const bytes = page.measured
    ? sql`COALESCE(sum(pg_column_size(r.metadata) + octet_length(COALESCE(r.document, '')) + octet_length(r.id)), 0)
        + count(*) * ${4 * (collection.dimension ?? 0)}::bigint`
    : sql`0`;
  return sql`
    SELECT n.name, n.schema::text AS schema, n.lsn, h.count, h.bytes
    FROM (
      SELECT n.name, n.schema, n.lsn, ${page.order} AS label FROM polyvec.namespaces n
      WHERE n.collection_id = ${collection.id} AND ${condition} ORDER BY label LIMIT ${page.limit}) AS n
    CROSS JOIN LATERAL (
      SELECT count(*) AS count, ${bytes} AS bytes
      FROM ${recordTable(collection)} r WHERE r.collection_id = ${collection.id} AND r.namespace = n.name) AS h
    ORDER BY n.label`;
}

function beginning(label: Sql, prefix: string): Sql {
  const end = successor(prefix);
  return sql`${label} >= ${prefix} AND ${end === undefined ? sql`TRUE` : sql`${label} < ${end}`}`;
}

function toNamespace(row: NamespaceRow): Namespace {
  return { name: row.name, schema: row.schema, count: Number(row.count), bytes: Number(row.bytes), lsn: row.lsn };
}
