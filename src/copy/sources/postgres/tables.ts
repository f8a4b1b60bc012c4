import type pg from 'pg';
import type { Metric } from '../../../collections/collection.js';
import { identifier, type Sql, sql } from '../../../postgres/sql.js';
import type { Column } from './layouts.js';

/** A table that holds vectors. */
export interface VectorTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Column[];
}

/** A column of vectors, as the catalog knows it. */
export interface VectorColumn {
  /** Null: it takes any. */
  readonly dimension: number | null;
  /** By which its indexes compare; null: there are none, or several. */
  readonly metric: Metric | null;
}

/** The tables with a column of pgvector's that the login may read, in their order; ours excepted. */
export async function vectorTables(client: pg.ClientBase): Promise<readonly VectorTable[]> {
  const { rows } = await client.query<{ oid: string; schema: string; name: string; columns: readonly Column[] }>(`
    SELECT c.oid::text, n.nspname AS schema, c.relname AS name,
      json_agg(json_build_object('name', a.attname, 'isVector', y.typname IN ('vector', 'halfvec')) ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type y ON y.oid = a.atttypid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('polyvec', 'pg_catalog', 'information_schema')
      AND has_table_privilege(c.oid, 'SELECT')
    GROUP BY c.oid, n.nspname, c.relname
    HAVING bool_or(y.typname IN ('vector', 'halfvec'))
    ORDER BY n.nspname, c.relname`);
  return rows;
}

export async function vectorColumn(client: pg.ClientBase, { oid }: VectorTable, column: string): Promise<VectorColumn> {
  const { rows } = await client.query<{ dimension: number; metrics: readonly Metric[] | null }>(
    `SELECT a.atttypmod AS dimension, (
       SELECT array_agg(DISTINCT CASE substring(o.opcname FROM '_(l2|cosine|ip)_ops$') WHEN 'l2' THEN 'l2' WHEN 'ip' THEN 'ip' ELSE 'cosine' END)
       FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[]) AS k (attnum, opclass)
       JOIN pg_opclass o ON o.oid = k.opclass
       WHERE i.indrelid = a.attrelid AND k.attnum = a.attnum AND o.opcname ~ '_(l2|cosine|ip)_ops$') AS metrics
     FROM pg_attribute a WHERE a.attrelid = $1 AND a.attname = $2`,
    [oid, column],
  );
  const [row] = rows;
  const metrics = row?.metrics ?? [];
  return {
    dimension: row === undefined || row.dimension < 1 ? null : row.dimension,
    metric: (metrics.length === 1 && metrics[0]) || null,
  };
}

export function nameOf({ schema, name }: VectorTable): Sql {
  return sql`${identifier(schema)}.${identifier(name)}`;
}
