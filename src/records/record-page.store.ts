import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { recordTable, vectorTable } from '../collections/place-tables.store.js';
import { vectorArray } from '../postgres/binary.js';
import { Database } from '../postgres/database.js';
import { recordKey } from '../postgres/record-key.js';
import { keepingPlan, type Sql, sql } from '../postgres/sql.js';
import { noteChanged } from './changed-records.store.js';
import type { Fingerprint, MetadataPatch, PageRequest, Position, Selection, StoredRecord, WriteOutcome } from './record.js';
import {
  countWritten,
  heldCollection,
  isByIds,
  isSameRecord,
  liveCollection,
  partColumns,
  positionOf,
  recordCount,
  type RecordRow,
  selected,
  toRecord,
  vectorNumber,
} from './record-tables.js';
import { fieldsOf } from './record-write.store.js';

const LAST_CODE_POINT = 0x10_ffff;

/** Selections read in pages by id, counted, and merged into. */
@Injectable()
export class RecordPageStore {
  constructor(private readonly database: Database) {}

  /** The first `limit` selected records after `after`, by id. */
  async readPage(
    collection: Collection,
    namespace: string,
    request: PageRequest,
  ): Promise<(Position & { readonly records: readonly StoredRecord[] }) | 'stale'> {
    const { after, prefix, limit } = request;
    const start = after === undefined ? sql`` : sql`AND r.id > ${recordKey(after)}`;
    const statement = sql`
      WITH position AS MATERIALIZED (${positionOf(collection, namespace)})
      SELECT position.lsn, page.* FROM position LEFT JOIN (
        SELECT ${partColumns(collection, request.parts)}, r.id AS key
        FROM ${selected(collection, namespace, request)} AND EXISTS (SELECT 1 FROM position) ${start} ${beginning(prefix)}
        ORDER BY r.id LIMIT ${limit}) AS page ON TRUE
      ORDER BY page.key`;
    const rows = await this.database.query<RecordRow & { lsn: string }>(keepingPlan(statement, isByIds(request)));
    const [first] = rows;
    if (first === undefined) return 'stale';
    return { lsn: first.lsn, records: rows.flatMap((row) => (isFound(row) ? [toRecord(row)] : [])) };
  }

  async count(
    collection: Collection,
    namespace: string,
    selection: Selection,
  ): Promise<(Position & { readonly count: number }) | 'stale'> {
    const isAll = selection.ids === undefined && selection.filter === undefined;
    const count = isAll
      ? recordCount(collection, namespace)
      : sql`(SELECT count(*) FROM ${selected(collection, namespace, selection)})`;
    const statement = sql`
      WITH position AS MATERIALIZED (${positionOf(collection, namespace)})
      SELECT position.lsn, ${count} AS count FROM position`;
    const isKept = isAll || isByIds(selection);
    const [row] = await this.database.query<{ lsn: string; count: string }>(keepingPlan(statement, isKept));
    return row === undefined ? 'stale' : { lsn: row.lsn, count: Number(row.count) };
  }

  /** How many are selected; `limit` when there are so many or more. */
  async countUpTo(collection: Collection, namespace: string, selection: Selection, limit: number): Promise<number | 'stale'> {
    const [row] = await this.database.query<{ count: string }>(sql`
      SELECT (SELECT count(*) FROM (SELECT 1 FROM ${selected(collection, namespace, selection)} LIMIT ${limit}) AS r) AS count
      FROM (${liveCollection(collection)}) AS live`);
    return row === undefined ? 'stale' : Number(row.count);
  }

  /**
   * How many are selected, up to `limit`, and a number that is another one once a record has come, gone or been written again:
   * of the row's number and the transaction that wrote it, so nothing of its contents is read. Embeddings lie in other rows:
   * a new one alone does not count. Null where none are selected.
   */
  async fingerprintUpTo(
    collection: Collection,
    namespace: string,
    selection: Selection,
    limit: number,
  ): Promise<Fingerprint | 'stale'> {
    // rows that are looked up by id come without their system columns
    const written =
      selection.ids === undefined
        ? sql`r.xmin`
        : sql`(SELECT w.xmin FROM ${recordTable(collection)} w
            WHERE w.collection_id = r.collection_id AND w.namespace = r.namespace AND w.rid = r.rid)`;
    const [row] = await this.database.query<{ count: string; fingerprint: string | null }>(sql`
      SELECT found.count, found.fingerprint::text AS fingerprint FROM (${liveCollection(collection)}) AS live, (
        SELECT count(*) AS count, bit_xor(hashint8extended(r.rid, r.written)) AS fingerprint FROM (
          SELECT r.rid, ${written}::text::bigint AS written FROM ${selected(collection, namespace, selection)} LIMIT ${limit}) AS r) AS found`);
    return row === undefined ? 'stale' : { count: Number(row.count), fingerprint: row.fingerprint };
  }

