import { randomUUID } from 'node:crypto';
import type { Collection } from '../../collections/collection.js';
import type { Database, Queryable } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { isUniqueViolation } from '../../postgres/sqlstate.js';
import type { CatalogEntry, Checkpoint, Destination, SourceCollection } from '../copy.js';

/** What the database knows of a copy. */
export interface CopyEntry {
  readonly uuid: string;
  readonly source: string;
  readonly origin: string;
  readonly fingerprint: string;
  readonly isHidden: boolean;
  /** The collection had records of its own before. */
  readonly isShared: boolean;
  readonly checkpoint: Checkpoint;
}

type CopyRow = Readonly<
  Record<'uuid' | 'source' | 'origin' | 'fingerprint' | 'is_hidden' | 'is_shared' | 'records' | 'rejects' | 'checksum', string>
> & { readonly cursor: string | null };

const COLUMNS = sql`c.uuid, k.source, k.origin, k.fingerprint, k.is_hidden, k.is_shared, k.records, k.rejects, k.checksum, k.cursor`;
const DENSE_CHROMA: CatalogEntry = { protocol: 'chroma', settings: '{}', vectorType: 'dense' };
/** The one database of a hidden collection's tenant. */
const HIDDEN_DATABASE = 'copying';

/** The entries of copies, and the hidden collections that they fill. */
export class CopiesStore {
  constructor(private readonly database: Database) {}

  /** The copy to this place that is under way. Waits for what a killed process has under way here. */
  async findUnfinished({ tenant, database, name }: Destination): Promise<CopyEntry | undefined> {
    const [row] = await this.database.query<CopyRow>(sql`
      SELECT ${COLUMNS} FROM polyvec.copies k JOIN polyvec.collections c ON c.id = k.collection_id
      WHERE k.tenant = ${tenant} AND k.database = ${database} AND k.name = ${name} AND NOT k.is_finished FOR UPDATE OF k`);
    return row && toEntry(row);
  }

  /** The copy that has made, or filled, the collection. */
  async findFinished(collection: Collection): Promise<CopyEntry | undefined> {
    const [row] = await this.database.query<CopyRow>(sql`
      SELECT ${COLUMNS} FROM polyvec.copies k JOIN polyvec.collections c ON c.id = k.collection_id
      WHERE k.collection_id = ${collection.id} AND k.is_finished`);
    return row && toEntry(row);
  }

  /** Makes a collection that no client can name, and its entry. Returns its uuid. */
  async createHidden(source: string, from: SourceCollection, to: Destination): Promise<string> {
    const { protocol, settings, vectorType } = from.catalog ?? DENSE_CHROMA;
    const [row] = await this.database.query<{ uuid: string }>(sql`
      WITH tenant AS (INSERT INTO polyvec.tenants (name) VALUES (${`copying-${randomUUID()}`}) RETURNING id),
      place AS (INSERT INTO polyvec.databases (tenant_id, name) SELECT id, ${HIDDEN_DATABASE} FROM tenant RETURNING id),
      created AS (
        INSERT INTO polyvec.collections (
          database_id, name, protocol, metric, metadata, dimension, settings, vector_type, has_sparse)
        SELECT id, ${to.name}, ${protocol}, ${from.metric}, ${from.metadata}::jsonb, ${from.dimension}::integer,
          ${settings}::json, ${vectorType}, ${vectorType === 'sparse'} FROM place
        RETURNING id, uuid),
      entry AS (
        INSERT INTO polyvec.copies (collection_id, tenant, database, name, is_hidden, source, origin, fingerprint)
        SELECT id, ${to.tenant}, ${to.database}, ${to.name}, TRUE, ${source}, ${from.key}, ${from.fingerprint} FROM created)
      SELECT uuid FROM created`);
    if (row === undefined) throw new Error('the collection was not made');
    return row.uuid;
  }

  /** An entry for a collection that clients see already, in place of that of an earlier copy; shared: it has records. */
  async beginVisible(
    source: string,
    from: SourceCollection,
    to: Destination,
    { id }: Collection,
    isShared: boolean,
  ): Promise<void> {
    await this.database.query(sql`
      INSERT INTO polyvec.copies (collection_id, tenant, database, name, is_hidden, is_shared, source, origin, fingerprint)
      VALUES (${id}, ${to.tenant}, ${to.database}, ${to.name}, FALSE, ${isShared}::boolean, ${source}, ${from.key},
        ${from.fingerprint})
      ON CONFLICT (collection_id) DO UPDATE SET tenant = excluded.tenant, database = excluded.database, name = excluded.name,
        is_hidden = FALSE, is_shared = excluded.is_shared, source = excluded.source, origin = excluded.origin, fingerprint = excluded.fingerprint,
        cursor = NULL, records = 0, rejects = 0, checksum = '0', is_finished = FALSE`);
  }

