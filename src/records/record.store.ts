import { Injectable } from '@nestjs/common';
import { type Collection, isPooled } from '../collections/collection.js';
import { recordTable, vectorTable } from '../collections/place-tables.store.js';
import { tooLargeAnswer } from '../postgres/answer-budget.js';
import { Database, type Queryable } from '../postgres/database.js';
import { keepingPlan, type Sql, sql } from '../postgres/sql.js';
import { noteChanged } from './changed-records.store.js';
import type { DeleteRequest, Deletion, ReadRequest, StoredRecord } from './record.js';
import { deletedSparseRows } from './record-sparse.store.js';
import {
  countWrite,
  heldCollection,
  isByIds,
  isDone,
  isSameRecord,
  liveCollection,
  partColumns,
  recordCount,
  type RecordRow,
  selected,
  toRecord,
} from './record-tables.js';

/** One page of a read, and where the next one begins. */
export interface RecordPage {
  readonly records: readonly StoredRecord[];
  /** The last record's rid; pass it as `after` to go on. */
  readonly last: string | undefined;
  /** The number of the record at a place. */
  readonly numberAt: (place: number) => string | undefined;
  /** The budget of answers had no place for all of it. */
  readonly isCut: boolean;
}

type DeletionRow = Readonly<{
  count: string;
  ids: string | null;
  scanned: string;
  live: string;
  lsn: string | null;
  bytes: string | null;
}>;
type PageRow = RecordRow & Readonly<{ rid: string }>;

/** What an id takes in a list besides its own bytes, about. */
const ID_BYTES = sql`20`;

/** Reads and deletes records. Statements on a stale collection find nothing, or return `stale`. */
@Injectable()
export class RecordStore {
  constructor(private readonly database: Database) {}

  /**
   * The next `limit` selected records in the order of first insert: those after `after`, or from `offset` on; with ids, `lock`
   * keeps them from changing until the end of the transaction. In a transaction, a page may be cut where the budget of answers ends. An empty
   * page may mean that the collection is stale: ask `isLive`.
   */
  async readPage(
    queryable: Queryable,
    collection: Collection,
    namespace: string,
    request: ReadRequest,
    page: { readonly after: string | undefined; readonly limit: number; readonly lock?: 'lock' },
  ): Promise<RecordPage> {
    const { after, limit } = page;
    const isSkipping = after === undefined && request.offset > 0 && request.ids === undefined;
    // by their numbers alone: the columns of rows that an OFFSET skips are computed, their embeddings among them
    const first = sql`SELECT r.rid FROM ${selected(collection, namespace, request)} ORDER BY r.rid LIMIT 1 OFFSET ${request.offset}`;
    const start = after !== undefined ? sql`AND r.rid > ${after}` : isSkipping ? sql`AND r.rid >= (${first})` : sql``;
    const statement = sql`
      SELECT r.rid, ${partColumns(collection, request.parts)}
      FROM ${selected(collection, namespace, request, page.lock)} AND EXISTS (${liveCollection(collection)}) ${start}
      ORDER BY r.rid LIMIT ${limit} OFFSET ${after === undefined && !isSkipping ? request.offset : 0}`;
    const { rows, isCut } = await queryable.queryFirst<PageRow>(keepingPlan(statement, isByIds(request)));
    return { records: rows.map(toRecord), last: rows.at(-1)?.rid, numberAt: (place) => rows[place]?.rid, isCut };
  }

  /** Whether the collection is still what the caller remembers. */
  async isLive(queryable: Queryable, collection: Collection): Promise<boolean> {
    const rows = await queryable.query(keepingPlan(liveCollection(collection)));
    return rows.length > 0;
  }

  async count(collection: Collection, namespace: string): Promise<number | 'stale'> {
    const [row] = await this.database.query<{ count: string }>(
      keepingPlan(sql`SELECT ${recordCount(collection, namespace)} AS count FROM (${liveCollection(collection)}) AS live`),
    );
    return row === undefined ? 'stale' : Number(row.count);
  }

