import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { guardTable, hasOwnPlace, recordTable, SHARED_PLACE } from '../collections/place-tables.store.js';
import { Database } from '../postgres/database.js';
import { sql } from '../postgres/sql.js';
import { isUndefinedTable } from '../postgres/sqlstate.js';
import type { CollectionSize } from './record.js';

type SizeRow = Readonly<{ id: string; count: string; bytes: string; sources: string }>;

/** How much there is in collections. */
@Injectable()
export class RecordSizeStore {
  constructor(private readonly database: Database) {}

  /**
   * The sizes of one namespace of each collection, by the collection's id; those that are not where they are remembered are left
   * out. `sourceField` is the metadata field whose different texts are counted.
   */
  async sizes(
    collections: readonly Collection[],
    namespace: string,
    sourceField: string,
  ): Promise<ReadonlyMap<string, CollectionSize>> {
    const sizes = new Map<string, CollectionSize>();
    for (const group of byTable(collections)) {
      for (const { id, count, bytes, sources } of await this.sizesIn(group, namespace, sourceField)) {
        sizes.set(id, { count: Number(count), payloadBytes: Number(bytes), sources: Number(sources) });
      }
    }
    return sizes;
  }

  /** Of collections in one table; none of them when it is gone. */
  private async sizesIn(
    group: readonly [Collection, ...Collection[]],
    namespace: string,
    sourceField: string,
  ): Promise<readonly SizeRow[]> {
    const ids = `{${group.map(({ id }) => id).join(',')}}`;
    // a place of its own is gone when its collection is
    const isThere = hasOwnPlace(group[0])
      ? sql``
      : sql`AND c.place = ${SHARED_PLACE} AND c.record_table = ${group[0].recordTable}`;
    const source = sql`r.metadata -> ${sourceField}::text`;
    try {
      return await this.database.query<SizeRow>(sql`
        SELECT c.id, COALESCE(s.count, 0) AS count, COALESCE(s.bytes, 0) AS bytes, COALESCE(s.sources, 0) AS sources
        FROM ${guardTable(group[0])} c LEFT JOIN (
          SELECT r.collection_id AS id, count(*), sum(pg_column_size(r.metadata) + COALESCE(pg_column_size(r.document), 0)) AS bytes,
            count(DISTINCT ${source}) FILTER (WHERE jsonb_typeof(${source}) = 'string') AS sources
          FROM ${recordTable(group[0])} r WHERE r.collection_id = ANY (${ids}::bigint[]) AND r.namespace = ${namespace}
          GROUP BY r.collection_id) AS s USING (id)
        WHERE c.id = ANY (${ids}::bigint[]) ${isThere}`);
    } catch (error) {
      if (isUndefinedTable(error)) return [];
      throw error;
    }
  }
}

function byTable(collections: readonly Collection[]): readonly (readonly [Collection, ...Collection[]])[] {
  const groups = new Map<string, [Collection, ...Collection[]]>();
  for (const collection of collections) {
    const group = groups.get(collection.recordTable);
    if (group === undefined) groups.set(collection.recordTable, [collection]);
    else group.push(collection);
  }
  return [...groups.values()];
}
