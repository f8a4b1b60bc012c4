import { Injectable } from '@nestjs/common';
import { Database, type Queryable } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import { isUniqueViolation } from '../postgres/sqlstate.js';
import type { Reach } from '../tenants/caller.js';
import type { Page, Scope } from '../tenants/tenant.js';
import type { Collection, CollectionChanges, NewCollection, ProtocolName } from './collection.js';
import { type CollectionRow, COLUMNS, IS_KNOWN, JOINS, toCollection } from './collection-row.store.js';
import { isNamed } from './named.store.js';
import { guardTable, hasOwnPlace, recordTable } from './place-tables.store.js';

@Injectable()
export class CollectionStore {
  constructor(private readonly database: Database) {}

  /** `taken`: the name is another collection's, or its alias. `missing`: there is no such database. */
  async create(scope: Scope, collection: NewCollection): Promise<Collection | 'taken' | 'missing'> {
    const { name, protocol, metric, metadata, settings, dimension, vectorType, deletionProtection } = collection;
    const rows = await this.database.query<{ database_id: string | null; id: string | null }>(sql`
      WITH place AS (
        SELECT d.id FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
        WHERE t.name = ${scope.tenant} AND d.name = ${scope.database} FOR KEY SHARE OF d),
      created AS (
        INSERT INTO polyvec.collections (
          database_id, name, protocol, metric, metadata, settings, dimension, vector_type, has_sparse, deletion_protection)
        SELECT id, ${name}, ${protocol}, ${metric}, ${metadata}::jsonb, ${settings}::json, ${dimension ?? null}::integer,
          ${vectorType ?? 'dense'}, ${vectorType === 'sparse'}, ${deletionProtection ?? false} FROM place
        WHERE NOT EXISTS (SELECT FROM polyvec.collection_aliases a WHERE a.database_id = place.id AND a.name = ${name})
        ON CONFLICT (database_id, name) DO NOTHING RETURNING id)
      SELECT place.id AS database_id, created.id FROM place LEFT JOIN created ON TRUE`);
    const [row] = rows;
    if (row === undefined) return 'missing';
    if (row.id === null) return 'taken';
    return (await this.findOne(sql`c.id = ${row.id}`)) ?? 'missing';
  }

  /**
   * Gives a collection without a dimension, and so without records, what a new one would have. `stale`: it has changed since the
   * caller read it.
   */
  async complete(collection: Collection, wanted: NewCollection, settings: string): Promise<'completed' | 'stale'> {
    const rows = await this.database.query(sql`
      UPDATE polyvec.collections SET dimension = ${wanted.dimension ?? null}::integer, metric = ${wanted.metric},
        settings = ${settings}::json, deletion_protection = deletion_protection OR ${wanted.deletionProtection ?? false},
        epoch = epoch + 1
      WHERE id = ${collection.id} AND epoch = ${collection.epoch} AND dimension IS NULL RETURNING id`);
    return rows.length > 0 ? 'completed' : 'stale';
  }

  /** By its name, or else by an alias. */
  async findByName(scope: Scope, name: string): Promise<Collection | undefined> {
    const place = sql`t.name = ${scope.tenant} AND d.name = ${scope.database}`;
    return (
      (await this.findOne(sql`${place} AND c.name = ${name}`)) ??
      this.findOne(sql`${place} AND c.id = (
      SELECT a.collection_id FROM polyvec.collection_aliases a WHERE a.database_id = d.id AND a.name = ${name})`)
    );
  }

  async findByUuid(scope: Scope, uuid: string): Promise<Collection | undefined> {
    return this.findOne(sql`t.name = ${scope.tenant} AND d.name = ${scope.database} AND c.uuid = ${uuid} AND ${IS_KNOWN}`);
  }

  /** In any tenant and database: for protocols whose paths name neither. No child. */
  async findAnywhere(uuid: string): Promise<Collection | undefined> {
    return this.findOne(sql`c.uuid = ${uuid} AND ${IS_KNOWN}`);
  }

  /** As above, of what may be a child, too. */
  async findStored(uuid: string): Promise<Collection | undefined> {
    return this.findOne(sql`c.uuid = ${uuid}`);
  }

  /** What holds the namespace of a collection as `queryable` sees it: a child, or it itself; undefined when that is gone. */
  async findHolder(queryable: Queryable, collection: Collection, namespace: string): Promise<Collection | undefined> {
    const id = collection.children.get(namespace);
    return id === undefined ? collection : this.findOne(sql`c.id = ${id}`, queryable);
  }

