import { NAMESPACES_OF_LISTED, recordTable, sparseTable, vectorTable } from '../collections/place-tables.store.js';
import { PLACE_LABEL } from '../postgres/cluster/node-places.js';
import type { Queryable } from '../postgres/database.js';
import { identifier, integer, join, type Sql, sql } from '../postgres/sql.js';
import { digest, hashOf } from './digest.store.js';
import type { Column, NamespaceDigest, Owner, Position, RecordRow, RowPlace } from './move.js';
import { CONTINUED } from './moved-tables.js';

/** How much is read at once: so many records, and no more than about so many bytes of them, unless one record has more. */
export interface PageLimits {
  readonly rows: number;
  readonly bytes: number;
}

type Text = string | null;

/** A row of the catalog: its values as text, by column. */
export type CatalogRow = Readonly<Record<string, Text>>;

type OwnerRow = Readonly<
  Record<
    'kind' | 'id' | 'uuid' | 'tenant' | 'database' | 'name' | 'place' | 'record_table' | 'vector_table' | 'has_sparse',
    string
  >
> &
  Readonly<{ dimension: Text; records: string; fingerprint: string }>;

/** Rows of the catalog that are read at once. */
const CATALOG_PAGE = 1_000;
/** Values as text that says all of them, whatever the server's settings are. */
const EXACT_TEXT = `
  SET LOCAL extra_float_digits = 1;
  SET LOCAL "DateStyle" = 'ISO, YMD';
  SET LOCAL "TimeZone" = 'UTC';
  SET LOCAL bytea_output = 'hex'`;

/** Reads a database that is moved, all of it as it is at one moment: the transaction's. Changes nothing. */
export class SourceStore {
  constructor(private readonly transaction: Queryable) {}

  /** To be called before anything else. */
  async prepare(): Promise<void> {
    await this.transaction.script(EXACT_TEXT);
  }

  /** What no other database has, and what stays with this one, its copies and its dumps. */
  async identity(): Promise<string> {
    const [row] = await this.transaction.query<{ identity: string }>(sql`
      SELECT applied_at AS identity FROM polyvec.migrations ORDER BY name LIMIT 1`);
    return row?.identity ?? '';
  }

  /** Whose rows there are: collections, then snapshots, each by tenant, database and name. */
  async owners(): Promise<readonly Owner[]> {
    const rows = await this.transaction.query<OwnerRow>(sql`
      SELECT o.*, t.name AS tenant, d.name AS database FROM (${COLLECTIONS} UNION ALL ${SNAPSHOTS}) AS o
        JOIN polyvec.databases d ON d.id = o.database_id JOIN polyvec.tenants t ON t.id = d.tenant_id
      ORDER BY o.kind, t.name, d.name, o.name COLLATE "C", o.id`);
    return rows.map(toOwner);
  }

  /** The records behind a position, by namespace and rid. */
  async page(owner: RowPlace, after: Position, limits: PageLimits): Promise<readonly RecordRow[]> {
    return this.transaction.query<RecordRow>(sql`
      SELECT p.namespace, p.rid, p.id, p.long_id, p.document, p.uri, p.metadata, p.seq, p.sid, p.terms, p.weights,
        encode(vector_send(p.embedding), 'hex') AS embedding
      FROM (
        SELECT s.*, sum(s.size) OVER (ORDER BY s.namespace, s.rid ROWS UNBOUNDED PRECEDING) - s.size AS before
        FROM (${sizedRecords(owner, after, limits.rows)}) AS s) AS p
      WHERE p.before < ${limits.bytes} ORDER BY p.namespace, p.rid`);
  }

  /** Counts and checksums of the rows. */
  async digest(rows: RowPlace): Promise<ReadonlyMap<string, NamespaceDigest>> {
    return digest(this.transaction, rows);
  }

  /** A table's columns, in their order. */
  async columns(table: string): Promise<readonly Column[]> {
    return this.transaction.query<{ name: string; type: string }>(sql`
      SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
      WHERE a.attrelid = to_regclass(${`polyvec.${identifier(table).text}`}) AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum`);
  }

  /** All rows of a table of the catalog, some at a time. */
  async *rows(table: string, columns: readonly Column[]): AsyncGenerator<readonly CatalogRow[], void> {
    const names = columns.map(({ name }) => identifier(name));
    // a name of its own: a statement may have been prepared for the columns of another one
    const cursor = identifier(`move_${table}`);
    await this.transaction.query(sql`
      DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${join(names, ', ')} FROM ${table === 'namespaces' ? ALL_NAMESPACES : sql`polyvec.${identifier(table)}`}`);
    try {
      for (;;) {
        const page = await this.transaction.query<CatalogRow>(sql`FETCH ${integer(CATALOG_PAGE)} FROM ${cursor}`);
        if (page.length === 0) return;
        yield page;
      }
    } finally {
      await this.transaction.query(sql`CLOSE ${cursor}`);
    }
  }

