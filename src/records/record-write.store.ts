import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { namespaceTable, recordTable, vectorTable } from '../collections/place-tables.store.js';
import { jsonbArray, jsonbArrayInSteps, textArray, textArrayInSteps, vectorArray } from '../postgres/binary.js';
import type { Queryable } from '../postgres/database.js';
import { recordKey } from '../postgres/record-key.js';
import { keepingPlan, type Sql, sql } from '../postgres/sql.js';
import { inOneGo, inSteps, isLong, type Sliced } from '../slices.js';
import type { SettledBatch } from './batch.js';
import { noteChanged } from './changed-records.store.js';
import type { RecordWrite, WriteMode, WriteOutcome } from './record.js';
import { sparseInput, sparseRows } from './record-sparse.store.js';
import { countWrite, heldCollection, isDone, isOf, isSameRecord, isSmallWrite, theOne, vectorNumber } from './record-tables.js';

/** Longer field names would not fit into the catalog's index. */
const MAX_FIELD_NAME_BYTES = 1024;

/** Writes records: one statement for a whole batch. */
@Injectable()
export class RecordWriteStore {
  /** The records as the statement takes them: for whoever wants them before a transaction begins. */
  async columns(records: readonly RecordWrite[], vectorOid: number): Promise<Columns> {
    const making = columnsOf(records, vectorOid);
    return isLong(records.length) ? inSteps(making) : inOneGo(making);
  }

  /**
   * Writes a batch in which every id occurs once; with `hasNewFields`, the fields of the records that were written are added
   * to the collection's. New records follow each other in the batch's order; rows are locked in the order of ids, so that
   * writers of the same ids wait, not deadlock. The first insert creates the namespace.
   */
  async write(
    queryable: Queryable,
    collection: Collection,
    namespace: string,
    batch: SettledBatch & { readonly hasNewFields: boolean; readonly columns?: Columns },
    mode: WriteMode,
  ): Promise<WriteOutcome | 'stale'> {
    const operations = sql`${batch.sent ?? batch.records.length}::bigint`;
    const statement = mode.missing === 'insert' ? insertRecords : updateRecords;
    const columns = batch.columns ?? (await this.columns(batch.records, queryable.vectorOid));
    const input = inputRows(collection, batch.records, columns);
    const whole = sql`
      WITH live AS MATERIALIZED (${heldCollection(collection, batch.hasNewFields ? 'catalog' : 'place')}),
      input AS MATERIALIZED (${input}),
      written AS (${statement(collection, namespace, batch.records, mode)}),
      written_vectors AS (
        INSERT INTO ${vectorTable(collection)} AS v (collection_id, namespace, rid, embedding, seq)
        SELECT ${collection.id}, ${namespace}, w.rid, i.embedding, ${vectorNumber(collection, sql`i.embedding`)} FROM written w JOIN input i USING (id)
        WHERE i.embedding IS NOT NULL
        ON CONFLICT (collection_id, namespace, rid) DO UPDATE SET embedding = excluded.embedding, seq = excluded.seq
          WHERE v.embedding IS DISTINCT FROM excluded.embedding RETURNING v.rid)
      ${collection.hasSparse ? sparseRows(collection, namespace, mode) : sql``}
      ${noteChanged(collection, namespace, sql`written`)}
      ${batch.hasNewFields ? fieldRows(collection, batch.superseded) : sql``},
      counted AS (${mode.missing === 'insert' ? countInsert(collection, namespace, operations) : countWrite(collection, namespace, WRITTEN, { operations })})
      SELECT (SELECT count(*) FROM live) AS live, (SELECT lsn FROM counted) AS lsn`;
    const isKept = isSmallWrite(collection, batch.records.length, batch.hasNewFields);
    const [row] = await queryable.query<{ live: string; lsn: string | null }>(keepingPlan(whole, isKept));
    return row?.live === '1' ? { lsn: row.lsn } : 'stale';
  }
}

/** The namespace's counter is locked after the records, by every writer: none can wait for another in a circle. */
const WRITTEN = sql`${isDone('written')} AND ${isDone('written_vectors')}`;

