import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { recordTable, vectorTable } from '../collections/place-tables.store.js';
import { jsonbArray, textArray, vectorArray } from '../postgres/binary.js';
import { Database, type Queryable } from '../postgres/database.js';
import { recordKey } from '../postgres/record-key.js';
import { keepingPlan, type Sql, sql } from '../postgres/sql.js';
import { noteChanged } from './changed-records.store.js';
import type { RecordPatch, Selection, SelectionPatched, WriteOutcome } from './record.js';
import {
  countWritten,
  heldCollection,
  isOf,
  isSameRecord,
  isSmallWrite,
  recordCount,
  selected,
  theOne,
  vectorNumber,
} from './record-tables.js';
import { fieldsOf } from './record-write.store.js';

/** Changes parts of existing records: one statement for a whole batch. */
@Injectable()
export class RecordPatchStore {
  constructor(private readonly database: Database) {}

  /**
   * Changes the records that exist, each of which occurs once in the batch; with `hasNewFields` the collection learns of the
   * fields of the sent metadata. Returns the ids that were found. Rows are locked in the order of ids.
   */
  async patch(
    queryable: Queryable,
    collection: Collection,
    namespace: string,
    batch: { readonly patches: readonly RecordPatch[]; readonly hasNewFields: boolean },
  ): Promise<(WriteOutcome & { readonly ids: readonly string[] }) | 'stale'> {
    const statement = sql`
      WITH live AS MATERIALIZED (${heldCollection(collection, batch.hasNewFields ? 'catalog' : 'place')}),
      input AS MATERIALIZED (${inputRows(batch.patches, queryable.vectorOid)}),
      written AS (
        UPDATE ${recordTable(collection)} AS r SET document = COALESCE(i.document, r.document), metadata = CASE
          WHEN i.metadata IS NULL THEN r.metadata WHEN i.replaces THEN i.metadata
          ELSE polyvec.merge_patch(r.metadata, i.metadata) END
        FROM (SELECT * FROM input ORDER BY id) AS i CROSS JOIN LATERAL (
          SELECT l.collection_id, l.namespace, l.id, l.rid FROM ${recordTable(collection)} l
          WHERE EXISTS (SELECT 1 FROM live) AND l.collection_id = ${collection.id} AND l.namespace = ${namespace} AND ${isOf(sql`l.id`, sql`i.id`)}
          ${theOne(sql`l.id`)} FOR UPDATE) AS locked
        WHERE ${isSameRecord('locked')}
        RETURNING r.id, r.rid, COALESCE(r.long_id, r.id) AS name),
      written_vectors AS (
        INSERT INTO ${vectorTable(collection)} AS v (collection_id, namespace, rid, embedding, seq)
        SELECT ${collection.id}, ${namespace}, w.rid, i.embedding, ${vectorNumber(collection, sql`i.embedding`)} FROM written w JOIN input i USING (id)
        WHERE i.embedding IS NOT NULL
        ON CONFLICT (collection_id, namespace, rid) DO UPDATE SET embedding = excluded.embedding, seq = excluded.seq
          WHERE v.embedding IS DISTINCT FROM excluded.embedding RETURNING v.rid)
      ${noteChanged(collection, namespace, sql`written`)}
      ${batch.hasNewFields ? fieldsOf(collection, sql`(SELECT i.metadata FROM written w JOIN input i USING (id))`) : sql``},
      counted AS (${countWritten(collection, namespace, 'written_vectors')})
      SELECT (SELECT count(*) FROM live) AS live, (SELECT json_agg(name)::text FROM written) AS ids,
        (SELECT lsn FROM counted) AS lsn`;
    const isKept = isSmallWrite(collection, batch.patches.length, batch.hasNewFields);
    const [row] = await queryable.query<{ live: string; ids: string | null; lsn: string | null }>(keepingPlan(statement, isKept));
    if (row?.live !== '1') return 'stale';
    return { lsn: row.lsn, ids: row.ids === null ? [] : (JSON.parse(row.ids) as string[]) };
  }

  /** Merges a patch (RFC 7396) into the metadata of every selected record. Ids are in the order of first insert. */
  async patchSelected(
    collection: Collection,
    namespace: string,
    selection: Selection,
    patch: { readonly text: string; readonly hasNewFields: boolean },
  ): Promise<SelectionPatched | 'stale'> {
    const [row] = await this.database.query<{ live: string; ids: string | null; scanned: string; lsn: string | null }>(sql`
      WITH live AS MATERIALIZED (${heldCollection(collection, patch.hasNewFields ? 'catalog' : 'place')}),
      chosen AS MATERIALIZED (
        SELECT r.collection_id, r.namespace, r.id, r.rid FROM ${selected(collection, namespace, selection)}
        AND EXISTS (SELECT 1 FROM live) ORDER BY r.id FOR UPDATE OF r),
      written AS (
        UPDATE ${recordTable(collection)} r SET metadata = polyvec.merge_patch(r.metadata, ${patch.text}::jsonb)
        FROM chosen c WHERE ${isSameRecord('c')}
        RETURNING r.rid, COALESCE(r.long_id, r.id) AS id)
      ${noteChanged(collection, namespace, sql`written`, 'metadata')}
      ${patch.hasNewFields ? fieldsOf(collection, sql`(SELECT ${patch.text}::jsonb AS metadata WHERE EXISTS (SELECT 1 FROM written))`) : sql``},
      counted AS (${countWritten(collection, namespace)})
      SELECT (SELECT count(*) FROM live) AS live, (SELECT json_agg(id ORDER BY rid)::text FROM written) AS ids,
        ${recordCount(collection, namespace)} AS scanned, (SELECT lsn FROM counted) AS lsn`);
    if (row?.live !== '1') return 'stale';
    return { lsn: row.lsn, ids: row.ids === null ? [] : (JSON.parse(row.ids) as string[]), scanned: Number(row.scanned) };
  }
}

function inputRows(patches: readonly RecordPatch[], vectorOid: number): Sql {
  return sql`
    SELECT i.id, i.document, i.metadata, i.replaces, i.embedding
    FROM unnest(
      ${textArray(patches.map(({ id }) => recordKey(id)))}::text[],
      ${textArray(patches.map(({ document }) => document))}::text[],
      ${jsonbArray(patches.map(({ metadata }) => metadata?.text ?? null))}::jsonb[],
      ${`{${patches.map(({ metadata }) => String(metadata?.kind === 'replacement')).join(',')}}`}::boolean[],
      ${vectorArray(
        patches.map(({ embedding }) => embedding),
        vectorOid,
      )}::vector[]) AS i (id, document, metadata, replaces, embedding)`;
}
