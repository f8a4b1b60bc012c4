import { Injectable } from '@nestjs/common';
import { type Collection, isPooled } from '../../collections/collection.js';
import {
  hasOwnPlace,
  namespaceTable,
  postingTable,
  recordTable,
  SHARED_PLACE,
  sparseTable,
  vectorTable,
} from '../../collections/place-tables.store.js';
import { PLACE_LABEL } from '../../postgres/cluster/node-places.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { isDraft } from '../maintenance/draft-place.store.js';

/** How the rows of a collection's two tables belong together. */
export interface RowCounts {
  readonly records: number;
  readonly vectors: number;
  /** Records without a vector, and the first of them. */
  readonly bare: number;
  readonly bareId: string | null;
  /** Vectors without a record. */
  readonly orphans: number;
  /** Vectors of another dimension than the collection's. */
  readonly misfits: number;
}

/** A namespace whose count is not that of its records. */
export interface Miscount {
  readonly name: string;
  /** Null: it has no row. */
  readonly counted: number | null;
  readonly records: number;
}

export interface SparseCounts {
  readonly rows: number;
  /** Sparse vectors without a record. */
  readonly orphans: number;
  /** Records without a sparse vector. */
  readonly bare: number;
  /** Sparse vectors that have not as many weights as terms. */
  readonly uneven: number;
  /** Postings that are missing, or that no sparse vector has. Those of former sparse vectors do not count: no search reads them. */
  readonly differing: number;
}

/** A collection, or a child, that can be looked at. */
export interface CollectionName {
  readonly uuid: string;
  readonly tenant: string;
  readonly database: string;
  /** Of a child, with its namespace. */
  readonly name: string;
  readonly isChild: boolean;
}

type Counts<T> = Readonly<Record<keyof T, string | null>>;

/** Counts what must be zero, as the caller's transaction sees it. Reads all rows of a collection. */
@Injectable()
export class VerificationStore {
  constructor(private readonly database: Database) {}

  /** All collections, or those with the name, alias or uuid, ordered by tenant, database and name; after each, its children. */
  async collections(named: string | undefined): Promise<readonly CollectionName[]> {
    const wanted = named ?? null;
    const rows = await this.database.query<Record<keyof CollectionName, string>>(sql`
      SELECT c.uuid, t.name AS tenant, d.name AS database, ${PLACE_LABEL} AS name, c.parent_id IS NOT NULL AS "isChild"
      FROM polyvec.collections c JOIN polyvec.collections p ON p.id = COALESCE(c.parent_id, c.id)
        JOIN polyvec.databases d ON d.id = p.database_id JOIN polyvec.tenants t ON t.id = d.tenant_id
      WHERE ${wanted}::text IS NULL OR p.name = ${wanted}::text OR p.uuid::text = lower(${wanted}::text)
        OR EXISTS (SELECT FROM polyvec.collection_aliases a WHERE a.collection_id = p.id AND a.name = ${wanted}::text)
      ORDER BY t.name, d.name, p.name, c.namespace NULLS FIRST`);
    return rows.map((row) => ({ ...row, isChild: row.isChild === 't' }));
  }

  async rows(queryable: Queryable, collection: Collection): Promise<RowCounts> {
    // a column of its own length holds no other one, and its vectors need not be read
    const misfit = isPooled(collection)
      ? sql`vector_dims(v.embedding) IS DISTINCT FROM ${collection.dimension}::integer`
      : sql`FALSE`;
    const [row] = await queryable.query<Counts<RowCounts>>(sql`
      SELECT count(r.rid) AS records, count(v.rid) AS vectors, count(*) FILTER (WHERE v.rid IS NULL) AS bare,
        min(COALESCE(r.long_id, r.id)) FILTER (WHERE v.rid IS NULL) AS "bareId",
        count(*) FILTER (WHERE r.rid IS NULL) AS orphans, count(*) FILTER (WHERE v.is_misfit) AS misfits
      FROM (SELECT namespace, rid, id, long_id FROM ${recordTable(collection)} WHERE collection_id = ${collection.id}) AS r
      FULL JOIN (
        SELECT v.namespace, v.rid, ${misfit} AS is_misfit FROM ${vectorTable(collection)} v WHERE v.collection_id = ${collection.id}) AS v
        ON v.namespace = r.namespace AND v.rid = r.rid`);
    return {
      records: Number(row?.records),
      vectors: Number(row?.vectors),
      bare: Number(row?.bare),
      bareId: row?.bareId ?? null,
      orphans: Number(row?.orphans),
      misfits: Number(row?.misfits),
    };
  }

  /** By name. */
  async miscounts(queryable: Queryable, collection: Collection): Promise<readonly Miscount[]> {
    const rows = await queryable.query<{ name: string; counted: string | null; records: string }>(sql`
      SELECT COALESCE(n.name, r.namespace) AS name, n.record_count AS counted, COALESCE(r.records, 0) AS records
      FROM (SELECT name, record_count FROM ${namespaceTable(collection)} WHERE collection_id = ${collection.id}) AS n
      FULL JOIN (
        SELECT namespace, count(*) AS records FROM ${recordTable(collection)} WHERE collection_id = ${collection.id}
        GROUP BY namespace) AS r ON r.namespace = n.name
      WHERE n.record_count IS DISTINCT FROM COALESCE(r.records, 0) ORDER BY 1`);
    return rows.map(({ name, counted, records }) => ({
      name,
      counted: counted === null ? null : Number(counted),
      records: Number(records),
    }));
  }