  /**
   * Deletes the selected records, all at once. Rows are locked in the order of ids, unless there is a limit.
   * @throws GatewayError `invalid limit`, and deletes none, when the ids that are to be listed are more than an answer may have
   */
  async delete(
    collection: Collection,
    namespace: string,
    request: DeleteRequest,
    queryable: Queryable = this.database,
  ): Promise<Deletion | 'stale'> {
    const ids = request.listIds ? sql`(SELECT json_agg(id ORDER BY rid)::text FROM deleted)` : sql`NULL`;
    const most = request.listIds ? this.database.answerBytes : undefined;
    // they come in one row, which is complete before it can be counted
    const fits = most === undefined ? sql`` : sql`AND (SELECT COALESCE(sum(bytes), 0) FROM doomed) <= ${most}`;
    const all = request.countAll === true ? recordCount(collection, namespace) : sql`0`;
    const statement = sql`
      WITH live AS MATERIALIZED (${heldCollection(collection)}),
      doomed AS MATERIALIZED (${doomedRecords(collection, namespace, request)}),
      deleted AS (
        DELETE FROM ${recordTable(collection)} r USING doomed d
        WHERE ${isSameRecord('d')} ${fits}
        RETURNING r.collection_id, r.namespace, r.rid, COALESCE(r.long_id, r.id) AS id),
      deleted_vectors AS (
        DELETE FROM ${vectorTable(collection)} v USING deleted d
        WHERE v.collection_id = ANY (ARRAY[d.collection_id]) AND v.namespace = d.namespace AND v.rid = d.rid RETURNING v.rid)
      ${collection.hasSparse ? deletedSparseRows(collection) : sql``}
      ${noteChanged(collection, namespace, sql`deleted`)},
      counted AS (${countDeletion(collection, namespace)})
      SELECT (SELECT count(*) FROM deleted) AS count, ${ids} AS ids, ${all} AS scanned,
        (SELECT count(*) FROM live) AS live, (SELECT lsn FROM counted) AS lsn, (SELECT sum(bytes) FROM doomed) AS bytes`;
    // the other tables of vectors have an index that begins with the namespace, for a planner to go through when it believes them empty
    const isKept = isByIds(request) && request.limit === null && isPooled(collection) && !collection.hasSparse;
    const [row] = await queryable.query<DeletionRow>(keepingPlan(statement, isKept));
    if (row === undefined || row.live === '0') return 'stale';
    const bytes = Number(row.bytes);
    if (most !== undefined && bytes > most) throw tooLargeAnswer(most, bytes);
    return {
      count: Number(row.count),
      ids: row.ids === null ? [] : (JSON.parse(row.ids) as string[]),
      scanned: Number(row.scanned),
      lsn: row.lsn,
    };
  }
}

function countDeletion(collection: Collection, namespace: string): Sql {
  const count = sql`(SELECT count(*) FROM deleted)`;
  return countWrite(collection, namespace, sql`${isDone('deleted')} AND ${isDone('deleted_vectors')}`, {
    operations: count,
    removed: count,
  });
}

/** The keys of the records to delete, their rows locked. */
function doomedRecords(collection: Collection, namespace: string, request: DeleteRequest): Sql {
  const key = sql`r.collection_id, r.namespace, r.id, r.rid, ${ID_BYTES} + octet_length(COALESCE(r.long_id, r.id)) AS bytes`;
  const live = sql`AND EXISTS (SELECT 1 FROM live)`;
  if (request.limit !== null) {
    return sql`SELECT ${key} FROM ${selected(collection, namespace, request)} ${live}
      ORDER BY r.rid LIMIT ${request.limit} FOR UPDATE OF r`;
  }
  if (request.ids !== undefined) return sql`SELECT ${key} FROM ${selected(collection, namespace, request, 'lock')} ${live}`;
  return sql`SELECT ${key} FROM ${selected(collection, namespace, request)} ${live} ORDER BY r.id FOR UPDATE OF r`;
}
