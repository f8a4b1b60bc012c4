import { recordTable, vectorTable } from '../collections/place-tables.store.js';
import { jsonbArray, textArray, valueArray } from '../postgres/binary.js';
import type { Database } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { Owner, Position, RecordRow } from './move.js';

/**
 * Writes a page of records and moves the owner's entry on from `after` to the last of them, in one statement: both is done or neither.
 * False when the entry is somewhere else: another process is at work.
 */
export async function writePage(
  database: Database,
  owner: Owner,
  after: Position,
  page: readonly RecordRow[],
  milliseconds: number,
): Promise<boolean> {
  const last: Position = page.at(-1) ?? after;
  const [row] = await database.query<{ steps: string }>(sql`
    WITH step AS (
      UPDATE polyvec.moves SET namespace = ${last.namespace}, rid = ${last.rid}, records = records + ${page.length},
        milliseconds = milliseconds + ${milliseconds}
      WHERE id = ${owner.id} AND namespace = ${after.namespace} AND rid = ${after.rid} AND NOT is_copied RETURNING 1),
    page AS MATERIALIZED (SELECT p.* FROM ${inputRows(page, database.vectorOid)} WHERE EXISTS (SELECT FROM step)),
    records AS (
      INSERT INTO ${recordTable(owner)} (collection_id, namespace, id, long_id, rid, document, uri, metadata)
      SELECT ${owner.id}, p.namespace, p.id, p.long_id, p.rid::bigint, p.document, p.uri, p.metadata FROM page p),
    vectors AS (${vectorRows(owner)})
    ${owner.hasSparse ? sparseRows(owner) : sql``}
    SELECT count(*) AS steps FROM step`);
  return row?.steps === '1';
}

function inputRows(page: readonly RecordRow[], vectorOid: number): Sql {
  const texts = (column: Exclude<keyof RecordRow, 'metadata' | 'embedding'>): Sql =>
    sql`${textArray(page.map((row) => row[column]))}::text[]`;
  const embeddings = page.map(({ embedding }) => (embedding === null ? null : Buffer.from(embedding, 'hex')));
  return sql`unnest(
      ${texts('namespace')}, ${texts('rid')}, ${texts('id')}, ${texts('long_id')}, ${texts('document')}, ${texts('uri')},
      ${jsonbArray(page.map(({ metadata }) => metadata))}::jsonb[], ${valueArray(embeddings, vectorOid)}::vector[],
      ${texts('seq')}, ${texts('sid')}, ${texts('terms')}, ${texts('weights')})
    AS p (namespace, rid, id, long_id, document, uri, metadata, embedding, seq, sid, terms, weights)`;
}

/** Vectors keep their numbers: those of later writes are higher. A snapshot's have none. */
function vectorRows(owner: Owner): Sql {
  const { id, kind } = owner;
  const isNumbered = kind === 'collection';
  return sql`
    INSERT INTO ${vectorTable(owner)} (collection_id, namespace, rid, embedding ${isNumbered ? sql`, seq` : sql``})
    SELECT ${id}, p.namespace, p.rid::bigint, p.embedding ${isNumbered ? sql`, p.seq::bigint` : sql``}
    FROM page p WHERE p.embedding IS NOT NULL`;
}

/** Sparse vectors, and for a collection the postings that searches read, which follow from them. */
function sparseRows({ id, kind }: Owner): Sql {
  const postings = sql`, postings AS (
    INSERT INTO polyvec.pool_postings (collection_id, namespace, term, sid, weight)
    SELECT ${id}, s.namespace, t.term, s.sid, t.weight
    FROM sparse s CROSS JOIN LATERAL unnest(s.terms, s.weights) AS t (term, weight))`;
  return sql`, sparse AS (
    INSERT INTO polyvec.pool_sparse (collection_id, namespace, rid, sid, terms, weights)
    SELECT ${id}, p.namespace, p.rid::bigint, p.sid::bigint, p.terms::bigint[], p.weights::real[]
    FROM page p WHERE p.sid IS NOT NULL
    RETURNING namespace, sid, terms, weights)
    ${kind === 'collection' ? postings : sql``}`;
}