/** A record that was there before has kept its rid. */
function countInsert(collection: Collection, namespace: string, operations: Sql): Sql {
  return sql`INSERT INTO ${namespaceTable(collection)} AS n (collection_id, name, lsn, operations, record_count)
    SELECT ${collection.id}, ${namespace}, 1, ${operations}, (SELECT count(*) FROM written w JOIN input i USING (id) WHERE w.rid = i.rid)
    FROM live WHERE ${WRITTEN}
    ON CONFLICT (collection_id, name) DO UPDATE SET lsn = n.lsn + 1, operations = n.operations + excluded.operations, record_count = n.record_count + excluded.record_count
    RETURNING n.lsn`;
}

/** The columns of a batch, as arrays in Postgres' binary form. */
export interface Columns {
  readonly keys: Buffer;
  readonly longIds: Buffer;
  readonly documents: Buffer;
  readonly uris: Buffer;
  readonly metadata: Buffer;
  readonly embeddings: Buffer;
}

/** Makes arrays of a batch; it may stop between them. */
function* columnsOf(records: readonly RecordWrite[], vectorOid: number): Sliced<Columns> {
  const sent = records.map((record) => recordKey(record.id));
  yield;
  const keys = yield* textArrayInSteps(sent);
  yield;
  const longIds = yield* textArrayInSteps(records.map((record, index) => (sent[index] === record.id ? null : record.id)));
  yield;
  const documents = yield* textArrayInSteps(records.map((record) => record.document));
  yield;
  const uris = yield* textArrayInSteps(records.map((record) => record.uri));
  yield;
  const metadata = yield* jsonbArrayInSteps(records.map((record) => record.metadata));
  yield;
  const embeddings = records.map((record) => record.embedding);
  return { keys, longIds, documents, uris, metadata, embeddings: vectorArray(embeddings, vectorOid) };
}

/** The batch as rows, each with a new rid, in the batch's order. */
function inputRows(collection: Collection, records: readonly RecordWrite[], columns: Columns): Sql {
  const sparse = collection.hasSparse ? sparseInput(records) : { columns: sql``, arrays: sql`` };
  return sql`
    SELECT i.id, i.long_id, i.document, i.uri, COALESCE(i.metadata, '{}') AS metadata, i.embedding, nextval('polyvec.rid') AS rid
      ${sparse.columns}
    FROM unnest(
      ${columns.keys}::text[],
      ${columns.longIds}::text[],
      ${columns.documents}::text[],
      ${columns.uris}::text[],
      ${columns.metadata}::jsonb[],
      ${columns.embeddings}::vector[] ${sparse.arrays}) AS i (id, long_id, document, uri, metadata, embedding ${sparse.columns})`;
}

function insertRecords(collection: Collection, namespace: string, records: readonly RecordWrite[], mode: WriteMode): Sql {
  return sql`
    INSERT INTO ${recordTable(collection)} AS r (collection_id, namespace, id, long_id, rid, document, uri, metadata)
    SELECT ${collection.id}, ${namespace}, i.id, i.long_id, i.rid, i.document, i.uri, i.metadata
    FROM input i WHERE EXISTS (SELECT 1 FROM live) ORDER BY i.id
    ON CONFLICT (collection_id, namespace, id) ${onConflict(records, mode)}
    RETURNING r.id, r.rid`;
}

function onConflict(records: readonly RecordWrite[], mode: WriteMode): Sql {
  switch (mode.existing) {
    case 'keep':
      return sql`DO NOTHING`;
    case 'replace':
      return sql`DO UPDATE SET document = excluded.document, uri = excluded.uri, metadata = excluded.metadata`;
    case 'merge':
      return sql`DO UPDATE SET document = ${mergedDocument(records, sql`excluded`)}, uri = COALESCE(excluded.uri, r.uri),
        metadata = ${mergedMetadata(records, sql`excluded`)}`;
  }
}