  /** Ordered by uuid; empty for an unknown database. */
  async list(reach: Reach, page: Page): Promise<readonly Collection[]> {
    const rows = await this.database.query<CollectionRow>(sql`
      SELECT ${COLUMNS} FROM (
        SELECT * FROM polyvec.collections WHERE parent_id IS NULL AND database_id = (
          SELECT d.id FROM polyvec.databases d JOIN polyvec.tenants t ON t.id = d.tenant_id
          WHERE t.name = ${reach.tenant} AND d.name = ${reach.database}) AND ${isNamed(sql`name`, reach.named)}
        ORDER BY uuid LIMIT ${page.limit} OFFSET ${page.offset}) AS c ${JOINS}
      ORDER BY c.uuid`);
    return rows.map(toCollection);
  }

  /** Those that one protocol has created, or has settings of, and that have a metadata field of that name. */
  async listWithField(protocol: ProtocolName, field: string): Promise<readonly Collection[]> {
    const rows = await this.database.query<CollectionRow>(sql`
      SELECT ${COLUMNS} FROM polyvec.collections c ${JOINS}
      WHERE ${IS_KNOWN} AND (c.protocol = ${protocol} OR c.settings -> ${protocol}::text IS NOT NULL) AND c.id IN (SELECT f.collection_id FROM polyvec.collection_fields f WHERE f.name = ${field})`);
    return rows.map(toCollection);
  }

  async count(reach: Reach): Promise<number> {
    const [row] = await this.database.query<{ count: string }>(sql`
      SELECT count(*) FROM polyvec.collections c ${JOINS}
      WHERE t.name = ${reach.tenant} AND d.name = ${reach.database} AND ${IS_KNOWN} AND ${isNamed(sql`c.name`, reach.named)}`);
    return Number(row?.count);
  }