  /** Namespaces that the collection holds, and that are held elsewhere: by a child, or, of a child, all but its own. */
  async strayNamespaces(queryable: Queryable, collection: Collection): Promise<readonly string[]> {
    const { parent, children } = collection;
    if (parent === null && children.size === 0) return [];
    const isElsewhere = parent === null ? sql`name = ANY (${[...children.keys()]}::text[])` : sql`name <> ${parent.namespace}`;
    const rows = await queryable.query<{ name: string }>(sql`
      SELECT name FROM ${namespaceTable(collection)} WHERE collection_id = ${collection.id} AND ${isElsewhere} ORDER BY name`);
    return rows.map(({ name }) => name);
  }

  async sparse(queryable: Queryable, collection: Collection): Promise<SparseCounts> {
    const [row] = await queryable.query<Counts<SparseCounts>>(sql`
      WITH s AS MATERIALIZED (
        SELECT namespace, rid, sid, terms, weights FROM ${sparseTable(collection)} WHERE collection_id = ${collection.id}),
      r AS MATERIALIZED (SELECT namespace, rid FROM ${recordTable(collection)} WHERE collection_id = ${collection.id}),
      wanted AS (
        SELECT s.namespace, t.term, s.sid, t.weight FROM s CROSS JOIN LATERAL unnest(s.terms, s.weights) AS t (term, weight)),
      stored AS (
        SELECT p.namespace, p.term, p.sid, p.weight FROM ${postingTable(collection)} p JOIN s ON s.namespace = p.namespace AND s.sid = p.sid
        WHERE p.collection_id = ${collection.id})
      SELECT (SELECT count(*) FROM s) AS rows,
        (SELECT count(*) FROM s LEFT JOIN r USING (namespace, rid) WHERE r.rid IS NULL) AS orphans,
        (SELECT count(*) FROM r LEFT JOIN s USING (namespace, rid) WHERE s.rid IS NULL) AS bare,
        (SELECT count(*) FROM s WHERE cardinality(s.terms) <> cardinality(s.weights)) AS uneven,
        (SELECT count(*) FROM wanted w FULL JOIN stored p USING (namespace, term, sid) WHERE w.weight IS DISTINCT FROM p.weight)
          AS differing`);
    return {
      rows: Number(row?.rows),
      orphans: Number(row?.orphans),
      bare: Number(row?.bare),
      uneven: Number(row?.uneven),
      differing: Number(row?.differing),
    };
  }

  /** Whether a collection that is not in the pool has rows there that nobody is going to remove. */
  async hasForgottenRows(queryable: Queryable, collection: Collection): Promise<boolean> {
    const rows = await queryable.query(sql`
      SELECT FROM (
        (SELECT FROM polyvec.pool_records WHERE collection_id = ${collection.id} LIMIT 1) UNION ALL
        (SELECT FROM polyvec.pool_vectors WHERE collection_id = ${collection.id} LIMIT 1) UNION ALL
        (SELECT FROM polyvec.pool_sparse WHERE collection_id = ${collection.id} AND ${hasOwnPlace(collection)} LIMIT 1) UNION ALL
        (SELECT FROM polyvec.namespaces WHERE collection_id = ${collection.id} AND ${hasOwnPlace(collection)} LIMIT 1)) AS leftover
      WHERE NOT EXISTS (
        SELECT FROM polyvec.dropped_collections WHERE id = ${collection.id} AND record_table = 'pool_records')`);
    return rows.length > 0;
  }

  /** Tables of their own that are no collection's any more, and that nobody is going to remove; by name. */
  async forgottenTables(queryable: Queryable): Promise<readonly string[]> {
    const rows = await queryable.query<{ name: string }>(sql`
      WITH known AS MATERIALIZED (
        SELECT place, record_table, vector_table FROM polyvec.collections UNION ALL
        SELECT place, record_table, vector_table FROM polyvec.dropped_collections)
      SELECT CASE n.nspname WHEN ${SHARED_PLACE} THEN '' ELSE n.nspname || '.' END || c.relname AS name
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname ~ '^polyvec(_[0-9]+)?$' AND c.relkind = 'r' AND c.relname ~ '^(records|vectors)_[0-9]+$'
        AND NOT ${isDraft(sql`n.oid`)} AND NOT EXISTS (
        SELECT FROM known k WHERE k.place = n.nspname AND c.relname IN (k.record_table, k.vector_table))
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`);
    return rows.map(({ name }) => name);
  }

  /** Shared tables that hold rows of no collection and no snapshot, which nobody is going to remove; by name, with the rows' owner. */
  async forgottenRows(queryable: Queryable): Promise<readonly { readonly table: string; readonly owner: string }[]> {
    return queryable.query<{ table: string; owner: string }>(sql`
      WITH owners AS (
        SELECT 'pool_records' AS table, collection_id FROM polyvec.pool_records GROUP BY collection_id UNION ALL
        SELECT 'pool_vectors', collection_id FROM polyvec.pool_vectors GROUP BY collection_id UNION ALL
        SELECT 'pool_sparse', collection_id FROM polyvec.pool_sparse GROUP BY collection_id UNION ALL
        SELECT 'pool_postings', collection_id FROM polyvec.pool_postings GROUP BY collection_id UNION ALL
        SELECT 'word_texts', collection_id FROM polyvec.word_texts GROUP BY collection_id UNION ALL
        SELECT 'word_postings', collection_id FROM polyvec.word_postings GROUP BY collection_id UNION ALL
        SELECT 'snapshot_records', collection_id FROM polyvec.snapshot_records GROUP BY collection_id UNION ALL
        SELECT 'snapshot_vectors', collection_id FROM polyvec.snapshot_vectors GROUP BY collection_id)
      SELECT o.table, o.collection_id AS owner FROM owners o WHERE o.collection_id NOT IN (
        SELECT id FROM polyvec.collections UNION SELECT rows_id FROM polyvec.snapshots UNION
        SELECT id FROM polyvec.dropped_collections)
      ORDER BY 1, o.collection_id`);
  }
}