  /** Moves the entry on; false when it is somewhere else: another process is at work. */
  async step(transaction: Queryable, { id }: Collection, previous: Checkpoint, next: Checkpoint): Promise<boolean> {
    const rows = await transaction.query(sql`
      UPDATE polyvec.copies SET cursor = ${next.cursor}, records = ${next.records}, rejects = ${next.rejects},
        checksum = ${String(next.checksum)}
      WHERE collection_id = ${id} AND cursor IS NOT DISTINCT FROM ${previous.cursor}::text AND NOT is_finished RETURNING 1`);
    return rows.length > 0;
  }

  /**
   * Shows the collection at its place, whose tenant and database are made if they are not there; nothing happens when another process has
   * shown it already. `taken`: another one has the name by now. `state`: as `finishVisible`.
   */
  async publish({ id }: Collection, { tenant, database, name }: Destination, state: string): Promise<'published' | 'taken'> {
    try {
      return await this.database.transaction(async (transaction) => {
        // the tenant of a collection that is shown is no hidden one: it must not be removed
        const [entry] = await transaction.query<{ is_hidden: string }>(
          sql`SELECT is_hidden FROM polyvec.copies WHERE collection_id = ${id} FOR UPDATE`,
        );
        if (entry?.is_hidden === 'f') return 'published';
        await transaction.query(sql`INSERT INTO polyvec.tenants (name) VALUES (${tenant}) ON CONFLICT (name) DO NOTHING`);
        await transaction.query(sql`
          INSERT INTO polyvec.databases (tenant_id, name) SELECT id, ${database} FROM polyvec.tenants WHERE name = ${tenant}
          ON CONFLICT (tenant_id, name) DO NOTHING`);
        const [hidden] = await transaction.query<{ tenant_id: string }>(sql`
          SELECT d.tenant_id FROM polyvec.collections c JOIN polyvec.databases d ON d.id = c.database_id
          WHERE c.id = ${id} FOR UPDATE OF c`);
        const rows = await transaction.query(sql`
          UPDATE polyvec.collections c SET database_id = d.id, name = ${name}, epoch = c.epoch + 1
          FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
          WHERE c.id = ${id} AND t.name = ${tenant} AND d.name = ${database} AND NOT EXISTS (
            SELECT FROM polyvec.collection_aliases a WHERE a.database_id = d.id AND a.name = ${name}) RETURNING c.id`);
        if (rows.length === 0) return 'taken';
        await transaction.query(sql`DELETE FROM polyvec.tenants WHERE id = ${hidden?.tenant_id ?? null}::bigint`);
        await this.markFinished(transaction, id, state);
        return 'published';
      });
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  /** The collection has been visible all the time. `state` takes the cursor's place: what the collection's writes had come to. */
  async finishVisible({ id }: Collection, state: string): Promise<void> {
    await this.markFinished(this.database, id, state);
  }

  /** Removes the hidden collection with its tenant, or the entry of a visible one. */
  async discard({ tenant, database, name }: Destination): Promise<void> {
    const own = sql`k.tenant = ${tenant} AND k.database = ${database} AND k.name = ${name} AND NOT k.is_finished`;
    await this.database.transaction(async (transaction) => {
      await transaction.query(sql`
        DELETE FROM polyvec.tenants WHERE id IN (
          SELECT d.tenant_id FROM polyvec.copies k JOIN polyvec.collections c ON c.id = k.collection_id
          JOIN polyvec.databases d ON d.id = c.database_id WHERE ${own} AND k.is_hidden)`);
      await transaction.query(sql`DELETE FROM polyvec.copies k WHERE ${own}`);
    });
  }

  private async markFinished(queryable: Queryable, id: string, state: string): Promise<void> {
    await queryable.query(
      sql`UPDATE polyvec.copies SET is_finished = TRUE, is_hidden = FALSE, cursor = ${state} WHERE collection_id = ${id}`,
    );
  }
}

function toEntry(row: CopyRow): CopyEntry {
  return {
    uuid: row.uuid,
    source: row.source,
    origin: row.origin,
    fingerprint: row.fingerprint,
    isHidden: row.is_hidden === 't',
    isShared: row.is_shared === 't',
    checkpoint: {
      cursor: row.cursor,
      records: Number(row.records),
      rejects: Number(row.rejects),
      checksum: BigInt(row.checksum),
    },
  };
}
