import type { Collection } from '../collections/collection.js';
import { compile } from '../filters/compile.js';
import { recordKey } from '../postgres/record-key.js';
import { identifier, join, sql, type Sql } from '../postgres/sql.js';
import type { Parts, Selection, StoredRecord } from './record.js';

/** Where a collection's records are. Only this differs between the tiers; the statements are the same. */
export function recordTable(collection: Collection): Sql {
  return sql`polyvec.${identifier(collection.recordTable)}`;
}

/** Where their embeddings are. */
export function vectorTable(collection: Collection): Sql {
  return sql`polyvec.${identifier(collection.vectorTable)}`;
}

/** The catalog row of a collection, if it is still what the caller remembers. */
export function liveCollection(collection: Collection): Sql {
  return sql`SELECT FROM polyvec.collections WHERE id = ${collection.id} AND epoch = ${collection.epoch}`;
}

/** The record rows `r` that are selected in one namespace. */
export function selected(collection: Collection, namespace: string, selection: Selection): Sql {
  const conditions = [sql`r.collection_id = ${collection.id} AND r.namespace = ${namespace}`];
  if (selection.ids !== undefined) conditions.push(sql`r.id = ANY (${selection.ids.map(recordKey)}::text[])`);
  if (selection.filter !== undefined) conditions.push(compile(selection.filter));
  return join(conditions, ' AND ');
}

/** The columns of the wanted parts, of the record row `r` and the vector row `v`. */
export function partColumns(parts: Parts): Sql {
  const columns = [sql`COALESCE(r.long_id, r.id) AS id`];
  if (parts.document) columns.push(sql`r.document`);
  if (parts.uri) columns.push(sql`r.uri`);
  if (parts.metadata) columns.push(sql`r.metadata::text AS metadata`);
  if (parts.embedding) columns.push(sql`v.embedding::text AS embedding`);
  return join(columns, ', ');
}

/** Joins the vector row `v` to the record row `r`, if it is wanted. */
export function vectorJoin(collection: Collection, parts: Parts): Sql {
  if (!parts.embedding) return sql``;
  return sql`LEFT JOIN ${vectorTable(collection)} v
    ON v.collection_id = r.collection_id AND v.namespace = r.namespace AND v.rid = r.rid`;
}

/** A row of `partColumns`. */
export type RecordRow = Readonly<{ id: string } & Partial<Omit<StoredRecord, 'id'>>>;

export function toRecord(row: RecordRow): StoredRecord {
  return {
    id: row.id,
    document: row.document ?? null,
    uri: row.uri ?? null,
    metadata: row.metadata ?? null,
    embedding: row.embedding ?? null,
  };
}
