import { recordTable, sparseTable, vectorTable } from '../collections/place-tables.store.js';
import type { Queryable } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { NamespaceDigest, RowPlace } from './move.js';

/** A signed 64-bit number from a text, the same one in every version of Postgres. */
export function hashOf(text: Sql): Sql {
  return sql`('x' || left(md5(${text}), 16))::bit(64)::bigint`;
}

/**
 * Counts and checksums of an owner's rows, by namespace: over ids, documents, uris, metadata, embeddings to the bit, sparse vectors,
 * and the order in which records are listed. Rows that are equal have equal checksums on every engine, in whatever order they lie.
 */
export async function digest(queryable: Queryable, rows: RowPlace): Promise<ReadonlyMap<string, NamespaceDigest>> {
  const beside = sql`b.collection_id = r.collection_id AND b.namespace = r.namespace AND b.rid = r.rid`;
  const digests = await queryable.query<{ namespace: string; records: string; checksum: string }>(sql`
    SELECT r.namespace, count(*) AS records, sum(${hashOf(contents(rows))}) AS checksum
    FROM ${recordTable(rows)} r
    LEFT JOIN LATERAL (
      SELECT b.embedding FROM ${vectorTable(rows)} b WHERE ${beside} OFFSET 0) AS v ON TRUE
    ${
      rows.hasSparse
        ? sql`LEFT JOIN LATERAL (SELECT b.terms, b.weights FROM ${sparseTable(rows)} b WHERE ${beside} OFFSET 0) AS s ON TRUE`
        : sql``
    }
    WHERE r.collection_id = ${rows.id} GROUP BY r.namespace`);
  return new Map(digests.map((row) => [row.namespace, { ...row, records: Number(row.records) }]));
}

/** A text that only equal rows have: parts of one length each, or a dash. */
function contents({ hasSparse }: RowPlace): Sql {
  const sparse = hasSparse ? sql`COALESCE(md5(array_send(s.terms) || array_send(s.weights)), '-')` : sql`'-'`;
  return sql`
    ${hashText(sql`r.namespace`)} || ${hashText(sql`COALESCE(r.long_id, r.id)`)} || COALESCE(${hashText(sql`r.document`)}, '-')
      || COALESCE(${hashText(sql`r.uri`)}, '-') || ${hashText(sql`r.metadata::text`)}
      || COALESCE(md5(vector_send(v.embedding)), '-') || ${sparse} || r.rid`;
}

/** Of the same bytes, whatever the database's encoding. */
function hashText(text: Sql): Sql {
  return sql`md5(convert_to(${text}, 'UTF8'))`;
}
