import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { namespaceTable, postingTable, recordTable, sparseTable, vectorTable } from '../collections/place-tables.store.js';
import { compile } from '../filters/compile.js';
import type { Filter } from '../filters/filter.js';
import { Database, type Queryable } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import { noteChanged } from './changed-records.store.js';
import type { Namespace, NamespacePage, NamespaceTotals } from './namespace.js';
import { successor } from './record-page.store.js';
import { heldCollection, liveCollection } from './record-tables.js';

type NamespaceRow = Readonly<{ name: string | null; schema: string | null; count: string; bytes: string; lsn: string }>;

/** Namespaces: rows of their own, so that an empty one exists, and one that was never written does not. */
@Injectable()
export class NamespaceStore {
  constructor(private readonly database: Database) {}

  /** False when there is one of that name. */
  async create(collection: Collection, name: string, schema: string | null): Promise<boolean | 'stale'> {
    const [row] = await this.database.query<{ created: string | null }>(sql`
      WITH live AS MATERIALIZED (${heldCollection(collection)}),
      created AS (
        INSERT INTO ${namespaceTable(collection)} (collection_id, name, schema)
        SELECT ${collection.id}, ${name}, ${schema}::json FROM live ON CONFLICT DO NOTHING RETURNING name)
      SELECT (SELECT count(*) FROM created) AS created FROM live`);
    return row === undefined ? 'stale' : row.created === '1';
  }

  /** `missing`: there is none. */
  async find(collection: Collection, name: string, measured: boolean): Promise<Namespace | 'missing' | 'stale'> {
    const one = sql`SELECT n.*, n.name AS label FROM ${namespaceTable(collection)} n WHERE n.collection_id = ${collection.id} AND n.name = ${name}`;
    const rows = await this.database.query<NamespaceRow>(described(collection, one, measured));
    if (rows.length === 0) return 'stale';
    return rows.filter(isNamed).map(toNamespace)[0] ?? 'missing';
  }

  /** The first `limit` after `after`, bytewise; `total` counts all that have the prefix. */
  async list(
    collection: Collection,
    page: NamespacePage,
    measured: boolean,
  ): Promise<{ readonly namespaces: readonly Namespace[]; readonly total: number } | 'stale'> {
    const matching = beginning(sql`COALESCE(NULLIF(n.name, ''), ${page.defaultName})`, page.prefix);
    const [total] = await this.database.query<{ total: string }>(sql`
      SELECT count(*) AS total FROM ${namespaceTable(collection)} n WHERE n.collection_id = ${collection.id} AND ${matching}`);
    const rows = await this.database.query<NamespaceRow>(described(collection, pageOf(collection, page), measured));
    if (rows.length === 0) return 'stale';
    return { namespaces: rows.filter(isNamed).map(toNamespace), total: Number(total?.total) };
  }

  /** How many records, or matching records, each namespace holds, or the one of the name, and its counter, by name; empty ones too. */
  async totals(collection: Collection, filter: Filter | undefined, name?: string): Promise<readonly NamespaceTotals[] | 'stale'> {
    const counts =
      filter === undefined
        ? sql`SELECT name AS namespace, record_count AS count FROM ${namespaceTable(collection)} WHERE collection_id = ${collection.id}`
        : sql`SELECT r.namespace, count(*) AS count FROM ${recordTable(collection)} r
            WHERE r.collection_id = ${collection.id} AND ${compile(filter)} GROUP BY r.namespace`;
    const rows = await this.database.query<{ name: string | null; count: string; lsn: string }>(sql`
      SELECT t.name, t.lsn, t.count FROM (${liveCollection(collection)}) AS live LEFT JOIN (
        SELECT n.name, n.lsn, COALESCE(c.count, 0) AS count
        FROM ${namespaceTable(collection)} n LEFT JOIN (${counts}) AS c ON c.namespace = n.name
        WHERE n.collection_id = ${collection.id} ${name === undefined ? sql`` : sql`AND n.name = ${name}`}) AS t ON TRUE
      ORDER BY t.name`);
    if (rows.length === 0) return 'stale';
    return rows.filter(isNamed).map((row) => ({ name: row.name, count: Number(row.count), lsn: row.lsn }));
  }