  /** Merges the patch into every selected record; with `hasNewFields` the collection learns of its fields. */
  async merge(
    collection: Collection,
    namespace: string,
    selection: Selection,
    patch: MetadataPatch & { readonly hasNewFields: boolean },
  ): Promise<(WriteOutcome & { readonly count: number }) | 'stale'> {
    const isRemoved = patch.document === null && patch.removesDocument === true;
    const [row] = await this.database.query<{ live: string; count: string; lsn: string | null }>(sql`
      WITH live AS MATERIALIZED (${heldCollection(collection, patch.hasNewFields ? 'catalog' : 'place')}),
      chosen AS MATERIALIZED (
        SELECT r.collection_id, r.namespace, r.id, r.rid FROM ${selected(collection, namespace, selection)}
        AND EXISTS (SELECT 1 FROM live) ORDER BY r.id FOR UPDATE OF r),
      written AS (
        UPDATE ${recordTable(collection)} r SET metadata = ${kept(patch.removedKeys ?? [])} || ${patch.metadata ?? '{}'}::jsonb,
          document = ${isRemoved ? sql`NULL` : sql`COALESCE(${patch.document}::text, r.document)`}, uri = COALESCE(${patch.uri}::text, r.uri)
        FROM chosen c WHERE ${isSameRecord('c')} RETURNING r.rid)
      ${this.writtenVectors(collection, namespace, patch.embedding ?? null)}
      ${noteChanged(collection, namespace, sql`written`, patch.document === null && !isRemoved ? 'metadata' : 'all')}
      ${patch.hasNewFields && patch.metadata !== null ? patchFields(collection, patch.metadata) : sql``},
      counted AS (${countWritten(collection, namespace, patch.embedding == null ? undefined : 'written_vectors')})
      SELECT (SELECT count(*) FROM live) AS live, (SELECT count(*) FROM written) AS count, (SELECT lsn FROM counted) AS lsn`);
    return row?.live === '1' ? { lsn: row.lsn, count: Number(row.count) } : 'stale';
  }

  /** Every record of `written` gets the embedding. */
  private writtenVectors(collection: Collection, namespace: string, embedding: Float32Array | null): Sql {
    if (embedding === null) return sql``;
    return sql`, written_vectors AS (
      INSERT INTO ${vectorTable(collection)} (collection_id, namespace, rid, embedding, seq)
      SELECT ${collection.id}, ${namespace}, w.rid, i.embedding, ${vectorNumber(collection, sql`i.embedding`)}
      FROM written w CROSS JOIN unnest(${vectorArray([embedding], this.database.vectorOid)}::vector[]) AS i (embedding)
      ON CONFLICT (collection_id, namespace, rid) DO UPDATE SET embedding = excluded.embedding, seq = excluded.seq RETURNING rid)`;
  }
}

/** The metadata of `r` without these. */
function kept(removedKeys: readonly string[]): Sql {
  return removedKeys.length === 0 ? sql`r.metadata` : sql`(r.metadata - ${removedKeys}::text[])`;
}

/** The left join's row without a page. */
function isFound(row: RecordRow): boolean {
  return (row.id as string | null) !== null;
}

function patchFields(collection: Collection, metadata: string): Sql {
  return fieldsOf(collection, sql`(SELECT ${metadata}::jsonb AS metadata WHERE EXISTS (SELECT 1 FROM written))`);
}

/** Ids with the prefix, as a range of the index. */
function beginning(prefix: string | undefined): Sql {
  if (prefix === undefined || prefix === '') return sql``;
  const end = successor(prefix);
  return sql`AND r.id >= ${prefix} ${end === undefined ? sql`` : sql`AND r.id < ${end}`}`;
}

/** The least text above all that begin with the prefix, in the order of code points; none when there is no such text. */
export function successor(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // surrogates are no characters
  return String.fromCodePoint(...points, last + 1 === 0xd800 ? 0xe000 : last + 1);
}
