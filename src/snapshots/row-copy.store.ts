import { postingTable, recordTable, type RowTables, sparseTable, vectorTable } from '../collections/place-tables.store.js';
import type { Queryable } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';

/** A collection's rows: its number in them, and the tables that they are in. */
export interface Rows extends RowTables {
  readonly id: string;
}

/** How much was copied. */
export interface CopyTotals {
  readonly records: number;
  /** About. */
  readonly bytes: number;
}

/** Records in one statement: so few that it stays far below its timeout, whatever the dimension. */
const STEP_RECORDS = 1_000;

type StepRow = Readonly<{ records: string; bytes: string; namespace: string | null; rid: string | null }>;

/**
 * Copies records with their dense and sparse vectors under another number, in steps: the transaction must see one moment. Keys
 * within a collection stay. `searchable`: with the postings that a sparse search reads.
 */
export async function copyRows(transaction: Queryable, from: Rows, to: Rows, mode?: 'searchable'): Promise<CopyTotals> {
  let records = 0;
  let bytes = 0;
  let after: { namespace: string; rid: string } | undefined = { namespace: '', rid: '0' };
  while (after !== undefined) {
    const steps: readonly StepRow[] = await transaction.query<StepRow>(copyStep(from, to, after, mode === 'searchable'));
    after = undefined;
    for (const step of steps) {
      records += Number(step.records);
      bytes += Number(step.bytes);
      if (step.namespace !== null && step.rid !== null) after = { namespace: step.namespace, rid: step.rid };
    }
  }
  return { records, bytes };
}

/** The rows of a collection's children. They are locked with it: their deletion waits, writers do not. */
export async function childRows(transaction: Queryable, { id: parent }: Pick<Rows, 'id'>): Promise<readonly Rows[]> {
  const children = await transaction.query<Readonly<Record<'id' | 'place' | 'record_table' | 'vector_table', string>>>(sql`
    SELECT id, place, record_table, vector_table FROM polyvec.collections WHERE parent_id = ${parent} ORDER BY id FOR KEY SHARE`);
  return children.map(({ id, place, record_table, vector_table }) => ({
    ...{ id, place, recordTable: record_table, vectorTable: vector_table },
  }));
}

/** The next records after `after`, by namespace and rid, and which the last of them is; null when there were none. */
function copyStep(from: Rows, to: Rows, after: { readonly namespace: string; readonly rid: string }, postings: boolean): Sql {
  // vectors are looked up one by one: a planner without statistics would rather read all of them
  const beside = (table: Sql): Sql => sql`
    page p CROSS JOIN LATERAL (
      SELECT * FROM ${table} b WHERE b.collection_id = ${from.id} AND b.namespace = p.namespace AND b.rid = p.rid OFFSET 0) AS b`;
  return sql`
    WITH page AS MATERIALIZED (
      SELECT r.namespace, r.id, r.long_id, r.rid, r.document, r.uri, r.metadata FROM ${recordTable(from)} r
      WHERE r.collection_id = ${from.id} AND (r.namespace, r.rid) > (${after.namespace}, ${after.rid}::bigint)
      ORDER BY r.namespace, r.rid LIMIT ${STEP_RECORDS}),
    records AS (
      INSERT INTO ${recordTable(to)} (collection_id, namespace, id, long_id, rid, document, uri, metadata)
      SELECT ${to.id}, p.namespace, p.id, p.long_id, p.rid, p.document, p.uri, p.metadata FROM page p),
    vectors AS (
      INSERT INTO ${vectorTable(to)} (collection_id, namespace, rid, embedding)
      SELECT ${to.id}, b.namespace, b.rid, b.embedding FROM ${beside(vectorTable(from))}
      RETURNING 4 * vector_dims(embedding) AS bytes),
    sparse AS (
      INSERT INTO ${sparseTable(to)} (collection_id, namespace, rid, sid, terms, weights)
      SELECT ${to.id}, b.namespace, b.rid, b.sid, b.terms, b.weights FROM ${beside(sparseTable(from))}
      RETURNING namespace, sid, terms, weights)
    ${postings ? sql`, postings AS (${insertPostings(to)})` : sql``},
    last AS (SELECT namespace, rid FROM page ORDER BY namespace DESC, rid DESC LIMIT 1)
    SELECT t.records, t.bytes + (SELECT COALESCE(sum(bytes), 0) FROM vectors)
      + (SELECT COALESCE(sum(12 * cardinality(terms)), 0) FROM sparse) AS bytes, last.namespace, last.rid
    FROM (
      SELECT count(*) AS records, COALESCE(sum(octet_length(COALESCE(long_id, id)) + pg_column_size(metadata)
        + octet_length(COALESCE(document, '')) + octet_length(COALESCE(uri, ''))), 0) AS bytes
      FROM page) AS t LEFT JOIN last ON TRUE`;
}

/** The postings of `sparse`: rows of namespace, sid, terms and weights. */
export function insertPostings(to: Rows): Sql {
  return sql`
    INSERT INTO ${postingTable(to)} (collection_id, namespace, term, sid, weight)
    SELECT ${to.id}, s.namespace, t.term, s.sid, t.weight
    FROM sparse s CROSS JOIN LATERAL unnest(s.terms, s.weights) AS t (term, weight)`;
}