function updateRecords(collection: Collection, namespace: string, records: readonly RecordWrite[], mode: WriteMode): Sql {
  const merge = mode.existing === 'merge';
  const metadata = merge ? mergedMetadata(records, sql`i`) : sql`i.metadata`;
  return sql`
    UPDATE ${recordTable(collection)} AS r SET
      document = ${merge ? mergedDocument(records, sql`i`) : sql`i.document`},
      uri = ${merge ? sql`COALESCE(i.uri, r.uri)` : sql`i.uri`},
      metadata = ${metadata}
    FROM (SELECT * FROM input ORDER BY id) AS i CROSS JOIN LATERAL (
      SELECT l.collection_id, l.namespace, l.id, l.rid FROM ${recordTable(collection)} l
      WHERE EXISTS (SELECT 1 FROM live) AND l.collection_id = ${collection.id} AND l.namespace = ${namespace} AND ${isOf(sql`l.id`, sql`i.id`)}
      ${theOne(sql`l.id`)} FOR UPDATE) AS locked
    WHERE ${isSameRecord('locked')}
    RETURNING r.id, r.rid`;
}

/** The given document; without one the stored one, unless it is removed. */
function mergedDocument(records: readonly RecordWrite[], given: Sql): Sql {
  const removals = records.filter(({ document, removesDocument }) => document === null && removesDocument === true);
  if (removals.length === 0) return sql`COALESCE(${given}.document, r.document)`;
  const keys = textArray(removals.map(({ id }) => recordKey(id)));
  return sql`COALESCE(${given}.document, CASE WHEN r.id <> ALL (${keys}::text[]) THEN r.document END)`;
}

/** The stored metadata without the removed keys and with the given ones. */
function mergedMetadata(records: readonly RecordWrite[], given: Sql): Sql {
  const removals = records.filter((record) => record.removedKeys.length > 0);
  if (removals.length === 0) return sql`r.metadata || ${given}.metadata`;
  // a map from id to keys: ON CONFLICT sees the table's columns only, and a search in one jsonb beats a scan of the input
  const entries = removals.map((record) => `${JSON.stringify(recordKey(record.id))}:${JSON.stringify(record.removedKeys)}`);
  const keys = sql`ARRAY(SELECT jsonb_array_elements_text(${`{${entries.join(',')}}`}::jsonb -> r.id))`;
  return sql`(r.metadata - ${keys}) || ${given}.metadata`;
}

/** The fields of what was written, and of what the batch itself has overtaken. */
function fieldRows(collection: Collection, superseded: readonly RecordWrite[]): Sql {
  return fieldsOf(
    collection,
    sql`(SELECT i.metadata FROM written w JOIN (
      SELECT id, metadata FROM input UNION ALL SELECT * FROM unnest(
        ${textArray(superseded.map((record) => recordKey(record.id)))}::text[],
        ${jsonbArray(superseded.map((record) => record.metadata))}::jsonb[])) AS i (id, metadata) USING (id))`,
  );
}

/**
 * Adds the fields of `source`, rows of `metadata`, to the collection's. A list counts as its elements; of objects only sparse vectors
 * are fields. jsonb keeps the scale of a
 * number: an integer's text has no point, and a float's always has one.
 */
export function fieldsOf(collection: Collection, source: Sql): Sql {
  return sql`, fields AS (
    INSERT INTO polyvec.collection_fields (collection_id, name, type)
    SELECT DISTINCT ${collection.parent?.id ?? collection.id}::bigint, e.key, CASE jsonb_typeof(t.sample)
        WHEN 'string' THEN 'string' WHEN 'boolean' THEN 'bool' WHEN 'object' THEN 'sparse'
        ELSE CASE WHEN t.sample::text LIKE '%.%' THEN 'float' ELSE 'int' END END
    FROM ${source} AS i CROSS JOIN LATERAL jsonb_each(i.metadata) AS e
    CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(e.value) WHEN 'array' THEN e.value -> 0 ELSE e.value END) AS t (sample)
    WHERE (jsonb_typeof(t.sample) IN ('string', 'boolean', 'number') OR e.value ->> '#type' = 'sparse_vector') AND octet_length(e.key) <= ${MAX_FIELD_NAME_BYTES}
    ORDER BY 2, 3 ON CONFLICT DO NOTHING)`;
}
