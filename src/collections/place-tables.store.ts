import { identifier, type Sql, sql } from '../postgres/sql.js';

/** The schema that collections share: the catalog, the pool, and tables of collections that have no schema of their own. */
export const SHARED_PLACE = 'polyvec';

/** Where a collection's rows are: a schema, and the names of its two main tables there, which no other place has. */
export interface RowTables {
  readonly place: string;
  readonly recordTable: string;
  readonly vectorTable: string;
}

type Placed = Pick<RowTables, 'place'>;

/** Whether the collection's rows are in a schema of its own. */
export function hasOwnPlace({ place }: Placed): boolean {
  return place !== SHARED_PLACE;
}

/** What the schema of a collection's own is called. */
export function ownPlace(id: string): string {
  return `${SHARED_PLACE}_${id}`;
}

/** The tables of a collection that has left the pool, in this place. */
export function ownTables(id: string, place: string): RowTables {
  return { place, recordTable: `records_${id}`, vectorTable: `vectors_${id}` };
}

/** Something in a place, by its name there. */
export function inPlace({ place }: Placed, name: string): Sql {
  return sql`${identifier(place)}.${identifier(name)}`;
}

/** Where the records are. */
export function recordTable(tables: Pick<RowTables, 'place' | 'recordTable'>): Sql {
  return inPlace(tables, tables.recordTable);
}

/** Where their embeddings are. */
export function vectorTable(tables: Pick<RowTables, 'place' | 'vectorTable'>): Sql {
  return inPlace(tables, tables.vectorTable);
}

/** Where sparse vectors are. */
export function sparseTable(placed: Placed): Sql {
  return inPlace(placed, hasOwnPlace(placed) ? 'sparse' : 'pool_sparse');
}

/** The rows that a search for a sparse vector reads. */
export function postingTable(placed: Placed): Sql {
  return inPlace(placed, hasOwnPlace(placed) ? 'postings' : 'pool_postings');
}

/** Namespaces with their write counters. */
export function namespaceTable(placed: Placed): Sql {
  return inPlace(placed, 'namespaces');
}

/** What says that a collection is still what the caller remembers, by `id` and `epoch`. */
export function guardTable(placed: Placed): Sql {
  return inPlace(placed, hasOwnPlace(placed) ? 'guard' : 'collections');
}

/** The namespaces that the catalog row `c` itself holds, wherever they are: for statements that list collections. */
export const NAMESPACES_OF_LISTED = namespacesOf(sql`c`);

/** The namespaces of the catalog row `c` and of its children. */
export const ALL_NAMESPACES_OF_LISTED = sql`(
  SELECT * FROM ${NAMESPACES_OF_LISTED} AS own
  UNION ALL SELECT n.* FROM polyvec.collections k CROSS JOIN LATERAL ${namespacesOf(sql`k`)} AS n WHERE k.parent_id = c.id)`;

/** A row for each part of the catalog row `c`: what it holds itself, in its place or outside, and its children; places as last counted, if ever. */
export const COUNTS_OF_LISTED = sql`(
  SELECT count(*) AS namespaces, COALESCE(sum(n.record_count), 0) AS records, NULL::timestamptz AS counted_at
  FROM polyvec.namespaces n WHERE n.collection_id = c.id
  UNION ALL SELECT COALESCE(m.namespaces, held.namespaces), COALESCE(m.records, held.records), m.counted_at
  FROM polyvec.collections k LEFT JOIN polyvec.place_counts m ON m.collection_id = k.id
  LEFT JOIN LATERAL (
    SELECT count(*) AS namespaces, COALESCE(sum(n.record_count), 0) AS records
    FROM polyvec.placed_namespaces(k.place, k.id) AS n WHERE m.collection_id IS NULL) AS held ON TRUE
  WHERE (k.id = c.id OR k.parent_id = c.id) AND k.place <> 'polyvec')`;

function namespacesOf(row: Sql): Sql {
  return sql`(
  SELECT n.name, n.lsn, n.operations, n.record_count, n.schema, n.created_at FROM polyvec.namespaces n WHERE n.collection_id = ${row}.id
  UNION ALL SELECT * FROM polyvec.placed_namespaces(${row}.place, ${row}.id))`;
}

/** The tables of a place besides those of records and vectors, and the shared ones that they are made like. */
export const PLACE_TABLES: Readonly<Record<string, string>> = {
  namespaces: 'namespaces',
  sparse: 'pool_sparse',
  postings: 'pool_postings',
  sparse_key_indexes: 'sparse_key_indexes',
  sparse_segments: 'sparse_segments',
  sparse_key_postings: 'sparse_key_postings',
  sparse_changes: 'sparse_changes',
  pending_words: 'pending_words',
  word_texts: 'word_texts',
  word_postings: 'word_postings',
  word_counts: 'word_counts',
};