  /** `taken`: the new name is another collection's, or its alias. `stale`: it has changed since the caller read it, which `unchanged` forbids. */
  async update(
    collection: Collection,
    changes: CollectionChanges,
    demand?: 'unchanged',
  ): Promise<'updated' | 'taken' | 'missing' | 'stale'> {
    const known = demand === undefined ? sql`TRUE` : sql`epoch = ${collection.epoch}`;
    try {
      const rows = await this.database.query(sql`
        UPDATE polyvec.collections SET
          name = COALESCE(${changes.name ?? null}::text, name),
          metadata = CASE WHEN ${changes.metadata !== undefined} THEN ${changes.metadata ?? null}::jsonb ELSE metadata END,
          settings = COALESCE(${changes.settings ?? null}::json, settings),
          deletion_protection = COALESCE(${changes.deletionProtection ?? null}::boolean, deletion_protection),
          recall = CASE WHEN ${changes.recall !== undefined} THEN ${changes.recall ?? null}::float8 ELSE recall END,
          epoch = epoch + 1
        WHERE id = ${collection.id} AND ${known} AND ${isFree(changes.name)} RETURNING id`);
      if (rows.length > 0) return 'updated';
      const current = await this.refresh(this.database, collection);
      if (current === undefined) return 'missing';
      return changes.name === undefined || (demand !== undefined && current.epoch !== collection.epoch) ? 'stale' : 'taken';
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  /** Gives it another name, and keeps the old one as an alias; an alias of its own becomes the name again. */
  async rename(collection: Collection, name: string): Promise<'renamed' | 'taken' | 'missing'> {
    try {
      const rows = await this.database.query(sql`
        WITH renamed AS (
          UPDATE polyvec.collections c SET name = ${name}, epoch = epoch + 1
          WHERE c.id = ${collection.id} AND c.name = ${collection.name} AND NOT EXISTS (
            SELECT FROM polyvec.collection_aliases a
            WHERE a.database_id = c.database_id AND a.name = ${name} AND a.collection_id <> c.id)
          RETURNING c.id, c.database_id),
        promoted AS (
          DELETE FROM polyvec.collection_aliases a USING renamed r
          WHERE a.database_id = r.database_id AND a.name = ${name}),
        kept AS (
          INSERT INTO polyvec.collection_aliases (database_id, name, collection_id)
          SELECT database_id, ${collection.name}, id FROM renamed
          ON CONFLICT (database_id, name) DO UPDATE SET collection_id = excluded.collection_id)
        SELECT id FROM renamed`);
      if (rows.length > 0) return 'renamed';
      return (await this.refresh(this.database, collection))?.name === collection.name ? 'taken' : 'missing';
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  /** Deletes it if no namespace of it has a record: nobody can write one meanwhile. */
  async deleteEmpty(collection: Collection): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const own = sql`id = ${collection.id} AND NOT deletion_protection`;
      // writers hold the row until they are done; what they wrote is seen by the next statement
      const [locked] = await transaction.query<{ place: string; record_table: string }>(sql`
        SELECT place, record_table FROM polyvec.collections WHERE ${own} FOR UPDATE`);
      if (locked === undefined) return false;
      const { place, record_table: records } = locked;
      if (hasOwnPlace(locked)) {
        await transaction.query(sql`SELECT id FROM ${guardTable(locked)} WHERE id = ${collection.id} FOR UPDATE`);
      }
      if (await hasRecordsInChildren(transaction, collection)) return false;
      const deleted = await transaction.query(sql`
        DELETE FROM polyvec.collections WHERE ${own} AND NOT EXISTS (
          SELECT 1 FROM ${recordTable({ place, recordTable: records })} r WHERE r.collection_id = ${collection.id}) RETURNING id`);
      return deleted.length > 0;
    });
  }

  /**
   * Deletes a child with the namespace that it holds: from now on the parent does, which has nothing of it. Writes that are under way
   * come before or after. False when the child is not what the caller remembers.
   */
  async deleteChild({ id, parent, epoch }: Collection): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      // the parent first, as everybody who locks both
      await transaction.query(sql`
        UPDATE polyvec.collections SET epoch = epoch + 1 WHERE id = ${parent?.id ?? null}::bigint`);
      const deleted = await transaction.query(sql`
        DELETE FROM polyvec.collections WHERE id = ${id} AND epoch = ${epoch} AND parent_id IS NOT NULL RETURNING id`);
      return deleted.length > 0;
    });
  }

  /** Its rows are removed later, by `CollectionSweeper`. */
  async delete(collection: Collection): Promise<'deleted' | 'protected' | 'missing'> {
    const deleted = await this.database.query(sql`
      DELETE FROM polyvec.collections WHERE id = ${collection.id} AND NOT deletion_protection RETURNING id`);
    if (deleted.length > 0) return 'deleted';
    return (await this.refresh(this.database, collection)) === undefined ? 'missing' : 'protected';
  }

  /** Gives a collection its dimension if it has none yet. Afterwards it has one, not necessarily this one. */
  async fixDimension(transaction: Queryable, collection: Collection, dimension: number): Promise<void> {
    await transaction.query(sql`
      UPDATE polyvec.collections SET dimension = ${dimension}, epoch = epoch + 1
      WHERE id = ${collection.parent?.id ?? collection.id} AND dimension IS NULL`);
  }

  /** From now on it may have sparse vectors; statements of instances that remember it otherwise are stale. */
  async admitSparse(transaction: Queryable, collection: Collection): Promise<void> {
    await transaction.query(sql`
      UPDATE polyvec.collections SET has_sparse = TRUE, epoch = epoch + 1
      WHERE id = ${collection.parent?.id ?? collection.id} AND NOT has_sparse`);
  }

  /** The row as it is now, as `queryable` sees it. */
  async refresh(queryable: Queryable, collection: Collection): Promise<Collection | undefined> {
    return this.findOne(sql`c.id = ${collection.id}`, queryable);
  }

  private async findOne(condition: Sql, queryable: Queryable = this.database): Promise<Collection | undefined> {
    const [row] = await queryable.query<CollectionRow>(sql`
      SELECT ${COLUMNS} FROM polyvec.collections c ${JOINS} WHERE ${condition}`);
    return row && toCollection(row);
  }
}

/** Whether a namespace of the locked collection that a child holds has a record. Nobody writes to children until the end of the transaction. */
async function hasRecordsInChildren(transaction: Queryable, { id }: Collection): Promise<boolean> {
  const children = await transaction.query<{ id: string; place: string; record_table: string }>(sql`
    SELECT id, place, record_table FROM polyvec.collections WHERE parent_id = ${id} ORDER BY id FOR UPDATE`);
  for (const { id: child, place, record_table: records } of children) {
    if (hasOwnPlace({ place }))
      await transaction.query(sql`SELECT id FROM ${guardTable({ place })} WHERE id = ${child} FOR UPDATE`);
    const found = await transaction.query(sql`
      SELECT 1 FROM ${recordTable({ place, recordTable: records })} WHERE collection_id = ${child} LIMIT 1`);
    if (found.length > 0) return true;
  }
  return false;
}

/** Of an UPDATE of collections: whether no other collection has the name as an alias. */
function isFree(name: string | undefined): Sql {
  if (name === undefined) return sql`TRUE`;
  return sql`NOT EXISTS (
    SELECT FROM polyvec.collection_aliases a
    WHERE a.database_id = collections.database_id AND a.name = ${name} AND a.collection_id <> collections.id)`;
}
