import { type Collection, isPooled, type Metric } from '../collections/collection.js';
import {
  guardTable,
  namespaceTable,
  recordTable,
  SHARED_PLACE,
  sparseTable,
  vectorTable,
} from '../collections/place-tables.store.js';
import { compile } from '../filters/compile.js';
import { recordKey } from '../postgres/record-key.js';
import { identifier, join, literal, type Sql, sql } from '../postgres/sql.js';
import { CUT_CHARACTERS, type Parts, type Selection, type StoredRecord } from './record.js';

/**
 * The collection and namespace of a read, as `position`: one row with the namespace's write counter, or none when the
 * collection is not what the caller remembers any more.
 */
export function positionOf(collection: Collection, namespace: string): Sql {
  return sql`SELECT COALESCE((
      SELECT n.lsn FROM ${namespaceTable(collection)} n WHERE n.collection_id = ${collection.id} AND n.name = ${namespace}), 0) AS lsn
    FROM (${liveCollection(collection)}) AS live`;
}

/** What a write has done, in numbers of records: expressions. */
export interface WriteCounts {
  /** Those that it names or finds. */
  readonly operations: Sql;
  /** Absent: none. */
  readonly removed?: Sql;
}

/** Counts a write to a namespace that exists, once `after` (a condition) has been evaluated. Returns `lsn`. */
export function countWrite(collection: Collection, namespace: string, after: Sql, { operations, removed }: WriteCounts): Sql {
  return sql`UPDATE ${namespaceTable(collection)} n SET lsn = n.lsn + 1, operations = n.operations + ${operations},
      record_count = n.record_count - ${removed ?? sql`0`}
    WHERE n.collection_id = ${collection.id} AND n.name = ${namespace} AND EXISTS (SELECT 1 FROM live) AND ${after} RETURNING n.lsn`;
}

/** As above, of a write that has changed the rows of `written`, and the vectors of `vectors` where it has any. */
export function countWritten(collection: Collection, namespace: string, vectors?: 'written_vectors'): Sql {
  const after = vectors === undefined ? sql`${isDone('written')}` : sql`${isDone('written')} AND ${isDone(vectors)}`;
  return countWrite(collection, namespace, after, { operations: sql`(SELECT count(*) FROM written)` });
}

/**
 * That a part of the statement has been carried out. One that nothing asks for is carried out at the end: under the counter's lock, for
 * which all other writers of the namespace wait.
 */
export function isDone(part: 'written' | 'written_vectors' | 'deleted' | 'deleted_vectors'): Sql {
  return sql`(SELECT count(*) FROM ${identifier(part)}) IS NOT NULL`;
}

/** How many records a namespace has. */
export function recordCount(collection: Collection, namespace: string): Sql {
  return sql`COALESCE((SELECT n.record_count FROM ${namespaceTable(collection)} n
    WHERE n.collection_id = ${collection.id} AND n.name = ${namespace}), 0)`;
}

/** A row, if the collection is still what the caller remembers: in the place of its rows, so that a statement reads that one alone. */
export function liveCollection(collection: Collection): Sql {
  return sql`SELECT 1 AS live FROM ${guardTable(collection)} WHERE id = ${collection.id} AND epoch = ${collection.epoch}`;
}

/** Any number that nothing else locks by; the other half of the key is the collection. */
const MOVE_LOCK = 7_065_828;

/** Whom writers wait for while their collection moves. */
export function moveLock(collection: Pick<Collection, 'id'>): Sql {
  return sql`${MOVE_LOCK}::integer, (${collection.id}::bigint % 2147483647)::integer`;
}

/**
 * As above, for a writer: the row stays so until its transaction ends. While the collection moves, writers queue for a lock before:
 * they would share the row among themselves without end, and the move would never have it for itself. A statement that writes to the
 * `catalog`, too, holds the row there, whose foreign keys lock it anyhow: so all take their locks in the same order.
 */
