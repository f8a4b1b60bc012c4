import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { identifier, join, type Sql, sql } from '../postgres/sql.js';
import { hasOwnPlace, inPlace, type RowTables } from './place-tables.store.js';

/** Collections that are gone from the catalog, but whose rows, in the same tables, are not. */
export interface DroppedCollections extends RowTables {
  readonly ids: readonly string[];
  /** Whether their sparse vectors go, too: those of one that has moved stay. */
  readonly withSparse: boolean;
}

/** Rows of a collection, in the order of an index of theirs. */
interface Rows {
  readonly table: Sql;
  readonly order: Sql;
}

type DroppedRow = Readonly<{ ids: string; place: string; record_table: string; vector_table: string; with_sparse: string }>;

const SHARED_TABLES = new Set(['pool_records', 'snapshot_records']);
/** Small collections are many: so many are handled together. */
const MAX_TOGETHER = 200;
/** Any number that nothing else locks by. */
const DROP_LOCK = 7_065_829;
const BY_RECORD = sql`b.namespace, b.rid`;
/** Sparse vectors of a collection without a place of its own are in the pool, whatever tier it is in. */
const SPARSE_ROWS: readonly Rows[] = [
  { table: sql`polyvec.pool_sparse`, order: BY_RECORD },
  { table: sql`polyvec.pool_postings`, order: sql`b.namespace, b.term, b.sid` },
  { table: sql`polyvec.sparse_key_postings`, order: sql`b.key, b.term, b.segment` },
  { table: sql`polyvec.sparse_changes`, order: sql`b.rid, b.seq` },
  { table: sql`polyvec.pending_words`, order: sql`b.namespace, b.pid` },
  { table: sql`polyvec.word_texts`, order: BY_RECORD },
  { table: sql`polyvec.word_postings`, order: sql`b.namespace, b.source, b.word, b.rid` },
  { table: sql`polyvec.word_counts`, order: sql`b.namespace` },
];

@Injectable()
export class DroppedCollectionStore {
  constructor(private readonly database: Database) {}

  /** Something has been dropped, which a replica may still have. */
  announce(): void {
    this.database.replica?.wrote();
  }

  async next(): Promise<DroppedCollections | undefined> {
    const [row] = await this.database.query<DroppedRow>(sql`
      WITH first AS (SELECT * FROM polyvec.dropped_collections ORDER BY id LIMIT 1)
      SELECT f.place, f.record_table, f.vector_table, f.with_sparse, (
        SELECT json_agg(o.id::text)::text FROM (
          SELECT d.id FROM polyvec.dropped_collections d
          WHERE d.record_table = f.record_table AND d.with_sparse = f.with_sparse ORDER BY d.id LIMIT ${MAX_TOGETHER}) AS o) AS ids
      FROM first f`);
    return (
      row && {
        ids: JSON.parse(row.ids) as string[],
        place: row.place,
        recordTable: row.record_table,
        vectorTable: row.vector_table,
        withSparse: row.with_sparse === 't',
      }
    );
  }

  /**
   * Removes up to `limit` rows of the collections, or their tables, and, when nothing is left, their entries. Any number of instances
   * may do this at once. False when there is nothing left to do.
   */
  async sweep(dropped: DroppedCollections, limit: number): Promise<boolean> {
    const { ids, recordTable, vectorTable, withSparse } = dropped;
    const isShared = SHARED_TABLES.has(recordTable);
    const tables = [inPlace(dropped, recordTable), inPlace(dropped, vectorTable)];
    if (hasOwnPlace(dropped)) {
      await this.database.script(dropText(sql`SCHEMA IF EXISTS ${identifier(dropped.place)} CASCADE`));
    } else {
      const rows = [
        ...(isShared ? tables.map((table) => ({ table, order: BY_RECORD })) : []),
        ...(withSparse ? SPARSE_ROWS : []),
      ];
      for (const each of rows) if ((await this.removeRows(ids, each, limit)) > 0) return true;
      if (!isShared) await this.database.script(dropText(sql`TABLE IF EXISTS ${join(tables, ', ')}`));
    }
    await this.database.query(sql`
      DELETE FROM polyvec.dropped_collections WHERE id = ANY (${ids}::text[]::bigint[]) AND record_table = ${recordTable}`);
    return false;
  }

  /** By an index: a scan would go through all the pages that earlier steps have emptied. */
  private async removeRows(ids: readonly string[], { table, order }: Rows, limit: number): Promise<number> {
    const [row] = await this.database.query<{ removed: string }>(sql`
      WITH removed AS (
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
          SELECT b.ctid FROM unnest(${ids}::text[]::bigint[]) AS d (id) CROSS JOIN LATERAL (
            SELECT b.ctid FROM ${table} b WHERE b.collection_id = d.id ORDER BY ${order} LIMIT ${limit}
            FOR UPDATE SKIP LOCKED) AS b LIMIT ${limit})) RETURNING 1)
      SELECT count(*) AS removed FROM removed`);
    return Number(row?.removed);
  }
}

/** Several at once would take the locks of a table's parts in different orders: they wait for each other here. One transaction, as it is one script. */
function dropText(what: Sql): string {
  return `SELECT pg_advisory_xact_lock(${String(DROP_LOCK)}); DROP ${what.text}`;
}
