import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { inPlace, recordTable } from '../../collections/place-tables.store.js';
import { isNumber } from '../../filters/compile-value.js';
import { localName } from '../../postgres/cluster/builds.js';
import { askShards } from '../../postgres/cluster/cluster.js';
import { Database, type Queryable } from '../../postgres/database.js';
import type { Session } from '../../postgres/sessions.js';
import { identifier, integer, literal, type Sql, sql } from '../../postgres/sql.js';

/** A collection with tables of its own. */
type Dedicated = Pick<Collection, 'place' | 'recordTable'>;

const HASH_LENGTH = 16;
/** Estimates of ranges are exact to a thousandth of the records: about there, the better plan changes. */
const STATISTICS_TARGET = 1_000;

/**
 * The indexes on the numbers under single metadata keys, of dedicated record tables. Nothing but the index itself says that there is one:
 * its comment is the key, as JSON. One caller at a time may create or drop those of a table.
 */
@Injectable()
export class MetadataIndexStore {
  constructor(private readonly database: Database) {}

  /**
   * Makes range filters on the key's numbers look them up, and their estimates right; what is there already stays. On a server,
   * others read and write meanwhile. A build that fails leaves nothing behind.
   * @throws TypeError for a key with a NUL
   */
  async create(session: Session, collection: Dedicated, key: string): Promise<void> {
    const table = recordTable(collection);
    const name = indexName(collection, key);
    const value = valueOf(key);
    await this.dropLeftovers(session, collection);
    try {
      await session.script(
        sql`CREATE INDEX ${this.concurrently} IF NOT EXISTS ${identifier(name)} ON ${table} ((${value})) WHERE ${isNumber(value)}`
          .text,
      );
      await session.script(sql`COMMENT ON INDEX ${inPlace(collection, name)} IS ${literal(JSON.stringify(key))}`.text);
    } catch (error) {
      await session.script(this.dropText(collection, name)).catch(() => undefined);
      throw error;
    }
    // planners do not go by what they know of a partial index, as that holds not every row
    await session.script(sql`CREATE STATISTICS IF NOT EXISTS ${inPlace(collection, name)} ON (${value}) FROM ${table}`.text);
    await session.script(sql`ALTER STATISTICS ${inPlace(collection, name)} SET STATISTICS ${integer(STATISTICS_TARGET)}`.text);
    await session.script(sql`ANALYZE ${table} (metadata)`.text);
  }

  /** Nothing happens when there is no index on the key. Its statistics stay: they keep estimates right, and say that it had one. */
  async drop(session: Session, collection: Dedicated, key: string): Promise<void> {
    await session.script(this.dropText(collection, indexName(collection, key)));
  }

  /** The keys that have an index which searches may use, in order. */
  async list(collection: Dedicated): Promise<readonly string[]> {
    return [...(await this.usage(collection)).keys()];
  }

  /** Those of the keys that never had an index. */
  async neverIndexed(collection: Dedicated, keys: readonly string[]): Promise<readonly string[]> {
    const rows = await this.database.query<{ name: string }>(sql`
      SELECT stxname AS name FROM pg_statistic_ext WHERE stxrelid = to_regclass(${recordTable(collection).text})`);
    const names = new Set(rows.map(({ name }) => name));
    return keys.filter((key) => !names.has(indexName(collection, key)));
  }

  /** The keys that searches may use, with how often each index has been read since the server began to count. */
  async usage(collection: Dedicated): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.query<{ key: string; name: string; scans: string }>(sql`
      SELECT i.comment AS key, i.name, COALESCE(s.idx_scan, 0) AS scans
      FROM (${indexes(collection)}) AS i LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = i.oid
      WHERE i.is_complete ORDER BY i.comment COLLATE "C"`);
    const ofShards = rows.length === 0 ? undefined : await shardScans(this.database, collection);
    return new Map(rows.map(({ key, name, scans }) => [JSON.parse(key) as string, ofShards?.get(name) ?? Number(scans)]));
  }

  /** Removes what builds that were cut off have left, which writes pay for and nothing reads. */
  async dropLeftovers(session: Session, collection: Dedicated): Promise<void> {
    const rows = await this.database.query<{ name: string }>(sql`
      SELECT i.name FROM (${indexes(collection)}) AS i WHERE NOT i.is_complete`);
    for (const { name } of rows) await session.script(this.dropText(collection, name));
  }

  private get concurrently(): Sql {
    return this.database.traits.concurrentIndexes ? sql`CONCURRENTLY` : sql``;
  }

  private dropText(collection: Dedicated, name: string): string {
    return sql`DROP INDEX ${this.concurrently} IF EXISTS ${inPlace(collection, name)}`.text;
  }
}

/** How often the indexes of the collection's records have been read on the node that has them; undefined where they are here. */
async function shardScans(queryable: Queryable, collection: Dedicated): Promise<ReadonlyMap<string, number> | undefined> {
  const answers = await askShards(
    queryable,
    recordTable(collection),
    `SELECT COALESCE(json_object_agg(indexrelname, idx_scan), '{}')::text FROM pg_stat_user_indexes WHERE relid = '%1$s'::regclass`,
  );
  if (answers === undefined) return undefined;
  const counts = answers.flatMap((answer) => Object.entries(JSON.parse(answer) as Readonly<Record<string, number>>));
  return new Map(counts.map(([name, scans]) => [localName(name), scans]));
}

/** Of each key's index: `oid`, `name`, `comment`, and whether its build has come to its end. */
function indexes(collection: Dedicated): Sql {
  return sql`
    SELECT c.oid, c.relname AS name, d.comment, x.indisvalid AND x.indisready AND d.comment IS NOT NULL AS is_complete
    FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid, LATERAL (SELECT obj_description(c.oid, 'pg_class')) AS d (comment)
    WHERE x.indrelid = to_regclass(${recordTable(collection).text}) AND c.relname ~ ${`^${indexPrefix(collection)}[0-9a-f]{${String(HASH_LENGTH)}}$`}`;
}

/** As the compiler writes it, with the key in the text: that is what makes the two the same to a planner. */
function valueOf(key: string): Sql {
  return sql`metadata -> ${literal(key)}::text`;
}

function indexPrefix(collection: Dedicated): string {
  return `${collection.recordTable}_k`;
}

function indexName(collection: Dedicated, key: string): string {
  return indexPrefix(collection) + createHash('sha256').update(key).digest('hex').slice(0, HASH_LENGTH);
}