export function heldCollection(collection: Collection, rows: 'place' | 'catalog' = 'place'): Sql {
  const { parent } = collection;
  const turn = collection.moving ? sql`AND (SELECT pg_advisory_xact_lock_shared(${moveLock(collection)})) IS NOT NULL` : sql``;
  // fields are the parent's: it is locked first, as when it is deleted with its children
  if (parent !== null && rows === 'catalog') {
    return sql`SELECT 1 AS live FROM polyvec.collections p JOIN polyvec.collections c ON c.parent_id = p.id
      WHERE p.id = ${parent.id} AND c.id = ${collection.id} AND c.epoch = ${collection.epoch} ${turn} FOR KEY SHARE`;
  }
  return sql`${liveCollection(rows === 'place' ? collection : { ...collection, place: SHARED_PLACE })} ${turn} FOR KEY SHARE`;
}

/** No index covers numbers from here on: zero vectors have them, which an index on the cosine cannot hold. */
export const UNINDEXED = '4611686018427387904';

/** The number that a written embedding gets, an expression of it. The pool numbers nothing. */
export function vectorNumber(collection: Collection, embedding: Sql): Sql {
  return isPooled(collection) ? sql`0` : nextNumber(collection.metric, embedding);
}

/** The next number, for an embedding in a table that counts; without parameters where the embedding has none. */
export function nextNumber(metric: Metric, embedding: Sql): Sql {
  const next = sql`nextval('polyvec.vector_seq')`;
  if (metric !== 'cosine') return next;
  // pgvector computes in float32, in which a length may also vanish, or overflow
  const square = sql`inner_product(${embedding}, ${embedding})`;
  return sql`CASE WHEN ${square} > 0 AND ${square} < 'Infinity' THEN ${next} ELSE ${next} + ${literal(UNINDEXED)}::bigint END`;
}

/**
 * The record rows `r` that are selected in one namespace, as what stands behind FROM, to which more conditions can be
 * added with AND. With ids, each is looked up by itself: a planner without statistics would rather read the whole
 * collection in the wanted order. `lock` takes the rows as they come: in the order of ids. `estimate`: only the planner is to see it.
 */
export function selected(collection: Collection, namespace: string, selection: Selection, mode?: 'lock' | 'estimate'): Sql {
  const table = recordTable(collection);
  const scope = sql`r.collection_id = ${collection.id} AND r.namespace = ${namespace}`;
  const filter =
    selection.filter === undefined
      ? sql`TRUE`
      : compile(selection.filter, { trigram: collection.documentIndex, estimate: mode === 'estimate' });
  if (selection.ids === undefined) return sql`${table} r WHERE ${scope} AND ${filter}`;
  const keys = [...new Set(selection.ids.map(recordKey))].sort(byCodePoint);
  return sql`unnest(${keys}::text[]) AS k (id) CROSS JOIN LATERAL (
    SELECT r.* FROM ${table} r WHERE ${scope} AND ${isOf(sql`r.id`, sql`k.id`)} AND ${filter}
    ${theOne(sql`r.id`)} ${mode === 'lock' ? sql`FOR UPDATE` : sql``}) AS r WHERE TRUE`;
}

/**
 * That a row has this key, of rows that are of one namespace already; a sub-select of one row ends with `theOne`. Written as a range that is in
 * order: of two indexes that begin alike only the one on the key gives that order, whatever the planner knows of the table.
 */
export function isOf(column: Sql, key: Sql): Sql {
  return sql`${column} BETWEEN ${key} AND ${key}`;
}

export function theOne(column: Sql): Sql {
  return sql`ORDER BY ${column} LIMIT 1`;
}

/**
 * That the record row `r` is the one of this row: by both of its keys, because a planner without statistics takes the beginning of one
 * that is not whole for as good a way in. The list of one value keeps it from going through all records in the order of a key, and
 * comparing: for a table that it believes to be empty that costs no more.
 */
export function isSameRecord(row: 'c' | 'd' | 'locked'): Sql {
  const other = identifier(row);
  return sql`r.collection_id = ANY (ARRAY[${other}.collection_id]) AND r.namespace = ${other}.namespace AND r.id = ${other}.id AND r.rid = ${other}.rid`;
}

