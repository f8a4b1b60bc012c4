import type { Collection } from '../collections/collection.js';
import { recordTable, vectorTable } from '../collections/place-tables.store.js';
import { compile } from '../filters/compile.js';
import type { Filter } from '../filters/filter.js';
import { recordKey } from '../postgres/record-key.js';
import { literal, type Sql, sql, type SqlValue } from '../postgres/sql.js';

/** The condition that selects a namespace's records, as psql takes it. */
export function shownPredicate(collection: Collection, namespace: string, filter: Filter | undefined): string {
  const condition = filter === undefined ? sql`` : sql` AND ${compile(filter)}`;
  return textOf(sql`r.collection_id = ${Number(collection.id)} AND r.namespace = ${namespace}${condition}`);
}

/** The statement that reads a record with its embedding, as psql takes it. */
export function shownRead(collection: Collection, namespace: string, id: string): string {
  return textOf(sql`SELECT r.*, v.embedding FROM ${recordTable(collection)} r
LEFT JOIN ${vectorTable(collection)} v USING (collection_id, namespace, rid)
WHERE r.collection_id = ${Number(collection.id)} AND r.namespace = ${namespace} AND r.id = ${recordKey(id)}`);
}

/** The same as it is sent here: one row, or none. */
export function readStatement(collection: Collection, namespace: string, id: string): Sql {
  return sql`SELECT to_jsonb(r) || jsonb_build_object('embedding', v.embedding::text) AS row FROM ${recordTable(collection)} r
    LEFT JOIN ${vectorTable(collection)} v ON v.collection_id = r.collection_id AND v.namespace = r.namespace AND v.rid = r.rid
    WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND r.id = ${recordKey(id)}`;
}

/** The statement with its values written in. */
function textOf({ strings, values }: Sql): string {
  return values.reduce<string>((text, value, index) => text + shownValue(value) + (strings[index + 1] ?? ''), strings[0] ?? '');
}

function shownValue(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return quoted(value);
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  if (typeof value === 'object') return `ARRAY[${value.map(quoted).join(', ')}]`;
  return String(value);
}

/** Plain where it can be: an escape string is harder to read. */
function quoted(text: string): string {
  return text.includes('\\') ? literal(text).text : `'${text.replaceAll("'", "''")}'`;
}
