import { identifier, integer, type Sql, sql } from '../../postgres/sql.js';

/** What a collection's own tables are called. */
export interface TableNames {
  readonly records: string;
  readonly vectors: string;
}

/** Columns whose statistics need more than a hundred values for a good estimate of a filter. */
const STATISTICS_TARGET = 1_000;

/** The tables without their indexes: the pool's columns, and what the pool says of their storage. */
export function createTables(names: TableNames, dimension: number): Sql {
  const records = qualified(names.records);
  const vectors = qualified(names.vectors);
  return sql`
    CREATE TABLE ${records} (LIKE polyvec.pool_records);
    ALTER TABLE ${records} ALTER metadata SET STATISTICS ${integer(STATISTICS_TARGET)}, ALTER document SET STATISTICS 0,
      ALTER uri SET STATISTICS 0, ALTER long_id SET STATISTICS 0;
    CREATE TABLE ${vectors} (LIKE polyvec.pool_vectors);
    ALTER TABLE ${vectors} ALTER embedding TYPE vector(${integer(dimension)}), ALTER embedding SET STATISTICS 0;
    ALTER TABLE ${vectors} SET (toast_tuple_target = 8160, vacuum_index_cleanup = off)`;
}

/**
 * The pool's keys, an index on metadata, and one on the vectors' numbers, for tables that are filled. Dead vectors stay in the vector
 * indexes until these are built anew, which costs less than a vacuum of them.
 */
export function createIndexes(names: TableNames): Sql {
  const records = qualified(names.records);
  const vectors = qualified(names.vectors);
  const gin = identifier(`${names.records}_metadata`);
  const numbers = identifier(`${names.vectors}_seq`);
  return sql`
    ALTER TABLE ${records} ADD PRIMARY KEY (collection_id, namespace, id), ADD UNIQUE (collection_id, namespace, rid);
    CREATE INDEX ${gin} ON ${records} USING gin (metadata jsonb_path_ops) WITH (fastupdate = off);
    ALTER TABLE ${vectors} ADD PRIMARY KEY (collection_id, namespace, rid);
    CREATE INDEX ${numbers} ON ${vectors} (namespace, seq);
    ANALYZE ${records};
    ANALYZE ${vectors}`;
}

function qualified(table: string): Sql {
  return sql`polyvec.${identifier(table)}`;
}