  /** Removes the namespace and its records; false when there is none. Writes that are under way come before or after. */
  async delete(collection: Collection, name: string): Promise<boolean | 'stale'> {
    return this.database.transaction(async (transaction) => {
      const live = await transaction.query(heldCollection(collection));
      if (live.length === 0) return 'stale';
      return removeNamespace(transaction, collection, name);
    });
  }
}

/** Removes the namespace with its records from the collection that holds it; false when there is none. */
export async function removeNamespace(transaction: Queryable, collection: Collection, name: string): Promise<boolean> {
  // the row first: a write that has not been counted yet waits for us, one that has been is visible below
  const rows = await transaction.query(sql`
    DELETE FROM ${namespaceTable(collection)} WHERE collection_id = ${collection.id} AND name = ${name} RETURNING name`);
  if (rows.length === 0) return false;
  await removeRows(transaction, collection, name);
  return true;
}

async function removeRows(transaction: Queryable, collection: Collection, name: string): Promise<void> {
  // the indexes of words and of sparse vectors forget them in the background, as they do single ones
  const changes = noteChanged(collection, name, sql`deleted`);
  await transaction.query(sql`
    WITH deleted AS (
      DELETE FROM ${recordTable(collection)} WHERE collection_id = ${collection.id} AND namespace = ${name} RETURNING rid) ${changes}
    SELECT count(*) FROM deleted`);
  const tables = [vectorTable(collection), ...(collection.hasSparse ? [sparseTable(collection), postingTable(collection)] : [])];
  for (const table of tables) {
    await transaction.query(sql`DELETE FROM ${table} WHERE collection_id = ${collection.id} AND namespace = ${name}`);
  }
}

/** The namespaces `n` with what they hold, by their label, or one row without a name; none when the collection is stale. */
function described(collection: Collection, namespaces: Sql, measured: boolean): Sql {
  // a look at every record
  const bytes = sql`(
    SELECT COALESCE(sum(pg_column_size(r.metadata) + octet_length(COALESCE(r.document, '')) + octet_length(r.id)), 0)
      + count(*) * ${4 * (collection.dimension ?? 0)}::bigint
    FROM ${recordTable(collection)} r WHERE r.collection_id = ${collection.id} AND r.namespace = n.name)`;
  return sql`
    SELECT n.name, n.schema::text AS schema, n.lsn, n.record_count AS count, ${measured ? bytes : sql`0`} AS bytes
    FROM (${liveCollection(collection)}) AS live LEFT JOIN (${namespaces}) AS n ON TRUE ORDER BY n.label`;
}

/** The first ones after `after`. The default one has another label than its name, which is what the index has. */
function pageOf(collection: Collection, { prefix, after, limit, defaultName }: NamespacePage): Sql {
  const within = (label: Sql): Sql =>
    sql`${beginning(label, prefix)} AND ${after === undefined ? sql`TRUE` : sql`${label} > ${after}`}`;
  return sql`
    (SELECT n.*, n.name AS label FROM ${namespaceTable(collection)} n
     WHERE n.collection_id = ${collection.id} AND n.name <> '' AND ${within(sql`n.name`)} ORDER BY n.name LIMIT ${limit})
    UNION ALL
    (SELECT n.*, d.label FROM ${namespaceTable(collection)} n CROSS JOIN (SELECT ${defaultName}::text COLLATE "C") AS d (label)
     WHERE n.collection_id = ${collection.id} AND n.name = '' AND ${within(sql`d.label`)})
    ORDER BY label LIMIT ${limit}`;
}

function beginning(label: Sql, prefix: string): Sql {
  if (prefix === '') return sql`TRUE`;
  const end = successor(prefix);
  return sql`${label} >= ${prefix} AND ${end === undefined ? sql`TRUE` : sql`${label} < ${end}`}`;
}

function isNamed<T extends { readonly name: string | null }>(row: T): row is T & { readonly name: string } {
  return row.name !== null;
}

function toNamespace(row: NamespaceRow & { readonly name: string }): Namespace {
  return { name: row.name, schema: row.schema, count: Number(row.count), bytes: Number(row.bytes), lsn: row.lsn };
}
