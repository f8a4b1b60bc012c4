import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { Caller } from '../tenants/caller.js';
import { CATALOG_COLUMNS, type CollectionRow, COLUMNS, IS_KNOWN, JOINS, toCollection } from './collection-row.store.js';
import { isNamed } from './named.store.js';
import type { CollectionOverview, OverviewPage } from './overview.js';
import { ALL_NAMESPACES_OF_LISTED, COUNTS_OF_LISTED } from './place-tables.store.js';

type OverviewRow = CollectionRow &
  Readonly<Record<'records' | 'namespaces' | 'child_indexes' | 'child_vectors', string>> &
  Readonly<{ aliases: string | null; port: string | null; counted_ms: string | null }>;
type Reach = Pick<Caller, 'tenant' | 'database' | 'collections'>;

/** What `polyvec copy` still fills is in a tenant that nobody can name; here all tenants are listed. */
const IS_SHOWN = sql`NOT EXISTS (SELECT FROM polyvec.copies k WHERE k.collection_id = c.id AND k.is_hidden)`;

/** What is read of a collection, and how its records are counted. */
interface View {
  readonly columns: Sql;
  readonly counts: Sql;
}

/** As it is now, from its place. */
const NOW: View = {
  columns: COLUMNS,
  counts: sql`SELECT COALESCE(sum(n.record_count), 0) AS records, count(*) AS namespaces, NULL::timestamptz AS counted_at
    FROM ${ALL_NAMESPACES_OF_LISTED} AS n`,
};
/** From the catalog alone, where background work has counted what is in places. */
const AS_COUNTED: View = {
  columns: CATALOG_COLUMNS,
  counts: sql`SELECT sum(n.records) AS records, sum(n.namespaces) AS namespaces, min(n.counted_at) AS counted_at
    FROM ${COUNTS_OF_LISTED} AS n`,
};

/** Collections of every tenant with what the catalog knows of their contents, a page in one statement. */
@Injectable()
export class OverviewStore {
  constructor(private readonly database: Database) {}

  /** Ordered by uuid; `reach` bounds them. Those that are named alone are looked at; of others, large ones are as last counted. */
  async list(reach: Reach, page: OverviewPage): Promise<readonly CollectionOverview[]> {
    const after = page.after === undefined ? sql`` : sql`AND c.uuid > ${page.after}::uuid`;
    const only = page.only === undefined ? sql`` : sql`AND c.uuid = ANY (${page.only}::text[]::uuid[])`;
    return this.read(reach, sql`${isIn(page)} ${after} ${only}`, page.limit, page.only === undefined ? AS_COUNTED : NOW);
  }

  async find(reach: Reach, uuid: string): Promise<CollectionOverview | undefined> {
    const [found] = await this.read(reach, sql`c.uuid = ${uuid}::uuid`, 1, NOW);
    return found;
  }

  private async read(
    reach: Reach,
    condition: Sql,
    limit: number,
    { columns, counts }: View,
  ): Promise<readonly CollectionOverview[]> {
    const rows = await this.database.query<OverviewRow>(sql`
      SELECT ${columns}, (SELECT min(p.port) FROM polyvec.collection_ports p WHERE p.collection_id = c.id) AS port,
        (SELECT json_agg(a.name ORDER BY a.name) FROM polyvec.collection_aliases a
          WHERE a.collection_id = c.id AND ${isNamed(sql`a.name`, reach.collections)})::text AS aliases,
        n.records, n.namespaces, floor(extract(epoch FROM n.counted_at) * 1000)::bigint AS counted_ms, k.indexes AS child_indexes, k.vectors AS child_vectors
      FROM (SELECT c.* FROM polyvec.collections c ${JOINS}
        WHERE ${isReached(reach)} AND ${IS_KNOWN} AND ${IS_SHOWN} AND ${condition} ORDER BY c.uuid LIMIT ${limit}) AS c ${JOINS}
      CROSS JOIN LATERAL (${counts}) AS n
      CROSS JOIN LATERAL (
        SELECT count(*) AS indexes, COALESCE(sum(i.rows), 0) AS vectors
        FROM polyvec.collections k JOIN polyvec.vector_indexes i ON i.collection_id = k.id
        WHERE k.parent_id = c.id AND i.state = 'ready') AS k
      ORDER BY c.uuid`);
    return rows.map((row) => ({
      collection: toCollection(row),
      records: Number(row.records),
      namespaces: Number(row.namespaces),
      countedAt: row.counted_ms === null ? null : new Date(Number(row.counted_ms)),
      childIndexes: { count: Number(row.child_indexes), vectors: Number(row.child_vectors) },
      aliases: row.aliases === null ? [] : (JSON.parse(row.aliases) as string[]),
      port: row.port === null ? null : Number(row.port),
    }));
  }
}

/** Of the tenant `t`, the database `d` and the collection `c`. */
function isReached({ tenant, database, collections }: Reach): Sql {
  return sql`${isIn({ tenant: tenant ?? undefined, database: database ?? undefined })} AND ${isNamed(sql`c.name`, collections)}`;
}

function isIn({ tenant, database }: { readonly tenant?: string | undefined; readonly database?: string | undefined }): Sql {
  return sql`${tenant === undefined ? sql`TRUE` : sql`t.name = ${tenant}`} AND ${
    database === undefined ? sql`TRUE` : sql`d.name = ${database}`
  }`;
}