/** Whether the selection's records are found by their whole key alone, so that a plan to find them can be kept. */
export function isByIds(selection: Selection): boolean {
  return selection.ids !== undefined && selection.filter === undefined;
}

/** Larger batches are joined in another way, and planning is little of what they cost. */
const SMALL_BATCH = 32;

/** Whether a plan to write so many records can be kept: it finds rows by their whole keys alone, and joins little. */
export function isSmallWrite(collection: Collection, count: number, hasNewFields: boolean): boolean {
  return count <= SMALL_BATCH && !collection.hasSparse && !hasNewFields;
}

/** The order of the tables' collation, so that all writers take locks in the same one. */
function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** A component of an embedding, about, as text or in hexadecimal digits. */
const COMPONENT_BYTES = 10;

/** The columns of the wanted parts of the record row `r`. The vector is looked up per row: never a reason for another plan. */
export function partColumns(collection: Collection, parts: Parts): Sql {
  const columns = [sql`COALESCE(r.long_id, r.id) AS id`];
  if (parts.document === 'cut') columns.push(sql`left(r.document, ${CUT_CHARACTERS + 1}::integer) AS document`);
  else if (parts.document) columns.push(sql`r.document`);
  if (parts.uri) columns.push(sql`r.uri`);
  if (parts.metadata) columns.push(sql`NULLIF(r.metadata, '{}')::text AS metadata`);
  if (parts.embedding !== false) {
    columns.push(sql`(
      SELECT ${embeddingForm(parts.embedding)} FROM ${vectorTable(collection)} v
      WHERE v.collection_id = r.collection_id AND v.namespace = r.namespace AND ${isOf(sql`v.rid`, sql`r.rid`)}
      ${theOne(sql`v.rid`)}) AS embedding`);
  }
  if (parts.sparse === true && collection.hasSparse) {
    columns.push(sql`(
      SELECT json_build_array(array_to_json(s.terms), array_to_json(s.weights))::text FROM ${sparseTable(collection)} s
      WHERE s.collection_id = r.collection_id AND s.namespace = r.namespace AND ${isOf(sql`s.rid`, sql`r.rid`)}
      ${theOne(sql`s.rid`)}) AS sparse`);
  }
  return join(columns, ', ');
}

/** About as many bytes as those columns have for the record row `r`. A document is not read for it. */
export function partBytes(collection: Collection, parts: Parts): Sql {
  const sizes = [sql`octet_length(r.id)`];
  if (parts.document) sizes.push(sql`COALESCE(octet_length(r.document), 0)`);
  if (parts.uri) sizes.push(sql`COALESCE(octet_length(r.uri), 0)`);
  if (parts.metadata) sizes.push(sql`octet_length(r.metadata::text)`);
  if (parts.embedding !== false) sizes.push(sql`${(collection.dimension ?? 0) * COMPONENT_BYTES}::integer`);
  return join(sizes, ' + ');
}

function embeddingForm(form: Exclude<Parts['embedding'], false>): Sql {
  switch (form) {
    case 'binary':
      return sql`encode(vector_send(v.embedding), 'hex')`;
    case 'unit':
      return sql`l2_normalize(v.embedding)::text`;
    case true:
      return sql`v.embedding::text`;
  }
}

/** A row of `partColumns`. */
export type RecordRow = Readonly<{ id: string; sparse?: string | null } & Partial<Omit<StoredRecord, 'id' | 'sparse'>>>;

export function toRecord(row: RecordRow): StoredRecord {
  return {
    id: row.id,
    document: row.document ?? null,
    uri: row.uri ?? null,
    metadata: row.metadata ?? null,
    embedding: row.embedding ?? null,
    sparse: row.sparse == null ? null : toSparse(row.sparse),
  };
}

/** `[[1, 2], [0.5, 0.25]]`, in the spacing of the server's version. */
function toSparse(text: string): StoredRecord['sparse'] {
  const [, indices = '[]', values = '[]'] = /^\[\s*(\[[^\]]*\])\s*,\s*(\[[^\]]*\])\s*\]$/.exec(text) ?? [];
  return { indices, values };
}