  /** The number that each sequence gives next, of those that go on. */
  async sequences(): Promise<ReadonlyMap<string, string>> {
    const numbers = CONTINUED.map(
      (name) => sql`SELECT ${name} AS name, last_value + is_called::integer AS next FROM polyvec.${identifier(name)}`,
    );
    const next = new Map<string, string>();
    for (const number of numbers) {
      const [row] = await this.transaction.query<{ name: string; next: string }>(number);
      if (row !== undefined) next.set(row.name, row.next);
    }
    return next;
  }
}

/** Every write counts in its namespace, through whatever protocol: rows are the same as long as the namespaces are. */
const COLLECTIONS = sql`
  SELECT 'collection' AS kind, c.id, c.uuid, c.database_id, ${PLACE_LABEL} AS name, c.place, c.record_table, c.vector_table, c.dimension,
    c.has_sparse OR c.vector_type = 'sparse' AS has_sparse, COALESCE(n.records, 0) AS records,
    c.uuid || ' ' || c.record_table || ' ' || COALESCE(n.state, 0) AS fingerprint
  FROM polyvec.collections c JOIN polyvec.collections p ON p.id = COALESCE(c.parent_id, c.id) CROSS JOIN LATERAL (
    SELECT sum(n.record_count) AS records, sum(${hashOf(sql`concat_ws(' ', n.lsn, n.created_at, n.name)`)}) AS state
    FROM ${NAMESPACES_OF_LISTED} AS n) AS n`;

/** Those in places, too. */
const ALL_NAMESPACES = sql`(
  SELECT c.id AS collection_id, n.* FROM polyvec.collections c CROSS JOIN LATERAL ${NAMESPACES_OF_LISTED} AS n) AS n`;

/** They never change. */
const SNAPSHOTS = sql`
  SELECT 'snapshot', s.rows_id, s.uuid, s.database_id, s.source_name || ' (' || s.kind || ' ' || COALESCE(s.name, s.uuid::text) || ')',
    'polyvec', 'snapshot_records', 'snapshot_vectors', s.dimension, s.has_sparse OR s.vector_type = 'sparse', s.record_count, s.uuid::text
  FROM polyvec.snapshots s`;

/**
 * The next records with their vectors and about how many bytes they take. Vectors are looked up one by one: a planner without
 * statistics would rather read all of them.
 */
function sizedRecords(owner: RowPlace, after: Position, rows: number): Sql {
  const isSnapshot = owner.recordTable === 'snapshot_records';
  const beside = sql`b.collection_id = ${owner.id} AND b.namespace = r.namespace AND b.rid = r.rid`;
  const sparse = owner.hasSparse
    ? sql`LEFT JOIN LATERAL (SELECT b.sid, b.terms, b.weights FROM ${sparseTable(owner)} b WHERE ${beside} OFFSET 0) AS s ON TRUE`
    : sql`CROSS JOIN (SELECT NULL::bigint AS sid, NULL::bigint[] AS terms, NULL::real[] AS weights) AS s`;
  return sql`
    SELECT r.*, v.embedding, v.seq, s.sid, s.terms, s.weights,
      COALESCE(octet_length(r.document), 0) + COALESCE(octet_length(r.uri), 0) + COALESCE(octet_length(r.long_id), 0)
        + pg_column_size(r.metadata)::bigint + 4 * COALESCE(vector_dims(v.embedding), 0) + 12 * COALESCE(cardinality(s.terms), 0) AS size
    FROM (
      SELECT r.namespace, r.rid, r.id, r.long_id, r.document, r.uri, r.metadata FROM ${recordTable(owner)} r
      WHERE r.collection_id = ${owner.id} AND (r.namespace, r.rid) > (${after.namespace}, ${after.rid}::bigint)
      ORDER BY r.namespace, r.rid LIMIT ${rows}) AS r
    LEFT JOIN LATERAL (
      SELECT b.embedding, ${isSnapshot ? sql`NULL::bigint AS seq` : sql`b.seq`} FROM ${vectorTable(owner)} b
      WHERE ${beside} OFFSET 0) AS v ON TRUE
    ${sparse}`;
}

function toOwner(row: OwnerRow): Owner {
  return {
    kind: row.kind === 'collection' ? 'collection' : 'snapshot',
    id: row.id,
    uuid: row.uuid,
    tenant: row.tenant,
    database: row.database,
    name: row.name,
    place: row.place,
    recordTable: row.record_table,
    vectorTable: row.vector_table,
    hasSparse: row.has_sparse === 't',
    dimension: row.dimension === null ? null : Number(row.dimension),
    records: Number(row.records),
    fingerprint: row.fingerprint,
  };
}
